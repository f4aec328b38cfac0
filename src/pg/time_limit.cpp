// A timer of ours that asks for what a cancel asks for. The server keeps one flag for all who ask; so that a
// cancel of somebody else's is not taken for ours, the signal that brings it is listened to meanwhile.
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
volatile std::sig_atomic_t cancel_asked = 0;  // by somebody else
struct sigaction servers_action;
bool is_listening = false;

// Called by the signal's handler.
void note_limit() {
    limit_passed = 1;
    InterruptPending = 1;
    QueryCancelPending = 1;
    SetLatch(MyLatch);
}

// lock_timeout sends itself the same signal.
void note_cancel(int signal) {
    if (!get_timeout_indicator(LOCK_TIMEOUT, false)) cancel_asked = 1;
    servers_action.sa_handler(signal);
}

void listen_for_cancels() {
    if (sigaction(SIGINT, nullptr, &servers_action) != 0 || (servers_action.sa_flags & SA_SIGINFO) != 0 ||
        servers_action.sa_handler == SIG_IGN || servers_action.sa_handler == SIG_DFL)
        return;
    struct sigaction ours = servers_action;
    ours.sa_handler = note_cancel;
    is_listening = sigaction(SIGINT, &ours, nullptr) == 0;
}

}  // namespace

void start_time_limit(int milliseconds) {
    limit_passed = 0;
    cancel_asked = QueryCancelPending;
    listen_for_cancels();
    call([=] {
        if (timer == no_timer) timer = RegisterTimeout(USER_TIMEOUT, note_limit);
        enable_timeout_after(timer, milliseconds);
    });
}

void stop_time_limit() {
    if (timer == no_timer) return;
    call([] { disable_timeout(timer, false); });
    if (is_listening) (void)sigaction(SIGINT, &servers_action, nullptr);
    is_listening = false;
    if (time_limit_passed()) QueryCancelPending = 0;
}

bool time_limit_passed() { return limit_passed != 0 && cancel_asked == 0; }

}  // namespace schemaver::pg
