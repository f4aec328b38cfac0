// What seals cover of migrations: that they began and ended, and what commits wrote down of them.
#pragma once

#include "ledger/ledger.hpp"

namespace schemaver::migration {

// Written with a commit: that it is part of a migration, what it saw of the tools' books, what it locked.
std::vector<ledger::RowBeside> sealed_rows(Snapshot snapshot);
// begin_migration() and end_migration().
std::vector<ledger::RowBeside> sealed_acts(Snapshot snapshot);

}  // namespace schemaver::migration
