// Commands that commit on their way: CREATE INDEX CONCURRENTLY puts an index into the catalogs, invalid so
// far, commits, and fills it; DROP INDEX CONCURRENTLY makes one invalid first. What fails later leaves it so.
// The event that ends the command never comes then, so what stands there at the first of these commits is
// recorded with that one. And what else has to be known of a command before it runs: whether it drops
// temporary tables alone.
#include "ledger/capture.hpp"
#include "ledger/pending.hpp"
#include "pg/event_trigger.hpp"

extern "C" {
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "utils/lsyscache.h"
}

namespace schemaver::ledger {

namespace {

struct Halfway {
    Oid table = InvalidOid;  // whose index the command works on
    const char* tag = nullptr;
};
Halfway halfway;

Oid table_of_concurrent_index(const Node* tree) {
    if (tree == nullptr) return InvalidOid;
    if (IsA(tree, IndexStmt) && reinterpret_cast<const IndexStmt*>(tree)->concurrent) {
        const RangeVar* table = reinterpret_cast<const IndexStmt*>(tree)->relation;
        return pg::call([=] { return RangeVarGetRelid(table, NoLock, true); });
    }
    if (IsA(tree, DropStmt) && reinterpret_cast<const DropStmt*>(tree)->concurrent) {
        auto* name = static_cast<List*>(linitial(reinterpret_cast<const DropStmt*>(tree)->objects));
        return pg::call([=] {
            const Oid index = RangeVarGetRelid(makeRangeVarFromNameList(name), NoLock, true);
            return OidIsValid(index) ? IndexGetRelation(index, true) : InvalidOid;
        });
    }
    return InvalidOid;
}

// The DROP TABLE that has begun, if all that it drops is temporary: then what goes needs no look when it has
// gone.
const Node* dropping_temporary = nullptr;

// What is dropped with a temporary table is a part of it, unless CASCADE takes along what else depends on it,
// such as a function that returns its rows.
bool drops_temporary_tables(const Node* tree) {
    if (tree == nullptr || !IsA(tree, DropStmt)) return false;
    const auto* drop = reinterpret_cast<const DropStmt*>(tree);
    if (drop->removeType != OBJECT_TABLE || drop->behavior == DROP_CASCADE) return false;
    for (int i = 0; i < list_length(drop->objects); ++i) {
        auto* name = static_cast<List*>(list_nth(drop->objects, i));
        const bool is_temporary = pg::call([=] {
            const Oid table = RangeVarGetRelid(makeRangeVarFromNameList(name), NoLock, true);
            return OidIsValid(table) && get_rel_persistence(table) == RELPERSISTENCE_TEMP;
        });
        if (!is_temporary) return false;
    }
    return true;
}

}  // namespace

// One that failed has left its address, at which another command may stand by now: no DROP TABLE, whose start
// would have come by here.
bool drops_temporary_alone(const void* tree) {
    return tree != nullptr && tree == dropping_temporary && IsA(tree, DropStmt) &&
           static_cast<const DropStmt*>(tree)->removeType == OBJECT_TABLE;
}

bool commits_halfway() { return OidIsValid(halfway.table); }

void forget_halfway() {
    halfway = Halfway();
    dropping_temporary = nullptr;
}

void record_halfway() {
    std::vector<Oid> indexes;
    pg::scan(IndexRelationId, IndexIndrelidIndexId,
             {{Anum_pg_index_indrelid, F_OIDEQ, ObjectIdGetDatum(halfway.table)}}, nullptr,
             [&](const pg::Row& row) {
                 const TransactionId writer = row.xmin();
                 if (pg::call([=] { return TransactionIdIsCurrentTransactionId(writer); })) {
                     indexes.push_back(row.form<FormData_pg_index>().indexrelid);
                 }
             });
    if (indexes.empty()) return;
    Pending& recorded = recording();
    std::vector<std::string> objects;
    for (const Oid index : indexes) {
        const ObjectAddress place{RelationRelationId, index, 0};
        objects.push_back("index " + pg::to_utf8(pg::call([&] { return getObjectIdentity(&place, false); })));
        recorded.touch({RelationRelationId, index}, true);
    }
    insert_command(recorded, halfway.tag, objects);
    forget_halfway();
}

SCHEMAVER_FUNCTION(schemaver_capture_start)(pg::Arguments arguments) {
    const pg::Event event = pg::event_of(arguments);
    forget_halfway();
    if (!is_capturing()) return pg::Result::null();
    const auto* tree = static_cast<const Node*>(event.parse_tree);
    halfway.table = table_of_concurrent_index(tree);
    if (commits_halfway()) halfway.tag = IsA(tree, IndexStmt) ? "CREATE INDEX" : "DROP INDEX";
    if (drops_temporary_tables(tree)) dropping_temporary = tree;
    return pg::Result::null();
}

}  // namespace schemaver::ledger
