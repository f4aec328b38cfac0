// The jobs of this database, and their runs.
//
// A row of schemaver.job for each act: scheduled, unscheduled; the last one of a job counts. Rows are keyed
// by the timeline, so that jobs that a publication or another database's files have brought are not done here
// by mistake, while a copy of this database, a promoted standby or one that pg_upgrade has moved, goes on
// with its jobs.
//
// A row of schemaver.job_run for each run that had something to say. It is there, "running", before the job
// begins.
#pragma once

#include "core/json.hpp"
#include "core/schedule.hpp"
#include "drift/histories.hpp"

namespace schemaver::drift {

struct Job {
    std::string name;
    bool is_scheduled = false;  // false: it was once
    core::Schedule schedule;
    std::optional<std::string> at;  // as it was normalised
    core::Json options;
    std::string who;
    ledger::Uuid timeline;
    std::int32_t number = 0;

    bool is_paused() const { return options.is_object() && options.value("paused", false); }
};

struct Run {
    ledger::Uuid timeline;
    std::string job;
    std::int64_t number = 0;
    std::string outcome;  // running, succeeded, failed, interrupted, crashed
    core::Moment first_started = 0;
    core::Moment started = 0;
    std::optional<core::Moment> ended;
    std::int32_t runs = 1;      // in a row that came out the same
    std::int32_t failures = 0;  // in a row, until now
    std::optional<std::string> found;
    std::optional<std::string> error;
    ItemPointerData place;
};

// `timelines`: newest first, as own_timelines() gives them. By name; with those that are not scheduled any
// more.
std::vector<Job> all_jobs(const std::vector<ledger::Uuid>& timelines);
void insert_job(const Job& job);

std::optional<Run> last_run(const std::vector<ledger::Uuid>& timelines, const std::string& job);
std::optional<core::LastRun> as_last_run(const std::optional<Run>& run);

// When it is due by its schedule, whether it is paused or not.
core::Moment next_due(const Job& job, const std::optional<Run>& last, core::Moment now);

// Writes that a run begins, and returns its number.
std::int64_t insert_running(const std::string& job);
// Writes what came of it. One that came out as the one before it, with nothing found, is written into that
// one's row.
void finish_run(const std::string& job, std::int64_t number, const std::string& outcome,
                std::optional<std::string> found, std::optional<std::string> error);

}  // namespace schemaver::drift
