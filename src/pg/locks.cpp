// What pg_locks reads, without SQL; and the server's way to a lock.
#include "pg/locks.hpp"

extern "C" {
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "storage/lockdefs.h"
#include "utils/guc.h"
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

namespace {

std::optional<RelationLock> refused_lock;

}  // namespace

void lock_relation(Oid relation, int mode) {
    refused_lock = {relation, mode};
    call([=] { LockRelationOid(relation, mode); });
    refused_lock.reset();
}

std::optional<RelationLock> take_refused_lock() { return std::exchange(refused_lock, std::nullopt); }

void set_lock_timeout(std::int64_t milliseconds) {
    const std::string text = std::to_string(milliseconds);
    const char* value = text.c_str();
    call([=] {
        (void)set_config_option("lock_timeout", value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0,
                                false);
    });
}

std::string lock_mode_name(int mode) {
    return call([=] { return GetLockmodeName(DEFAULT_LOCKMETHOD, mode); });
}

}  // namespace schemaver::pg
