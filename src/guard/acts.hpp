// Confirmations and lifts: rows of guard_act, which a rollback takes back, so nothing is remembered outside
// of them.
#pragma once

#include <string>
#include <vector>

#include "pg/table.hpp"

namespace schemaver::guard {

// Destructive commands of this transaction, or of this session at this time.
bool is_confirmed();
// Everything, in this session.
bool is_lifted();

// Every row as the bytes that seal() covers (docs/security.md); none where the table is not there.
std::vector<std::string> acts_as_bytes(Snapshot snapshot);

}  // namespace schemaver::guard
