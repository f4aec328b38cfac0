// The boundary of background workers: their main function, how they are started, and the transactions they
// run.
//
//     SCHEMAVER_WORKER(schemaver_launcher_main)(Datum argument) {
//         pg::call([] { BackgroundWorkerInitializeConnection("postgres", nullptr, 0); });
//         if (auto error = pg::transaction([&] { run(job); })) pg::report(*error, LOG);
//     }
//
// An error that leaves the main function ends the worker: the server logs it with its SQLSTATE and starts the
// worker again after its restart interval. No other process notices.
#pragma once

#include "pg/boundary.hpp"

struct BackgroundWorkerHandle;

namespace schemaver::pg {

using Worker = void (*)(Datum argument);

// The body of every worker main of ours: signals, guard, then raise or return.
void run_worker(Datum argument, Worker body);

// Runs `body` in a transaction of its own, with a snapshot, and commits; after an error aborts the
// transaction and returns the error. As in a subtransaction, only a cancel (57014) is not swallowed but goes
// on up.
std::optional<Error> transaction(const std::function<void()>& body);
// Within one, and not within a query: what waits for somebody else is not to hold VACUUM up. Afterwards the
// transaction has a snapshot of then.
void without_snapshot(const std::function<void()>& body);

struct WorkerPlan {
    const char* type;      // what pg_stat_activity.backend_type says
    const char* function;  // of this library
    std::int32_t argument = 0;
    Oid database = InvalidOid;  // for the worker's main to read: planned_database()
    int restart_after = -1;     // seconds; -1: it is not started again
};
// With the server: in _PG_init, while the server starts.
void register_worker(const WorkerPlan& plan);
// Now; nullptr: max_worker_processes are running. Whoever starts it has its latch set when the worker starts
// or ends. The handle lives until released.
BackgroundWorkerHandle* start_worker(const WorkerPlan& plan);
bool has_ended(BackgroundWorkerHandle* handle);
// The worker's process, once it runs; 0: it could not be started, or has ended already.
pid_t wait_for_start(BackgroundWorkerHandle* handle);
void wait_for_end(BackgroundWorkerHandle* handle);
void release(BackgroundWorkerHandle* handle);

// In a worker.
Oid planned_database();
// Waits for the latch, so long at most, and reloads the configuration if it has been asked to.
void nap(std::int64_t milliseconds);
// SIGHUP and SIGTERM leave notes; nap() returns at once, and this says whether it is time to go.
void handle_signals_of_launcher();
bool is_told_to_stop();
// SIGTERM cancels what runs, as pg_cancel_backend() does, and leaves a note. So what was running can be put
// on record.
void handle_signals_of_job_runner();
// In a job runner, after a transaction that failed of a timeout: the server answers a cancel that comes at
// the same moment with the timeout's error alone. Throws the cancel's.
void answer_cancel();

// Commands that need a database for themselves (DROP, RENAME, CREATE ... TEMPLATE, SET TABLESPACE), and those
// that wait for a lock of ours, end this process instead of failing or waiting; CREATE INDEX CONCURRENTLY
// does not wait for it.
void make_way_for_others();

}  // namespace schemaver::pg

// Defines the worker main `name`; what follows the macro is its parameter list and body.
#define SCHEMAVER_WORKER(name)                                                                    \
    static void name##_body(Datum);                                                               \
    extern "C" {                                                                                  \
    PGDLLEXPORT void name(Datum argument);                                                        \
    PGDLLEXPORT void name(Datum argument) { ::schemaver::pg::run_worker(argument, name##_body); } \
    }                                                                                             \
    static void name##_body
