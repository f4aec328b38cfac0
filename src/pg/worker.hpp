// The boundary of background workers: their main function, and the transactions they run.
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

namespace schemaver::pg {

using Worker = void (*)(Datum argument);

// The body of every worker main of ours: signals, guard, then raise or return.
void run_worker(Datum argument, Worker body);

// Runs `body` in a transaction of its own, with a snapshot, and commits; after an error aborts the
// transaction and returns the error. As in a subtransaction, only a cancel (57014) is not swallowed but goes
// on up.
std::optional<Error> transaction(const std::function<void()>& body);

}  // namespace schemaver::pg

// Defines the worker main `name`; what follows the macro is its parameter list and body.
#define SCHEMAVER_WORKER(name)                                                                    \
    static void name##_body(Datum);                                                               \
    extern "C" {                                                                                  \
    PGDLLEXPORT void name(Datum argument);                                                        \
    PGDLLEXPORT void name(Datum argument) { ::schemaver::pg::run_worker(argument, name##_body); } \
    }                                                                                             \
    static void name##_body
