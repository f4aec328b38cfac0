// Naming a point in a schema's history: "live", "head" (what the ledger says the schema is), "commit:1234".
#pragma once

#include <optional>

#include "core/model.hpp"
#include "ledger/ledger.hpp"

namespace schemaver::version {

struct Point {
    bool live = false;
    std::int64_t commit = 0;  // where not live
    std::vector<ledger::Stretch> stretches;
};

// Throws Error (unknown_point) that says what there is.
Point resolve(const std::string& text);

// The schema at the point, sorted. In one schema only, unless `scope` is empty: the objects that live there.
core::Schema schema_at(const Point& point, const std::optional<std::string>& scope = {});

}  // namespace schemaver::version
