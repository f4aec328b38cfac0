// Puts the columns before a commit and those after it side by side, in their order.
#include "core/column_renames.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "core/poll.hpp"
#include "core/properties.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

using ColumnsInOrder = std::vector<const Json*>;

ColumnsInOrder columns_in(const Json& definition) {
    const Json* structure = member(definition, "structure");
    return structure == nullptr ? ColumnsInOrder{} : objects_of(*structure, "columns");
}

std::string column_name(const Json& column) { return text_of(column, "name"); }

std::vector<std::string> column_names_in(const ColumnsInOrder& columns) {
    std::vector<std::string> names;
    for (const Json* column : columns) names.push_back(column_name(*column));
    return names;
}

Json nameless(const Json& column) {
    Json value = column;
    value.erase("name");
    return value;
}

// The best way to put the columns side by side: in their order, each after with the name that it had before
// or with one that a command gave, the rest of those before dropped, and new ones at the end.
class Alignment {
  public:
    Alignment(const ColumnsInOrder& before, const ColumnsInOrder& after,
              const std::set<std::string>& new_names)
        : before_(before), after_(after), new_names_(new_names), as_new_(after.size() + 1, 0) {
        for (std::size_t j = after.size(); j-- > 0;)
            as_new_[j] =
                as_new_[j + 1] + (new_names.contains(column_name(*after[j])) ? new_under_a_given_name : 0);
        read_forward();
        read_backward();
    }

    // Each pair without which no way would be as good.
    ColumnPairs pairs() const {
        ColumnPairs found;
        const int best = backward_[0][0];
        bool can_be_new = false;
        for (std::size_t j = 0; j < after_.size(); ++j) {
            can_be_new |= forward_[before_.size()][j] + as_new_[j] == best;
            std::vector<std::size_t> partners;
            for (std::size_t i = 0; i < before_.size(); ++i) {
                if (forward_[i][j] == impossible || !score(i, j)) continue;
                if (forward_[i][j] + *score(i, j) + backward_[i + 1][j + 1] == best) partners.push_back(i);
            }
            if (partners.size() == 1 && !can_be_new)
                found.emplace_back(column_name(*before_[partners.front()]), column_name(*after_[j]));
        }
        return found;
    }

  private:
    static constexpr int impossible = -1'000'000;
    static constexpr int same_name = 6;
    static constexpr int same_name_alone = 0;
    static constexpr int other_name = 1;
    static constexpr int same_properties = 3;
    static constexpr int new_under_a_given_name = -2;  // added, and renamed in the same commit

    const ColumnsInOrder& before_;
    const ColumnsInOrder& after_;
    const std::set<std::string>& new_names_;
    std::vector<int> as_new_;                 // all from there on have come with this commit
    std::vector<std::vector<int>> forward_;   // of the first i and j, all of the j with a partner
    std::vector<std::vector<int>> backward_;  // of those from i and j on
    mutable std::map<std::pair<std::size_t, std::size_t>, int> scores_;

    // Nothing: they are not the same column.
    std::optional<int> score(std::size_t i, std::size_t j) const {
        const bool has_same_name = column_name(*before_[i]) == column_name(*after_[j]);
        if (!has_same_name && !new_names_.contains(column_name(*after_[j]))) return std::nullopt;
        const auto known = scores_.find({i, j});
        if (known != scores_.end()) return known->second;
        const bool is_like_it = nameless(*before_[i]) == nameless(*after_[j]);
        // A name with another type may be a new column, where the old one was renamed or dropped.
        const bool is_kept = has_same_name && text_of(*before_[i], "type") == text_of(*after_[j], "type");
        const int points = (is_kept         ? same_name
                            : has_same_name ? same_name_alone
                                            : other_name) +
                           (is_like_it ? same_properties : 0);
        scores_[{i, j}] = points;
        return points;
    }

