// Reads and writes schemaver.job and schemaver.job_run, below SQL.
#include "drift/jobs.hpp"

#include <algorithm>

#include "drift/clock.hpp"
#include "ledger/ledger.hpp"
#include "pg/ordered_scan.hpp"
#include "pg/zone.hpp"

extern "C" {
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
}

namespace schemaver::drift {

namespace {

using ledger::Uuid;

// In the order of src/schema.sql.
enum JobColumn : AttrNumber {
    job_timeline = 1,
    job_name,
    job_number,
    job_action,
    job_every,
    job_at,
    job_options,
    job_since,
    job_who
};

enum RunColumn : AttrNumber {
    run_timeline = 1,
    run_job,
    run_number,
    run_outcome,
    run_first_started,
    run_started,
    run_ended,
    run_runs,
    run_failures,
    run_found,
    run_error
};

Job job_from(const pg::Row& row, const Uuid& timeline) {
    Job job;
    job.timeline = timeline;
    job.name = row.text(job_name);
    job.number = DatumGetInt32(*row.datum(job_number));
    job.is_scheduled = row.text(job_action) == "scheduled";
    if (const auto every = row.datum(job_every)) {
        const Interval* interval = DatumGetIntervalP(*every);
        job.schedule.every = {interval->month, interval->day, interval->time};
    }
    job.at = row.optional_text(job_at);
    if (job.at) job.schedule.anchor = core::parse_anchor(*job.at);
    if (const auto options = row.datum(job_options)) {
        const Datum value = *options;
        job.options = core::Json::parse(
            pg::to_utf8(pg::call([=] { return DatumGetCString(DirectFunctionCall1(jsonb_out, value)); })));
    }
    job.schedule.since = DatumGetTimestampTz(*row.datum(job_since));
    job.who = row.text(job_who);
    return job;
}

Run run_from(const pg::Row& row, const Uuid& timeline) {
    Run run;
    run.timeline = timeline;
    run.job = row.text(run_job);
    run.number = DatumGetInt64(*row.datum(run_number));
    run.outcome = row.text(run_outcome);
    run.first_started = DatumGetTimestampTz(*row.datum(run_first_started));
    run.started = DatumGetTimestampTz(*row.datum(run_started));
    if (const auto ended = row.datum(run_ended)) run.ended = DatumGetTimestampTz(*ended);
    run.runs = DatumGetInt32(*row.datum(run_runs));
    run.failures = DatumGetInt32(*row.datum(run_failures));
    run.found = row.optional_text(run_found);
    run.error = row.optional_text(run_error);
    run.place = row.place();
    return run;
}

pg::Value text_value(const std::optional<std::string>& text) {
    return text ? pg::Value(pg::text_datum(*text)) : pg::Value();
}

void insert_run(const Run& run) {
    pg::insert_row("job_run", {pg::uuid_datum(run.timeline), pg::text_datum(run.job),
                               Int64GetDatum(run.number), pg::text_datum(run.outcome),
                               TimestampTzGetDatum(run.first_started), TimestampTzGetDatum(run.started),
                               run.ended ? pg::Value(TimestampTzGetDatum(*run.ended)) : pg::Value(),
                               Int32GetDatum(run.runs), Int32GetDatum(run.failures), text_value(run.found),
                               text_value(run.error)});
}

// The last run of the job in that timeline before the one with this number; 0: of all.
std::optional<Run> last_run_before(const Uuid& timeline, const std::string& job, std::int64_t before) {
    std::optional<Run> last;
    std::vector<pg::Key> keys = {{run_timeline, F_UUID_EQ, pg::uuid_datum(timeline)},
                                 {run_job, F_TEXTEQ, pg::text_datum(job)}};
    if (before > 0) keys.push_back({run_number, F_INT8LT, Int64GetDatum(before), BTLessStrategyNumber});
    pg::visit_last(pg::our_relation("job_run"), pg::our_relation("job_run_key"), keys, pg::latest_committed(),
                   [&](const pg::Row& row) { last = run_from(row, timeline); });
    return last;
}

bool is_failure(const std::string& outcome) { return outcome == "failed" || outcome == "crashed"; }

bool is_more_of_the_same(const Run& run, const Run& before) {
    return run.outcome == before.outcome && run.error == before.error && !run.found && !before.found;
}

Uuid current_timeline() { return *ledger::writable_lineage(ledger::write_first_commit).current; }

}  // namespace

std::vector<Job> all_jobs(const std::vector<Uuid>& timelines) {
    std::map<std::string, Job> last;
    for (auto timeline = timelines.rbegin(); timeline != timelines.rend(); ++timeline) {
        pg::scan(pg::our_relation("job"), pg::our_relation("job_key"),
                 {{job_timeline, F_UUID_EQ, pg::uuid_datum(*timeline)}}, pg::latest_committed(),
                 [&](const pg::Row& row) {
                     Job job = job_from(row, *timeline);
                     const auto known = last.find(job.name);
                     const bool is_older = known != last.end() && known->second.timeline == job.timeline &&
                                           known->second.number > job.number;
                     if (!is_older) last.insert_or_assign(job.name, std::move(job));
                 });
    }
    std::vector<Job> jobs;
    for (auto& [name, job] : last) jobs.push_back(std::move(job));
    return jobs;
}

void insert_job(const Job& job) {
    Interval every = {};
    every.month = job.schedule.every.months;
    every.day = job.schedule.every.days;
    every.time = job.schedule.every.microseconds;
    pg::insert_row("job",
                   {pg::uuid_datum(job.timeline), pg::text_datum(job.name), Int32GetDatum(job.number),
                    pg::text_datum(job.is_scheduled ? "scheduled" : "unscheduled"),
                    job.is_scheduled ? pg::Value(IntervalPGetDatum(&every)) : pg::Value(), text_value(job.at),
                    job.is_scheduled ? pg::Value(pg::jsonb_datum(job.options)) : pg::Value(),
                    TimestampTzGetDatum(job.schedule.since), pg::text_datum(job.who)});
}

std::optional<Run> last_run(const std::vector<Uuid>& timelines, const std::string& job) {
    for (const Uuid& timeline : timelines) {
        std::optional<Run> last = last_run_before(timeline, job, 0);
        if (!last) continue;
        // What ran in the database that this one is a copy of does not run any more.
        if (last->outcome == "running" && timeline != timelines.front()) last->outcome = "crashed";
        return last;
    }
    return std::nullopt;
}

std::optional<core::LastRun> as_last_run(const std::optional<Run>& run) {
    if (!run) return std::nullopt;
    return core::LastRun{run->started, run->ended.value_or(run->started), run->failures,
                         run->outcome == "interrupted"};
}

core::Moment next_due(const Job& job, const std::optional<Run>& last, core::Moment now) {
    const std::string zone = job.schedule.anchor ? job.schedule.anchor->zone : std::string();
    return core::next_due(job.schedule, as_last_run(last), now,
                          [&](const core::LocalTime& local) { return pg::to_moment(zone, local); });
}

std::int64_t insert_running(const std::string& job) {
    Run run;
    run.timeline = current_timeline();
    run.job = job;
    run.number = pg::next_value("job_run_id");
    run.outcome = "running";
    run.first_started = run.started = now();
    if (const auto before = last_run(own_timelines(), job)) run.failures = before->failures;
    insert_run(run);
    return run.number;
}

void finish_run(const std::string& job, std::int64_t number, const std::string& outcome,
                std::optional<std::string> found, std::optional<std::string> error) {
    const Uuid timeline = current_timeline();
    std::optional<Run> run = last_run_before(timeline, job, number + 1);
    if (!run || run->number != number) return;  // somebody has emptied the table
    pg::delete_row("job_run", run->place);
    run->outcome = outcome;
    if (outcome != "crashed") run->ended = now();
    run->found = std::move(found);
    run->error = std::move(error);
    if (outcome == "succeeded") run->failures = 0;
    if (is_failure(outcome)) ++run->failures;
    const std::optional<Run> before = last_run_before(timeline, job, number);
    if (before && is_more_of_the_same(*run, *before)) {
        pg::delete_row("job_run", before->place);
        run->runs += before->runs;
        run->first_started = before->first_started;
    }
    insert_run(*run);
}

}  // namespace schemaver::drift
