// Reads limits and scripts.
#include "trial/arguments.hpp"

#include <algorithm>

extern "C" {
#include "utils/timestamp.h"
}

namespace schemaver::trial {

namespace {

std::int64_t milliseconds_of(const pg::Arguments& arguments, int index, const char* name) {
    if (arguments.is_null(index)) return 0;
    const Interval* interval = DatumGetIntervalP(arguments.datum(index));
    constexpr double day = 86400e3;
    constexpr double longest = 2147483647;
    const double milliseconds =
        static_cast<double>(interval->time) / 1000 + (interval->day + interval->month * 30.0) * day;
    if (milliseconds < 0)
        throw core::Error(core::sqlstate::invalid_argument, fmt::format("{} is negative", name), "",
                          "Pass an interval such as '2s', or NULL for no limit.");
    if (milliseconds > 0 && milliseconds < 1) return 1;
    return static_cast<std::int64_t>(std::min(milliseconds, longest));
}

}  // namespace

Limits limits_from(const pg::Arguments& arguments, int lock_timeout, int time_limit) {
    return {milliseconds_of(arguments, lock_timeout, "lock_timeout"),
            milliseconds_of(arguments, time_limit, "time_limit")};
}

Parsed parsed_and_harmless(const std::string& sql, const std::string& name) {
    Parsed parsed;
    parsed.script = parse_script(sql, parsed.failure);
    if (parsed.script) require_harmless(*parsed.script, name);
    return parsed;
}

}  // namespace schemaver::trial
