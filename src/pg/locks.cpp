// What pg_locks reads, without SQL.
#include "pg/locks.hpp"

extern "C" {
#include "storage/lock.h"
#include "storage/lockdefs.h"
}

namespace schemaver::pg {

std::set<RelationLock> relation_locks_held() {
    const LockData* all = call([] { return GetLockStatusData(); });
    std::set<RelationLock> held;
    for (int i = 0; i < all->nelements; ++i) {
        const LockInstanceData& lock = all->locks[i];
        if (lock.pid != MyProcPid || lock.locktag.locktag_type != LOCKTAG_RELATION ||
            lock.locktag.locktag_field1 != MyDatabaseId) {
            continue;
        }
        for (int mode = AccessShareLock; mode <= AccessExclusiveLock; ++mode) {
            if ((lock.holdMask & LOCKBIT_ON(mode)) != 0) held.insert({lock.locktag.locktag_field2, mode});
        }
    }
    call([=] { pfree(all->locks); });
    return held;
}

std::string lock_mode_name(int mode) {
    return call([=] { return GetLockmodeName(DEFAULT_LOCKMETHOD, mode); });
}

}  // namespace schemaver::pg
