// Groups answers by fingerprint, and failures by reason.
#include "core/fleet.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr std::size_t shown_digits = 12;     // of a fingerprint in a sentence
constexpr std::size_t servers_in_words = 5;  // more are counted

std::string beginning_of(const std::string& fingerprint) {
    const auto colon = fingerprint.find(':');
    return fingerprint.substr(0, (colon == std::string::npos ? 0 : colon + 1) + shown_digits);
}

}  // namespace

std::vector<FleetGroup> group_fleet(const std::vector<FleetAnswer>& answers, const std::string& live) {
    std::map<std::pair<std::string, std::string>, FleetGroup> found;
    for (const FleetAnswer& answer : answers) {
        FleetGroup& group = found[{answer.fingerprint, answer.error}];
        group.fingerprint = answer.fingerprint;
        group.error = answer.error;
        group.is_live = !answer.fingerprint.empty() && answer.fingerprint == live;
        group.servers.push_back(answer.server);
    }
    std::vector<FleetGroup> groups;
    for (auto& [key, group] : found) {
        std::sort(group.servers.begin(), group.servers.end());
        groups.push_back(std::move(group));
    }
    std::sort(groups.begin(), groups.end(), [](const FleetGroup& one, const FleetGroup& other) {
        if (one.fingerprint.empty() != other.fingerprint.empty()) return other.fingerprint.empty();
        if (one.servers.size() != other.servers.size()) return one.servers.size() > other.servers.size();
        return one.servers < other.servers;
    });
    return groups;
}

std::string in_a_sentence(const std::vector<FleetGroup>& groups) {
    std::vector<std::string> parts;
    std::vector<std::string> silent;
    for (const FleetGroup& group : groups) {
        if (group.fingerprint.empty()) {
            silent.insert(silent.end(), group.servers.begin(), group.servers.end());
            continue;
        }
        parts.push_back(fmt::format("{} at {}{}", group.servers.size(), beginning_of(group.fingerprint),
                                    group.is_live ? " (as here)" : ""));
    }
    if (!silent.empty()) {
        std::sort(silent.begin(), silent.end());
        std::string part = fmt::format("{} without an answer", silent.size());
        if (silent.size() <= servers_in_words) part += ": " + in_a_sentence(silent);
        parts.push_back(std::move(part));
    }
    return parts.empty() ? "no servers" : joined(parts, ", ");
}

}  // namespace schemaver::core
