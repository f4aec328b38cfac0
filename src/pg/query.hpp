// A query that runs with the rights of whoever called us, on tables that are theirs.
//
// Values come as the text that their type's output function writes; those functions are the server's or a
// superuser's (only they make base types), which casts are not: so a query must have no cast, function or
// operator, nothing but columns. Row security is off: a row that it would hide is an error, and no policy's
// code runs.
#pragma once

#include <functional>

#include "pg/boundary.hpp"

namespace schemaver::pg {

using TextRow = std::vector<std::optional<std::string>>;  // UTF-8; nullopt: NULL

// Row by row, as the running statement's snapshot sees them, until `visit` returns false.
void query_as_caller(const std::string& sql, const std::function<bool(const TextRow&)>& visit);

}  // namespace schemaver::pg
