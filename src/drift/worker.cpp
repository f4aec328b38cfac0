// A worker: connected to one database, does the jobs that are due there, each once, and goes.
//
// It works as the extension's owner. All that it does it does in steps (drift/steps), transactions of their
// own: so a job that fails is rolled back alone, one that the server dies of is found as "running"
// afterwards, and nobody's VACUUM is held up while a worker waits.
#include "catalog/digests.hpp"
#include "drift/board.hpp"
#include "drift/clock.hpp"
#include "drift/jobs.hpp"
#include "drift/kinds.hpp"
#include "drift/steps.hpp"
#include "drift/workers.hpp"
#include "pg/claim.hpp"
#include "pg/report.hpp"
#include "pg/worker.hpp"

#include <algorithm>
#include <csignal>

extern "C" {
#include "catalog/pg_extension.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "utils/guc.h"
}

namespace schemaver::drift {

namespace {

struct Setting {
    const char* name;
    const char* value;
};

// Names are looked up where only the server's are; a setting of the database does not keep us from writing;
// and what watches statements is spared ours.
constexpr Setting own_settings[] = {{"search_path", "pg_catalog, pg_temp"},
                                    {"default_transaction_isolation", "read committed"},
                                    {"default_transaction_read_only", "off"},
                                    {"default_transaction_deferrable", "off"},
                                    {"row_security", "on"},
                                    {"session_replication_role", "origin"},
                                    {"zero_damaged_pages", "off"},
                                    {"application_name", "schemaver worker"},
                                    {"schemaver.message", ""}};
constexpr Setting watchers[] = {
    {"pg_stat_statements.track", "none"}, {"auto_explain.log_min_duration", "-1"}, {"pgaudit.log", "none"}};

void set(const Setting& setting) {
    (void)set_config_option(setting.name, setting.value, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SET, true, 0,
                            false);
}

// InvalidOid: the extension is not in this database.
Oid extension_owner() {
    const Oid extension = pg::call([] { return get_extension_oid("schemaver", true); });
    Oid owner = InvalidOid;
    if (!OidIsValid(extension)) return owner;
    pg::scan(ExtensionRelationId, ExtensionOidIndexId,
             {{Anum_pg_extension_oid, F_OIDEQ, ObjectIdGetDatum(extension)}}, nullptr,
             [&](const pg::Row& row) { owner = row.oid(Anum_pg_extension_extowner); });
    return owner;
}

// False: there is nothing to do here.
bool settle_in() {
    bool is_here = false;
    step([&] {
        const Oid owner = extension_owner();
        if (!OidIsValid(owner)) return;
        is_here = true;
        pg::call([=] {
            for (const Setting& setting : own_settings) set(setting);
            for (const Setting& setting : watchers) {
                if (GetConfigOption(setting.name, true, false) != nullptr) set(setting);
            }
            set({"session_authorization", GetUserNameFromId(owner, false)});
        });
    });
    return is_here;
}

void show_activity(const std::string& what) {
    const std::string text = "schemaver: " + what;
    const char* bytes = text.c_str();
    pg::call([=] { pgstat_report_activity(STATE_RUNNING, bytes); });
}

void show_idle() {
    pg::call([] { pgstat_report_activity(STATE_IDLE, nullptr); });
}

// The runs that a worker left behind which has not come to write what became of them. There is no other
// worker here, so none of them is running.
void mark_crashed() {
    const auto timelines = own_timelines();
    for (const Job& job : all_jobs(timelines)) {
        const auto last = last_run(timelines, job.name);
        if (last && last->outcome == "running" && last->timeline == timelines.front())
            finish_run(job.name, last->number, "crashed", std::nullopt,
                       "the process ended before it could write what came of it");
    }
}

bool has_work(const Job& job) {
    const Kind* kind = find_kind(job.name);
    return kind == nullptr || kind->has_work == nullptr || kind->has_work();
}

// The job that has been due for longest, of those that this worker has not run yet.
std::optional<Job> next_job(const std::vector<std::string>& done) {
    const auto timelines = own_timelines();
    std::optional<Job> first;
    core::Moment due = never_due;
    const core::Moment moment = now();
    for (Job& job : all_jobs(timelines)) {
        if (!job.is_scheduled || job.is_paused() || core::contains(done, job.name)) continue;
        const core::Moment its = next_due(job, last_run(timelines, job.name), moment);
        if (its > moment || its >= due || !has_work(job)) continue;
        due = its;
        first = std::move(job);
    }
    return first;
}

void write_outcome(const Job& job, std::int64_t run, const std::string& outcome,
                   const std::optional<std::string>& found, const std::optional<std::string>& failure) {
    step([&] { finish_run(job.name, run, outcome, found, failure); });
}

void complain(const Job& job, const pg::Error& error) {
    const std::string context = pg::from_utf8(fmt::format("schemaver job \"{}\"", job.name));
    pg::report(pg::annotated(error, context.c_str(), "SELECT * FROM schemaver.job_runs shows its runs."),
               WARNING);
}

std::optional<std::string> run(const Job& job) {
    const Kind* kind = nullptr;
    step([&] { kind = &require_kind(job.name); });
    return kind->run(job.options, job.schedule.every);
}

void do_job(const Job& job) {
    std::int64_t number = 0;
    step([&] { number = insert_running(job.name); });
    show_activity(job.name);
    std::optional<std::string> found;
    std::optional<pg::Error> error;
    try {
        found = run(job);
    } catch (...) {  // what has not been committed has been rolled back
        error = pg::current_error();
    }
    show_idle();
    if (!error) return write_outcome(job, number, "succeeded", found, std::nullopt);
    if (pg::is_told_to_stop())
        return write_outcome(job, number, "interrupted", std::nullopt, "the worker was told to leave");
    write_outcome(job, number, "failed", std::nullopt, pg::to_utf8(error->what()));
    complain(job, *error);
}

// When the next worker is wanted. A job that has nothing to do is looked at again when DDL is committed, and
// within the hour in any case: not every commit is noticed (COMMIT PREPARED).
Report look_ahead() {
    Report report;
    report.is_written = report.has_extension = true;
    report.next_due = report.due_after_commit = never_due;
    const auto timelines = own_timelines();
    const core::Moment moment = now();
    for (const Job& job : all_jobs(timelines)) {
        if (!job.is_scheduled || job.is_paused()) continue;
        const core::Moment due = next_due(job, last_run(timelines, job.name), moment);
        report.due_after_commit = std::min(report.due_after_commit, due);
        report.next_due =
            std::min(report.next_due, has_work(job) ? due : std::max(due, moment + core::one_hour));
    }
    return report;
}

void write_report(int place, const Report& report) {
    Board* shared = board();
    if (place == no_place || shared == nullptr) return;
    const pg::SharedLock lock;
    shared->reports[place] = report;
}

// A launcher of this database alone has nothing left to do here.
void send_away_launcher() {
    const pid_t launcher = launcher_of(MyDatabaseId);
    if (launcher != 0) kill(launcher, SIGTERM);
}

void work(int place) {
    if (!settle_in()) {
        Report report;
        report.is_written = true;
        write_report(place, report);
        if (place == no_place) send_away_launcher();
        return;
    }
    if (!pg::claim(MyDatabaseId, pg::Claim::worker)) return;  // of another launcher
    step(mark_crashed);
    std::vector<std::string> done;
    while (!pg::is_told_to_stop()) {
        std::optional<Job> job;
        step([&] { job = next_job(done); });
        if (!job) break;
        do_job(*job);
        done.push_back(job->name);
    }
    Report report;
    step([&] { report = look_ahead(); });
    write_report(place, report);
}

void stay_while_held() {
    static int hashing = 0;
    ++hashing;
    while (board() != nullptr && board()->held_hashing == hashing) pg::nap(10);
}

}  // namespace

// hold_hashing(integer), for tests: a worker's first, second, ... hashing; 0: none.
SCHEMAVER_FUNCTION(schemaver_hold_hashing)(pg::Arguments arguments) {
    if (Board* shared = board(); shared != nullptr) shared->held_hashing = DatumGetInt32(arguments.datum(0));
    return pg::Result::null();
}

SCHEMAVER_WORKER(schemaver_worker_main)(Datum argument) {
    catalog::before_hashing = stay_while_held;
    pg::handle_signals_of_job_runner();
    pg::call([] { BackgroundWorkerInitializeConnectionByOid(pg::planned_database(), InvalidOid, 0); });
    pg::make_way_for_others();
    try {
        work(DatumGetInt32(argument));
    } catch (const pg::Error& error) {
        if (!pg::is_told_to_stop()) throw;
    }
    pg::call([] { pgstat_report_stat(true); });
}

}  // namespace schemaver::drift
