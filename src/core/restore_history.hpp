// Where two databases stand to each other in the history of their migrations.
//
// Example: the backup's ledger saw 010, 012 and 018 and is at 018; the database is at 012. So it is behind,
// and 018 is what lies between.
#pragma once

#include <string>
#include <vector>

#include "core/metadata.hpp"

namespace schemaver::core {

enum class Position {
    no_revisions,  // no migration tool on either side
    backup_only,   // the database has no revision
    target_only,   // the backup has none
    same,
    behind,     // the database is behind the backup
    ahead,      // the database is ahead of the backup
    unrelated,  // neither side has seen the other's revision
};

struct HistoryComparison {
    Position position = Position::no_revisions;
    std::vector<std::string> between;  // what the older side lacks, oldest first
};

HistoryComparison compare_histories(const Migration& backup, const Migration& target);

// The older text form may have revisions cut short: "018" where the database knows 018_add_faculty_columns,
// as a script leaves it that looks for [a-f0-9]+ in what `alembic current` prints. Puts the whole one where
// only one can be meant.
void complete_revisions(Migration& backup, const Migration& target);

// The same by the commits of the ledgers, for what no migration tool knows. Position::no_revisions: the
// backup's timeline is no part of the database's history.
Position compare_ledgers(const Metadata& backup, const Metadata& target);

}  // namespace schemaver::core
