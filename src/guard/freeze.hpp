// When a policy freezes the schema: from a moment to another, on some days, at some hours.
//
//     {days {6, 7}, zone "Europe/Berlin"}      at the weekend, as clocks in Berlin have it
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pg/scan.hpp"

namespace schemaver::guard {

// The columns in which a policy says so.
struct FreezeColumns {
    AttrNumber starts, ends, days, from_time, to_time, time_zone;
};

struct Freeze {
    std::optional<std::int64_t> starts;  // microseconds since 2000
    std::optional<std::int64_t> ends;
    std::optional<std::vector<int>> days;   // 1: Monday
    std::optional<std::int64_t> from_time;  // microseconds since midnight
    std::optional<std::int64_t> to_time;
    std::string time_zone;
};

Freeze read_freeze(const pg::Row& row, const FreezeColumns& columns);

// Whether each condition that it states holds at that moment. Nothing: the server does not know its time
// zone.
std::optional<bool> is_frozen(const Freeze& freeze, std::int64_t moment);

}  // namespace schemaver::guard
