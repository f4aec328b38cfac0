// Queries of users' tables, whose owners may be anybody. To plan one runs code of the owner's: the server
// folds what is constant in conditions and expressions of indexes, with the functions in it. So it is planned
// and run as VACUUM and REINDEX do it, with the owner's rights in an operation that cannot reach the session.
// What the caller may read is asked before: SELECT on each table, and row security, under which rows that it
// would hide are an error.
//
//     pg::query_tables("SELECT id FROM public.people", [&](const pg::QueryRow& row) { return true; });
#pragma once

#include "pg/query.hpp"

namespace schemaver::pg {

// Until `visit` returns false. Values come as text, as with query_as_caller(). All tables and sequences must
// have one owner.
void query_tables(const std::string& sql, const std::function<bool(const QueryRow&)>& visit);
// All rows.
std::vector<QueryRow> query_tables(const std::string& sql);

}  // namespace schemaver::pg
