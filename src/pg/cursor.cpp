// Ordered scans of our own tables.
#include "pg/cursor.hpp"

extern "C" {
#include "access/genam.h"
#include "utils/lsyscache.h"
}

namespace schemaver::pg {

Cursor::Cursor(const char* table, const char* index, const std::vector<Key>& keys, Snapshot snapshot,
               ScanDirection direction)
    : direction_(direction), memory_(CurrentMemoryContext) {
    const Oid table_oid = our_relation(table);
    const Oid index_oid = our_relation(index);
    const Key* first = keys.data();
    const int count = static_cast<int>(keys.size());
    call([=, this] {
        ScanKeyData entries[4];
        for (int i = 0; i < count; ++i)
            ScanKeyInit(&entries[i], first[i].column, first[i].strategy, first[i].equal, first[i].value);
        table_ = table_open(table_oid, AccessShareLock);
        index_ = index_open(index_oid, AccessShareLock);
        scan_ = systable_beginscan_ordered(table_, index_, snapshot, count, entries);
    });
}

bool Cursor::next() {
    call([this] {
        MemoryContext caller = MemoryContextSwitchTo(memory_);
        tuple_ = systable_getnext_ordered(scan_, direction_);
        MemoryContextSwitchTo(caller);
    });
    return tuple_ != nullptr;
}

void Cursor::close() {
    call([this] {
        systable_endscan_ordered(scan_);
        index_close(index_, AccessShareLock);
        table_close(table_, AccessShareLock);
    });
}

RowMemory::RowMemory()
    : outer_(CurrentMemoryContext), memory_(call([] {
          return AllocSetContextCreate(CurrentMemoryContext, "schemaver rows", ALLOCSET_DEFAULT_SIZES);
      })) {
    MemoryContextSwitchTo(memory_);
}

void RowMemory::empty() {
    MemoryContext memory = memory_;
    call([=] { MemoryContextReset(memory); });
}

void RowMemory::leave() {
    MemoryContextSwitchTo(outer_);
    MemoryContext memory = memory_;
    call([=] { MemoryContextDelete(memory); });
}

void require_columns(const char* table, const std::vector<Oid>& types) {
    const Oid relation = our_relation(table);
    for (std::size_t i = 0; i < types.size(); ++i) {
        const auto column = static_cast<AttrNumber>(i + 1);
        if (call([=] { return get_atttype(relation, column); }) == types[i]) continue;
        throw core::Error(core::sqlstate::library_mismatch,
                          fmt::format("column {} of schemaver.{} is not of the type that this library reads",
                                      column, table),
                          "The library and the SQL objects of the extension are of different versions, or "
                          "somebody has altered the table.",
                          "Run ALTER EXTENSION schemaver UPDATE, or restore the table.");
    }
}

}  // namespace schemaver::pg
