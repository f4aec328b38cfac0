// A timer of ours that asks for what a cancel asks for.
#include "pg/time_limit.hpp"

#include <csignal>

extern "C" {
#include "storage/latch.h"
#include "utils/timeout.h"
}

namespace schemaver::pg {

namespace {

constexpr TimeoutId no_timer = MAX_TIMEOUTS;
TimeoutId timer = no_timer;
volatile std::sig_atomic_t limit_passed = 0;

// Called by the signal's handler.
void note_limit() {
    limit_passed = 1;
    InterruptPending = 1;
    QueryCancelPending = 1;
    SetLatch(MyLatch);
}

}  // namespace

void start_time_limit(int milliseconds) {
    limit_passed = 0;
    call([=] {
        if (timer == no_timer) timer = RegisterTimeout(USER_TIMEOUT, note_limit);
        enable_timeout_after(timer, milliseconds);
    });
}

void stop_time_limit() {
    if (timer == no_timer) return;
    call([] { disable_timeout(timer, false); });
    if (limit_passed != 0) QueryCancelPending = 0;
}

bool time_limit_passed() { return limit_passed != 0; }

}  // namespace schemaver::pg
