// Here rows go to partitions by this side's bounds, whatever the publisher's, at every level.
#include <algorithm>

#include <fmt/format.h>

#include "core/replication_rules.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

using PartitionBounds = std::map<std::string, const Object*>;  // FOR VALUES ..., and whose it is

PartitionBounds bounds_below(const TableParts& parts, const std::string& table) {
    PartitionBounds bounds;
    for (const Object* partition : parts.partitions(table))
        bounds[wording_of(structure_in(*partition), "partition_bound")] = partition;
    return bounds;
}

bool is_covered_by(const PartitionBounds& bounds, const PartitionBounds& others) {
    return std::all_of(bounds.begin(), bounds.end(),
                       [&](const auto& bound) { return others.contains(bound.first); });
}

// FOR VALUES WITH (modulus 4, remainder 0), and three more.
bool is_whole_hash(const PartitionBounds& bounds) {
    if (bounds.empty()) return false;
    for (std::size_t i = 0; i < bounds.size(); ++i)
        if (!bounds.contains(fmt::format("FOR VALUES WITH (modulus {}, remainder {})", bounds.size(), i)))
            return false;
    return true;
}

// By what the rows of a partitioned table are told apart: strategy, columns, expressions. "": it is not
// partitioned.
std::string partition_key_words(const Json* structure, const Normalise& normalise) {
    const Json* key = structure == nullptr ? nullptr : member(*structure, "partition_by");
    if (key == nullptr) return "";
    std::string words = text_of(*key, "strategy") + ":";
    std::vector<std::string> expressions;
    for (const Json* one : objects_of(*key, "keys")) {
        words += " " + quote_identifier(text_of(*one, "column"));
        if (has(*one, "expression")) expressions.push_back(expression_of(*one, "expression"));
    }
    // A list of them, as the server writes it: normalised as one row.
    return expressions.empty() ? words : words + " " + normalise("ROW(" + joined(expressions, ", ") + ")");
}

class PartitionsOnBothSides {
  public:
    explicit PartitionsOnBothSides(const ReplicatedTable& table) : table_(table) {}

    // Whether the bounds that the table has to keep to, its own and those of what it is a partition of, are
    // the publisher's too.
    void above() const {
        const std::set<std::string> known = bounds_above_there();
        std::string name = table_.name;
        const Json* here = &table_.here;
        for (int i = 0; i < most_partition_levels && here != nullptr; ++i) {
            const std::string parent = text_of(*here, "partition_of");
            if (parent.empty()) return;
            const Json* above = table_structure(table_.sides.subscriber, parent);
            const std::string bound = wording_of(*here, "partition_bound");
            const bool is_known = known.contains(in_words(above, bound)) && is_same_rest(name, parent, bound);
            const bool is_alone = bound == "DEFAULT" && table_.sides.here.partitions(parent).size() == 1;
            if (!is_known && !is_alone) return add_outside(name, bound, parent);
            name = parent;
            here = above;
        }
    }

    // Whether each row that the publisher's table can have finds a partition in the one here.
    void below(const std::string& here, const std::string& there, int level = 0) const {
        if (level > most_partition_levels) return;
        const Json* own = table_structure(table_.sides.subscriber, here);
        const Json* other = table_structure(table_.sides.publisher, there);
        const std::string key = partition_key_words(own, table_.sides.normalise);
        if (key.empty()) return;
        const PartitionBounds bounds = bounds_below(table_.sides.here, here);
        const bool is_same_key = key == partition_key_words(other, table_.sides.normalise);
        const PartitionBounds others =
            is_same_key ? bounds_below(table_.sides.there, there) : PartitionBounds();
        const bool has_all_of_theirs = is_same_key && is_covered_by(others, bounds);
        if (!has_all_of_theirs && !bounds.contains("DEFAULT") && !is_whole_hash(bounds))
            add_lacking(here, bounds, others, is_same_key);
        for (const auto& [bound, partition] : bounds) {
            const auto same = others.find(bound);
            // Its rows could only come from a partition that the publisher has not got.
            if (same == others.end() && has_all_of_theirs) continue;
            below(partition->identity, same == others.end() ? std::string() : same->second->identity,
                  level + 1);
        }
    }

  private:
    const ReplicatedTable& table_;

    std::string in_words(const Json* parent, const std::string& bound) const {
        return partition_key_words(parent, table_.sides.normalise) + " " + bound;
    }

    std::set<std::string> bounds_above_there() const {
        std::set<std::string> bounds;
        const Json* there = &table_.there;
        for (int i = 0; i < most_partition_levels && there != nullptr; ++i) {
            const std::string parent = text_of(*there, "partition_of");
            if (parent.empty()) break;
            const Json* above = table_structure(table_.sides.publisher, parent);
            bounds.insert(in_words(above, wording_of(*there, "partition_bound")));
            there = above;
        }
        return bounds;
    }

    // What goes to DEFAULT depends on the partitions beside it.
    bool is_same_rest(const std::string& name, const std::string& parent, const std::string& bound) const {
        if (bound != "DEFAULT") return true;
        const Json* there = table_structure(table_.sides.publisher, name);
        const std::string other = there == nullptr ? "" : text_of(*there, "partition_of");
        return is_covered_by(bounds_below(table_.sides.here, parent),
                             bounds_below(table_.sides.there, other));
    }

    void add_outside(const std::string& name, const std::string& bound, const std::string& parent) const {
        const std::string there = wording_of(table_.there, "partition_bound");
        table_.add(
            "warning", "partition",
            fmt::format(
                "{} is {} {} of {} here{}: a row outside that bound stops replication.", table_.name,
                name == table_.name ? "the partition" : fmt::format("under {}, the partition", name), bound,
                parent,
                name == table_.name && !there.empty() ? fmt::format(" and {} at the publisher", there) : ""),
            "Let both sides have the same partitions.");
    }

    void add_lacking(const std::string& here, const PartitionBounds& bounds, const PartitionBounds& others,
                     bool is_same_key) const {
        std::vector<std::string> without;
        for (const auto& [bound, partition] : others)
            if (!bounds.contains(bound)) without.push_back(bound);
        table_.add_about(
            here, "warning", "partition",
            fmt::format(
                "{} is partitioned here{}: a row that no partition takes stops replication.", here,
                is_same_key ? ", and lacks " + in_a_sentence(without) : " and otherwise at the publisher"),
            fmt::format("CREATE TABLE ... PARTITION OF {} {};", here,
                        is_same_key ? without.front() : "DEFAULT"));
    }
};

}  // namespace

void check_partitions(const ReplicatedTable& table) {
    const PartitionsOnBothSides rules(table);
    rules.above();
    rules.below(table.name, table.name);
}

}  // namespace schemaver::core
