// Reads a time by its places, from left to right.
#include "core/iso_time.hpp"

#include <chrono>

namespace schemaver::core {

namespace {

class TimeReader {
  public:
    explicit TimeReader(std::string_view text) : rest_(text) {}

    std::optional<int> number(std::size_t digits) {
        if (rest_.size() < digits) return std::nullopt;
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(digits);
        return value;
    }
    bool skip(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    // Behind the point: as many digits as there are, the first six count.
    std::int64_t fraction() {
        std::int64_t value = 0;
        std::int64_t place = 100'000;
        while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
            value += place * (rest_.front() - '0');
            place /= 10;
            rest_.remove_prefix(1);
        }
        return value;
    }
    bool is_at_end() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

// Minutes east of UTC.
std::optional<int> zone_of(TimeReader& reader) {
    if (reader.is_at_end() || reader.skip('Z')) return 0;
    const bool is_west = reader.skip('-');
    if (!is_west && !reader.skip('+')) return std::nullopt;
    const auto hours = reader.number(2);
    if (!hours) return std::nullopt;
    reader.skip(':');
    const int minutes = reader.number(2).value_or(0);
    return (is_west ? -1 : 1) * (*hours * 60 + minutes);
}

}  // namespace

std::optional<std::int64_t> iso_time(std::string_view text) {
    using namespace std::chrono;
    TimeReader reader(text);
    const auto y = reader.number(4);
    if (!y || !reader.skip('-')) return std::nullopt;
    const auto m = reader.number(2);
    if (!m || !reader.skip('-')) return std::nullopt;
    const auto d = reader.number(2);
    if (!d || !(reader.skip('T') || reader.skip(' '))) return std::nullopt;
    const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
    const auto h = reader.number(2);
    if (!date.ok() || !h || !reader.skip(':')) return std::nullopt;
    const auto minute = reader.number(2);
    if (!minute || !reader.skip(':')) return std::nullopt;
    const auto second = reader.number(2);
    if (!second) return std::nullopt;
    const std::int64_t fraction = reader.skip('.') ? reader.fraction() : 0;
    const auto zone = zone_of(reader);
    if (!zone || !reader.is_at_end()) return std::nullopt;
    const auto days = sys_days{date} - sys_days{year{2000} / 1 / 1};
    const std::int64_t seconds = std::int64_t{days.count()} * 86'400 + std::int64_t{*h} * 3'600 +
                                 std::int64_t{*minute - *zone} * 60 + *second;
    return seconds * 1'000'000 + fraction;
}

}  // namespace schemaver::core
