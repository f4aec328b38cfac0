// snapshot(): what the live schema is now, by its fingerprint.
//
// A row says from when to when the same was seen, so a schema that nobody changes has one row however often
// it is looked at; and where somebody has changed it past the ledger, two rows say between which looks.
#include "catalog/live.hpp"
#include "drift/clock.hpp"
#include "drift/writing.hpp"
#include "ledger/ledger.hpp"

extern "C" {
#include "utils/timestamp.h"
}

namespace schemaver::drift {

namespace {

// In the order of src/schema.sql.
enum SnapshotColumn : AttrNumber {
    snapshot_timeline = 1,
    snapshot_first_seen,
    snapshot_last_seen,
    snapshot_commit,
    snapshot_fingerprint,
    snapshot_daily
};

struct Seen {
    std::int64_t commit = 0;
    std::string fingerprint;
    core::Moment first_seen = 0;
    bool daily = false;
    ItemPointerData place = {};
};

std::optional<Seen> last_seen(const ledger::Uuid& timeline) {
    std::optional<Seen> last;
    pg::visit_last(pg::our_relation("snapshot"), pg::our_relation("snapshot_key"),
                   {{snapshot_timeline, F_UUID_EQ, pg::uuid_datum(timeline)}}, pg::latest_committed(),
                   [&](const pg::Row& row) {
                       last = Seen{DatumGetInt64(*row.datum(snapshot_commit)), row.text(snapshot_fingerprint),
                                   DatumGetTimestampTz(*row.datum(snapshot_first_seen)),
                                   DatumGetBool(*row.datum(snapshot_daily)), row.place()};
                   });
    return last;
}

}  // namespace

// snapshot(daily boolean)
SCHEMAVER_FUNCTION(schemaver_snapshot)(pg::Arguments arguments) {
    require_writing("schemaver.snapshot()");
    take_turns("snapshot");
    const auto lineage = ledger::writable_lineage(ledger::write_first_commit);
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    const core::Moment moment = now();
    Seen seen{ledger::head_commit(lineage.stretches, snapshot),
              catalog::live_digests().fingerprint(std::nullopt, {}),
              moment,
              arguments.boolean(0, false),
              {}};
    const std::optional<Seen> last = last_seen(*lineage.current);
    const bool is_same = last && last->fingerprint == seen.fingerprint && last->commit == seen.commit;
    if (is_same) {
        pg::delete_row("snapshot", last->place);
        seen.first_seen = last->first_seen;
        seen.daily &= last->daily;  // it is kept as long as the look that is kept longest
    }
    pg::insert_row("snapshot", {pg::uuid_datum(*lineage.current), TimestampTzGetDatum(seen.first_seen),
                                TimestampTzGetDatum(moment), Int64GetDatum(seen.commit),
                                pg::text_datum(seen.fingerprint), BoolGetDatum(seen.daily)});
    return is_same ? pg::Result::null() : pg::Result{pg::text_datum(seen.fingerprint)};
}

}  // namespace schemaver::drift
