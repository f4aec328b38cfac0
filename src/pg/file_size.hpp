// The size of a relation's file as the file system has it: no lock is taken, and none is waited for.
#pragma once

#include <cstdint>

#include "pg/server.hpp"

namespace schemaver::pg {

// Of this database, by pg_class.reltablespace and relfilenode; 0 where there is no such file.
std::int64_t file_size(Oid tablespace, std::uint32_t file_number);

}  // namespace schemaver::pg
