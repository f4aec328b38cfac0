// Resolves points.
#include "version/point.hpp"

#include <charconv>
#include <limits>

#include "catalog/catalog.hpp"

namespace schemaver::version {

namespace {

constexpr char points_hint[] = "A point is 'live', 'head', or 'commit:N' with a number from schemaver.log.";

core::Error unknown_point(const std::string& text, std::string detail) {
    return {core::sqlstate::unknown_point,
            fmt::format("there is no point \"{}\" in the schema's history", text), std::move(detail),
            points_hint};
}

std::int64_t commit_number(const std::string& text) {
    const std::string digits = text.substr(text.find(':') + 1);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size() || number <= 0) {
        throw unknown_point(text, fmt::format("\"{}\" is not the number of a commit.", digits));
    }
    return number;
}

Snapshot active_snapshot() {
    return pg::call([] { return GetActiveSnapshot(); });
}

}  // namespace

Point resolve(const std::string& text) {
    Point point;
    if (text == "live") {
        point.live = true;
        return point;
    }
    Snapshot snapshot = active_snapshot();
    point.stretches = ledger::lineage(snapshot).stretches;
    const std::int64_t head = ledger::head_commit(point.stretches, snapshot);
    if (text == "head") {
        point.commit = head;
        return point;
    }
    if (text.rfind("commit:", 0) != 0) throw unknown_point(text, "");
    point.commit = commit_number(text);
    if (!ledger::has_commit(point.stretches, point.commit, snapshot)) {
        throw unknown_point(text, fmt::format("The last commit in the ledger is {}.", head));
    }
    return point;
}

core::Schema schema_at(const Point& point, const std::optional<std::string>& scope) {
    core::Schema schema = point.live
                              ? catalog::read_schema()
                              : ledger::recorded_schema(point.stretches, point.commit, active_snapshot());
    if (scope) {
        std::erase_if(schema, [&](const core::Object& object) { return object.schema != *scope; });
    }
    return schema;
}

}  // namespace schemaver::version
