// The locks on relations that this backend holds now, the one that it could not get, and how long it waits.
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

// For the rest of the transaction.
void set_lock_timeout(std::int64_t milliseconds);

// "AccessExclusiveLock"
std::string lock_mode_name(int mode);

}  // namespace schemaver::pg
