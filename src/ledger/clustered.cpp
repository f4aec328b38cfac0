// By what stands in pg_index.
#include "ledger/clustered.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "utils/lsyscache.h"
}

namespace schemaver::ledger {

bool may_mark_index(const Node* statement) {
    return IsA(statement, ClusterStmt) &&
           reinterpret_cast<const ClusterStmt*>(statement)->indexname != nullptr;
}

std::set<catalog::Address> marked_indexes(const Node* statement) {
    std::set<catalog::Address> marked;
    const RangeVar* name = reinterpret_cast<const ClusterStmt*>(statement)->relation;
    const List* tables = pg::call([=]() -> List* {
        const Oid table = RangeVarGetRelid(name, NoLock, true);
        return OidIsValid(table) ? find_all_inheritors(table, NoLock, nullptr) : NIL;
    });
    for (int i = 0; i < list_length(tables); ++i) {
        const Oid table = list_nth_oid(tables, i);
        if (pg::call([=] { return get_rel_persistence(table); }) == RELPERSISTENCE_TEMP) continue;
        pg::scan(IndexRelationId, IndexIndrelidIndexId,
                 {{Anum_pg_index_indrelid, F_OIDEQ, ObjectIdGetDatum(table)}}, nullptr,
                 [&](const pg::Row& row) {
                     const auto& form = row.form<FormData_pg_index>();
                     if (form.indisclustered) marked.insert({RelationRelationId, form.indexrelid});
                 });
    }
    return marked;
}

}  // namespace schemaver::ledger
