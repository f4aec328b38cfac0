// A time as tools write it into columns of type text: 2026-01-02T10:00:00.123Z, 2026-01-02 10:00:00+02:00.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace schemaver::core {

// In microseconds since 2000, as the server counts. Without a zone it is UTC. Nothing: it is no such time.
std::optional<std::int64_t> iso_time(std::string_view text);

}  // namespace schemaver::core
