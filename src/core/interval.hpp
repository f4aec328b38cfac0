// An interval in words that mean the same in every session, whatever its IntervalStyle.
//
// Example: interval_in_words(1, 3, 7'200'000'000) is "1 month 3 days 2 hours".
#pragma once

#include <cstdint>
#include <string>

namespace schemaver::core {

// The parts as the server keeps them: a day is not always 24 hours, so 36 hours stay 36 hours.
std::string interval_in_words(std::int32_t months, std::int32_t days, std::int64_t microseconds);

}  // namespace schemaver::core
