// Parts that are zero are left out; each has its own sign.
#include "core/interval.hpp"

#include <limits>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr std::int64_t second = 1'000'000;

void add_part(std::vector<std::string>& parts, std::int64_t number, const char* unit) {
    if (number != 0) parts.push_back(fmt::format("{} {}{}", number, unit, number == 1 ? "" : "s"));
}

void add_seconds(std::vector<std::string>& parts, std::int64_t microseconds) {
    if (microseconds % second == 0) return add_part(parts, microseconds / second, "second");
    const std::int64_t rest = microseconds % second;
    std::string text = fmt::format("{}{}.{:06}", microseconds < 0 ? "-" : "",
                                   microseconds < 0 ? -(microseconds / second) : microseconds / second,
                                   rest < 0 ? -rest : rest);
    text.erase(text.find_last_not_of('0') + 1);
    parts.push_back(text + " seconds");
}

// As servers since 17 keep an interval that has no end.
template <typename... Part>
bool are_largest(Part... part) {
    return ((part == std::numeric_limits<Part>::max()) && ...);
}

template <typename... Part>
bool are_smallest(Part... part) {
    return ((part == std::numeric_limits<Part>::min()) && ...);
}

}  // namespace

std::string interval_in_words(std::int32_t months, std::int32_t days, std::int64_t microseconds) {
    if (are_largest(months, days, microseconds)) return "infinity";
    if (are_smallest(months, days, microseconds)) return "-infinity";
    std::vector<std::string> parts;
    add_part(parts, months / 12, "year");
    add_part(parts, months % 12, "month");
    add_part(parts, days, "day");
    add_part(parts, microseconds / (3600 * second), "hour");
    add_part(parts, microseconds / (60 * second) % 60, "minute");
    add_seconds(parts, microseconds % (60 * second));
    return parts.empty() ? "0 seconds" : joined(parts, " ");
}

}  // namespace schemaver::core
