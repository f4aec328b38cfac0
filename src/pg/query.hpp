// SQL from C++, for workers: one statement, text arguments, the first column of its first row.
//
//     pg::query("SELECT schemaver.seal()", {})
//
// The statement runs as whoever the session is, under its search_path: names in it are qualified.
#pragma once

#include "pg/boundary.hpp"

namespace schemaver::pg {

// Nothing: no row, or NULL. Needs a transaction with a snapshot.
std::optional<std::string> query(const char* sql, const std::vector<std::optional<std::string>>& arguments);

// Whether there is a function "schemaver.seal()", with its types.
bool has_function(const std::string& signature);

}  // namespace schemaver::pg
