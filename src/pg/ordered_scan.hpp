// Scans in the order of an index that end when enough has been seen.
#pragma once

#include "pg/scan.hpp"

namespace schemaver::pg {

// Calls `visit` for each row in the order of the index, or from its end to its beginning, until it returns
// false. Otherwise as scan().
template <typename Visit>
void scan_ordered(Oid relation, Oid index, const std::vector<Key>& keys, Snapshot snapshot,
                  ScanDirection direction, Visit&& visit) {
    std::array<ScanKeyData, 4> entries;
    int count = 0;
    for (const Key& key : keys) {
        call([&] { ScanKeyInit(&entries[count], key.column, key.strategy, key.equal, key.value); });
        ++count;
    }
    Relation table = call([&] { return table_open(relation, AccessShareLock); });
    Relation order = call([&] { return index_open(index, AccessShareLock); });
    SysScanDesc running =
        call([&] { return systable_beginscan_ordered(table, order, snapshot, count, entries.data()); });
    TupleDesc descriptor = RelationGetDescr(table);
    while (HeapTuple tuple = call([&] { return systable_getnext_ordered(running, direction); })) {
        if (!visit(Row(tuple, descriptor))) break;
    }
    call([&] {
        systable_endscan_ordered(running);
        index_close(order, AccessShareLock);
        table_close(table, AccessShareLock);
    });
}

}  // namespace schemaver::pg
