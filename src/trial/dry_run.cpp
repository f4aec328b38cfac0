// dry_run(sql): a row for each statement, and one for the whole. dry_run_json(sql): the same with all that is
// known.
#include <algorithm>

#include "lint/lint.hpp"
#include "pg/result_set.hpp"
#include "trial/arguments.hpp"

extern "C" {
#include "utils/timestamp.h"
}

namespace schemaver::trial {

namespace {

using core::Json;

struct DryRun {
    std::vector<Tried> statements;
    std::vector<core::Difference> changes;
    std::vector<core::LintFinding> findings;  // of what the script looks like before it runs
    std::vector<std::string> notes;
    double milliseconds = 0;
    bool is_ok = false;
    Clock::time_point undone;

    double held(const Tried& tried) const {
        return std::chrono::duration<double, std::milli>(undone - tried.begun).count();
    }
};

// The row of a script that does not parse.
DryRun unreadable(const Failure& failure) {
    DryRun run;
    Tried& tried = run.statements.emplace_back();
    tried.number = 1;
    tried.text = "(the script does not parse)";
    tried.outcome = "error";
    tried.failure = failure;
    return run;
}

DryRun dry_run(const pg::Arguments& arguments) {
    const std::string sql = arguments.required_text(0, "sql");
    const Limits limits = limits_from(arguments, 1, 2);
    const Parsed parsed = parsed_and_harmless(sql, "");
    if (!parsed.script) return unreadable(parsed.failure);
    DryRun run;
    const auto& statements = parsed.script->statements;
    // A script with a BEGIN of its own says so itself; another one would be a finding.
    const bool begins_itself = !statements.empty() && statements.front().is_frame;
    run.findings = lint::lint(sql, {.in_transaction = !begins_itself});
    Trial trial(limits);
    run.is_ok = trial.run([&] {
        trial.execute(*parsed.script, true);
        trial.check_deferred();
        trial.now();
    });
    run.undone = trial.ended();
    run.milliseconds = trial.milliseconds();
    run.changes = trial.changes();
    run.notes = trial.notes();
    run.statements = trial.take_tried();
    return run;
}

pg::Value interval_of(double milliseconds) {
    const auto microseconds = static_cast<std::int64_t>(milliseconds * 1000);
    return pg::call([=] {
        auto* interval = static_cast<Interval*>(palloc0(sizeof(Interval)));
        interval->time = microseconds;
        return PointerGetDatum(interval);
    });
}

std::string time_text(double milliseconds) {
    return milliseconds < 10000 ? fmt::format("{:.1f} ms", milliseconds)
                                : fmt::format("{:.1f} s", milliseconds / 1000);
}

pg::Value texts_or_null(const std::vector<std::string>& texts) {
    if (texts.empty()) return std::nullopt;
    return pg::text_array_datum(texts);
}

std::vector<std::string> lock_lines(const std::vector<std::pair<LockTaken, double>>& locks) {
    std::vector<std::string> lines;
    for (const auto& [lock, held] : locks)
        lines.push_back(fmt::format("{} on {}, held {}", lock.mode, lock.relation, time_text(held)));
    return lines;
}

std::vector<std::pair<LockTaken, double>> locks_of(const DryRun& run, const Tried& tried) {
    std::vector<std::pair<LockTaken, double>> locks;
    for (const LockTaken& lock : tried.work.locks) locks.emplace_back(lock, run.held(tried));
    return locks;
}

// Of each relation the strongest, and since when.
std::vector<std::pair<LockTaken, double>> strongest_locks(const DryRun& run) {
    std::map<std::string, std::pair<LockTaken, double>> strongest;
    for (const Tried& tried : run.statements) {
        for (const LockTaken& lock : tried.work.locks) {
            auto& known = strongest[lock.relation];
            if (lock.strength > known.first.strength) known = {lock, run.held(tried)};
        }
    }
    std::vector<std::pair<LockTaken, double>> locks;
    for (const auto& [relation, lock] : strongest) locks.push_back(lock);
    return locks;
}

// Each once, with its last size.
std::vector<Work> all_work(const DryRun& run, std::vector<Work> RelationWork::*kind) {
    std::vector<Work> all;
    for (const Tried& tried : run.statements) {
        for (const Work& work : tried.work.*kind) {
            std::erase_if(all, [&](const Work& known) {
                return known.relation == work.relation && known.what == work.what;
            });
            all.push_back(work);
        }
    }
    return all;
}

std::vector<std::string> work_lines(const std::vector<Work>& work) {
    std::vector<std::string> lines;
    for (const Work& one : work) lines.push_back(in_one_line(one));
    return lines;
}

std::vector<std::string> change_lines(const std::vector<core::Difference>& changes) {
    std::vector<std::string> lines;
    for (const core::Difference& change : changes) lines.push_back(in_one_line(change));
    return lines;
}

// Those about the statement; 0: about the script as a whole.
std::vector<std::string> finding_lines(const DryRun& run, std::size_t statement) {
    std::vector<std::string> lines;
    for (const core::LintFinding& finding : run.findings)
        if (finding.statement == statement)
            lines.push_back(
                fmt::format("{} {}: {}", core::to_text(finding.severity), finding.rule, finding.why));
    return lines;
}

std::vector<std::string> notes_of(const Failure& failure) {
    std::vector<std::string> notes;
    if (!failure.detail.empty()) notes.push_back(failure.detail);
    if (!failure.hint.empty()) notes.push_back(failure.hint);
    return notes;
}

void add_statement(pg::ResultSet& rows, const DryRun& run, const Tried& tried) {
    const bool has_run = tried.outcome == "ok" || tried.outcome == "error";
    const Failure failure = tried.failure.value_or(Failure());
    rows.add({Int32GetDatum(tried.number), pg::text_datum(tried.text), pg::text_datum(tried.outcome),
              has_run ? interval_of(tried.milliseconds) : pg::Value(),
              texts_or_null(lock_lines(locks_of(run, tried))), texts_or_null(work_lines(tried.work.written)),
              texts_or_null(work_lines(tried.work.scanned)), texts_or_null(change_lines(tried.changes)),
              texts_or_null(finding_lines(run, static_cast<std::size_t>(tried.number))),
              pg::text_or_null(failure.sqlstate), pg::text_or_null(failure.message),
              failure.position ? pg::Value(Int32GetDatum(*failure.position)) : pg::Value(),
              texts_or_null(notes_of(failure))});
}

void add_whole(pg::ResultSet& rows, const DryRun& run) {
    std::vector<std::string> notes = run.notes;
    notes.insert(notes.begin(),
                 run.is_ok ? "all of it has been undone" : "what ran before the error has been undone");
    rows.add({pg::Value(), pg::text_datum("(the whole)"), pg::text_datum(run.is_ok ? "ok" : "error"),
              interval_of(run.milliseconds), texts_or_null(lock_lines(strongest_locks(run))),
              texts_or_null(work_lines(all_work(run, &RelationWork::written))),
              texts_or_null(work_lines(all_work(run, &RelationWork::scanned))),
              texts_or_null(change_lines(run.changes)), texts_or_null(finding_lines(run, 0)), pg::Value(),
              pg::Value(), pg::Value(), texts_or_null(notes)});
}

Json rounded(double milliseconds) { return static_cast<std::int64_t>(milliseconds * 1000); }

Json locks_json(const std::vector<std::pair<LockTaken, double>>& locks) {
    Json list = Json::array();
    for (const auto& [lock, held] : locks)
        list.push_back({{"relation", lock.relation}, {"mode", lock.mode}, {"held_us", rounded(held)}});
    return list;
}

Json work_json(const std::vector<Work>& work) {
    Json list = Json::array();
    for (const Work& one : work)
        list.push_back({{"relation", one.relation}, {"what", one.what}, {"bytes", one.bytes}});
    return list;
}

Json changes_json(const std::vector<core::Difference>& changes) {
    Json list = Json::array();
    for (const core::Difference& change : changes) list.push_back(as_json(change));
    return list;
}

Json statement_json(const DryRun& run, const Tried& tried) {
    Json row = {{"number", tried.number}, {"statement", tried.text}, {"outcome", tried.outcome}};
    if (tried.outcome == "ok" || tried.outcome == "error") {
        row["took_us"] = rounded(tried.milliseconds);
        row["locks"] = locks_json(locks_of(run, tried));
        row["rewrites"] = work_json(tried.work.written);
        row["scans"] = work_json(tried.work.scanned);
        row["changes"] = changes_json(tried.changes);
    }
    if (!tried.failure) return row;
    Json& error = row["error"] = {{"sqlstate", tried.failure->sqlstate}, {"message", tried.failure->message}};
    if (!tried.failure->detail.empty()) error["detail"] = tried.failure->detail;
    if (!tried.failure->hint.empty()) error["hint"] = tried.failure->hint;
    if (tried.failure->position) error["position"] = *tried.failure->position;
    return row;
}

}  // namespace

// dry_run(sql text, lock_timeout interval, time_limit interval)
SCHEMAVER_FUNCTION(schemaver_dry_run)(pg::Arguments arguments) {
    const DryRun run = dry_run(arguments);
    pg::ResultSet rows(arguments);
    for (const Tried& tried : run.statements) add_statement(rows, run, tried);
    add_whole(rows, run);
    return rows.done();
}

// dry_run_json(sql text, lock_timeout interval, time_limit interval)
SCHEMAVER_FUNCTION(schemaver_dry_run_json)(pg::Arguments arguments) {
    const DryRun run = dry_run(arguments);
    Json statements = Json::array();
    for (const Tried& tried : run.statements) statements.push_back(statement_json(run, tried));
    const Json whole = {{"outcome", run.is_ok ? "ok" : "error"},     {"took_us", rounded(run.milliseconds)},
                        {"locks", locks_json(strongest_locks(run))}, {"changes", changes_json(run.changes)},
                        {"findings", core::lint_json(run.findings)}, {"notes", run.notes},
                        {"statements", std::move(statements)}};
    return {pg::jsonb_datum(whole)};
}

}  // namespace schemaver::trial
