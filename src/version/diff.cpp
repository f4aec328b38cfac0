// diff(from, to): what differs between two points, and who changed it where the ledger knows.
#include "core/diff.hpp"

#include <limits>
#include <map>

#include "catalog/normalise.hpp"
#include "ledger/ledger.hpp"
#include "pg/result_set.hpp"
#include "version/point.hpp"

namespace schemaver::version {

namespace {

struct Attribution {
    std::int64_t commit = 0;
    std::string user;
};

// The commit that last changed each object, as the ledger has it at that point.
std::map<std::pair<std::string, std::string>, Attribution> attributions(const Point& point) {
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    const auto stretches = point.live ? ledger::lineage(snapshot).stretches : point.stretches;
    const std::int64_t until = point.live ? std::numeric_limits<std::int64_t>::max() : point.commit;
    const auto users = ledger::commit_users(stretches, snapshot);
    std::map<std::pair<std::string, std::string>, Attribution> found;
    for (const auto& last : ledger::last_changes(stretches, until, snapshot)) {
        const auto user = users.find(last.commit);
        found[{last.kind, last.identity}] = {last.commit, user == users.end() ? "" : user->second};
    }
    return found;
}

std::int64_t after_commit(const Point& point) {
    return point.live ? std::numeric_limits<std::int64_t>::max() : point.commit;
}

pg::Value cell(const core::Json& value) {
    if (value.is_null()) return std::nullopt;
    return pg::text_datum(core::in_words(value));
}

// A property of the live schema is captured when the ledger's head has it too.
bool is_in(const std::vector<core::Difference>& uncaptured, const core::Difference& difference) {
    for (const core::Difference& other : uncaptured) {
        if (other.kind == difference.kind && other.identity == difference.identity &&
            (other.property == difference.property || other.property.empty())) {
            return true;
        }
    }
    return false;
}

}  // namespace

// diff("from" text, "to" text)
SCHEMAVER_FUNCTION(schemaver_diff)(pg::Arguments arguments) {
    const Point from = resolve(arguments.required_text(0, "from"));
    const Point to = resolve(arguments.required_text(1, "to"));
    catalog::Normaliser normaliser;
    const core::Normalise normalise = [&](const std::string& sql) { return normaliser(sql); };
    const core::Schema later = schema_at(to);
    const auto differences = core::diff(schema_at(from), later, {}, normalise);
    std::vector<core::Difference> uncaptured;
    if (to.live) uncaptured = core::diff(schema_at(resolve("head")), later, {}, normalise);
    const auto who = attributions(to);
    pg::ResultSet rows(arguments);
    for (const core::Difference& difference : differences) {
        const auto at = who.find({difference.kind, difference.identity});
        const bool captured = at != who.end() && at->second.commit > (from.live ? 0 : after_commit(from)) &&
                              !is_in(uncaptured, difference);
        rows.add({pg::text_datum(difference.change), pg::text_datum(difference.kind),
                  pg::text_datum(difference.identity),
                  difference.property.empty() ? pg::Value() : pg::text_datum(difference.property),
                  cell(difference.old_value), cell(difference.new_value),
                  difference.facet.empty() ? pg::Value() : pg::text_datum(difference.facet),
                  captured ? pg::Value(Int64GetDatum(at->second.commit)) : pg::Value(),
                  captured ? pg::Value(pg::text_datum(at->second.user)) : pg::Value(),
                  BoolGetDatum(captured)});
    }
    return rows.done();
}

}  // namespace schemaver::version
