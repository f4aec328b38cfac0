// The SQL functions about jobs and workers.
#include <algorithm>
#include <csignal>

#include "core/text.hpp"
#include "drift/board.hpp"
#include "drift/clock.hpp"
#include "drift/jobs.hpp"
#include "drift/kinds.hpp"
#include "drift/settings.hpp"
#include "drift/workers.hpp"
#include "drift/writing.hpp"
#include "ledger/ledger.hpp"
#include "pg/claim.hpp"
#include "pg/report.hpp"
#include "pg/result_set.hpp"
#include "pg/worker.hpp"
#include "pg/zone.hpp"

extern "C" {
#include "commands/dbcommands.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
}

namespace schemaver::drift {

namespace {

std::string session_user() {
    return pg::to_utf8(pg::call([] { return GetUserNameFromId(GetSessionUserId(), true); }));
}

core::Anchor anchor_argument(const std::string& text) {
    core::Anchor anchor = core::parse_anchor(text);
    if (anchor.zone.empty()) anchor.zone = pg::session_zone();
    pg::require_zone(anchor.zone);
    return anchor;
}

core::Json options_argument(Datum options) {
    const char* text = pg::call([=] { return DatumGetCString(DirectFunctionCall1(jsonb_out, options)); });
    return core::Json::parse(pg::to_utf8(text));
}

const Job* find(const std::vector<Job>& jobs, const std::string& name) {
    const auto found =
        std::find_if(jobs.begin(), jobs.end(), [&](const Job& job) { return job.name == name; });
    return found == jobs.end() ? nullptr : &*found;
}

// A worker asks another server as the superuser that it is.
void require_own_rights(const core::Json& options) {
    const auto baseline = options.find("baseline");
    if (baseline == options.end() || !baseline->get_ref<const std::string&>().starts_with("server:")) return;
    if (pg::call([] { return superuser(); })) return;
    throw core::Error(core::sqlstate::insufficient_privilege,
                      "only a superuser can have a worker compare with another server",
                      "Workers use the superuser's user mapping.",
                      "Call check_drift() yourself, for example from cron.");
}

// The row that follows the last one of that job.
void insert_next(Job& job, const std::vector<Job>& jobs) {
    const Job* last = find(jobs, job.name);
    job.timeline = *ledger::writable_lineage(ledger::write_first_commit).current;
    job.number = last == nullptr ? 1 : last->number + 1;
    job.schedule.since = now();
    job.who = session_user();
    insert_job(job);
    note_schedule();
}

pg::Value moment_value(const std::optional<core::Moment>& moment) {
    return moment ? pg::Value(TimestampTzGetDatum(*moment)) : pg::Value();
}

pg::Value every_value(const core::Every& every) {
    return pg::call([=] {
        auto* interval = static_cast<Interval*>(palloc0(sizeof(Interval)));
        interval->month = every.months;
        interval->day = every.days;
        interval->time = every.microseconds;
        return IntervalPGetDatum(interval);
    });
}

bool is_served_by_launcher() {
    const Board* shared = board();
    return shared != nullptr && shared->launcher != 0 &&
           pg::call([] { return is_served(get_database_name(MyDatabaseId)); });
}

}  // namespace

// schedule(job text, every interval, at text, options jsonb)
SCHEMAVER_FUNCTION(schemaver_schedule)(pg::Arguments arguments) {
    require_writing("schemaver.schedule()");
    Job job;
    job.name = arguments.required_text(0, "job");
    const Kind& kind = require_kind(job.name);
    if (arguments.is_null(1))
        throw core::Error(core::sqlstate::null_argument, "argument \"every\" must not be NULL");
    const Interval* every = DatumGetIntervalP(arguments.datum(1));
    job.schedule.every = {every->month, every->day, every->time};
    core::require_forward(job.schedule.every);
    if (const auto at = arguments.optional_text(2)) {
        job.schedule.anchor = anchor_argument(*at);
        job.at = core::to_text(*job.schedule.anchor);
    }
    job.options = arguments.is_null(3) ? core::Json::object() : options_argument(arguments.datum(3));
    require_options(kind, job.options);
    require_own_rights(job.options);
    job.is_scheduled = true;
    take_turns("job");
    insert_next(job, all_jobs(own_timelines()));
    if (job.is_paused()) return pg::Result::null();
    return {TimestampTzGetDatum(next_due(job, std::nullopt, job.schedule.since))};
}

// unschedule(job text)
SCHEMAVER_FUNCTION(schemaver_unschedule)(pg::Arguments arguments) {
    require_writing("schemaver.unschedule()");
    const std::string name = arguments.required_text(0, "job");
    take_turns("job");
    const std::vector<Job> jobs = all_jobs(own_timelines());
    const Job* last = find(jobs, name);
    if (last == nullptr || !last->is_scheduled) {
        std::vector<std::string> there;
        for (const Job& job : jobs) {
            if (job.is_scheduled) there.push_back(job.name);
        }
        throw core::Error(core::sqlstate::unknown_object, fmt::format("no job \"{}\" is scheduled", name),
                          there.empty() ? "" : fmt::format("Scheduled are {}.", core::in_a_sentence(there)),
                          "SELECT * FROM schemaver.jobs lists the jobs.");
    }
    Job job;
    job.name = name;
    insert_next(job, jobs);
    return pg::Result::null();
}

// job_states()
SCHEMAVER_FUNCTION(schemaver_job_states)(pg::Arguments arguments) {
    pg::ResultSet rows(arguments);
    const auto timelines = own_timelines();
    const core::Moment moment = now();
    for (const Job& job : all_jobs(timelines)) {
        if (!job.is_scheduled) continue;
        const std::optional<Run> last = last_run(timelines, job.name);
        std::optional<core::Moment> due;
        if (!job.is_paused()) due = next_due(job, last, moment);
        rows.add({pg::text_datum(job.name), every_value(job.schedule.every),
                  job.at ? pg::Value(pg::text_datum(*job.at)) : pg::Value(), pg::jsonb_datum(job.options),
                  BoolGetDatum(job.is_paused()), moment_value(due),
                  last ? moment_value(last->started) : pg::Value(),
                  last ? pg::Value(pg::text_datum(last->outcome)) : pg::Value(),
                  Int32GetDatum(last ? last->failures : 0), pg::text_datum(job.who),
                  TimestampTzGetDatum(job.schedule.since)});
    }
    return rows.done();
}

namespace {

// The process that serves this database once the new one has claimed it, or has found that another one has.
pid_t settled_launcher(BackgroundWorkerHandle* handle) {
    if (pg::wait_for_start(handle) == 0) return 0;
    for (int tries = 0; tries < 1000; ++tries) {
        const bool has_ended = pg::has_ended(handle);
        const pid_t running = launcher_of(MyDatabaseId);
        if (running != 0 || has_ended) return running;
        pg::call([] { pg_usleep(10'000); });
        pg::check_for_interrupts();
    }
    return 0;
}

}  // namespace

// start_worker()
SCHEMAVER_FUNCTION(schemaver_start_worker)(pg::Arguments) {
    require_writing("schemaver.start_worker()");
    if (is_served_by_launcher()) {
        pg::notice("the jobs of this database are done by the launcher that the server has started");
        return {Int32GetDatum(board()->launcher)};
    }
    if (const pid_t running = launcher_of(MyDatabaseId); running != 0) return {Int32GetDatum(running)};
    BackgroundWorkerHandle* handle = pg::start_worker({launcher_type, launcher_main, 0, MyDatabaseId, 10});
    const pid_t started = handle == nullptr ? 0 : settled_launcher(handle);
    if (started == 0)
        throw core::Error(
            "53000" /* insufficient_resources */, "no worker could be started",
            "Of max_worker_processes, schemaver needs one that stays and another one now and then.",
            "Raise max_worker_processes and start the server anew.");
    return {Int32GetDatum(started)};
}

// stop_worker()
SCHEMAVER_FUNCTION(schemaver_stop_worker)(pg::Arguments) {
    const pid_t running = launcher_of(MyDatabaseId);
    if (running == 0) return {BoolGetDatum(false)};
    kill(running, SIGTERM);
    for (int tries = 0; tries < 500 && launcher_of(MyDatabaseId) == running; ++tries) {
        pg::call([] { pg_usleep(10'000); });
        pg::check_for_interrupts();
    }
    return {BoolGetDatum(true)};
}

// worker_status()
SCHEMAVER_FUNCTION(schemaver_worker_status)(pg::Arguments arguments) {
    if (is_served_by_launcher()) {
        const Board* shared = board();
        return pg::single_row(
            arguments, {BoolGetDatum(true), pg::text_datum("launcher"), Int32GetDatum(shared->launcher),
                        TimestampTzGetDatum(shared->looked_at), std::nullopt});
    }
    if (const pid_t running = launcher_of(MyDatabaseId); running != 0) {
        return pg::single_row(arguments, {BoolGetDatum(true), pg::text_datum("start_worker"),
                                          Int32GetDatum(running), std::nullopt, std::nullopt});
    }
    const char* reason =
        board() == nullptr
            ? "schemaver is not in shared_preload_libraries, and start_worker() has not been called"
        : board()->launcher == 0 ? "the launcher is not running"
                                 : "schemaver.databases does not name this database";
    return pg::single_row(
        arguments, {BoolGetDatum(false), std::nullopt, std::nullopt, std::nullopt, pg::text_datum(reason)});
}

}  // namespace schemaver::drift
