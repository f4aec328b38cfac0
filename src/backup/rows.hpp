// Rows, as far as the caller may read them: what a schema's definition cannot tell of a restore.
#pragma once

#include <string>
#include <vector>

#include "core/metadata.hpp"
#include "core/restore.hpp"
#include "pg/query.hpp"

namespace schemaver::backup {

// What the query gives, in `rows`, or why there is no answer; empty: it went well. It leaves no lock behind.
std::string try_query(const std::string& sql, std::vector<pg::QueryRow>& rows);

// Of these tables, their own rows without those of partitions and children. What the caller may not read, or
// may read only in part, is not counted, with the reason.
core::RowCounts count_rows(const std::vector<std::string>& tables);

// The tables of a schema that hold rows.
std::vector<std::string> tables_with_rows(const core::Schema& schema);

// Findings on the rows counted then that are not here now.
void compare_row_counts(const core::RowCounts& then, std::vector<core::Finding>& findings);

// Findings on sequences of identity, serial and OWNED BY columns whose next value has been given out already.
void check_sequences_reach(std::vector<core::Finding>& findings);

}  // namespace schemaver::backup
