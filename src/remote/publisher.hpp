// What a publisher of logical replication publishes, and how its tables look: read from its catalogs by plain
// SQL, so schemaver need not be there, nor any right but to connect.
#pragma once

#include "core/model.hpp"
#include "remote/session.hpp"

namespace schemaver::remote {

// Tables, types, unique indexes, publications and what is in them, as definitions that have what
// core::check_replication() looks at. Throws Error.
core::Schema publisher_schema(Session& publisher);

}  // namespace schemaver::remote
