// Guesses which removed and added objects are one, and which columns, where no ledger has seen them renamed.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "core/column_renames.hpp"
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

constexpr double weight_of_column_properties = 0.5;
constexpr double weight_of_column_name = 0.3;
constexpr double weight_of_column_place = 0.2;
constexpr double likeness_of_same_type = 0.8;  // with another default, say

// What a column is followed by, of the columns that both sides have; new ones come last, so the end says
// nothing.
std::map<std::string, std::string> followers_in(const std::vector<const Json*>& columns,
                                                const std::set<std::string>& common) {
    std::map<std::string, std::string> followers;
    std::string next;
    for (auto column = columns.rbegin(); column != columns.rend(); ++column) {
        followers[text_of(**column, "name")] = next;
        if (common.contains(text_of(**column, "name"))) next = text_of(**column, "name");
    }
    return followers;
}

class ColumnGuess {
  public:
    ColumnGuess(const Object& from, const Object& to, const Normalise& normalise)
        : to_(to), before_(columns_in(from)), after_(columns_in(to)) {
        std::set<std::string> names;
        for (const Json* column : before_) names.insert(text_of(*column, "name"));
        for (const Json* column : after_)
            if (names.contains(text_of(*column, "name"))) common_.insert(text_of(*column, "name"));
        for (const Json* left : before_) {
            if (common_.contains(text_of(*left, "name"))) continue;
            for (const Json* right : after_) {
                poll();
                if (!common_.contains(text_of(*right, "name"))) compare(*left, *right, normalise);
            }
        }
    }

    std::vector<ColumnRename> likely() {
        // The same pairs, whichever side is asked first.
        const auto order = [](const ColumnRename& one) {
            return std::tuple(-one.likeness, std::min(one.former, one.name), std::max(one.former, one.name));
        };
        std::sort(found_.begin(), found_.end(),
                  [&](const auto& left, const auto& right) { return order(left) < order(right); });
        std::set<std::string> taken_before;
        std::set<std::string> taken_after;
        std::erase_if(found_, [&](const ColumnRename& one) {
            if (taken_before.contains(one.former) || taken_after.contains(one.name)) return true;
            taken_before.insert(one.former);
            taken_after.insert(one.name);
            return false;
        });
        return found_;
    }

  private:
    const Object& to_;
    std::vector<const Json*> before_;
    std::vector<const Json*> after_;
    std::set<std::string> common_;
    std::vector<ColumnRename> found_;

    static std::vector<const Json*> columns_in(const Object& object) {
        const Json* structure = member(object.definition, "structure");
        return structure == nullptr ? std::vector<const Json*>{} : objects_of(*structure, "columns");
    }

    static Json unnamed(const Json& column) {
        Json value = column;
        value.erase("name");
        return value;
    }

    void compare(const Json& left, const Json& right, const Normalise& normalise) {
        if (text_of(left, "type") != text_of(right, "type")) return;
        const bool is_alike = portable(unnamed(left), normalise) == portable(unnamed(right), normalise);
        const std::string next = followers_in(before_, common_)[text_of(left, "name")];
        const bool same_place =
            !next.empty() && next == followers_in(after_, common_)[text_of(right, "name")];
        const double likeness =
            weight_of_column_properties * (is_alike ? 1 : likeness_of_same_type) +
            weight_of_column_name * likeness_of_names(text_of(left, "name"), text_of(right, "name")) +
            weight_of_column_place * (same_place ? 1 : 0);
        if (likeness >= least_likeness)
            found_.push_back({to_.kind, to_.identity, text_of(left, "name"), text_of(right, "name"),
                              std::min(std::floor(likeness * 100) / 100, 0.99)});
    }
};

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
    // The same pairs, whichever side is asked first.
    const auto order = [](const Rename& one) {
        return std::tuple(-one.likeness, one.kind, std::min(one.former_identity, one.identity),
                          std::max(one.former_identity, one.identity));
    };
    std::sort(likely.begin(), likely.end(),
              [&](const Rename& left, const Rename& right) { return order(left) < order(right); });
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

std::vector<ColumnRename> guess_column_renames(const Schema& from, const Schema& to,
                                               const std::vector<Rename>& renames,
                                               const Normalise& normalise) {
    std::map<std::pair<std::string, std::string>, std::string> former_names;
    for (const Rename& rename : renames)
        former_names[{rename.kind, rename.identity}] = rename.former_identity;
    std::vector<ColumnRename> all;
    for (const Object& object : to) {
        const auto former = former_names.find({object.kind, object.identity});
        const Object* before =
            find(from, object.kind, former == former_names.end() ? object.identity : former->second);
        if (before == nullptr || !has_other_columns(before->definition, object.definition)) continue;
        const auto likely = ColumnGuess(*before, object, normalise).likely();
        all.insert(all.end(), likely.begin(), likely.end());
    }
    return all;
}

}  // namespace schemaver::core
