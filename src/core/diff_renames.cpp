// Guesses which removed and added objects are one, where no ledger has seen them renamed.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/diff.hpp"
#include "core/nearest.hpp"
#include "core/poll.hpp"
#include "core/properties.hpp"

namespace schemaver::core {

namespace {

constexpr double least_likeness = 0.7;
constexpr double weight_of_name = 0.2;
constexpr std::size_t most_compared = 1000;  // of one kind, on each side: every pair is looked at

std::set<std::string> column_words(const Object& object) {
    std::set<std::string> words;
    const Json* structure = member(object.definition, "structure");
    if (structure == nullptr) return words;
    for (const Json* column : objects_of(*structure, "columns"))
        words.insert(text_of(*column, "name") + " " + text_of(*column, "type"));
    return words;
}

double likeness_of_names(const std::string& left, const std::string& right) {
    const auto longest = static_cast<double>(std::max(left.size(), right.size()));
    return longest == 0 ? 1 : 1 - static_cast<double>(typing_errors(left, right)) / longest;
}

double likeness_of_structure(const Object& left, const Object& right, const Normalise& normalise) {
    const auto one = column_words(left);
    const auto other = column_words(right);
    if (one.empty() && other.empty()) {
        const Json* before = member(left.definition, "structure");
        const Json* after = member(right.definition, "structure");
        if (before == nullptr || after == nullptr) return 0;
        return portable(*before, normalise) == portable(*after, normalise) ? 1 : 0;
    }
    std::vector<std::string> common;
    std::set_intersection(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(common));
    return static_cast<double>(common.size()) /
           static_cast<double>(one.size() + other.size() - common.size());
}

// A part of a table (an index, a trigger) follows its table and is not guessed by itself.
bool can_be_guessed(const Object& object) {
    const Json* structure = member(object.definition, "structure");
    return structure != nullptr && !has(*structure, "table") && object.kind != "extension";
}

}  // namespace

std::vector<Rename> guess_renames(const Schema& from, const Schema& to, const Normalise& normalise) {
    std::map<std::string, std::pair<std::vector<const Object*>, std::vector<const Object*>>> by_kind;
    for (const Object& object : from)
        if (can_be_guessed(object) && find(to, object.kind, object.identity) == nullptr)
            by_kind[object.kind].first.push_back(&object);
    for (const Object& object : to)
        if (can_be_guessed(object) && find(from, object.kind, object.identity) == nullptr)
            by_kind[object.kind].second.push_back(&object);
    std::vector<Rename> likely;
    for (const auto& [kind, sides] : by_kind) {
        if (sides.first.size() > most_compared || sides.second.size() > most_compared) continue;
        for (const Object* before : sides.first) {
            poll();
            for (const Object* after : sides.second) {
                const double likeness =
                    (1 - weight_of_name) * likeness_of_structure(*before, *after, normalise) +
                    weight_of_name * likeness_of_names(before->identity, after->identity);
                if (likeness >= least_likeness)
                    likely.push_back(
                        {kind, before->identity, after->identity, std::floor(likeness * 100) / 100});
            }
        }
    }
    std::stable_sort(likely.begin(), likely.end(),
                     [](const Rename& left, const Rename& right) { return left.likeness > right.likeness; });
    std::set<std::pair<std::string, std::string>> taken_before;
    std::set<std::pair<std::string, std::string>> taken_after;
    std::erase_if(likely, [&](const Rename& rename) {
        if (taken_before.contains({rename.kind, rename.former_identity}) ||
            taken_after.contains({rename.kind, rename.identity}))
            return true;
        taken_before.insert({rename.kind, rename.former_identity});
        taken_after.insert({rename.kind, rename.identity});
        return false;
    });
    return likely;
}

}  // namespace schemaver::core
