// Breadth first: the first way that arrives is a shortest one.
#include "core/document_steps.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

namespace schemaver::core {

namespace {

// Of each version that can be reached the step that leads there, in the direction of `forward`.
std::map<std::string, const DocumentStep*> reachable(const std::vector<DocumentStep>& steps,
                                                     const std::string& start, bool forward) {
    std::map<std::string, const DocumentStep*> arrived{{start, nullptr}};
    std::deque<std::string> waiting{start};
    while (!waiting.empty()) {
        const std::string at = waiting.front();
        waiting.pop_front();
        for (const DocumentStep& step : steps) {
            const std::string& next = forward ? step.to : step.from;
            if ((forward ? step.from : step.to) == at && arrived.emplace(next, &step).second)
                waiting.push_back(next);
        }
    }
    return arrived;
}

std::vector<std::string> others(const std::map<std::string, const DocumentStep*>& arrived,
                                const std::string& start) {
    std::vector<std::string> names;
    for (const auto& [name, step] : arrived)
        if (name != start) names.push_back(name);
    return names;
}

}  // namespace

std::optional<std::vector<DocumentStep>> shortest_way(const std::vector<DocumentStep>& steps,
                                                      const std::string& from, const std::string& to) {
    const auto arrived = reachable(steps, from, true);
    if (!arrived.contains(to)) return std::nullopt;
    std::vector<DocumentStep> way;
    for (const DocumentStep* step = arrived.at(to); step != nullptr; step = arrived.at(step->from))
        way.push_back(*step);
    std::reverse(way.begin(), way.end());
    return way;
}

Gap gap_between(const std::vector<DocumentStep>& steps, const std::string& from, const std::string& to) {
    return {others(reachable(steps, from, true), from), others(reachable(steps, to, false), to)};
}

}  // namespace schemaver::core
