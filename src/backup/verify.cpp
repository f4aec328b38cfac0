// verify_restore() and verify_findings(): did what arrived come whole, and where does it come from?
//
// Expected is what the dump's own ledger has at its last commit, or what metadata says that somebody kept
// beside the dump. The catalogs tell of objects; rows and sequences are looked at as the caller.
#include "core/verify.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "backup/beside_live.hpp"
#include "backup/rows.hpp"
#include "catalog/live.hpp"
#include "catalog/normalise.hpp"
#include "core/diff.hpp"
#include "core/text.hpp"
#include "ledger/ledger.hpp"
#include "pg/result_set.hpp"

extern "C" {
#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/timestamp.h"
}

namespace schemaver::backup {

namespace {

enum StampRow : AttrNumber {
    stamp_of_timeline = 1,
    stamp_of_label,
    stamp_of_time,
    stamp_of_commit = 9,
    stamp_of_metadata = 11
};

struct Expected {
    std::string database;
    std::optional<ledger::Uuid> timeline;  // nothing: its ledger has not arrived here
    std::int64_t commit = 0;
    // What says how it was: definitions, or the ledger at that commit. Neither: metadata without definitions,
    // of a ledger that is not here.
    std::optional<core::Schema> schema;
    std::optional<ledger::Position> position;
    std::string fingerprint;  // as the metadata states it; empty: it does not
    std::string label;        // of the stamp; empty: there is none
    std::optional<core::RowCounts> row_counts;
};

struct Verified {
    Expected expected;
    std::optional<std::size_t> objects;  // expected, where their definitions are known
    std::string fingerprint;
    std::vector<core::Difference> differences;
    std::vector<core::Finding> findings;

