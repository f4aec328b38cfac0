// A small table, mostly empty. What two transactions could describe at once is described by the one that gets
// a lock on it, which is none of the object's own; the other goes on.
#include "ledger/postponed.hpp"

#include <algorithm>

#include "ledger/columns.hpp"
#include "pg/table.hpp"

extern "C" {
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/uuid.h"
}

namespace schemaver::ledger {

namespace {

bool is_of_history(const std::vector<Stretch>& stretches, const pg::Row& row) {
    const auto* timeline = DatumGetUUIDP(*row.datum(postponed_timeline));
    return std::any_of(stretches.begin(), stretches.end(), [=](const Stretch& stretch) {
        return std::memcmp(stretch.timeline.data(), timeline->data, UUID_LEN) == 0;
    });
}

catalog::Address address_in(const pg::Row& row) {
    return {row.oid(postponed_catalog), row.oid(postponed_object)};
}

std::set<catalog::Address> left_over(const std::vector<Stretch>& stretches) {
    std::set<catalog::Address> found;
    pg::scan(pg::our_relation("postponed"), {}, pg::latest_committed(), [&](const pg::Row& row) {
        if (is_of_history(stretches, row)) found.insert(address_in(row));
    });
    return found;
}

// Until the end of the transaction.
bool is_ours_to_describe(catalog::Address address) {
    const Oid table = pg::our_relation("postponed");
    return pg::call([=] {
        LOCKTAG tag;
        SET_LOCKTAG_OBJECT(tag, MyDatabaseId, table, address.object, 0);
        return LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL;
    });
}

}  // namespace

std::set<catalog::Address> take_postponed(const std::vector<Stretch>& stretches) {
    std::set<catalog::Address> taken;
    for (const catalog::Address& address : left_over(stretches)) {
        if (is_ours_to_describe(address)) taken.insert(address);
    }
    if (taken.empty()) return taken;
    // Before the lock was ours, somebody may have described it.
    const std::set<catalog::Address> still = left_over(stretches);
    std::erase_if(taken, [&](const catalog::Address& address) { return still.count(address) == 0; });
    return taken;
}

void settle_postponed(const Uuid& timeline, const std::vector<Stretch>& stretches,
                      const std::set<catalog::Address>& taken, const std::set<catalog::Address>& postponed) {
    const auto is_done = [&](catalog::Address address) {
        return taken.count(address) > 0 && postponed.count(address) == 0;
    };
    if (std::any_of(taken.begin(), taken.end(), is_done)) {
        pg::delete_rows("postponed", [&](const pg::Row& row) {
            return is_of_history(stretches, row) && is_done(address_in(row));
        });
    }
    for (const catalog::Address& address : postponed) {
        if (taken.count(address) > 0) continue;
        pg::insert_row("postponed", {pg::uuid_datum(timeline), ObjectIdGetDatum(address.catalog),
                                     ObjectIdGetDatum(address.object)});
    }
}

}  // namespace schemaver::ledger
