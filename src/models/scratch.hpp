// A scratch database: the schema that a script makes, read where nothing else is.
//
// Two workers do it, which are the effective user's: the keeper makes the database and drops it, whatever
// happens to the session that asked; the builder runs the script in it and reads what there is then.
#pragma once

#include <string>

#include "core/model.hpp"

namespace schemaver::models {

// Throws Error (script_failed) with the number of the statement that failed; what refuses to make a database
// (no right to, no free worker) under the server's own SQLSTATE. The database is gone when this returns, and
// soon after an error.
core::Schema schema_made_by(const std::string& script);

}  // namespace schemaver::models
