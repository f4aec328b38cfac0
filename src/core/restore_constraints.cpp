// Restore rules on constraints: one that is here and that the backup's rows never had to meet may refuse
// some.
//
// Constraints are compared by what they ask, not by their names. A unique rule over (a) in the backup covers
// one over (a, b) here, whether either is a constraint or an index.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/diff.hpp"
#include "core/properties.hpp"
#include "core/restore_rules.hpp"
#include "core/restore_table_report.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

std::string normal(const RuleContext& context, const std::string& sql) {
    return context.normalise && !sql.empty() ? context.normalise(sql) : sql;
}

std::string quoted_list(const std::vector<std::string>& columns) {
    std::vector<std::string> words;
    for (const std::string& column : columns) words.push_back(quote_identifier(column));
    return joined(words, ", ");
}

// What a constraint asks of a row, in one text; two that ask the same have the same.
std::string demand_of(const RuleContext& context, const Json& constraint) {
    std::string type = text_of(constraint, "type");
    if (type == "check") return "check " + normal(context, expression_of(constraint, "expression"));
    if (type == "foreign key") {
        const Json* target = member(constraint, "references");
        if (target == nullptr) return type;
        return fmt::format("foreign key ({}) references {} ({}) {}",
                           quoted_list(texts_of(constraint, "columns")), text_of(*target, "table"),
                           quoted_list(texts_of(*target, "columns")), text_of(*target, "match"));
    }
    Json rest = constraint;
    for (const char* key : {"name", "deferrable", "initially_deferred", "inherited"}) rest.erase(key);
    return canonical(portable(rest, context.normalise));
}

// Uniqueness, of a constraint or of an index.
struct UniqueRule {
    std::set<std::string>
        keys;           // column names and expressions; with the operator class where it is another one
    std::string where;  // normal form of the predicate; empty: every row
    bool nulls_not_distinct = false;

    bool covers(const UniqueRule& other) const {
        return std::includes(other.keys.begin(), other.keys.end(), keys.begin(), keys.end()) &&
               (where.empty() || where == other.where) && (nulls_not_distinct || !other.nulls_not_distinct);
    }

    std::string text() const {
        return joined({keys.begin(), keys.end()}, ", ") + (where.empty() ? "" : " where " + where);
    }
};

UniqueRule rule_of_constraint(const Json& constraint) {
    UniqueRule rule;
    for (const std::string& column : texts_of(constraint, "columns"))
        rule.keys.insert(quote_identifier(column));
    rule.nulls_not_distinct = is_true(constraint, "nulls_not_distinct");
    return rule;
}

UniqueRule rule_of_index(const RuleContext& context, const Json& index) {
    UniqueRule rule;
    for (const Json* key : objects_of(index, "keys")) {
        const std::string column = text_of(*key, "column");
        std::string word =
            column.empty() ? normal(context, expression_of(*key, "expression")) : quote_identifier(column);
        for (const char* property : {"collation", "opclass"})
            if (has(*key, property)) word += " " + text_of(*key, property);
        rule.keys.insert(word);
    }
    rule.where = normal(context, expression_of(index, "where"));
    rule.nulls_not_distinct = is_true(index, "nulls_not_distinct");
    return rule;
}

bool is_unique_constraint(const Json& constraint) {
    const std::string type = text_of(constraint, "type");
    return type == "primary key" || type == "unique";
}

class ConstraintRules {
  public:
    explicit ConstraintRules(TableReport& report) : report_(report), context_(report.context) {
        for (const Json* constraint : objects_of(structure_of(report.backup), "constraints")) {
            // Rows from before it, or any, may break it.
            if (is_true(*constraint, "not_valid") || is_true(*constraint, "not_enforced")) continue;
            demands_.insert(demand_of(context_, *constraint));
            if (is_unique_constraint(*constraint)) unique_.push_back(rule_of_constraint(*constraint));
        }
        for (const Object* index : indexes_of(report.notes.backup_indexes, report.backup.identity))
            unique_.push_back(rule_of_index(context_, structure_of(*index)));
    }

    void check_all() {
        for (const Json* constraint : objects_of(structure_of(report_.target), "constraints")) {
            if (is_true(*constraint, "not_enforced")) continue;
            if (is_unique_constraint(*constraint))
                unique(*constraint);
            else if (const std::string demand = demand_of(context_, *constraint); !demands_.contains(demand))
                other(*constraint, demand);
        }
        for (const Object* index : indexes_of(report_.notes.target_indexes, report_.target.identity))
            unique(*index);
    }

  private:
    TableReport& report_;
    RuleContext& context_;
    std::set<std::string> demands_;   // what the backup's constraints ask
    std::vector<UniqueRule> unique_;  // what is unique in the backup

    static std::vector<const Object*> indexes_of(
        const std::map<std::string, std::vector<const Object*>>& by_table, const std::string& table) {
        const auto place = by_table.find(table);
        return place == by_table.end() ? std::vector<const Object*>{} : place->second;
    }

    bool is_unique_already(const UniqueRule& rule) const {
        return std::any_of(unique_.begin(), unique_.end(),
                           [&](const UniqueRule& one) { return one.covers(rule); });
    }

    std::string identity_of(const Json& constraint) const {
        return quote_identifier(text_of(constraint, "name")) + " on " + report_.target.identity;
    }

    void unique(const Json& constraint) {
        const UniqueRule rule = rule_of_constraint(constraint);
        const std::string type = text_of(constraint, "type");
        if (is_unique_already(rule) || !report_.is_news(type, rule.text())) return;
        context_.warning(type, "table constraint", identity_of(constraint),
                         fmt::format("{} ({}) is new here: rows with the same values twice would be refused.",
                                     type, rule.text()),
                         "");
    }

    void unique(const Object& index) {
        const UniqueRule rule = rule_of_index(context_, structure_of(index));
        if (is_unique_already(rule) || !report_.is_news("unique", rule.text())) return;
        context_.warning(
            "unique", "index", index.identity,
            fmt::format("The unique index {} on {} ({}) is new here: rows with the same values twice "
                        "would be refused.",
                        index.identity, report_.target.identity, rule.text()),
            "");
    }

    void other(const Json& constraint, const std::string& demand) {
        const std::string type = text_of(constraint, "type");
        if (!report_.is_news(type, demand)) return;
        const Json* before = named(structure_of(report_.backup), "constraints", text_of(constraint, "name"));
        std::string state = "is new here";
        if (before != nullptr && demand_of(context_, *before) == demand)
            state = "is NOT VALID in the backup";  // or it would be among the demands
        else if (before != nullptr)
            state = fmt::format("is {} in the backup", in_words(*before));
        context_.warning(
            type, "table constraint", identity_of(constraint),
            fmt::format("{} {}: rows that do not meet it would be refused.", in_words(constraint), state),
            "");
    }
};

}  // namespace

void check_constraints(TableReport& report) { ConstraintRules{report}.check_all(); }

}  // namespace schemaver::core