    std::int32_t count(std::string_view severity) const {
        return static_cast<std::int32_t>(
            std::count_if(findings.begin(), findings.end(),
                          [&](const core::Finding& one) { return one.severity == severity; }));
    }
    bool is_match() const { return count("error") == 0 && count("warning") == 0; }
};

// The dumped ledger that arrived here with a restore: of the timelines that are not this database's own, the
// one that was written to last.
std::optional<ledger::TimelineRow> arrived_timeline(Snapshot snapshot) {
    const auto own = ledger::lineage(snapshot).stretches;
    std::optional<ledger::TimelineRow> latest;
    std::int64_t latest_at = std::numeric_limits<std::int64_t>::min();
    for (const ledger::TimelineRow& row : ledger::timelines(snapshot)) {
        const bool is_own = std::any_of(
            own.begin(), own.end(), [&](const auto& stretch) { return stretch.timeline == row.timeline; });
        if (is_own) continue;
        const auto at =
            ledger::last_commit_time({{row.timeline, std::numeric_limits<std::int64_t>::max()}}, snapshot);
        if (at && *at > latest_at) {
            latest = row;
            latest_at = *at;
        }
    }
    return latest;
}

template <typename Visit>
void each_stamp(const ledger::Uuid& timeline, const std::optional<std::string>& label, Snapshot snapshot,
                Visit&& visit) {
    std::vector<pg::Key> keys = {{stamp_of_timeline, F_UUID_EQ, pg::uuid_datum(timeline)}};
    if (label) keys.push_back({stamp_of_label, F_TEXTEQ, pg::text_datum(*label)});
    pg::scan(pg::our_relation("backup"), pg::our_relation("backup_key"), keys, snapshot,
             std::forward<Visit>(visit));
}

// The last stamp that the dump has of itself; its counts as long as the schema was still that of the last
// commit. A year of stamps is a lot of text: that of the last one alone is read, if it can hold any.
void take_last_stamp(Expected& expected, Snapshot snapshot) {
    std::int64_t latest = std::numeric_limits<std::int64_t>::min();
    std::int64_t commit = 0;
    each_stamp(*expected.timeline, {}, snapshot, [&](const pg::Row& row) {
        const std::int64_t at = DatumGetInt64(*row.datum(stamp_of_time));
        if (at <= latest) return;
        latest = at;
        expected.label = row.text(stamp_of_label);
        commit = DatumGetInt64(row.datum(stamp_of_commit).value_or(Int64GetDatum(0)));
    });
    if (expected.label.empty() || commit != expected.commit) return;
    std::string metadata;
    each_stamp(*expected.timeline, expected.label, snapshot,
               [&](const pg::Row& row) { metadata = row.text(stamp_of_metadata); });
    if (metadata.find("\"row_counts\"") == std::string::npos) return;
    expected.row_counts = core::read_metadata(metadata).row_counts;
}

Expected expected_by_ledger(Snapshot snapshot) {
    const auto source = arrived_timeline(snapshot);
    if (!source) {
        throw core::Error(
            core::sqlstate::no_restored_ledger, "no ledger of another database has arrived here",
            "verify_restore() compares the schema with the ledger that a dump brings along.",
            "Restore a dump that includes the extension schemaver, or compare with the backup's metadata: "
            "SELECT * FROM schemaver.verify_restore(metadata).");
    }
    Expected expected;
    expected.database = source->database;
    expected.timeline = source->timeline;
    const auto stretches = ledger::ancestry(source->timeline, snapshot);
    expected.commit = ledger::head_commit(stretches, snapshot);
    expected.position = ledger::Position{stretches, expected.commit, {}};
    take_last_stamp(expected, snapshot);
    return expected;
}

// The text goes at the end of this: it is large, and what is read of it is larger.
Expected expected_by_metadata(std::string text, Snapshot snapshot) {
    core::Metadata metadata = core::read_metadata(text);
    Expected expected;
    expected.database = metadata.database;
    expected.commit = metadata.commit;
    expected.fingerprint = metadata.fingerprint;
    expected.label = metadata.label;
    expected.row_counts = std::move(metadata.row_counts);
    for (const ledger::TimelineRow& row : ledger::timelines(snapshot))
        if (ledger::to_text(row.timeline) == metadata.timeline) expected.timeline = row.timeline;
    if (metadata.objects) {
        expected.schema = std::move(metadata.objects);
    } else if (expected.timeline && expected.commit > 0) {
        expected.position =
            ledger::Position{ledger::ancestry(*expected.timeline, snapshot), expected.commit, {}};
    }
    return expected;
}

// Nothing: nobody knows how each object was.
std::optional<BesideLive> compare_definitions(Expected& expected) {
    if (expected.schema) return compare_with_live(*std::move(expected.schema), expected.fingerprint);
    if (!expected.position) return std::nullopt;
    BesideLive compared = compare_with_live(*expected.position);
    // What somebody changed past the ledger is in the stamp's fingerprint alone.
    if (!expected.fingerprint.empty() && expected.fingerprint != compared.fingerprint) return std::nullopt;
    return compared;
}

void compare_fingerprints(Verified& verified) {
    verified.fingerprint = catalog::live_digests().fingerprint({}, {});
    const std::string& expected = verified.expected.fingerprint;
    if (expected.empty())
        verified.findings.push_back(
            {"warning", "fingerprint", "", "",
             "The metadata states no fingerprint, so nothing is known of the schema that was dumped.",
             "Take metadata with schemaver.stamp_backup() when the next backup is made."});
    else if (verified.fingerprint != expected)
        verified.findings.push_back(
            {"error", "fingerprint", "", "",
             "The schema is another one; the metadata holds no definitions to say where.", ""});
}

void compare_schemas(Verified& verified) {
    auto compared = compare_definitions(verified.expected);
    if (!compared) {
        compare_fingerprints(verified);
        return;
    }
    verified.objects = compared->objects;
    verified.expected.fingerprint = compared->fingerprint;
    verified.fingerprint = compared->live_fingerprint;
    catalog::Normaliser normaliser;
    verified.differences = core::diff(compared->expected, compared->live, {},
                                      [&](const std::string& sql) { return normaliser(sql); });
    core::Schema& live = compared->live;
    std::move(compared->unfinished.begin(), compared->unfinished.end(), std::back_inserter(live));
    core::sort(live);
    verified.findings = core::verify_findings(compared->expected, live, verified.differences);
}

Verified verify(const pg::Arguments& arguments) {
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    auto metadata = arguments.optional_text(0);
    Verified verified;
    verified.expected =
        metadata ? expected_by_metadata(*std::move(metadata), snapshot) : expected_by_ledger(snapshot);
    compare_schemas(verified);
    if (verified.expected.row_counts) compare_row_counts(*verified.expected.row_counts, verified.findings);
    check_sequences_reach(verified.findings);
    core::sort_by_severity(verified.findings);
    return verified;
}

std::string summary_of(const Verified& verified) {
    const Expected& expected = verified.expected;
    const std::string source =
        fmt::format("database \"{}\" at its commit {}", expected.database, expected.commit);
    if (!verified.differences.empty()) {
        const core::Difference& first = verified.differences.front();
        return fmt::format("{} from {}; the first is {} {} {}{}{}.",
                           core::counted(verified.differences.size(), "difference"), source, first.change,
                           first.kind, first.identity, first.property.empty() ? "" : ": ", first.property);
    }
    if (!verified.is_match()) {
        const core::Finding& first = verified.findings.front();
        return fmt::format(
            "{}{}{}{}", first.identity, first.identity.empty() ? "" : ": ", first.detail,
            verified.findings.size() > 1 ? " SELECT * FROM schemaver.verify_findings() has the rest." : "");
    }
    if (!verified.objects) return fmt::format("The schema has the fingerprint of {}.", source);
    return fmt::format("The {} objects of {} are all here, as they were.", *verified.objects, source);
}

// Those who may stamp may link. To everybody else, and where nothing can be written, it is a question only.
bool may_record() {
    return pg::call([] {
        return !RecoveryInProgress() && !XactReadOnly && !IsInParallelMode() &&
               has_privs_of_role(GetUserId(), ROLE_PG_DATABASE_OWNER);
    });
}

void record_restore(const Verified& verified) {
    const Expected& expected = verified.expected;
    if (!expected.timeline || !may_record()) return;
    const ledger::Lineage own = ledger::writable_lineage(ledger::write_first_commit);
    const bool is_own = std::any_of(own.stretches.begin(), own.stretches.end(), [&](const auto& stretch) {
        return stretch.timeline == *expected.timeline;
    });
    if (is_own) return;
    const std::string who = pg::to_utf8(pg::call([] { return GetUserNameFromId(GetSessionUserId(), true); }));
    pg::insert_row(
        "restore",
        {pg::uuid_datum(*own.current), pg::uuid_datum(*expected.timeline), Int64GetDatum(expected.commit),
         TimestampTzGetDatum(GetCurrentTimestamp()), pg::text_datum(who), pg::text_or_null(expected.label),
         pg::text_datum(verified.is_match() ? "match" : "differs"), Int32GetDatum(verified.count("error")),
         Int32GetDatum(verified.count("warning"))});
}

}  // namespace

// verify_restore(metadata text)
SCHEMAVER_FUNCTION(schemaver_verify_restore)(pg::Arguments arguments) {
    const Verified verified = verify(arguments);
    record_restore(verified);
    const Expected& expected = verified.expected;
    return pg::single_row(
        arguments,
        {pg::text_datum(verified.is_match() ? "match" : "differs"), pg::text_datum(summary_of(verified)),
         pg::text_or_null(expected.fingerprint), pg::text_datum(verified.fingerprint),
         Int32GetDatum(static_cast<std::int32_t>(verified.differences.size())),
         expected.timeline ? pg::Value(pg::uuid_datum(*expected.timeline)) : pg::Value(),
         pg::text_or_null(expected.database),
         expected.commit > 0 ? pg::Value(Int64GetDatum(expected.commit)) : pg::Value(),
         Int32GetDatum(verified.count("error")), Int32GetDatum(verified.count("warning"))});
}

// verify_findings(metadata text)
SCHEMAVER_FUNCTION(schemaver_verify_findings)(pg::Arguments arguments) {
    const Verified verified = verify(arguments);
    pg::ResultSet rows(arguments);
    for (const core::Finding& finding : verified.findings) {
        rows.add({pg::text_datum(finding.severity), pg::text_datum(finding.check),
                  pg::text_or_null(finding.kind), pg::text_or_null(finding.identity),
                  pg::text_datum(finding.detail), pg::text_or_null(finding.hint)});
    }
    return rows.done();
}

}  // namespace schemaver::backup
