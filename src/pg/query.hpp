// SQL from C++, for what only SQL can answer: how many rows has a table, what is a column's maximum? And for
// workers, which call our own functions as a session would. query() reads only, under the active snapshot.
//
// The rights are those of whoever called our function, and row security never filters: where a policy would,
// the query fails (RowSecurityOff). To go on after an error, run it in pg::subtransaction().
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pg/boundary.hpp"

namespace schemaver::pg {

// The rows as text. Only for columns of built-in types.
using QueryRow = std::vector<std::optional<std::string>>;
std::vector<QueryRow> query(const std::string& sql);

// The first column of the first row of a statement that may write, with text arguments: $1, ... Nothing: no
// row, or NULL. It runs as whoever the session is, under its search_path: names in it are qualified.
std::optional<std::string> single_value(const char* sql,
                                        const std::vector<std::optional<std::string>>& arguments);

// Any statement but those that end a transaction, in the database's encoding, as whoever the session is and
// under its search_path. What it returns is thrown away.
void execute(const char* statement);

// Whether there is a function "schemaver.seal()", with its types.
bool has_function(const std::string& signature);

// The same row by row, until `visit` returns false, of tables of the caller's, whatever the types of their
// columns. Values come as the text that their type's output function writes; those functions are the server's
// or a superuser's (only they make base types), which casts are not: so such a query must have no cast,
// function or operator, nothing but columns. Row security is off: a row that it would hide is an error, and
// no policy's code runs.
void query_as_caller(const std::string& sql, const std::function<bool(const QueryRow&)>& visit);

// While it lives a query that row security would filter is an error instead: a part is never taken for the
// whole. restore() at the end; an error's abort does it by itself.
class RowSecurityOff {
  public:
    RowSecurityOff();
    void restore();

  private:
    int nest_level_;
};

}  // namespace schemaver::pg
