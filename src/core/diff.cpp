// A merge walk over two sorted schemas, and below it a walk over two definitions side by side.
//
// What reads as one thing to a person is one row: a column that is gone is one row with the whole column, not
// one for each of its properties.
#include "core/diff.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/new_names.hpp"
#include "core/poll.hpp"
#include "core/properties.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

// A list whose elements are objects, each with a name of its own, can be compared by name.
bool is_named_list(const Json& value) {
    if (!value.is_array()) return false;
    std::vector<std::string> names;
    for (const Json& element : value) {
        const Json* name = member(element, "name");
        if (name == nullptr || !name->is_string()) return false;
        names.push_back(name->get<std::string>());
    }
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) == names.end();
}

std::vector<std::string> names_of(const Json& list) {
    std::vector<std::string> names;
    for (const Json& element : list) names.push_back(text_of(element, "name"));
    return names;
}

// What is called otherwise, from the one side's point of view and from the other's: both must give the same
// rows, whichever way is asked for.
struct BothWays {
    BothWays(const std::vector<Rename>& renames, const std::vector<ColumnRename>& columns)
        : there(renames, columns), back(reversed(renames), reversed(columns, renames)), columns(columns) {}

    NewNames there;
    NewNames back;
    const std::vector<ColumnRename>& columns;
};

// Walks the two definitions of one object and adds a row for each property that differs.
class ObjectWalk {
  public:
    ObjectWalk(std::vector<Difference>& rows, const Object& from, const Object& to, const BothWays& names,
               const Normalise& normalise)
        : rows_(rows),
          object_(to),
          names_(names),
          columns_there_(names.there.columns_of(from)),
          columns_back_(names.back.columns_of(to)),
          normalise_(normalise) {}

    void renamed_columns(const Json& from, const Json& to) {
        const Json* before = member(from, "structure");
        const Json* after = member(to, "structure");
        if (before == nullptr || after == nullptr) return;
        for (const ColumnRename& column : names_.columns) {
            if (column.kind != object_.kind || column.identity != object_.identity) continue;
            if (named(*before, "columns", column.former) == nullptr) continue;
            if (named(*after, "columns", column.name) == nullptr) continue;
            facet_ = "structure";
            row("renamed", "columns." + quote_identifier(column.name), column.former, column.name);
            rows_.back().likeness = column.likeness;
        }
    }

    void facet(std::string_view name, const Json& from, const Json& to) {
        facet_ = name;
        const Json* before = member(from, name);
        const Json* after = member(to, name);
        compare("", "", before == nullptr ? absent_ : *before, after == nullptr ? absent_ : *after);
    }

  private:
    // what is called by one name on both sides; nullptr where there is none
    using Pairs = std::map<std::string, std::pair<const Json*, const Json*>>;

    std::vector<Difference>& rows_;
    const Object& object_;
    const BothWays& names_;
    const ColumnNames* columns_there_;
    const ColumnNames* columns_back_;
    const Normalise& normalise_;
    std::string facet_;
    const Json absent_ = nullptr;

    void row(const char* change, const std::string& path, const Json& from, const Json& to) {
        rows_.push_back({change, object_.kind, object_.identity, path, from, to, facet_});
    }

    void compare(const std::string& path, std::string_view property, const Json& from, const Json& to) {
        if (from == to || differ_by_names(from, to)) return;
        if (are_named_lists(from, to))
            compare_lists(path, property, from, to);
        else if (from.is_null() && !path.empty())
            row("added", path, from, to);
        else if (to.is_null() && !path.empty())
            row("removed", path, from, to);
        else if (can_be_entered(from) && can_be_entered(to))
            compare_members(path, from, to);
        else if (!same_in_other_words(from, to))
            row("modified", path, from, to);
    }

    bool differ_by_names(const Json& from, const Json& to) const {
        if (names_.there.empty()) return false;
        return names_.there.in(from, columns_there_) == to || from == names_.back.in(to, columns_back_);
    }

    bool same_in_other_words(const Json& from, const Json& to) const {
        const Json before = portable(from, normalise_);
        const Json after = portable(to, normalise_);
        if (before == after) return true;
        if (columns_there_ != nullptr && portable(names_.there.in(from, columns_there_), normalise_) == after)
            return true;
        return columns_back_ != nullptr && before == portable(names_.back.in(to, columns_back_), normalise_);
    }

    // What a part was called in `from` under the name that it has in `to`. Of a column alone this may differ.
    std::string name_now(std::string_view property, const std::string& name) const {
        if (columns_there_ == nullptr || !has_columns(property)) return name;
        const auto column = columns_there_->find(name);
        return column == columns_there_->end() ? name : column->second;
    }

    // A column that is gone, and another one has taken its name.
    bool has_lost_name(std::string_view property, const std::string& name) const {
        return columns_back_ != nullptr && has_columns(property) && columns_back_->contains(name) &&
               !columns_there_->contains(name);
    }

    static bool has_columns(std::string_view property) {
        return property == "columns" || property == "column_labels";
    }

    // A list without elements is left out of a definition, so one that is missing counts as an empty one.
    static bool are_named_lists(const Json& from, const Json& to) {
        const auto fits = [](const Json& one, const Json& other) {
            return is_named_list(one) || (one.is_null() && !other.empty());
        };
        return (from.is_array() || to.is_array()) && fits(from, to) && fits(to, from);
    }

    // An expression is one value for a reader; a facet may be missing altogether on one side.
    static bool can_be_entered(const Json& value) {
        return value.is_null() || (value.is_object() && !is_expression(value));
    }

