// Reads and writes schemaver.ref.
#include "version/refs.hpp"

#include <algorithm>

#include "core/transaction_snapshot.hpp"
#include "ledger/recorded.hpp"

extern "C" {
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
}

namespace schemaver::version {

namespace {

// In the order of src/schema.sql.
enum RefColumn : AttrNumber {
    ref_timeline = 1,
    ref_kind,
    ref_name,
    ref_number,
    ref_action,
    ref_commit,
    ref_snapshot,
    ref_at,
    ref_who,
    ref_database,
    ref_server_version,
    ref_revision,
    ref_migrations,
    ref_fingerprint,
    ref_objects,
    ref_description,
    ref_kept
};

std::string snapshot_text(Datum snapshot) {
    return pg::call([=] { return DatumGetCString(DirectFunctionCall1(pg_snapshot_out, snapshot)); });
}

Ref ref_from(const pg::Row& row, const ledger::Uuid& timeline) {
    Ref ref;
    ref.timeline = timeline;
    ref.kind = row.text(ref_kind);
    ref.name = row.text(ref_name);
    ref.number = DatumGetInt32(*row.datum(ref_number));
    ref.action = row.text(ref_action);
    ref.commit = DatumGetInt64(*row.datum(ref_commit));
    ref.snapshot = snapshot_text(*row.datum(ref_snapshot));
    ref.at = DatumGetInt64(*row.datum(ref_at));
    ref.who = row.text(ref_who);
    ref.database = row.text(ref_database);
    ref.server_version = row.text(ref_server_version);
    ref.revision = row.text(ref_revision);
    ref.migrations = DatumGetInt32(*row.datum(ref_migrations));
    ref.fingerprint = row.text(ref_fingerprint);
    ref.objects = row.text(ref_objects);
    ref.description = row.optional_text(ref_description);
    ref.kept = row.text(ref_kept);
    return ref;
}

// The transactions that had not ended when the ref was made.
std::set<std::uint64_t> running_at(const Ref& ref) {
    const auto snapshot = core::parse_snapshot(ref.snapshot);
    if (!snapshot) return {};
    return {snapshot->in_progress.begin(), snapshot->in_progress.end()};
}

}  // namespace

std::optional<Ref> find_ref(const std::vector<ledger::Stretch>& stretches, const std::string& kind,
                            const std::string& name, Snapshot snapshot) {
    std::optional<Ref> last;
    for (const ledger::Stretch& stretch : stretches) {
        pg::scan(pg::our_relation("ref"), pg::our_relation("ref_key"),
                 {{ref_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)},
                  {ref_kind, F_TEXTEQ, pg::text_datum(kind)},
                  {ref_name, F_TEXTEQ, pg::text_datum(name)}},
                 snapshot, [&](const pg::Row& row) {
                     Ref ref = ref_from(row, stretch.timeline);
                     if (ref.commit > stretch.until) return;
                     if (!last || ref.number > last->number) last = std::move(ref);
                 });
        if (last) break;
    }
    return last;
}

std::vector<Ref> existing_refs(const std::vector<ledger::Stretch>& stretches, const std::string& kind,
                               Snapshot snapshot) {
    std::map<std::string, Ref> last;
    for (auto stretch = stretches.rbegin(); stretch != stretches.rend(); ++stretch) {
        pg::scan(pg::our_relation("ref"), pg::our_relation("ref_key"),
                 {{ref_timeline, F_UUID_EQ, pg::uuid_datum(stretch->timeline)},
                  {ref_kind, F_TEXTEQ, pg::text_datum(kind)}},
                 snapshot, [&](const pg::Row& row) {
                     Ref ref = ref_from(row, stretch->timeline);
                     if (ref.commit > stretch->until) return;
                     const auto known = last.find(ref.name);
                     const bool is_older = known != last.end() && known->second.timeline == ref.timeline &&
                                           known->second.number > ref.number;
                     if (!is_older) last.insert_or_assign(ref.name, std::move(ref));
                 });
    }
    std::vector<Ref> refs;
    for (auto& [name, ref] : last) {
        if (ref.exists()) refs.push_back(std::move(ref));
    }
    std::sort(refs.begin(), refs.end(), [](const Ref& one, const Ref& other) {
        return std::tie(one.commit, one.at, one.name) < std::tie(other.commit, other.at, other.name);
    });
    return refs;
}

void insert_ref(const Ref& ref) {
    const char* snapshot = ref.snapshot.c_str();
    pg::insert_row(
        "ref", {pg::uuid_datum(ref.timeline), pg::text_datum(ref.kind), pg::text_datum(ref.name),
                Int32GetDatum(ref.number), pg::text_datum(ref.action), Int64GetDatum(ref.commit),
                pg::call([=] { return DirectFunctionCall1(pg_snapshot_in, CStringGetDatum(snapshot)); }),
                TimestampTzGetDatum(ref.at), pg::text_datum(ref.who), pg::text_datum(ref.database),
                pg::text_datum(ref.server_version), pg::text_or_null(ref.revision),
                Int32GetDatum(ref.migrations), pg::text_datum(ref.fingerprint), pg::text_datum(ref.objects),
                ref.description ? pg::Value(pg::text_datum(*ref.description)) : pg::Value(),
                pg::text_or_null(ref.kept)});
}

std::string current_snapshot() {
    return snapshot_text(pg::call([] { return OidFunctionCall0(F_PG_CURRENT_SNAPSHOT); }));
}

ledger::Position position_of(const Ref& ref, const std::vector<ledger::Stretch>& stretches,
                             Snapshot snapshot) {
    return {stretches, ref.commit, ledger::commits_of(stretches, running_at(ref), snapshot)};
}

}  // namespace schemaver::version
