// Tells which columns a query is about to update, before it runs: the server asks for the right to.
//
//     UPDATE people SET name = ...        note(people, 2)
//
// Also of queries inside functions and of ON CONFLICT DO UPDATE and MERGE. Of a partitioned table it is the
// one that the query names; what a BEFORE trigger sets is not known.
#pragma once

#include "pg/server.hpp"

namespace schemaver::pg {

// Called at _PG_init. Every query asks whether it is wanted now; `note` may throw.
void install_update_hook(bool (*is_wanted)(), void (*note)(Oid table, AttrNumber column));

}  // namespace schemaver::pg
