// Restore rules on partitions: a dump loads each partition's rows into the partition of the same name, which
// refuses those outside its own bound.
#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/implication.hpp"
#include "core/poll.hpp"
#include "core/properties.hpp"
#include "core/restore_rules.hpp"
#include "core/restore_table_report.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr int deepest_level = 32;  // of partitions of partitions; a forged backup could hold a ring

struct Bound {
    enum class Kind { none, rest, list, range, hash, unknown };  // rest: DEFAULT
    Kind kind = Kind::none;
    std::vector<std::string> values;  // of a list; of a range its lower end; of hash modulus and remainder
    std::vector<std::string> to;      // of a range
};

// FOR VALUES FROM (0) TO (10); FOR VALUES IN ('a', NULL); FOR VALUES WITH (modulus 4, remainder 0); DEFAULT
Bound bound_of(const Json& structure) {
    const std::string text = wording_of(structure, "partition_bound");
    constexpr std::string_view in = "FOR VALUES IN ";
    constexpr std::string_view from = "FOR VALUES FROM ";
    constexpr std::string_view with = "FOR VALUES WITH ";
    if (text.empty()) return {};
    if (text == "DEFAULT") return {Bound::Kind::rest, {}, {}};
    if (text.starts_with(in)) return {Bound::Kind::list, list_items(text.substr(in.size())), {}};
    const auto between = text.find(") TO (");
    if (text.starts_with(from) && between != std::string::npos)
        return {Bound::Kind::range, list_items(text.substr(from.size(), between + 1 - from.size())),
                list_items(text.substr(between + 5))};
    if (text.starts_with(with)) return {Bound::Kind::hash, list_items(text.substr(with.size())), {}};
    return {Bound::Kind::unknown, {text}, {}};
}

// Less than 0, 0, more than 0; nothing: not known.
std::optional<int> compare_ends(const std::vector<std::string>& left, const std::vector<std::string>& right) {
    const auto rank = [](const std::string& value) {
        return value == "MINVALUE" ? -1 : value == "MAXVALUE" ? 1 : 0;
    };
    if (left.size() != right.size()) return std::nullopt;
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (left[i] == right[i]) {
            if (rank(left[i]) != 0) return 0;  // what comes after it does not count
            continue;
        }
        if (rank(left[i]) != rank(right[i])) return rank(left[i]) - rank(right[i]);
        const auto first = constant_in(left[i]);
        const auto second = constant_in(right[i]);
        if (!first || !second) return std::nullopt;
        const auto order = compare(*first, *second);
        if (!order || *order != 0) return order;
    }
    return 0;
}

bool at_most(const std::vector<std::string>& left, const std::vector<std::string>& right) {
    const auto order = compare_ends(left, right);
    return order && *order <= 0;
}

// "modulus 4" is 4
std::optional<long> number_behind(const std::vector<std::string>& parts, std::size_t at) {
    if (at >= parts.size()) return std::nullopt;
    const auto number = constant_in(parts[at].substr(parts[at].rfind(' ') + 1));
    return number && number->is_number && number->number >= 0 && number->number < 1e9L
               ? std::optional{static_cast<long>(number->number)}
               : std::nullopt;
}

bool is_inside(const Bound& inner, const Bound& outer) {
    if (inner.kind != outer.kind) return false;
    switch (inner.kind) {
        case Bound::Kind::list:
            return std::all_of(inner.values.begin(), inner.values.end(),
                               [&](const std::string& value) { return contains(outer.values, value); });
        case Bound::Kind::range:
            return at_most(outer.values, inner.values) && at_most(inner.to, outer.to);
        case Bound::Kind::hash: {
            const auto modulus = number_behind(inner.values, 0);
            const auto remainder = number_behind(inner.values, 1);
            const auto outer_modulus = number_behind(outer.values, 0);
            const auto outer_remainder = number_behind(outer.values, 1);
            return modulus && remainder && outer_modulus && outer_remainder && *outer_modulus > 0 &&
                   *modulus % *outer_modulus == 0 && *remainder % *outer_modulus == *outer_remainder;
        }
        default:
            return inner.values == outer.values;
    }
}

bool are_apart(const Bound& left, const Bound& right) {
    if (left.kind != right.kind) return false;
    if (left.kind == Bound::Kind::list)
        return std::none_of(left.values.begin(), left.values.end(),
                            [&](const std::string& value) { return contains(right.values, value); });
    return left.kind == Bound::Kind::range &&
           (at_most(left.to, right.values) || at_most(right.to, left.values));
}

// As CREATE TABLE writes it: range (a, lower(b)).
std::string partition_key_of(const Json& structure) {
    const Json* key = member(structure, "partition_by");
    if (key == nullptr || !key->is_object()) return wording_of(structure, "partition_by");
    std::string words;
    for (const Json* one : objects_of(*key, "keys")) {
        words += words.empty() ? "" : ", ";
        words += has(*one, "column") ? quote_identifier(text_of(*one, "column"))
                                     : expression_of(*one, "expression");
    }
    return fmt::format("{} ({})", text_of(*key, "strategy"), words);
}

// The key and the types of its columns: where both agree, bounds say the same.
std::string meaning_of_key(const Schema& schema, const std::string& parent) {
    const Object* table = find(schema, "table", parent);
    if (table == nullptr) return "";
    std::string meaning = partition_key_of(structure_of(*table));
    const Json* key = member(structure_of(*table), "partition_by");
    if (key == nullptr) return "";
    for (const Json* one : objects_of(*key, "keys")) {
        if (const Json* column = named(structure_of(*table), "columns", text_of(*one, "column")))
            meaning += "\n" + text_of(*column, "type");
        meaning += "\n" + text_of(*one, "opclass");
    }
    return meaning;
}

