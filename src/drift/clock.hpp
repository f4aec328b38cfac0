// The time that schedules go by: the server's, which tests can move.
//
// Tests declare schemaver_set_clock(), which the library exports and no install script knows (as
// pg/fault.hpp):
//
//     CREATE FUNCTION set_clock(timestamptz) RETURNS void AS '$libdir/schemaver', 'schemaver_set_clock'
//     LANGUAGE C; SELECT set_clock('2026-03-29 01:00 UTC');   -- the clock goes on from there; NULL: the real
//     time again
//
// Only superusers can declare it. Where the library is loaded with the server, all processes go by that time.
#pragma once

#include "core/schedule.hpp"

namespace schemaver::drift {

core::Moment now();

}  // namespace schemaver::drift
