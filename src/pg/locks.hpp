// The locks on relations that this backend holds now, and the one that it could not get.
#pragma once

#include "pg/boundary.hpp"

namespace schemaver::pg {

struct RelationLock {
    Oid relation = InvalidOid;
    int mode = 0;  // a LOCKMODE; a stronger one is mostly a greater number
    auto operator<=>(const RelationLock&) const = default;
};

// Of this database's relations.
std::set<RelationLock> relation_locks_held();

// As LockRelationOid(), which may wait until lock_timeout. Which lock it was that was not to be had then can
// be asked for once, and so be waited for after the transaction, which has failed of it.
void lock_relation(Oid relation, int mode);
std::optional<RelationLock> take_refused_lock();

// "AccessExclusiveLock"
std::string lock_mode_name(int mode);

}  // namespace schemaver::pg
