// CLUSTER people USING people_by_name marks the index as the one that the table is clustered by, of which no
// event tells.
#pragma once

#include <set>

#include "catalog/catalog.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace schemaver::ledger {

bool may_mark_index(const Node* statement);

// The indexes with that mark, of the statement's table and of its partitions.
std::set<catalog::Address> marked_indexes(const Node* statement);

}  // namespace schemaver::ledger
