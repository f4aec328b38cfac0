// Worker mains and their transactions, as the server's own workers run them.
#include "pg/worker.hpp"

extern "C" {
#include "libpq/pqsignal.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/snapmgr.h"
}

namespace schemaver::pg {

namespace {

BackgroundWorker as_server_has_it(const WorkerPlan& plan) {
    BackgroundWorker worker = {};
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
    worker.bgw_restart_time = plan.restart_after < 0 ? BGW_NEVER_RESTART : plan.restart_after;
    strlcpy(worker.bgw_library_name, "schemaver", sizeof worker.bgw_library_name);
    strlcpy(worker.bgw_function_name, plan.function, sizeof worker.bgw_function_name);
    strlcpy(worker.bgw_name, plan.type, sizeof worker.bgw_name);
    strlcpy(worker.bgw_type, plan.type, sizeof worker.bgw_type);
    worker.bgw_main_arg = Int32GetDatum(plan.argument);
    std::memcpy(worker.bgw_extra, &plan.database, sizeof plan.database);
    return worker;
}

volatile sig_atomic_t told_to_stop = false;
volatile sig_atomic_t told_to_cancel = false;  // since the transaction began

void on_stop(int) {
    const int saved = errno;
    told_to_stop = true;
    told_to_cancel = true;
    QueryCancelPending = true;
    InterruptPending = true;
    SetLatch(MyLatch);
    errno = saved;
}

// A timeout sends its own process the same signal.
void on_cancel(int signal, siginfo_t* sender, void*) {
    if (sender->si_pid != MyProcPid) told_to_cancel = true;
    StatementCancelHandler(signal);
}

}  // namespace

void run_worker(Datum argument, Worker body) {
    // The default handler of SIGTERM exits from within the signal: in the middle of malloc, for one. `die`
    // only leaves a note for the next CHECK_FOR_INTERRUPTS.
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    raise_if(guard([&] { body(argument); }));
}

std::optional<Error> transaction(const std::function<void()>& body) {
    const MemoryContext caller = CurrentMemoryContext;
    std::optional<Error> error;
    told_to_cancel = false;
    try {
        call([] {
            SetCurrentStatementStartTimestamp();
            StartTransactionCommand();
            PushActiveSnapshot(GetTransactionSnapshot());
        });
        body();
        call([] {
            PopActiveSnapshot();
            CommitTransactionCommand();
        });
    } catch (...) {
        error = current_error();
    }
    if (error) call([] { AbortOutOfAnyTransaction(); });
    MemoryContextSwitchTo(caller);
    if (error && error->is_cancel()) throw *error;
    return error;
}

void without_snapshot(const std::function<void()>& body) {
    call([] { PopActiveSnapshot(); });
    body();
    call([] { PushActiveSnapshot(GetTransactionSnapshot()); });
}

void register_worker(const WorkerPlan& plan) {
    BackgroundWorker worker = as_server_has_it(plan);
    call([&] { RegisterBackgroundWorker(&worker); });
}

BackgroundWorkerHandle* start_worker(const WorkerPlan& plan) {
    BackgroundWorker worker = as_server_has_it(plan);
    worker.bgw_notify_pid = MyProcPid;
    return call([&] {
        BackgroundWorkerHandle* handle = nullptr;
        MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
        if (!RegisterDynamicBackgroundWorker(&worker, &handle)) handle = nullptr;
        MemoryContextSwitchTo(caller);
        return handle;
    });
}

bool has_ended(BackgroundWorkerHandle* handle) {
    return call([=] {
        pid_t pid = 0;
        return GetBackgroundWorkerPid(handle, &pid) == BGWH_STOPPED;
    });
}

pid_t wait_for_start(BackgroundWorkerHandle* handle) {
    return call([=]() -> pid_t {
        pid_t pid = 0;
        return WaitForBackgroundWorkerStartup(handle, &pid) == BGWH_STARTED ? pid : 0;
    });
}

void wait_for_end(BackgroundWorkerHandle* handle) {
    call([=] { (void)WaitForBackgroundWorkerShutdown(handle); });
}

void release(BackgroundWorkerHandle* handle) { pfree(handle); }

Oid planned_database() {
    Oid database = InvalidOid;
    std::memcpy(&database, MyBgworkerEntry->bgw_extra, sizeof database);
    return database;
}

void nap(std::int64_t milliseconds) {
    call([=] {
        (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
                        static_cast<long>(milliseconds), PG_WAIT_EXTENSION);
        ResetLatch(MyLatch);
        CHECK_FOR_INTERRUPTS();
        if (ConfigReloadPending) {
            ConfigReloadPending = false;
            ProcessConfigFile(PGC_SIGHUP);
        }
    });
}

void handle_signals_of_launcher() {
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
}

bool is_told_to_stop() { return told_to_stop || ShutdownRequestPending; }

void handle_signals_of_job_runner() {
    pqsignal(SIGTERM, on_stop);
    struct sigaction action = {};
    action.sa_sigaction = on_cancel;
    action.sa_flags = SA_RESTART | SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, nullptr);
}

void answer_cancel() {
    if (!told_to_cancel) return;
    told_to_cancel = false;
    call([] {
        QueryCancelPending = true;
        InterruptPending = true;
        CHECK_FOR_INTERRUPTS();
    });
}

// By the mark that an autovacuum worker bears, which is all that the server looks at for this.
void make_way_for_others() {
    call([] {
        LWLockAcquire(ProcArrayLock, LW_EXCLUSIVE);
        MyProc->statusFlags |= PROC_IS_AUTOVACUUM;
        ProcGlobal->statusFlags[MyProc->pgxactoff] = MyProc->statusFlags;
        LWLockRelease(ProcArrayLock);
    });
}

}  // namespace schemaver::pg
