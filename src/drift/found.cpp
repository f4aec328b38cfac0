// Reads and writes what checks have found.
#include "drift/found.hpp"

#include "pg/table.hpp"

extern "C" {
#include "utils/uuid.h"
}

namespace schemaver::drift {

namespace {

// In the order of src/schema.sql.
enum DriftColumn : AttrNumber {
    drift_timeline = 1,
    drift_id,
    drift_against,
    drift_change,
    drift_kind,
    drift_identity,
    drift_property,
    drift_value_digest,
    drift_former_identity,
    drift_old_value,
    drift_new_value,
    drift_facet,
    drift_severity,
    drift_captured,
    drift_commit,
    drift_who,
    drift_earliest,
    drift_latest,
    drift_first_seen,
    drift_returned_at,
    drift_accepted_at,
    drift_accepted_by,
    drift_reason
};

enum LookColumn : AttrNumber {
    look_timeline = 1,
    look_against,
    look_at,
    look_fingerprint,
    look_commit,
    look_opened,
    look_returned
};

std::optional<std::int64_t> optional_time(const pg::Row& row, AttrNumber column) {
    const auto value = row.datum(column);
    if (!value) return std::nullopt;
    return DatumGetInt64(*value);
}

pg::Value time_or_null(const std::optional<std::int64_t>& time) {
    return time ? pg::Value(Int64GetDatum(*time)) : pg::Value();
}

bool is_of(const pg::Row& row, AttrNumber column, const ledger::Uuid& timeline) {
    return std::memcmp(DatumGetUUIDP(*row.datum(column))->data, timeline.data(), UUID_LEN) == 0;
}

FoundDrift drift_from(const pg::Row& row, const ledger::Uuid& timeline) {
    FoundDrift drift;
    drift.timeline = timeline;
    drift.id = DatumGetInt64(*row.datum(drift_id));
    drift.against = row.text(drift_against);
    drift.key = {row.text(drift_change), row.text(drift_kind), row.text(drift_identity),
                 row.text(drift_property), row.text(drift_value_digest)};
    drift.former_identity = row.text(drift_former_identity);
    drift.old_value = row.text(drift_old_value);
    drift.new_value = row.text(drift_new_value);
    drift.facet = row.text(drift_facet);
    drift.severity = row.text(drift_severity);
    drift.captured = DatumGetBool(*row.datum(drift_captured));
    drift.commit = optional_time(row, drift_commit).value_or(0);
    drift.who = row.text(drift_who);
    drift.earliest = optional_time(row, drift_earliest);
    drift.latest = optional_time(row, drift_latest);
    drift.first_seen = DatumGetInt64(*row.datum(drift_first_seen));
    drift.returned_at = optional_time(row, drift_returned_at);
    drift.accepted_at = optional_time(row, drift_accepted_at);
    drift.accepted_by = row.text(drift_accepted_by);
    drift.reason = row.text(drift_reason);
    return drift;
}

std::vector<pg::Value> values_of(const FoundDrift& drift) {
    return {pg::uuid_datum(drift.timeline),
            Int64GetDatum(drift.id),
            pg::text_datum(drift.against),
            pg::text_datum(drift.key.change),
            pg::text_datum(drift.key.kind),
            pg::text_datum(drift.key.identity),
            pg::text_or_null(drift.key.property),
            pg::text_datum(drift.key.value_digest),
            pg::text_or_null(drift.former_identity),
            pg::text_or_null(drift.old_value),
            pg::text_or_null(drift.new_value),
            pg::text_or_null(drift.facet),
            pg::text_datum(drift.severity),
            BoolGetDatum(drift.captured),
            drift.commit > 0 ? pg::Value(Int64GetDatum(drift.commit)) : pg::Value(),
            pg::text_or_null(drift.who),
            time_or_null(drift.earliest),
            time_or_null(drift.latest),
            Int64GetDatum(drift.first_seen),
            time_or_null(drift.returned_at),
            time_or_null(drift.accepted_at),
            pg::text_or_null(drift.accepted_by),
            pg::text_or_null(drift.reason)};
}

}  // namespace

std::vector<FoundDrift> found_drift(const std::vector<ledger::Uuid>& timelines) {
    std::vector<FoundDrift> found;
    for (const ledger::Uuid& timeline : timelines) {
        pg::scan(pg::our_relation("found_drift"), pg::our_relation("found_drift_key"),
                 {{drift_timeline, F_UUID_EQ, pg::uuid_datum(timeline)}}, pg::latest_committed(),
                 [&](const pg::Row& row) { found.push_back(drift_from(row, timeline)); });
    }
    return found;
}

void insert(FoundDrift& drift) {
    drift.id = pg::next_value("drift_id");
    pg::insert_row("found_drift", values_of(drift));
}

void update(const FoundDrift& drift) {
    pg::delete_rows("found_drift", [&](const pg::Row& row) {
        return DatumGetInt64(*row.datum(drift_id)) == drift.id && is_of(row, drift_timeline, drift.timeline);
    });
    pg::insert_row("found_drift", values_of(drift));
}

std::optional<Check> last_check(const std::vector<ledger::Uuid>& timelines, const std::string& against) {
    std::optional<Check> last;
    for (const ledger::Uuid& timeline : timelines) {
        pg::visit_last(pg::our_relation("drift_check"), pg::our_relation("drift_check_key"),
                       {{look_timeline, F_UUID_EQ, pg::uuid_datum(timeline)},
                        {look_against, F_TEXTEQ, pg::text_datum(against)}},
                       pg::latest_committed(), [&](const pg::Row& row) {
                           last = {against,
                                   DatumGetInt64(*row.datum(look_at)),
                                   row.text(look_fingerprint),
                                   DatumGetInt64(*row.datum(look_commit)),
                                   DatumGetInt32(*row.datum(look_opened)),
                                   DatumGetInt32(*row.datum(look_returned))};
                       });
        if (last) break;
    }
    return last;
}

void insert(const ledger::Uuid& timeline, const Check& check) {
    pg::insert_row("drift_check",
                   {pg::uuid_datum(timeline), pg::text_datum(check.against), Int64GetDatum(check.at),
                    pg::text_or_null(check.fingerprint), Int64GetDatum(check.commit),
                    Int32GetDatum(check.opened), Int32GetDatum(check.returned)});
}

}  // namespace schemaver::drift
