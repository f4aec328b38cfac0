// The real time, and what tests have added to it.
#include "drift/clock.hpp"

#include "drift/board.hpp"

extern "C" {
#include "storage/latch.h"
#include "utils/timestamp.h"
}

namespace schemaver::drift {

namespace {

core::Moment own_offset = 0;

}  // namespace

core::Moment now() {
    const core::Moment real = GetCurrentTimestamp();
    Board* shared = board();
    if (shared == nullptr) return real + own_offset;
    const pg::SharedLock lock;
    return real + shared->clock_offset;
}

// set_clock(timestamptz), for tests
SCHEMAVER_FUNCTION(schemaver_set_clock)(pg::Arguments arguments) {
    const core::Moment real = GetCurrentTimestamp();
    const core::Moment offset = arguments.is_null(0) ? 0 : DatumGetTimestampTz(arguments.datum(0)) - real;
    own_offset = offset;
    if (Board* shared = board(); shared != nullptr) {
        const pg::SharedLock lock;
        shared->clock_offset = offset;
        if (shared->latch != nullptr) SetLatch(shared->latch);
    }
    return pg::Result::null();
}

}  // namespace schemaver::drift
