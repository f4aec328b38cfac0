// Walks from each history to the one that it came from without inheriting it.
#include "drift/histories.hpp"

#include <algorithm>

#include "pg/result_set.hpp"

namespace schemaver::drift {

std::vector<std::vector<ledger::Stretch>> all_histories() {
    std::vector<std::vector<ledger::Stretch>> histories = {ledger::lineage(pg::latest_committed()).stretches};
    std::set<ledger::Uuid> seen;
    const auto rows = ledger::timelines(pg::latest_committed());
    while (!histories.back().empty()) {
        for (const ledger::Stretch& stretch : histories.back()) seen.insert(stretch.timeline);
        const ledger::Uuid oldest = histories.back().back().timeline;
        const auto row =
            std::find_if(rows.begin(), rows.end(), [&](const auto& each) { return each.timeline == oldest; });
        if (row == rows.end() || !row->parent || seen.contains(*row->parent)) break;
        histories.push_back(ledger::ancestry(*row->parent, pg::latest_committed()));
    }
    return histories;
}

std::vector<ledger::Uuid> own_timelines() {
    std::vector<ledger::Uuid> timelines;
    for (const auto& history : all_histories())
        for (const ledger::Stretch& stretch : history) timelines.push_back(stretch.timeline);
    return timelines;
}

// own_timelines()
SCHEMAVER_FUNCTION(schemaver_own_timelines)(pg::Arguments arguments) {
    pg::ResultSet rows(arguments, true);
    for (const ledger::Uuid& timeline : own_timelines()) rows.add({pg::uuid_datum(timeline)});
    return rows.done();
}

}  // namespace schemaver::drift
