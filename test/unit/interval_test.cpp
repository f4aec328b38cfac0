// Intervals in words.
#include "core/interval.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace schemaver::core {
namespace {

constexpr std::int64_t hour = 3'600'000'000;

TEST(Interval, PartsInWords) {
    EXPECT_EQ(interval_in_words(0, 1, 0), "1 day");
    EXPECT_EQ(interval_in_words(0, 2, 0), "2 days");
    EXPECT_EQ(interval_in_words(0, 0, hour), "1 hour");
    EXPECT_EQ(interval_in_words(14, 3, 2 * hour), "1 year 2 months 3 days 2 hours");
    EXPECT_EQ(interval_in_words(0, 0, 36 * hour + 61'000'000), "36 hours 1 minute 1 second");
    EXPECT_EQ(interval_in_words(0, 0, 1'500'000), "1.5 seconds");
    EXPECT_EQ(interval_in_words(0, 0, 20), "0.00002 seconds");
    EXPECT_EQ(interval_in_words(0, 0, 0), "0 seconds");
}

TEST(Interval, EachPartHasItsSign) {
    EXPECT_EQ(interval_in_words(-1, 2, -hour), "-1 months 2 days -1 hours");
    EXPECT_EQ(interval_in_words(0, 0, -500'000), "-0.5 seconds");
    EXPECT_EQ(interval_in_words(0, 0, -61'500'000), "-1 minutes -1.5 seconds");
}

TEST(Interval, TheEnds) {
    using Months = std::numeric_limits<std::int32_t>;
    using Microseconds = std::numeric_limits<std::int64_t>;
    EXPECT_EQ(interval_in_words(Months::max(), Months::max(), Microseconds::max()), "infinity");
    EXPECT_EQ(interval_in_words(Months::min(), Months::min(), Microseconds::min()), "-infinity");
    EXPECT_EQ(interval_in_words(Months::min(), 0, Microseconds::min()),
              "-178956970 years -8 months -2562047788 hours -54.775808 seconds");
}

}  // namespace
}  // namespace schemaver::core
