// Claims on a database: locks that one process holds until it ends, so that there is only one of its kind.
//
// They are the server's own locks, on the database as an object and a number beside it, so they are gone with
// their holder however it ends, and pg_locks shows them.
#pragma once

#include <sys/types.h>

#include "pg/boundary.hpp"

namespace schemaver::pg {

enum class Claim : std::uint16_t { launcher = 1, worker = 2 };

// Without waiting; false: another process has it.
bool claim(Oid database, Claim kind);
// The process that has it; 0: none.
pid_t claimed_by(Oid database, Claim kind);

// Whether somebody is about to drop, rename, copy or move it; then sessions in it are not wanted.
bool is_database_wanted(Oid database);

}  // namespace schemaver::pg
