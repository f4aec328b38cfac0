// Objects that could not be described without waiting for a lock that somebody else held: each commit tries
// again those that earlier ones left over.
//
// Example: renaming a table changes the views that read it. One of them reads another table too, which is
// being altered meanwhile. The commit names the view in `postponed`, and the next commit, whatever it is
// about, has the view's change.
#pragma once

#include <set>

#include "catalog/catalog.hpp"
#include "ledger/timeline.hpp"

namespace schemaver::ledger {

// Those of this database's history that no other transaction is about to describe.
std::set<catalog::Address> take_postponed(const std::vector<Stretch>& stretches);

// Of those taken, the ones that are not in `postponed` are described; what is new in it is left for later.
void settle_postponed(const Uuid& timeline, const std::vector<Stretch>& stretches,
                      const std::set<catalog::Address>& taken, const std::set<catalog::Address>& postponed);

}  // namespace schemaver::ledger
