// Worker mains and their transactions, as the server's own workers run them.
#include "pg/worker.hpp"

extern "C" {
#include "libpq/pqsignal.h"
#include "postmaster/bgworker.h"
#include "tcop/tcopprot.h"
#include "utils/snapmgr.h"
}

namespace schemaver::pg {

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

}  // namespace schemaver::pg
