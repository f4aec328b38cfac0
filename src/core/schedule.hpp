// When a job is due next: every so often, from an anchor on or from its last run on, with patience after
// failures.
//
// "Every day at 02:00 in Berlin" is an interval and an anchor. Months and days are counted on the calendar of
// the anchor's zone, hours and less as time that passes. Example: Every{0, 1, 0} with parse_anchor("02:00
// Europe/Berlin") is due at 01:00 UTC in winter and at 00:00 UTC in summer.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace schemaver::core {

using Moment = std::int64_t;  // microseconds since 2000-01-01 00:00 UTC, as the server counts
inline constexpr Moment one_second = 1'000'000;
inline constexpr Moment one_minute = 60 * one_second;
inline constexpr Moment one_hour = 60 * one_minute;
inline constexpr Moment one_day = 24 * one_hour;

// An interval as the server has it.
struct Every {
    std::int32_t months = 0;
    std::int32_t days = 0;
    std::int64_t microseconds = 0;
};

// What clocks on the wall show.
struct LocalTime {
    int year = 2000;
    int month = 1;
    int day = 1;
    std::int64_t microseconds = 0;  // since midnight
};

// The moment at which clocks of a zone show that time. Where they skip it, the moment that much later; where
// they show it twice, one of the two.
using ToMoment = std::function<Moment(const LocalTime&)>;

struct Anchor {
    LocalTime local;
    bool has_date = false;  // then the schedule begins there
    std::string zone;       // empty: none was named
};

// "02:00 UTC", "2026-01-05 03:30:00 Europe/Berlin", "02:00". Throws invalid_argument when it is something
// else.
Anchor parse_anchor(std::string_view text);
std::string to_text(const Anchor& anchor);

// Throws invalid_argument unless the interval is at least a second, and goes forward.
void require_forward(const Every& every);

struct Schedule {
    Every every;
    std::optional<Anchor> anchor;
    Moment since = 0;  // when it was scheduled
};

struct LastRun {
    Moment started = 0;
    Moment ended = 0;  // of one that crashed: when it started
    int failures = 0;  // in a row, this one included
    bool interrupted = false;
};

// How long to wait after so many failures in a row: a minute, two, four, at most an hour.
Moment patience(int failures);

// When the job is due: in the past, or now, if it is due already. A run that was missed is due once, however
// often it was missed. A last run in the future means that the clock was set back; then the job is due now.
Moment next_due(const Schedule& schedule, const std::optional<LastRun>& last, Moment now,
                const ToMoment& to_moment);

}  // namespace schemaver::core
