// A script described for lint: the server's own parser reads it, and its trees stay here.
//
//     describe_script("DROP TABLE a; ...")      {kind drop, object_kind "table", objects {a}, line 1, ...},
//     ...
#pragma once

#include <string_view>
#include <vector>

#include "core/lint_statement.hpp"

namespace schemaver::pg {

// `sql` is UTF-8. Throws core::Error (SV050) with line and position where it is no SQL, and with the parser's
// own message; whatever else it raises comes as pg::Error.
std::vector<core::LintStatement> describe_script(std::string_view sql);

// The same of the text of a function's body; nullptr where it does not parse.
core::LintBody describe_body(std::string_view sql);
// The statements of SQL in a body in plpgsql; nullptr where it is none.
core::LintBody describe_plpgsql(std::string_view source);

}  // namespace schemaver::pg
