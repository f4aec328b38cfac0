// The places to fail in that the server enters by itself: triggers, event triggers, the utility hook,
// workers.
//
// An event trigger and a hook have no arguments, so they are armed first: arm('hook before', 'core', 1) makes
// the next utility command of this session fail.
#include "pg/fault.hpp"
#include "pg/hook.hpp"
#include "pg/text.hpp"
#include "pg/worker.hpp"

#include <malloc.h>

extern "C" {
#include "commands/event_trigger.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "postmaster/bgworker.h"
}

namespace schemaver::pg {

namespace {

struct Armed {
    char place[32];
    char kind[32];
    int times;
};
Armed armed = {};

ProcessUtility_hook_type next_of_inner = nullptr;
ProcessUtility_hook_type next_of_outer = nullptr;
bool hooks_installed = false;

void fail_if_armed(const char* place) {
    const Tracked tracked;
    if (armed.times == 0 || std::strcmp(armed.place, place) != 0) return;
    --armed.times;
    fail(armed.kind);
}

struct Nothing {};

void before_outer(const Utility&, Nothing&) { fail_if_armed("hook before"); }

void after_outer(const Utility&, Nothing&) { fail_if_armed("hook after"); }

void before_inner(const Utility&, Nothing&) { fail_if_armed("hook inside"); }

void after_inner(const Utility&, Nothing&) {}

void let_go(const Utility&, Nothing&, const Error&) {}

void inner_hook(PlannedStmt* statement, const char* query, bool read_only, ProcessUtilityContext context,
                ParamListInfo parameters, QueryEnvironment* environment, DestReceiver* destination,
                QueryCompletion* completion) {
    around_utility<Nothing>(
        next_of_inner,
        {statement, query, read_only, context, parameters, environment, destination, completion},
        before_inner, after_inner, let_go);
}

void outer_hook(PlannedStmt* statement, const char* query, bool read_only, ProcessUtilityContext context,
                ParamListInfo parameters, QueryEnvironment* environment, DestReceiver* destination,
                QueryCompletion* completion) {
    around_utility<Nothing>(
        next_of_outer,
        {statement, query, read_only, context, parameters, environment, destination, completion},
        before_outer, after_outer, let_go);
}

// Hooks cannot be taken out again, so they stay, idle, for the rest of the session.
void install_hooks() {
    if (hooks_installed) return;
    hooks_installed = true;
    next_of_inner = ProcessUtility_hook;
    ProcessUtility_hook = inner_hook;
    next_of_outer = ProcessUtility_hook;
    ProcessUtility_hook = outer_hook;
}

// What malloc has given out to this process: the server's memory contexts and C++'s heap together.
std::int64_t heap_bytes() { return static_cast<std::int64_t>(mallinfo2().uordblks); }

constexpr std::array<std::pair<const char*, const char*>, 6> states = {{{"server", "SVF01"},
                                                                        {"passed", "SVF01"},
                                                                        {"core", "SVF02"},
                                                                        {"bad_alloc", "53200"},
                                                                        {"runtime_error", "XX000"},
                                                                        {"unknown", "XX000"}}};

// `count` failed transactions of each kind; returns how many of them ended in the expected error.
int fail_transactions(int count) {
    int right = 0;
    for (int i = 0; i < count; ++i) {
        for (const auto& [kind, state] : states) {
            const std::string name = kind;
            const auto error = transaction([&] {
                call([] { SPI_connect(); });
                const Tracked tracked;
                call([] { SPI_execute("SELECT 1", true, 0); });
                fail(name);
            });
            if (error && error->sqlstate() == state) ++right;
        }
    }
    return right;
}

// Where the new worker has to connect to; travels in BackgroundWorker.bgw_extra.
struct WorkerPlace {
    Oid database;
};

}  // namespace

}  // namespace schemaver::pg

namespace pg = schemaver::pg;

