// The locks on relations that this backend holds now.
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

// "AccessExclusiveLock"
std::string lock_mode_name(int mode);

}  // namespace schemaver::pg