    void compare_pairs(const std::string& path, const Pairs& pairs, bool are_user_names) {
        for (const auto& [name, values] : pairs) {
            const std::string word = are_user_names ? quote_identifier(name) : name;
            compare(path.empty() ? word : path + "." + word, name,
                    values.first == nullptr ? absent_ : *values.first,
                    values.second == nullptr ? absent_ : *values.second);
        }
    }

    void compare_members(const std::string& path, const Json& from, const Json& to) {
        Pairs pairs;
        if (from.is_object())
            for (const auto& [key, value] : from.items()) pairs[key].first = &value;
        if (to.is_object())
            for (const auto& [key, value] : to.items()) pairs[key].second = &value;
        compare_pairs(path, pairs, false);
    }

    void compare_lists(const std::string& path, std::string_view property, const Json& from, const Json& to) {
        Pairs pairs;
        std::vector<const Json*> gone;
        for (const Json& element : from) {
            const std::string name = text_of(element, "name");
            if (has_lost_name(property, name))
                gone.push_back(&element);
            else
                pairs[name_now(property, name)].first = &element;
        }
        for (const Json& element : to) pairs[text_of(element, "name")].second = &element;
        compare_pairs(path, pairs, true);
        for (const Json* element : gone)
            compare_pairs(path, {{text_of(*element, "name"), {element, nullptr}}}, true);

        // a new or missing element has a row already; only a pure change of order is left to say
        std::vector<std::string> before = names_of(from);
        for (std::string& name : before) name = name_now(property, name);
        const std::vector<std::string> after = names_of(to);
        if (property != "constraints" && before != after &&
            std::is_permutation(before.begin(), before.end(), after.begin(), after.end()))
            row("modified", path, names_of(from), after);
    }
};

void compare_objects(std::vector<Difference>& rows, const Object& from, const Object& to,
                     const BothWays& names, const FacetSet& facets, const Normalise& normalise) {
    if (from.definition == to.definition && names.columns.empty()) return;
    const auto first = static_cast<std::ptrdiff_t>(rows.size());
    ObjectWalk walk{rows, from, to, names, normalise};
    if (facets.structure) walk.renamed_columns(from.definition, to.definition);
    for (const std::string_view facet : facet_names)
        if (facets.has(facet)) walk.facet(facet, from.definition, to.definition);
    std::sort(rows.begin() + first, rows.end(), [](const Difference& left, const Difference& right) {
        return std::tie(left.facet, left.property) < std::tie(right.facet, right.property);
    });
}

// An object that has been renamed: a row for that, unless its name follows from that of another.
void compare_renamed(std::vector<Difference>& rows, const Object& from, const Object& to,
                     const Rename& rename, const BothWays& names, const FacetSet& facets,
                     const Normalise& normalise) {
    const auto first = static_cast<std::ptrdiff_t>(rows.size());
    if (names.there.in(from.identity, from.identity) != to.identity)
        rows.push_back({"renamed", to.kind, to.identity, "", nullptr, nullptr, ""});
    compare_objects(rows, from, to, names, facets, normalise);
    for (auto row = rows.begin() + first; row != rows.end(); ++row) {
        row->former_identity = from.identity;
        row->likeness = std::min(row->likeness, rename.likeness);
    }
}

using ObjectName = std::pair<std::string_view, std::string_view>;  // kind and identity

}  // namespace

std::vector<Difference> diff(const Schema& from, const Schema& to, const FacetSet& facets,
                             const Normalise& normalise) {
    return diff(from, to, std::vector<Rename>{}, facets, normalise);
}

std::vector<Difference> diff(const Schema& from, const Schema& to, const std::vector<Rename>& renames,
                             const FacetSet& facets, const Normalise& normalise) {
    return diff(from, to, renames, {}, facets, normalise);
}

std::vector<Difference> diff(const Schema& from, const Schema& to, const std::vector<Rename>& renames,
                             const std::vector<ColumnRename>& columns, const FacetSet& facets,
                             const Normalise& normalise) {
    std::vector<Difference> rows;
    std::map<ObjectName, const Rename*> by_former;
    std::map<ObjectName, const Rename*> by_new;
    for (const Rename& rename : renames) {
        by_former[{rename.kind, rename.former_identity}] = &rename;
        by_new[{rename.kind, rename.identity}] = &rename;
    }
    const BothWays names{renames, columns};
    const auto key = [](const Object& object) { return ObjectName{object.kind, object.identity}; };
    const auto removed = [&](const Object& object) {
        if (!by_former.contains(key(object)))
            rows.push_back({"removed", object.kind, object.identity, "", object.definition, nullptr, ""});
    };
    const auto added = [&](const Object& object) {
        const auto rename = by_new.find(key(object));
        if (rename == by_new.end())
            rows.push_back({"added", object.kind, object.identity, "", nullptr, object.definition, ""});
        else if (const Object* before = find(from, object.kind, rename->second->former_identity))
            compare_renamed(rows, *before, object, *rename->second, names, facets, normalise);
    };
    auto before = from.begin();
    auto after = to.begin();
    while (before != from.end() || after != to.end()) {
        poll();
        if (after == to.end() || (before != from.end() && key(*before) < key(*after))) {
            removed(*before++);
        } else if (before == from.end() || key(*after) < key(*before)) {
            added(*after++);
        } else if (by_former.contains(key(*before)) || by_new.contains(key(*after))) {
            removed(*before++);
            added(*after++);
        } else {
            compare_objects(rows, *before++, *after++, names, facets, normalise);
        }
    }
    return rows;
}

}  // namespace schemaver::core
