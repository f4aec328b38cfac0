// Catalog scans: one row after another, by heap order or by index, each server call inside the boundary.
//
//     pg::scan(NamespaceRelationId, {}, snapshot, [&](const pg::Row& row) {
//         names[row.oid(Anum_pg_namespace_oid)] = row.name(Anum_pg_namespace_nspname);
//     });
//
// The visitor is ordinary C++ and may throw: the scan is then left to the server's resource owner, which
// cleans up when the error that follows aborts the (sub)transaction. Nothing of the server's is called on the
// way up.
#pragma once

#include "pg/boundary.hpp"
#include "pg/text.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace schemaver::pg {

// A row of the scan; valid only while its visitor runs.
class Row {
  public:
    Row(HeapTuple tuple, TupleDesc descriptor) : tuple_(tuple), descriptor_(descriptor) {}

    // The fixed part of the row, as the server's struct of that catalog.
    template <typename Form>
    const Form& form() const {
        return *reinterpret_cast<const Form*>(GETSTRUCT(tuple_));
    }
    bool is_null(AttrNumber column) const;
    std::optional<Datum> datum(AttrNumber column) const;  // nullopt: NULL
    // What a column of varying length holds, where it stands in the row; nullopt: NULL, or compressed, or
    // stored elsewhere.
    std::optional<std::string_view> bytes(AttrNumber column) const;
    Oid oid(AttrNumber column) const;           // InvalidOid: NULL
    std::string name(AttrNumber column) const;  // of a column of type name
    std::string text(AttrNumber column) const;  // empty: NULL
    std::optional<std::string> optional_text(AttrNumber column) const;
    std::vector<std::string> text_array(AttrNumber column) const;   // empty: NULL
    std::vector<std::int16_t> int2_array(AttrNumber column) const;  // int2[] and int2vector
    std::vector<Oid> oid_array(AttrNumber column) const;            // oid[] and oidvector
    std::string char_array(AttrNumber column) const;                // "char"[]
    AttrNumber columns() const { return static_cast<AttrNumber>(descriptor_->natts); }
    Oid type(AttrNumber column) const { return TupleDescAttr(descriptor_, column - 1)->atttypid; }
    ItemPointerData place() const { return tuple_->t_self; }
    TransactionId xmin() const;
    TransactionId xmax() const;  // invalid: nobody has deleted or locked the row

  private:
    HeapTuple tuple_;
    TupleDesc descriptor_;
};

// column = value, by the equality of the value's type; or with another strategy and its function.
struct Key {
    AttrNumber column;
    RegProcedure equal;  // F_OIDEQ, F_INT2EQ, F_NAMEEQ, F_UUID_EQ, F_BYTEAEQ, ...
    Datum value;
    StrategyNumber strategy = BTEqualStrategyNumber;
};

// A scan under way.
struct RunningScan {
    Relation table;
    Relation index;  // nullptr: none, or the server opens and closes it itself
    SysScanDesc rows;
    bool stays_open;  // table and index, for the next one
};

enum class Order { any, of_index };

// A table without pages has no rows: whoever looks up something that hardly any database has asks this first.
bool has_pages(Oid table);

// With an index, its leading columns must be those of the keys; without, the whole table is read in heap
// order and the keys filter.
RunningScan begin_scan(Oid relation, Oid index, const std::vector<Key>& keys, Snapshot snapshot, Order order);
void end_scan(const RunningScan& running);

// The next row, or nullptr.
inline HeapTuple next_row(const RunningScan& running, ScanDirection direction = ForwardScanDirection) {
    return call([&] {
        return running.index != nullptr ? systable_getnext_ordered(running.rows, direction)
                                        : systable_getnext(running.rows);
    });
}

// Calls `visit` for each row, or until it returns false. `snapshot` nullptr: the latest state, this
// transaction's own changes included. Takes AccessShareLock, which every session that runs a query holds on
// catalogs anyway, and releases it, unless OpenRelations (pg/open_relations.hpp) keep it.
template <typename Visit>
void scan(Oid relation, Oid index, const std::vector<Key>& keys, Snapshot snapshot, Visit&& visit) {
    const RunningScan running = begin_scan(relation, index, keys, snapshot, Order::any);
    TupleDesc descriptor = RelationGetDescr(running.table);
    while (HeapTuple tuple = next_row(running)) {
        if constexpr (std::is_same_v<std::invoke_result_t<Visit&, const Row&>, bool>) {
            if (!visit(Row(tuple, descriptor))) break;
        } else {
            visit(Row(tuple, descriptor));
        }
    }
    end_scan(running);
}

// Calls `visit` for the last row in the index's order, if there is one. The keys are as for scan(), with an
// index.
template <typename Visit>
void visit_last(Oid relation, Oid index, const std::vector<Key>& keys, Snapshot snapshot, Visit&& visit) {
    const RunningScan running = begin_scan(relation, index, keys, snapshot, Order::of_index);
    if (HeapTuple tuple = next_row(running, BackwardScanDirection))
        visit(Row(tuple, RelationGetDescr(running.table)));
    end_scan(running);
}

template <typename Visit>
void scan(Oid relation, const std::vector<Key>& keys, Snapshot snapshot, Visit&& visit) {
    scan(relation, InvalidOid, keys, snapshot, std::forward<Visit>(visit));
}

}  // namespace schemaver::pg