// Trigger: fails as its first argument says.
SCHEMAVER_FUNCTION(schemaver_fault_trigger)(pg::Arguments arguments) {
    const pg::Tracked tracked;
    if (!CALLED_AS_TRIGGER(arguments.info())) pg::fail("this is no trigger");
    auto* data = reinterpret_cast<TriggerData*>(arguments.info()->context);
    pg::fail(data->tg_trigger->tgargs[0]);
    return {PointerGetDatum(data->tg_trigtuple)};
}

SCHEMAVER_FUNCTION(schemaver_fault_event_trigger)(pg::Arguments arguments) {
    const pg::Tracked tracked;
    if (!CALLED_AS_EVENT_TRIGGER(arguments.info())) pg::fail("this is no event trigger");
    pg::fail_if_armed("event trigger");
    return pg::Result::null();
}

// arm(place, kind, times): place is 'event trigger', 'hook before', 'hook inside' or 'hook after'.
SCHEMAVER_FUNCTION(schemaver_fault_arm)(pg::Arguments arguments) {
    const std::string place = arguments.required_text(0, "place");
    const std::string kind = arguments.required_text(1, "kind");
    pg::install_hooks();
    std::strncpy(pg::armed.place, place.c_str(), sizeof(pg::armed.place) - 1);
    std::strncpy(pg::armed.kind, kind.c_str(), sizeof(pg::armed.kind) - 1);
    pg::armed.times = DatumGetInt32(arguments.datum(2));
    return pg::Result::null();
}

SCHEMAVER_FUNCTION(schemaver_heap_bytes)(pg::Arguments) { return {Int64GetDatum(pg::heap_bytes())}; }

// Logs what came of `count` failed transactions of each kind, and then dies of one more.
SCHEMAVER_WORKER(schemaver_fault_worker_main)(Datum count) {
    pg::WorkerPlace place;
    std::memcpy(&place, MyBgworkerEntry->bgw_extra, sizeof(place));
    pg::call([&] { BackgroundWorkerInitializeConnectionByOid(place.database, InvalidOid, 0); });
    int right = pg::fail_transactions(100);
    const std::int64_t heap = pg::heap_bytes();
    right += pg::fail_transactions(DatumGetInt32(count) - 100);
    const std::int64_t growth = pg::heap_bytes() - heap;
    if (auto error = pg::transaction([] { pg::fail("server"); })) pg::report(*error, LOG);
    pg::call([&] {
        ereport(LOG, (errmsg("fault worker: %d errors, %d live objects, %lld bytes more", right,
                             pg::live_objects(), static_cast<long long>(growth))));
    });
    pg::fail("core");
}

// fault_worker(count): runs the worker above to its end; returns how it stopped.
SCHEMAVER_FUNCTION(schemaver_fault_worker)(pg::Arguments arguments) {
    const pg::WorkerPlace place{MyDatabaseId};
    const int count = DatumGetInt32(arguments.datum(0));
    const BgwHandleStatus status = pg::call([&] {
        BackgroundWorker worker = {};
        worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
        worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
        worker.bgw_restart_time = BGW_NEVER_RESTART;
        std::strcpy(worker.bgw_library_name, "schemaver");
        std::strcpy(worker.bgw_function_name, "schemaver_fault_worker_main");
        std::strcpy(worker.bgw_name, "schemaver fault worker");
        worker.bgw_main_arg = Int32GetDatum(count);
        worker.bgw_notify_pid = MyProcPid;
        std::memcpy(worker.bgw_extra, &place, sizeof(place));
        BackgroundWorkerHandle* handle = nullptr;
        if (!RegisterDynamicBackgroundWorker(&worker, &handle))
            ereport(ERROR, (errmsg("no free worker slot")));
        return WaitForBackgroundWorkerShutdown(handle);
    });
    return {pg::text_datum(status == BGWH_STOPPED ? "stopped" : "the postmaster died")};
}
