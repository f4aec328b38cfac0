// When jobs are due: intervals, anchors in zones with summer time, missed runs, failures, clocks that are set
// back.
#include "core/schedule.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "core/error.hpp"

namespace schemaver::core {
namespace {

// "2026-03-29 01:00" or with seconds, UTC.
Moment at(const std::string& text) {
    const Anchor read = parse_anchor(text);
    const std::chrono::sys_days epoch = std::chrono::year{2000} / 1 / 1;
    const std::chrono::sys_days day = std::chrono::year{read.local.year} / read.local.month / read.local.day;
    return (day - epoch).count() * one_day + read.local.microseconds;
}

std::string written(Moment moment) {
    const std::chrono::sys_days epoch = std::chrono::year{2000} / 1 / 1;
    const std::chrono::year_month_day date{epoch + std::chrono::days{moment / one_day}};
    Anchor anchor;
    anchor.has_date = true;
    anchor.local = {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
                    static_cast<int>(static_cast<unsigned>(date.day())), moment % one_day};
    return to_text(anchor);
}

// Berlin in 2026: an hour before UTC, two from 29 March 01:00 UTC until 25 October 01:00 UTC. As the server
// has it: a time that is skipped counts as if it were winter, one that is shown twice is the later.
Moment berlin(const LocalTime& local) {
    Anchor anchor;
    anchor.has_date = true;
    anchor.local = local;
    const Moment utc = at(to_text(anchor));
    const bool is_summer =
        utc - 2 * one_hour < at("2026-10-25 00:00") && utc - 2 * one_hour >= at("2026-03-29 01:00");
    return utc - (is_summer ? 2 : 1) * one_hour;
}

Moment utc(const LocalTime& local) {
    Anchor anchor;
    anchor.has_date = true;
    anchor.local = local;
    return at(to_text(anchor));
}

constexpr Every minute{0, 0, one_minute};
constexpr Every day{0, 1, 0};
constexpr Every week{0, 7, 0};
constexpr Every month{1, 0, 0};

struct Case {
    const char* what;
    Every every;
    const char* anchor;  // "": none
    const char* since;
    const char* last;  // when the last run began, and ended; "": none
    const char* now;
    const char* due;
    int failures = 0;
    bool interrupted = false;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.what; }

class Due : public testing::TestWithParam<Case> {};

TEST_P(Due, IsAsTheTableSays) {
    const Case& c = GetParam();
    Schedule schedule{c.every, std::nullopt, at(c.since)};
    if (*c.anchor != '\0') schedule.anchor = parse_anchor(c.anchor);
    std::optional<LastRun> last;
    if (*c.last != '\0') last = LastRun{at(c.last), at(c.last), c.failures, c.interrupted};
    const bool is_berlin = schedule.anchor && schedule.anchor->zone == "Berlin";
    EXPECT_EQ(written(next_due(schedule, last, at(c.now), is_berlin ? berlin : utc)), c.due);
}

INSTANTIATE_TEST_SUITE_P(
    Schedules, Due,
    testing::Values(Case{"never run, no anchor: at once", minute, "", "2026-01-01 12:00", "",
                         "2026-01-01 12:00", "2026-01-01 12:00"},
                    Case{"the next one", minute, "", "2026-01-01 12:00", "2026-01-01 12:00:30",
                         "2026-01-01 12:00:40", "2026-01-01 12:01:30"},
                    Case{"missed for a day: due since then, once", minute, "", "2026-01-01 12:00",
                         "2026-01-01 12:00", "2026-01-02 12:00", "2026-01-01 12:01"},
                    Case{"every day after the last run", day, "", "2026-01-01 12:00", "2026-02-28 12:00",
                         "2026-02-28 13:00", "2026-03-01 12:00"},
                    Case{"every month after the 31st", month, "", "2026-01-01 12:00", "2026-01-31 12:00",
                         "2026-02-01 00:00", "2026-02-28 12:00"},
                    Case{"never run, daily: at the next time of day", day, "02:00 UTC", "2026-01-01 12:00",
                         "", "2026-01-01 12:00", "2026-01-02 02:00"},
                    Case{"scheduled just before", day, "02:00 UTC", "2026-01-01 01:59", "",
                         "2026-01-01 01:59", "2026-01-01 02:00"},
                    Case{"never run, and missed", day, "02:00 UTC", "2026-01-01 12:00", "",
                         "2026-01-05 12:00", "2026-01-02 02:00"},
                    Case{"ran on time", day, "02:00 UTC", "2026-01-01 12:00", "2026-01-02 02:00",
                         "2026-01-02 02:01", "2026-01-03 02:00"},
                    Case{"ran late: the next one on time", day, "02:00 UTC", "2026-01-01 12:00",
                         "2026-01-02 17:30", "2026-01-02 18:00", "2026-01-03 02:00"},
                    Case{"missed for days: due since the first", day, "02:00 UTC", "2026-01-01 12:00",
                         "2026-01-02 02:00", "2026-01-09 12:00", "2026-01-03 02:00"},
                    Case{"Berlin in winter", day, "02:00 Berlin", "2026-01-01 12:00", "2026-01-02 01:00",
                         "2026-01-02 02:00", "2026-01-03 01:00"},
                    Case{"Berlin in summer", day, "02:00 Berlin", "2026-01-01 12:00", "2026-07-02 00:00",
                         "2026-07-02 02:00", "2026-07-03 00:00"},
                    Case{"the day on which 02:30 is skipped: an hour of summer later", day, "02:30 Berlin",
                         "2026-01-01 12:00", "2026-03-28 01:30", "2026-03-28 02:00", "2026-03-29 01:30"},
                    Case{"the day after", day, "02:30 Berlin", "2026-01-01 12:00", "2026-03-29 01:30",
                         "2026-03-29 02:00", "2026-03-30 00:30"},
                    Case{"the day on which 02:30 comes twice: once", day, "02:30 Berlin", "2026-01-01 12:00",
                         "2026-10-24 00:30", "2026-10-24 01:00", "2026-10-25 01:30"},
                    Case{"and not again an hour later", day, "02:30 Berlin", "2026-01-01 12:00",
                         "2026-10-25 01:30", "2026-10-25 01:40", "2026-10-26 01:30"},
                    Case{"hours are time that passes",
                         {0, 0, 6 * one_hour},
                         "02:00 Berlin",
                         "2026-01-01 12:00",
                         "2026-03-29 01:00",
                         "2026-03-29 01:10",
                         "2026-03-29 07:00"},
                    Case{"weekly without a date: Mondays", week, "03:00 UTC", "2026-01-01 12:00", "",
                         "2026-01-01 12:00", "2026-01-05 03:00"},
                    Case{"weekly from a Thursday on", week, "2026-01-08 03:00 UTC", "2026-01-01 12:00",
                         "2026-01-08 03:00", "2026-01-08 04:00", "2026-01-15 03:00"},
                    Case{"a date in the future is where it begins", day, "2027-06-01 03:00 UTC",
                         "2026-01-01 12:00", "", "2026-01-02 12:00", "2027-06-01 03:00"},
                    Case{"monthly without a date: the first", month, "03:00 UTC", "2026-01-15 12:00", "",
                         "2026-01-15 12:00", "2026-02-01 03:00"},
                    Case{"monthly on the 31st: the last of February", month, "2026-01-31 03:00 UTC",
                         "2026-01-15 12:00", "2026-01-31 03:00", "2026-02-01 12:00", "2026-02-28 03:00"},
                    Case{"and the 31st again in March", month, "2026-01-31 03:00 UTC", "2026-01-15 12:00",
                         "2026-02-28 03:00", "2026-03-01 12:00", "2026-03-31 03:00"},
                    Case{"yearly on 29 February",
                         {12, 0, 0},
                         "2024-02-29 03:00 UTC",
                         "2024-01-15 12:00",
                         "2024-02-29 03:00",
                         "2024-03-01 12:00",
                         "2025-02-28 03:00"},
                    Case{"months and hours together",
                         {1, 0, one_hour},
                         "2026-01-01 00:00 UTC",
                         "2025-12-15 12:00",
                         "2026-01-01 00:00",
                         "2026-01-01 12:00",
                         "2026-02-01 01:00"},
                    Case{"failed once: in a minute, though daily", day, "02:00 UTC", "2026-01-01 12:00",
                         "2026-01-02 02:00", "2026-01-02 02:00", "2026-01-02 02:01", 1},
                    Case{"failed four times", minute, "", "2026-01-01 12:00", "2026-01-02 02:00",
                         "2026-01-02 02:00", "2026-01-02 02:08", 4},
                    Case{"failed a hundred times: within the hour", minute, "", "2026-01-01 12:00",
                         "2026-01-02 02:00", "2026-01-02 02:00", "2026-01-02 03:00", 100},
                    Case{"interrupted: again soon", day, "02:00 UTC", "2026-01-01 12:00", "2026-01-02 02:00",
                         "2026-01-02 02:00", "2026-01-02 02:00:10", 0, true},
                    Case{"failed, and interrupted when it was tried again: soon", day, "02:00 UTC",
                         "2026-01-01 12:00", "2026-01-02 02:00", "2026-01-02 02:00", "2026-01-02 02:00:10", 3,
                         true},
                    Case{"scheduled anew after it failed: begins anew", minute, "", "2026-01-03 12:00",
                         "2026-01-02 02:00", "2026-01-03 12:00", "2026-01-03 12:00", 9},
                    Case{"the clock was set back behind the last run: now", day, "02:00 UTC",
                         "2026-01-01 12:00", "2026-06-02 02:00", "2026-01-02 12:00", "2026-01-02 12:00"},
                    Case{"and behind its scheduling", day, "02:00 UTC", "2026-06-01 12:00", "",
                         "2026-01-02 12:00", "2026-01-02 12:00"}));

TEST(Schedule, AnchorsAreReadAndWritten) {
    for (const char* text : {"02:00 UTC", "23:59:59 America/Argentina/Buenos_Aires",
                             "2026-01-05 03:30 Europe/Berlin", "00:00", "12:00 +05:30"})
        EXPECT_EQ(to_text(parse_anchor(text)), text);
    EXPECT_EQ(to_text(parse_anchor("  2:05   UTC ")), "02:05 UTC");
}

TEST(Schedule, WhatIsNoTimeIsRefused) {
    for (const char* text : {"", "noon", "24:00", "02:60", "02", "02:00:61", "2026-02-30 02:00",
                             "2026-13-01 02:00", "2026-01-01", "02:00x UTC", "-1:00"})
        EXPECT_THROW(parse_anchor(text), Error) << text;
}

TEST(Schedule, IntervalsGoForward) {
    EXPECT_NO_THROW(require_forward({0, 0, one_second}));
    EXPECT_NO_THROW(require_forward({1, 0, 0}));
    for (const Every& every : {Every{0, 0, 0}, Every{0, 0, one_second - 1}, Every{0, 1, -one_hour},
                               Every{-1, 40, 0}, Every{2'000'000'000, 0, 0}})
        EXPECT_THROW(require_forward(every), Error);
}

TEST(Schedule, EveryDueTimeLiesAfterTheLastRun) {
    Schedule schedule{day, parse_anchor("02:30 Berlin"), at("2026-01-01 00:00")};
    Moment last = at("2026-01-01 12:00");
    for (int i = 0; i < 364; ++i) {
        const Moment due = next_due(schedule, LastRun{last, last, 0, false}, last, berlin);
        ASSERT_GT(due, last);
        ASSERT_LE(due - last, one_day + one_hour);
        last = due;
    }
    EXPECT_EQ(written(last), "2026-12-31 01:30");
}

}  // namespace
}  // namespace schemaver::core
