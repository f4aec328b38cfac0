// Session locks, taken without a transaction and without waiting.
#include "pg/claim.hpp"

extern "C" {
#include "catalog/pg_database.h"
#include "storage/lock.h"
}

namespace schemaver::pg {

namespace {

LOCKTAG claim_tag(Oid database, Claim kind) {
    LOCKTAG tag;
    SET_LOCKTAG_OBJECT(tag, database, DatabaseRelationId, database, static_cast<std::uint16_t>(kind));
    // As advisory locks: a session's other locks go when a transaction of its is rolled back.
    tag.locktag_lockmethodid = USER_LOCKMETHOD;
    return tag;
}

bool is_same(const LOCKTAG& one, const LOCKTAG& other) { return std::memcmp(&one, &other, sizeof one) == 0; }

}  // namespace

bool claim(Oid database, Claim kind) {
    const LOCKTAG tag = claim_tag(database, kind);
    return call([&] { return LockAcquire(&tag, ExclusiveLock, true, true); }) != LOCKACQUIRE_NOT_AVAIL;
}

pid_t claimed_by(Oid database, Claim kind) {
    const LOCKTAG tag = claim_tag(database, kind);
    return call([&]() -> pid_t {
        const LockData* locks = GetLockStatusData();
        for (int i = 0; i < locks->nelements; ++i) {
            const LockInstanceData& lock = locks->locks[i];
            if (lock.holdMask != 0 && is_same(lock.locktag, tag)) return lock.pid;
        }
        return 0;
    });
}

// Each session takes this lock when it comes, so where it is not to be had it would have to wait.
bool is_database_wanted(Oid database) {
    LOCKTAG tag;
    SET_LOCKTAG_OBJECT(tag, InvalidOid, DatabaseRelationId, database, 0);
    return call([&] {
        if (LockAcquire(&tag, RowExclusiveLock, true, true) == LOCKACQUIRE_NOT_AVAIL) return true;
        LockRelease(&tag, RowExclusiveLock, true);
        return false;
    });
}

}  // namespace schemaver::pg
