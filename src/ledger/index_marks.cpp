// By what stands in pg_index and pg_class.
#include "ledger/index_marks.hpp"

#include <tuple>

extern "C" {
#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace schemaver::ledger {

namespace {

// nullptr: the database, or a schema in it.
const RangeVar* relation_of(const Node* statement) {
    switch (nodeTag(statement)) {
        case T_ClusterStmt:
            return reinterpret_cast<const ClusterStmt*>(statement)->relation;
        case T_RefreshMatViewStmt:
            return reinterpret_cast<const RefreshMatViewStmt*>(statement)->relation;
        default:
            return reinterpret_cast<const ReindexStmt*>(statement)->relation;
    }
}

void add_mark(const pg::Row& row, IndexMarks& marks) {
    const auto& form = row.form<FormData_pg_index>();
    FormData_pg_class relation;
    const bool found = pg::call([&] {
        const HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(form.indexrelid));
        if (!HeapTupleIsValid(tuple)) return false;
        relation = *reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
        ReleaseSysCache(tuple);
        return true;
    });
    if (!found || relation.relpersistence == RELPERSISTENCE_TEMP ||
        relation.relnamespace == PG_TOAST_NAMESPACE)
        return;
    marks[{relation.relnamespace, NameStr(relation.relname)}] = {
        {RelationRelationId, relation.oid}, form.indisvalid, form.indisclustered, relation.reltablespace};
}

}  // namespace

bool may_mark_indexes(const Node* statement) {
    switch (nodeTag(statement)) {
        case T_ClusterStmt:
            return reinterpret_cast<const ClusterStmt*>(statement)->indexname != nullptr;
        case T_RefreshMatViewStmt:
            return !reinterpret_cast<const RefreshMatViewStmt*>(statement)->concurrent;
        case T_ReindexStmt:
            return true;
        default:
            return false;
    }
}

IndexMarks index_marks(const Node* statement) {
    IndexMarks marks;
    const auto add = [&](const pg::Row& row) { add_mark(row, marks); };
    const RangeVar* name = relation_of(statement);
    if (name == nullptr) {
        pg::scan(IndexRelationId, {}, nullptr, add);
        return marks;
    }
    const List* family = pg::call([=]() -> List* {
        const Oid relation = RangeVarGetRelid(name, NoLock, true);
        return OidIsValid(relation) ? find_all_inheritors(relation, NoLock, nullptr) : NIL;
    });
    for (int i = 0; i < list_length(family); ++i) {
        const Oid relation = list_nth_oid(family, i);
        const char kind = pg::call([=] { return get_rel_relkind(relation); });
        if (kind == RELKIND_INDEX || kind == RELKIND_PARTITIONED_INDEX)
            pg::scan(IndexRelationId, IndexRelidIndexId,
                     {{Anum_pg_index_indexrelid, F_OIDEQ, ObjectIdGetDatum(relation)}}, nullptr, add);
        else
            pg::scan(IndexRelationId, IndexIndrelidIndexId,
                     {{Anum_pg_index_indrelid, F_OIDEQ, ObjectIdGetDatum(relation)}}, nullptr, add);
    }
    return marks;
}

std::set<catalog::Address> newly_marked(const IndexMarks& before, const IndexMarks& after) {
    const auto marks = [](const IndexMark& mark) {
        return std::tuple(mark.valid, mark.clustered, mark.tablespace);
    };
    std::set<catalog::Address> changed;
    for (const auto& [name, mark] : after) {
        const auto former = before.find(name);
        if (former != before.end() && marks(former->second) != marks(mark)) changed.insert(mark.index);
    }
    return changed;
}

}  // namespace schemaver::ledger
