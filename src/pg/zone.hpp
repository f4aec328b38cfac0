// Time zones, by the server's own rules: to_moment("Europe/Berlin", {2026, 7, 1, 0}) is 22:00 UTC the day
// before.
#pragma once

#include <optional>
#include <string>

#include "core/schedule.hpp"
#include "pg/boundary.hpp"

namespace schemaver::pg {

// Throws invalid_argument unless the server knows it.
void require_zone(const std::string& zone);
std::string session_zone();

core::Moment to_moment(const std::string& zone, const core::LocalTime& local);
// What clocks show there at that moment. Nothing: the server does not know the zone.
std::optional<core::LocalTime> to_local(const std::string& zone, core::Moment moment);

}  // namespace schemaver::pg
