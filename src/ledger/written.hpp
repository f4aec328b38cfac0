// Objects that a command changed and no event names, found by the rows that this transaction wrote or
// deleted.
#pragma once

#include "ledger/pending.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace schemaver::ledger {

// REASSIGN OWNED changes owners, DROP OWNED privileges and policies, of whatever has them.
void add_reassigned(std::set<catalog::Address>& touched);

// An event trigger goes with its function, and neither fires nor is listed for it.
void add_recorded_event_triggers(const std::vector<Stretch>& stretches, Pending& pending);

// ALTER TABLE ... DROP IDENTITY drops the column's sequence, unlisted.
std::set<catalog::Address> dropped_identities(const Node* statement, catalog::Address table);

}  // namespace schemaver::ledger
