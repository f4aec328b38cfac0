// Where another database is, and as whom it may be asked: CREATE SERVER staging FOREIGN DATA WRAPPER
// schemaver and its user mapping, with the rules of dblink. Who is no superuser must give a password, and it
// must be asked for: otherwise they would connect with what the server's operating system user may do. The
// same where the server belongs to somebody who is none, as a superuser, or a worker, must not be led
// elsewhere.
#pragma once

#include "pg/libpq.hpp"

namespace schemaver::remote {

// Throws Error: unknown_point with the nearest names, insufficient_privilege, no_user_mapping.
pg::ConnectionPlan plan_for(const std::string& server);

// The names of the servers that whoever asks may use.
std::vector<std::string> usable_servers();

}  // namespace schemaver::remote
