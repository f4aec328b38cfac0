// check_restore() and its kin: may this backup be loaded here, and did what arrived come whole?
#include "core/restore.hpp"

#include <algorithm>
#include <limits>

#include "backup/live.hpp"
#include "catalog/catalog.hpp"
#include "catalog/normalise.hpp"
#include "core/diff.hpp"
#include "ledger/ledger.hpp"
#include "pg/report.hpp"
#include "pg/result_set.hpp"
#include "version/fingerprint.hpp"

namespace schemaver::backup {

namespace {

struct Check {
    core::Metadata backup;
    core::Metadata live;
    core::RestoreReport report;
};

Check check(const pg::Arguments& arguments) {
    Check result;
    result.backup = core::read_metadata(arguments.required_text(0, "metadata"));
    result.live = describe_target();
    catalog::Normaliser normaliser;
    result.report = core::check_restore(result.backup, result.live,
                                        [&](const std::string& sql) { return normaliser(sql); });
    return result;
}

std::string joined(const std::vector<std::string>& parts, const char* separator) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
    return text;
}

constexpr std::size_t findings_in_detail = 20;

std::string detail_of(const core::RestoreReport& report) {
    std::string detail = report.summary;
    std::size_t errors = 0;
    for (const core::Finding& finding : report.findings) {
        if (finding.severity != "error") continue;
        if (++errors <= findings_in_detail) {
            detail += fmt::format("\n{}: {}{}{}", finding.check, finding.identity,
                                  finding.identity.empty() ? "" : ": ", finding.detail);
        }
    }
    if (errors > findings_in_detail) detail += fmt::format("\n... and {} more", errors - findings_in_detail);
    return detail;
}

std::string hint_of(const core::RestoreReport& report) {
    std::string hint = joined(report.next_commands, "\n");
    if (!hint.empty()) hint += '\n';
    return hint +
           "SELECT * FROM schemaver.restore_findings(metadata) lists every finding; force => true goes on "
           "all "
           "the same.";
}

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

}  // namespace

// check_restore(metadata text)
SCHEMAVER_FUNCTION(schemaver_check_restore)(pg::Arguments arguments) {
    const Check result = check(arguments);
    const core::RestoreReport& report = result.report;
    return pg::single_row(
        arguments, {pg::text_datum(report.verdict), pg::text_datum(report.data),
                    pg::text_datum(report.summary), Int32GetDatum(report.errors),
                    Int32GetDatum(report.warnings), pg::text_or_null(joined(report.next_commands, "\n")),
                    pg::text_or_null(joined(result.backup.migration.revisions, ", ")),
                    pg::text_or_null(joined(result.live.migration.revisions, ", ")),
                    pg::text_or_null(result.backup.fingerprint), pg::text_datum(result.live.fingerprint)});
}

// restore_findings(metadata text)
SCHEMAVER_FUNCTION(schemaver_restore_findings)(pg::Arguments arguments) {
    const Check result = check(arguments);
    pg::ResultSet rows(arguments);
    for (const core::Finding& finding : result.report.findings) {
        rows.add({pg::text_datum(finding.severity), pg::text_datum(finding.check),
                  pg::text_or_null(finding.kind), pg::text_or_null(finding.identity),
                  pg::text_datum(finding.detail), pg::text_or_null(finding.hint)});
    }
    return rows.done();
}

// assert_restore(metadata text, force boolean)
SCHEMAVER_FUNCTION(schemaver_assert_restore)(pg::Arguments arguments) {
    const Check result = check(arguments);
    const core::RestoreReport& report = result.report;
    const std::string label =
        result.backup.label.empty() ? "this backup" : fmt::format("backup \"{}\"", result.backup.label);
    const bool known = report.verdict != "unknown";
    const bool loads = report.verdict == "match" || report.verdict == "compatible";
    if (!loads) {
        const std::string message =
            known ? fmt::format("{} must not be restored onto database \"{}\": {}", label,
                                result.live.database, report.verdict)
                  : fmt::format("whether {} can be restored onto database \"{}\" is not known", label,
                                result.live.database);
        if (known && !arguments.boolean(1, false)) {
            throw core::Error(core::sqlstate::restore_would_fail, message, detail_of(report),
                              hint_of(report));
        }
        pg::warn(message, detail_of(report), joined(report.next_commands, "\n"));
    }
    return {pg::text_datum(report.verdict)};
}

// verify_restore()
SCHEMAVER_FUNCTION(schemaver_verify_restore)(pg::Arguments arguments) {
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    const auto source = arrived_timeline(snapshot);
    if (!source) {
        throw core::Error(
            core::sqlstate::no_restored_ledger, "no ledger of another database has arrived here",
            "verify_restore() compares the schema with the ledger that a dump brings along.",
            "Restore a dump that includes the extension schemaver, or compare with the backup's metadata: "
            "SELECT * FROM schemaver.check_restore(metadata).");
    }
    const auto stretches = ledger::ancestry(source->timeline, snapshot);
    const std::int64_t commit = ledger::head_commit(stretches, snapshot);
    const core::Schema expected = ledger::recorded_schema({stretches, commit, {}}, snapshot);
    const core::Schema live = catalog::read_schema();
    catalog::Normaliser normaliser;
    const auto differences =
        core::diff(expected, live, {}, [&](const std::string& sql) { return normaliser(sql); });
    const std::string summary =
        differences.empty()
            ? fmt::format("The {} objects of database \"{}\" at its commit {} are all here, as they were.",
                          expected.size(), source->database, commit)
            : fmt::format("{} difference{} from database \"{}\" at its commit {}; the first is {} {} {}{}{}.",
                          differences.size(), differences.size() == 1 ? "" : "s", source->database, commit,
                          differences.front().change, differences.front().kind, differences.front().identity,
                          differences.front().property.empty() ? "" : ": ", differences.front().property);
    return pg::single_row(
        arguments,
        {pg::text_datum(differences.empty() ? "match" : "differs"), pg::text_datum(summary),
         pg::text_datum(version::fingerprint(expected)), pg::text_datum(version::fingerprint(live)),
         Int32GetDatum(static_cast<std::int32_t>(differences.size())), pg::uuid_datum(source->timeline),
         pg::text_datum(source->database), Int64GetDatum(commit)});
}

}  // namespace schemaver::backup
