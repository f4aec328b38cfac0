// The server's own grammar, applied to one expression or query as the deparsers write them.
//
//     parse_tree_text("(x > 0)")      {A_EXPR :name (">") :lexpr {COLUMNREF :fields ("x") ...} ...}
#pragma once

#include <string>

namespace schemaver::pg {

// The raw parse tree of `sql` as nodeToString() writes it, in UTF-8: of an expression, a query, an SQL
// function's body (RETURN ..., BEGIN ATOMIC ... END) or a whole CREATE RULE. Throws pg::Error for a syntax
// error, core::Error (feature not supported) for anything else that is none of these.
std::string parse_tree_text(const std::string& sql);

}  // namespace schemaver::pg
