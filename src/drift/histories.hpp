// The timelines whose jobs, runs and drift are this database's.
//
// Those of its history, and those of what it was before pg_upgrade, which starts a timeline that inherits no
// commits, as OIDs are others then. Jobs and drift have none.
#pragma once

#include "ledger/timeline.hpp"

namespace schemaver::drift {

// This database's history, and those before it, the newest first; each of its own stretches.
std::vector<std::vector<ledger::Stretch>> all_histories();

// Their timelines, newest first.
std::vector<ledger::Uuid> own_timelines();

}  // namespace schemaver::drift
