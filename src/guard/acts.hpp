// Confirmations and lifts: rows of guard_act, which a rollback takes back, so nothing is remembered outside
// of them.
#pragma once

#include "ledger/ledger.hpp"

namespace schemaver::guard {

// Destructive commands of this transaction, or of this session at this time.
bool is_confirmed();
// Everything, in this session.
bool is_lifted();

// Every row, for seals; none where the table is not there.
std::vector<ledger::RowBeside> sealed_acts(Snapshot snapshot);

}  // namespace schemaver::guard
