// Asks the relation cache, and the backend's own table of locks.
#include "pg/held_locks.hpp"

#include "pg/compat.hpp"
#include "pg/text.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
}

namespace schemaver::pg {

namespace {

struct StrongLock {
    LOCKMODE mode;
    const char* name;
};
constexpr StrongLock strong_locks[] = {{AccessExclusiveLock, "ACCESS EXCLUSIVE"},
                                       {ExclusiveLock, "EXCLUSIVE"},
                                       {ShareRowExclusiveLock, "SHARE ROW EXCLUSIVE"},
                                       {ShareLock, "SHARE"},
                                       {ShareUpdateExclusiveLock, "SHARE UPDATE EXCLUSIVE"}};

const char* strongest_lock(Relation relation) {
    for (const StrongLock& lock : strong_locks)
        if (CheckRelationLockedByMe(relation, lock.mode, false)) return lock.name;
    return nullptr;
}

struct Seen {
    bool is_table = false;
    const char* schema = nullptr;
    const char* name = nullptr;
    const char* lock = nullptr;
    bool is_rewritten = false;
};

Seen look_at(Oid oid) {
    Seen seen;
    const char kind = get_rel_relkind(oid);
    if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_MATVIEW) return seen;
    Relation relation = RelationIdGetRelation(oid);
    if (!RelationIsValid(relation)) return seen;
    if (relation->rd_createSubid == InvalidSubTransactionId) {
        seen.is_table = true;
        seen.schema = get_namespace_name(RelationGetNamespace(relation));
        seen.name = pstrdup(RelationGetRelationName(relation));
        seen.lock = strongest_lock(relation);
        seen.is_rewritten = has_new_file(relation);
    }
    RelationClose(relation);
    return seen;
}

}  // namespace

std::optional<TableEffect> effect_on(Oid relation) {
    const Seen seen = call([=] { return look_at(relation); });
    if (!seen.is_table) return std::nullopt;
    return TableEffect{quote_qualified(to_utf8(seen.schema), to_utf8(seen.name)), seen.lock,
                       seen.is_rewritten};
}

}  // namespace schemaver::pg
