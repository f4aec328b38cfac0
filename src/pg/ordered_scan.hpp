// Scans in the order of an index that end when enough has been seen.
#pragma once

#include "pg/scan.hpp"

namespace schemaver::pg {

// Calls `visit` for each row in the order of the index, or from its end to its beginning, until it returns
// false. Otherwise as scan().
template <typename Visit>
void scan_ordered(Oid relation, Oid index, const std::vector<Key>& keys, Snapshot snapshot,
                  ScanDirection direction, Visit&& visit) {
    const RunningScan running = begin_scan(relation, index, keys, snapshot, Order::of_index);
    TupleDesc descriptor = RelationGetDescr(running.table);
    while (HeapTuple tuple = next_row(running, direction)) {
        if (!visit(Row(tuple, descriptor))) break;
    }
    end_scan(running);
}

}  // namespace schemaver::pg
