// verify_restore() and verify_findings(): did what arrived come whole, and where does it come from?
//
// Expected is what the dump's own ledger has at its last commit, or what metadata says that somebody kept
// beside the dump. The catalogs tell of objects; rows and sequences are looked at as the caller.
#include "core/verify.hpp"

#include <algorithm>
#include <limits>

#include "backup/live.hpp"
#include "backup/rows.hpp"
#include "catalog/catalog.hpp"
#include "catalog/normalise.hpp"
#include "core/text.hpp"
#include "ledger/ledger.hpp"
#include "pg/result_set.hpp"
#include "version/fingerprint.hpp"

extern "C" {
#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/timestamp.h"
}

namespace schemaver::backup {

namespace {

enum StampRow : AttrNumber { stamp_of_timeline = 1, stamp_of_label, stamp_of_time, stamp_of_metadata = 11 };

struct Expected {
    std::string database;
    std::optional<ledger::Uuid> timeline;  // nothing: its ledger has not arrived here
    std::int64_t commit = 0;
    std::optional<core::Schema> schema;  // nothing: metadata without definitions, and without the ledger
    std::string fingerprint;
    std::string label;  // of the stamp; empty: there is none
    std::optional<core::RowCounts> row_counts;
};

struct Verified {
    Expected expected;
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

// The last stamp that the dump has of itself, as long as the schema was still that of its last commit.
void take_last_stamp(Expected& expected, Snapshot snapshot) {
    std::int64_t latest = std::numeric_limits<std::int64_t>::min();
    std::string metadata;
    pg::scan(pg::our_relation("backup"), pg::our_relation("backup_key"),
             {{stamp_of_timeline, F_UUID_EQ, pg::uuid_datum(*expected.timeline)}}, snapshot,
             [&](const pg::Row& row) {
                 const std::int64_t at = DatumGetInt64(*row.datum(stamp_of_time));
                 if (at <= latest) return;
                 latest = at;
                 expected.label = row.text(stamp_of_label);
                 metadata = row.text(stamp_of_metadata);
             });
    if (metadata.empty()) return;
    core::Metadata stamp = core::read_metadata(metadata);
    if (stamp.commit == expected.commit) expected.row_counts = std::move(stamp.row_counts);
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
    expected.schema = ledger::recorded_schema({stretches, expected.commit, {}}, snapshot);
    take_last_stamp(expected, snapshot);
    return expected;
}

Expected expected_by_metadata(const std::string& text, Snapshot snapshot) {
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
        const auto stretches = ledger::ancestry(*expected.timeline, snapshot);
        core::Schema recorded = ledger::recorded_schema({stretches, expected.commit, {}}, snapshot);
        // What somebody changed past the ledger is in the stamp's fingerprint alone.
        if (version::fingerprint(recorded) == expected.fingerprint) expected.schema = std::move(recorded);
    }
    return expected;
}

void compare_schemas(Verified& verified) {
    const core::Schema live = catalog::read_schema();
    verified.fingerprint = version::fingerprint(live);
    Expected& expected = verified.expected;
    if (!expected.schema) {
        if (verified.fingerprint != expected.fingerprint)
            verified.findings.push_back(
                {"error", "fingerprint", "", "",
                 "The schema is another one; the metadata holds no definitions to say where.", ""});
        return;
    }
    expected.fingerprint = version::fingerprint(*expected.schema);
    catalog::Normaliser normaliser;
    verified.differences =
        core::diff(*expected.schema, live, {}, [&](const std::string& sql) { return normaliser(sql); });
    verified.findings = core::verify_findings(*expected.schema, live, verified.differences);
}

Verified verify(const pg::Arguments& arguments) {
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    const auto metadata = arguments.optional_text(0);
    Verified verified;
    verified.expected = metadata ? expected_by_metadata(*metadata, snapshot) : expected_by_ledger(snapshot);
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
    if (!expected.schema) return fmt::format("The schema has the fingerprint of {}.", source);
    return fmt::format("The {} objects of {} are all here, as they were.", expected.schema->size(), source);
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
