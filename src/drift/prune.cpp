// prune(): takes away what nobody needs any more of what checks and jobs have written. The ledger, refs,
// seals and backups are not touched, and of each kind what the next check or run goes by stays.
#include <map>

#include "core/text.hpp"
#include "drift/clock.hpp"
#include "pg/locks.hpp"
#include "pg/table.hpp"

extern "C" {
#include "storage/lockdefs.h"
#include "tcop/utility.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

namespace schemaver::drift {

namespace {

// Columns by their place in src/schema.sql. `aged`: since when nobody needs the row; NULL: it is needed.
// `one_of`: of the rows that agree in it the youngest stays, whatever its kind; 0: none has to.
struct Pruned {
    const char* kind;
    const char* table;
    AttrNumber aged;
    AttrNumber one_of;
    bool (*is_it)(const pg::Row&) = nullptr;  // of a table that has several kinds
};

constexpr AttrNumber timeline_column = 1;
constexpr AttrNumber snapshot_is_daily = 6;
constexpr Pruned all_pruned[] = {
    {"drift", "found_drift", 20,
     0},  // accepted drift that is still there must be known, or it would be told anew
    {"drift checks", "drift_check", 3, 2},
    {"job runs", "job_run", 7, 2},
    {"daily snapshots", "snapshot", 3, timeline_column,
     [](const pg::Row& row) { return DatumGetBool(*row.datum(snapshot_is_daily)); }},
    {"other snapshots", "snapshot", 3, timeline_column,
     [](const pg::Row& row) { return !DatumGetBool(*row.datum(snapshot_is_daily)); }},
};

std::optional<std::int64_t> age(const pg::Row& row, const Pruned& what) {
    const auto value = row.datum(what.aged);
    if (!value) return std::nullopt;
    return DatumGetInt64(*value);
}

std::string group(const pg::Row& row, const Pruned& what) {
    const auto* timeline = DatumGetUUIDP(*row.datum(timeline_column));
    std::string key(reinterpret_cast<const char*>(timeline->data), UUID_LEN);
    if (what.one_of > timeline_column) key += row.text(what.one_of);
    return key;
}

// When the row must have aged to go, by kind. The longest time counts where several rules are there.
std::map<std::string, std::int64_t> limits() {
    constexpr AttrNumber rule_kind = 1;
    constexpr AttrNumber rule_keep = 2;
    std::map<std::string, std::int64_t> found;
    const std::int64_t moment = now();
    pg::scan(pg::our_relation("retention"), {}, pg::latest_committed(), [&](const pg::Row& row) {
        const Datum keep = *row.datum(rule_keep);
        const auto limit = DatumGetTimestampTz(pg::call(
            [=] { return DirectFunctionCall2(timestamptz_mi_interval, TimestampTzGetDatum(moment), keep); }));
        const std::string kind = row.text(rule_kind);
        const auto known = found.find(kind);
        found[kind] = known == found.end() ? limit : std::min(known->second, limit);
    });
    return found;
}

std::int64_t prune(const Pruned& what, std::int64_t limit) {
    // One that works on these rows at a time; nobody else takes this lock but VACUUM.
    const Oid table = pg::our_relation(what.table);
    pg::lock_relation(table, ShareUpdateExclusiveLock);
    std::map<std::string, std::int64_t> youngest;
    if (what.one_of != 0) {
        pg::scan(table, {}, pg::latest_committed(), [&](const pg::Row& row) {
            const auto its = age(row, what);
            if (!its) return;
            auto& last = youngest.try_emplace(group(row, what), *its).first->second;
            last = std::max(last, *its);
        });
    }
    std::int64_t removed = 0;
    pg::delete_rows(what.table, [&](const pg::Row& row) {
        const auto its = age(row, what);
        if (!its || *its > limit || (what.is_it != nullptr && !what.is_it(row))) return false;
        if (what.one_of != 0 && youngest.at(group(row, what)) == *its) return false;
        ++removed;
        return true;
    });
    return removed;
}

}  // namespace

// prune()
SCHEMAVER_FUNCTION(schemaver_prune)(pg::Arguments) {
    pg::call([] {
        PreventCommandDuringRecovery("schemaver.prune()");
        PreventCommandIfReadOnly("schemaver.prune()");
        PreventCommandIfParallelMode("schemaver.prune()");
    });
    const auto limit = limits();
    std::int64_t removed = 0;
    for (const Pruned& what : all_pruned) {
        const auto its = limit.find(what.kind);
        if (its != limit.end()) removed += prune(what, its->second);  // without a rule: for ever
    }
    return {Int64GetDatum(removed), false};
}

}  // namespace schemaver::drift
