// check_restore() and its kin: may this backup be loaded here, what would be otherwise, and what to type?
#include "core/restore.hpp"

#include <algorithm>

#include "backup/live.hpp"
#include "catalog/normalise.hpp"
#include "core/diff.hpp"
#include "core/restore_commands.hpp"
#include "core/restore_history.hpp"
#include "ledger/recorded.hpp"
#include "pg/report.hpp"
#include "pg/result_set.hpp"
#include "version/compare.hpp"

namespace schemaver::backup {

namespace {

struct Check {
    core::Metadata backup;
    core::Metadata live;
    core::RestoreReport report;
};

bool is_among(const std::vector<core::Extension>& extensions, const core::Extension& wanted) {
    return std::any_of(extensions.begin(), extensions.end(), [&](const core::Extension& one) {
        return one.name == wanted.name && one.version == wanted.version;
    });
}

Check check(const pg::Arguments& arguments) {
    Check result;
    result.backup = core::read_metadata(arguments.required_text(0, "metadata"));
    if (result.backup.objects) keep_for_rules(*result.backup.objects);
    result.live = describe_target();
    const auto& wanted = result.backup.extensions;
    const bool has_all = std::all_of(wanted.begin(), wanted.end(), [&](const core::Extension& extension) {
        return is_among(result.live.extensions, extension);
    });
    if (!has_all) result.live.available_extensions = available_extensions();
    if (result.backup.from_text_file)
        core::complete_revisions(result.backup.migration, result.live.migration);
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

struct Step {
    const char* source;  // "migration", "commit"
    std::string name;
    std::int64_t commit = 0;  // 0: not known
};

// The commits after `after` in these stretches, in order.
void add_commits(const std::vector<ledger::Stretch>& stretches, std::int64_t after, std::int64_t until,
                 Snapshot snapshot, std::vector<Step>& steps) {
    for (const std::int64_t commit : ledger::commits_between(stretches, after, until, snapshot))
        steps.push_back({"commit", std::to_string(commit), commit});
}

// What lies between the backup and this database, oldest first: migrations where a tool knows them, otherwise
// the commits that a ledger here has.
std::vector<Step> steps_between(const Check& check) {
    std::vector<Step> steps;
    for (const std::string& revision : check.report.revisions_between)
        steps.push_back({"migration", revision});
    if (!steps.empty()) return steps;
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    switch (core::compare_ledgers(check.backup, check.live)) {
        case core::Position::ahead:
            add_commits(ledger::lineage(snapshot).stretches, check.backup.commit, check.live.commit, snapshot,
                        steps);
            break;
        case core::Position::behind:
            // A dump of the other side may have brought them here.
            for (const ledger::TimelineRow& row : ledger::timelines(snapshot))
                if (ledger::to_text(row.timeline) == check.backup.timeline)
                    add_commits(ledger::ancestry(row.timeline, snapshot), check.live.commit,
                                check.backup.commit, snapshot, steps);
            break;
        default:
            break;
    }
    return steps;
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
        pg::warn(message, detail_of(report),
                 report.next_commands.empty()
                     ? "SELECT * FROM schemaver.restore_findings(metadata) lists what is known."
                     : joined(report.next_commands, "\n"));
    }
    return {pg::text_datum(report.verdict)};
}

// restore_path(metadata text)
SCHEMAVER_FUNCTION(schemaver_restore_path)(pg::Arguments arguments) {
    const std::vector<Step> steps = steps_between(check(arguments));
    pg::ResultSet rows(arguments);
    std::int32_t number = 0;
    for (const Step& step : steps) {
        rows.add({Int32GetDatum(++number), pg::text_datum(step.source), pg::text_datum(step.name),
                  step.commit > 0 ? pg::Value(Int64GetDatum(step.commit)) : pg::Value()});
    }
    return rows.done();
}

// restore_plan(metadata text)
SCHEMAVER_FUNCTION(schemaver_restore_plan)(pg::Arguments arguments) {
    const Check result = check(arguments);
    pg::ResultSet rows(arguments);
    std::string option;
    std::int32_t number = 0;
    for (const core::PlanStep& step : core::restore_plan(result.report, result.live)) {
        number = step.option == option ? number + 1 : 1;
        option = step.option;
        rows.add({pg::text_datum(step.option), pg::text_datum(step.title), Int32GetDatum(number),
                  pg::text_datum(step.command), pg::text_or_null(step.reason)});
    }
    return rows.done();
}

// restore_preview(metadata text)
SCHEMAVER_FUNCTION(schemaver_restore_preview)(pg::Arguments arguments) {
    core::Metadata backup = core::read_metadata(arguments.required_text(0, "metadata"));
    if (!backup.objects)
        throw core::Error(
            core::sqlstate::invalid_argument,
            "this metadata holds no definitions, so nothing can be previewed", "",
            "Take metadata with schemaver.stamp_backup(label) when the next backup is made, without "
            "definitions => "
            "false; SELECT * FROM schemaver.check_restore(metadata) compares fingerprints and revisions.");
    version::Point after;
    after.name = "the backup";
    after.own = false;
    after.schema = std::move(backup.objects);
    const version::Comparison comparison = version::compare(version::resolve("live"), std::move(after));
    pg::ResultSet rows(arguments);
    const auto cell = [](const core::Json& value) {
        return value.is_null() ? pg::Value() : pg::Value(pg::text_datum(core::in_words(value)));
    };
    for (const core::Difference& row : comparison.differences) {
        rows.add({pg::text_datum(row.change), pg::text_datum(row.kind), pg::text_datum(row.identity),
                  pg::text_or_null(row.former_identity), pg::text_or_null(row.property), cell(row.old_value),
                  cell(row.new_value), pg::text_or_null(row.facet)});
    }
    return rows.done();
}

}  // namespace schemaver::backup
