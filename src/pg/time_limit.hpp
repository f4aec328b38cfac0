// A limit on what runs now, beside statement_timeout: the session's own is for the whole command that the
// client sent, and cannot be set for a part of it.
//
//     pg::start_time_limit(60000);
//     run();                      // raises 57014 when the minute is over
//     pg::stop_time_limit();
//     if (pg::time_limit_passed()) ...
#pragma once

#include "pg/boundary.hpp"

namespace schemaver::pg {

void start_time_limit(int milliseconds);
// A cancel that the limit has asked for and nobody has seen yet is taken back.
void stop_time_limit();
// Since the last start, and nobody else has asked for a cancel.
bool time_limit_passed();

}  // namespace schemaver::pg