    void read_forward() {
        forward_.assign(before_.size() + 1, std::vector<int>(after_.size() + 1, impossible));
        for (std::size_t i = 0; i <= before_.size(); ++i) {
            poll();
            forward_[i][0] = 0;
            for (std::size_t j = 1; i > 0 && j <= after_.size(); ++j) {
                forward_[i][j] = forward_[i - 1][j];
                const auto points = score(i - 1, j - 1);
                if (points && forward_[i - 1][j - 1] != impossible)
                    forward_[i][j] = std::max(forward_[i][j], forward_[i - 1][j - 1] + *points);
            }
        }
    }

    void read_backward() {
        backward_.assign(before_.size() + 1, std::vector<int>(after_.size() + 1, 0));
        for (std::size_t i = before_.size() + 1; i-- > 0;) {
            poll();
            for (std::size_t j = after_.size() + 1; j-- > 0;) {
                int best = as_new_[j];
                if (i < before_.size()) {
                    best = std::max(best, backward_[i + 1][j]);
                    const auto points = j < after_.size() ? score(i, j) : std::nullopt;
                    if (points) best = std::max(best, *points + backward_[i + 1][j + 1]);
                }
                backward_[i][j] = best;
            }
        }
    }
};

ColumnPairs paired_by_name(const ColumnsInOrder& before, const ColumnsInOrder& after) {
    ColumnPairs pairs;
    const auto names = column_names_in(before);
    for (const Json* column : after)
        if (contains(names, column_name(*column)))
            pairs.emplace_back(column_name(*column), column_name(*column));
    return pairs;
}

}  // namespace

ColumnPairs same_columns(const Json& before, const Json& after, const std::set<std::string>& new_names) {
    const ColumnsInOrder from = columns_in(before);
    const ColumnsInOrder to = columns_in(after);
    const bool has_new_name = std::any_of(
        to.begin(), to.end(), [&](const Json* column) { return new_names.contains(column_name(*column)); });
    return has_new_name ? Alignment(from, to, new_names).pairs() : paired_by_name(from, to);
}

ColumnPairs renamed_columns(const std::vector<Version>& versions) {
    std::map<std::string, std::string> origin;  // by the name in the version that we are at
    if (versions.empty()) return {};
    for (const Json* column : columns_in(versions.front().definition))
        origin[column_name(*column)] = column_name(*column);
    for (std::size_t i = 1; i < versions.size(); ++i) {
        std::map<std::string, std::string> next;
        for (const auto& [former, name] :
             same_columns(versions[i - 1].definition, versions[i].definition, versions[i].new_names))
            if (const auto place = origin.find(former); place != origin.end()) next[name] = place->second;
        origin = std::move(next);
    }
    ColumnPairs renamed;
    for (const auto& [name, former] : origin)
        if (name != former) renamed.emplace_back(former, name);
    return renamed;
}

bool has_other_columns(const Json& before, const Json& after) {
    return column_names_in(columns_in(before)) != column_names_in(columns_in(after));
}

std::set<std::string> column_names_given_by(const std::string& tag, const std::vector<std::string>& objects,
                                            const std::set<std::string>& relations) {
    constexpr std::string_view column = " column ";
    std::set<std::string> names;
    if (!tag.starts_with("ALTER ")) return names;
    for (const std::string& object : objects) {
        const auto at = object.find(column);
        if (at == std::string::npos) continue;
        const std::string identity = object.substr(at + column.size());
        const std::string name = identifier_parts(identity).back();
        const std::size_t tail = quote_identifier(name).size() + 1;
        const std::string relation = identity.size() > tail ? identity.substr(0, identity.size() - tail) : "";
        if (relations.empty() || relations.contains(relation)) names.insert(name);
    }
    return names;
}

bool follows_another(const Json& definition) {
    const Json* structure = member(definition, "structure");
    return structure != nullptr &&
           (has(*structure, "inherits") || has(*structure, "partition_of") || has(*structure, "of_type"));
}

}  // namespace schemaver::core
