// Where the session comes from that changed the schema: beside its commit, in a table that not everyone
// reads.
#pragma once

#include "ledger/timeline.hpp"

namespace schemaver::ledger {

// The client's address under this transaction. A session that came by a socket of this machine has none, and
// writes no row.
void store_connection(const Uuid& timeline, FullTransactionId transaction);

}  // namespace schemaver::ledger