class PartitionRules {
  public:
    explicit PartitionRules(TableReport& report)
        : report_(report),
          context_(report.context),
          backup_(structure_of(report.backup)),
          target_(structure_of(report.target)),
          table_(report.target.identity) {}

    void check_all() {
        check_key();
        const bool is_loaded_into = holds_rows(report_.backup) || !holds_rows(report_.target);
        if (is_loaded_into && !takes_what_the_backup_has()) report_bound();
    }

  private:
    TableReport& report_;
    RuleContext& context_;
    const Json& backup_;
    const Json& target_;
    const std::string& table_;

    void check_key() {
        const std::string key = partition_key_of(backup_);
        const std::string key_here = partition_key_of(target_);
        if (key.empty() && !key_here.empty() && !takes_everything(table_, 0))
            context_.error("partitions", "table", table_,
                           fmt::format("{} is partitioned here by {}: rows that no partition takes would be "
                                       "refused.",
                                       table_, key_here),
                           fmt::format("CREATE TABLE ... PARTITION OF {} DEFAULT;", table_));
        else if (!key.empty() && !key_here.empty() && !same_expression(key, key_here, context_.normalise))
            context_.info("partitions", "table", table_,
                          fmt::format("{} is partitioned by {} in the backup and by {} here. Its partitions "
                                      "are checked one by one.",
                                      table_, key, key_here),
                          "");
    }

    std::vector<const Object*> partitions_of(bool in_target, const std::string& parent) const {
        const auto& by_parent = in_target ? report_.notes.target_partitions : report_.notes.backup_partitions;
        const auto place = by_parent.find(parent);
        return place == by_parent.end() ? std::vector<const Object*>{} : place->second;
    }

    bool takes_everything(const std::string& table, int depth) {
        const Object* object = find(*context_.target.objects, "table", table);
        if (object == nullptr || holds_rows(*object)) return true;
        if (depth == deepest_level) return false;
        std::set<std::pair<long, long>> remainders;
        for (const Object* partition : partitions_of(true, table)) {
            const Bound bound = bound_of(structure_of(*partition));
            if (bound.kind == Bound::Kind::rest) return takes_everything(partition->identity, depth + 1);
            const auto modulus = number_behind(bound.values, 0);
            const auto remainder = number_behind(bound.values, 1);
            if (bound.kind == Bound::Kind::hash && modulus && remainder &&
                takes_everything(partition->identity, depth + 1))
                remainders.insert({*modulus, *remainder});
        }
        const bool is_one_modulus =
            !remainders.empty() && remainders.begin()->first == remainders.rbegin()->first;
        return is_one_modulus && static_cast<long>(remainders.size()) == remainders.begin()->first;
    }

    bool takes_what_the_backup_has() {
        const Bound bound = bound_of(backup_);
        const Bound here = bound_of(target_);
        if (here.kind == Bound::Kind::none) return true;
        const std::string parent = text_of(backup_, "partition_of");
        const std::string parent_here = text_of(target_, "partition_of");
        const bool is_rest = here.kind == Bound::Kind::rest;
        const auto siblings_here = is_rest ? others_here(parent_here) : std::vector<const Object*>{};
        if (is_rest && siblings_here.empty()) return true;
        if (meaning_of_key(*context_.backup.objects, parent) !=
            meaning_of_key(*context_.target.objects, parent_here))
            return false;
        if (!is_rest) return is_inside(bound, here);
        if (bound.kind == Bound::Kind::rest) return was_rest_before(parent, siblings_here);
        return std::all_of(siblings_here.begin(), siblings_here.end(), [&](const Object* sibling) {
            return are_apart(bound, bound_of(structure_of(*sibling)));
        });
    }

    std::vector<const Object*> others_here(const std::string& parent) const {
        auto others = partitions_of(true, parent);
        std::erase_if(others, [&](const Object* one) { return one->identity == table_; });
        return others;
    }

    // Whether the DEFAULT partition had no row there that one of these takes here: another one took it there.
    bool was_rest_before(const std::string& parent, const std::vector<const Object*>& siblings_here) const {
        std::set<std::string> words;
        std::vector<Bound> bounds;
        for (const Object* one : partitions_of(false, parent)) {
            words.insert(wording_of(structure_of(*one), "partition_bound"));
            bounds.push_back(bound_of(structure_of(*one)));
        }
        return std::all_of(siblings_here.begin(), siblings_here.end(), [&](const Object* sibling) {
            poll();
            if (words.contains(wording_of(structure_of(*sibling), "partition_bound"))) return true;
            const Bound inner = bound_of(structure_of(*sibling));
            return std::any_of(bounds.begin(), bounds.end(),
                               [&](const Bound& outer) { return is_inside(inner, outer); });
        });
    }

    void report_bound() {
        const std::string bound = wording_of(backup_, "partition_bound");
        const std::string here = wording_of(target_, "partition_bound");
        const std::string there =
            bound.empty() ? "is no partition" : fmt::format("is the partition {}", bound);
        context_.error(
            "partition bound", "table", table_,
            fmt::format("{} {} in the backup and the partition {} of {} here: rows outside that bound "
                        "would be refused.",
                        table_, there, here, text_of(target_, "partition_of")),
            bound.empty()
                ? ""
                : "pg_dump --load-via-partition-root loads each row into the partition that takes it.");
    }
};

}  // namespace

void check_partitioning(TableReport& report) { PartitionRules{report}.check_all(); }

}  // namespace schemaver::core
