// Restore rules on constraints: one that is here and that the backup's rows never had to meet may refuse
// some.
//
// Constraints are compared by what they ask, not by their names; a check may also follow from what the
// backup's rows are known to meet. A unique rule over (a) in the backup covers one over (a, b) here, whether
// either is a constraint or an index.
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

// In whatever order the pairs of columns are named. Of one column, MATCH FULL asks what MATCH SIMPLE asks.
std::string reference_of(const Json& constraint, bool is_simple = false) {
    const Json* target = member(constraint, "references");
    if (target == nullptr) return "foreign key";
    const auto columns = texts_of(constraint, "columns");
    const auto referenced = texts_of(*target, "columns");
    std::vector<std::string> pairs;
    for (std::size_t i = 0; i < columns.size() && i < referenced.size(); ++i)
        pairs.push_back(quote_identifier(columns[i]) + " to " + quote_identifier(referenced[i]));
    std::sort(pairs.begin(), pairs.end());
    return fmt::format("foreign key {} of {} {}", joined(pairs, ", "), text_of(*target, "table"),
                       is_simple || columns.size() == 1 ? "" : text_of(*target, "match"));
}

// The index that stands for a constraint: it has the rows that it is about, and whether NULL is unlike NULL.
const Json& index_of(const Schema& schema, const Object& table, const Json& constraint) {
    static const Json none = Json::object();
    const std::string name = quote_identifier(identifier_parts(table.identity).front()) + "." +
                             quote_identifier(text_of(constraint, "name"));
    const Object* index = find(schema, "index", name);
    return index == nullptr ? none : structure_of(*index);
}

std::string exclusion_of(const RuleContext& context, const Schema& schema, const Object& table,
                         const Json& constraint, bool of_every_row = false) {
    const Json& index = index_of(schema, table, constraint);
    std::vector<std::string> keys;
    const auto operators = texts_of(constraint, "operators");
    const auto parts = objects_of(index, "keys");
    for (std::size_t i = 0; i < operators.size(); ++i) {
        const std::string key = i < parts.size() ? canonical(portable(*parts[i], context.normalise))
                                                 : joined(texts_of(constraint, "columns"), ", ");
        keys.push_back(key + " with " + operators[i]);
    }
    const std::string where = normal(context, expression_of(index, "where"));
    return "exclusion " + joined(keys, ", ") + (where.empty() || of_every_row ? "" : " where " + where);
}

// What a constraint asks of a row, in one text; two that ask the same have the same.
std::string demand_of(const RuleContext& context, const Schema& schema, const Object& table,
                      const Json& constraint) {
    std::string type = text_of(constraint, "type");
    if (type == "check") return "check " + normal(context, expression_of(constraint, "expression"));
    if (type == "foreign key") return reference_of(constraint);
    return exclusion_of(context, schema, table, constraint);
}

// Uniqueness, of a constraint or of an index.
struct UniqueRule {
    std::set<std::string>
        keys;  // column names and expressions; with the operator class where it is another one
    std::set<std::string> columns;  // all that the keys are made of; empty: not known
    std::string where;              // normal form of the predicate; empty: every row
    bool nulls_not_distinct = false;

    bool covers(const UniqueRule& other) const {
        return std::includes(other.keys.begin(), other.keys.end(), keys.begin(), keys.end()) &&
               (where.empty() || where == other.where) && (nulls_not_distinct || !other.nulls_not_distinct);
    }

    std::string text() const {
        return joined({keys.begin(), keys.end()}, ", ") + (where.empty() ? "" : " where " + where);
    }
};

// Nothing, or what makes values equal that are different texts: of citext, or of a collation without case.
std::string looseness(const Schema& schema, const Json& table, const std::string& column_name,
                      const std::string& collation) {
    const Json* column = named(table, "columns", column_name);
    const std::string type = column == nullptr ? "" : text_of(*column, "type");
    if (type == "citext" || type.ends_with(".citext")) return " as " + type;
    const std::string& name =
        !collation.empty() || column == nullptr ? collation : text_of(*column, "collation");
    const Object* object = find(schema, "collation", name);
    const Json* is_exact = object == nullptr ? nullptr : member(structure_of(*object), "deterministic");
    return is_exact != nullptr && *is_exact == Json(false) ? " collate " + name : "";
}

UniqueRule rule_of_constraint(const Schema& schema, const Object& object, const Json& constraint) {
    const Json& table = structure_of(object);
    UniqueRule rule;
    for (const std::string& column : texts_of(constraint, "columns")) {
        rule.keys.insert(quote_identifier(column) + looseness(schema, table, column, ""));
        rule.columns.insert(quote_identifier(column));
    }
    rule.nulls_not_distinct = is_true(constraint, "nulls_not_distinct") ||
                              is_true(index_of(schema, object, constraint), "nulls_not_distinct");
    return rule;
}

// Every column whose name stands in an expression, in whatever role: one too many only asks for more.
void put_columns_of(const Json& key, const Json& table, std::set<std::string>& columns) {
    if (has(key, "column")) columns.insert(quote_identifier(text_of(key, "column")));
    const std::string expression = expression_of(key, "expression");
    for (const Json* column : objects_of(table, "columns")) {
        const std::string name = quote_identifier(text_of(*column, "name"));
        if (!name.empty() && expression.find(name) != std::string::npos) columns.insert(name);
    }
}

UniqueRule rule_of_index(const RuleContext& context, const Schema& schema, const Json& table,
                         const Json& index) {
    UniqueRule rule;
    for (const Json* key : objects_of(index, "keys")) {
        const std::string column = text_of(*key, "column");
        std::string word =
            column.empty() ? normal(context, expression_of(*key, "expression")) : quote_identifier(column);
        word += looseness(schema, table, column, text_of(*key, "collation"));
        put_columns_of(*key, table, rule.columns);
        if (has(*key, "opclass")) word += " " + text_of(*key, "opclass");
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
        const Schema& schema = *report.context.backup.objects;
        for (const Json* constraint : objects_of(structure_of(report.backup), "constraints")) {
            // Rows from before it, or any, may break it.
            if (is_true(*constraint, "not_valid") || is_true(*constraint, "not_enforced")) continue;
            demands_.insert(demand_of(context_, schema, report.backup, *constraint));
            if (text_of(*constraint, "type") == "foreign key")
                demands_.insert(reference_of(*constraint, true));
            if (is_unique_constraint(*constraint))
                add_unique(rule_of_constraint(schema, report.backup, *constraint));
        }
        for (const Object* index : indexes_of(report.notes.backup_indexes, report.backup.identity))
            add_unique(rule_of_index(context_, schema, structure_of(report.backup), structure_of(*index)));
    }

    void check_all() {
        for (const Json* constraint : objects_of(structure_of(report_.target), "constraints")) {
            if (is_true(*constraint, "not_enforced")) continue;
            if (is_unique_constraint(*constraint))
                unique(*constraint);
            else if (const std::string demand =
                         demand_of(context_, *context_.target.objects, report_.target, *constraint);
                     !demands_.contains(demand) && !follows(*constraint))
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

    // What no two rows have alike under a looser comparison, or behind an expression, they have not alike as
    // it is.
    void add_unique(const UniqueRule& rule) {
        unique_.push_back(rule);
        UniqueRule strict = rule;
        strict.keys = rule.columns;
        if (!strict.keys.empty() && strict.keys != rule.keys) unique_.push_back(strict);
    }

    // A column that is only here: NULL is unlike NULL, a number of a sequence unlike all others, and a
    // constant adds nothing.
    bool is_unique_already(UniqueRule rule) const {
        for (const Json* column : objects_of(structure_of(report_.target), "columns")) {
            const std::string name = text_of(*column, "name");
            if (!rule.keys.contains(quote_identifier(name)) ||
                named(structure_of(report_.backup), "columns", name) != nullptr)
                continue;
            if (fills_with_distinct_values(*column)) return true;
            if (report_.known().is_always_null(quote_identifier(name)) && !rule.nulls_not_distinct)
                return true;
            rule.keys.erase(quote_identifier(name));
        }
        return std::any_of(unique_.begin(), unique_.end(),
                           [&](const UniqueRule& one) { return one.covers(rule); });
    }

    std::string identity_of(const Json& constraint) const {
        return quote_identifier(text_of(constraint, "name")) + " on " + report_.target.identity;
    }

    bool follows(const Json& constraint) const {
        const std::string type = text_of(constraint, "type");
        if (type == "check") return report_.known().imply(expression_of(constraint, "expression"));
        if (type == "exclusion")
            return demands_.contains(
                exclusion_of(context_, *context_.target.objects, report_.target, constraint, true));
        const auto columns = texts_of(constraint, "columns");
        const Json* target = member(constraint, "references");
        return type == "foreign key" && target != nullptr && text_of(*target, "match").empty() &&
               std::any_of(columns.begin(), columns.end(), [&](const std::string& column) {
                   return report_.known().is_always_null(quote_identifier(column));
               });
    }

    void unique(const Json& constraint) {
        const UniqueRule rule = rule_of_constraint(*context_.target.objects, report_.target, constraint);
        const std::string type = text_of(constraint, "type");
        if (is_unique_already(rule) || !report_.is_news(type, rule.text())) return;
        context_.error(type, "table constraint", identity_of(constraint),
                       fmt::format("{} ({}) is new here: rows with the same values twice would be refused.",
                                   type, rule.text()),
                       "");
    }

    void unique(const Object& index) {
        const UniqueRule rule = rule_of_index(context_, *context_.target.objects,
                                              structure_of(report_.target), structure_of(index));
        if (is_unique_already(rule) || !report_.is_news("unique", rule.text())) return;
        context_.error(
            "unique", "index", index.identity,
            fmt::format("The unique index {} on {} ({}) is new here: rows with the same values twice "
                        "would be refused.",
                        index.identity, report_.target.identity, rule.text()),
            "");
    }

    static std::string words_of(const Json& constraint) {
        if (text_of(constraint, "type") != "exclusion") return in_words(constraint);
        return "exclude (" + joined(texts_of(constraint, "columns"), ", ") + " with " +
               joined(texts_of(constraint, "operators"), ", ") + ")";
    }

    void other(const Json& constraint, const std::string& demand) {
        const std::string type = text_of(constraint, "type");
        if (!report_.is_news(type, demand)) return;
        const Json* before = named(structure_of(report_.backup), "constraints", text_of(constraint, "name"));
        std::string state = "is new here";
        if (before != nullptr &&
            demand_of(context_, *context_.backup.objects, report_.backup, *before) == demand)
            state = "is NOT VALID in the backup";  // or it would be among the demands
        else if (before != nullptr)
            state = fmt::format("is {} in the backup", words_of(*before));
        // One that is NOT VALID here claims nothing of the rows that are loaded past it.
        if (type == "foreign key" && is_true(constraint, "not_valid")) {
            context_.warning(
                type, "table constraint", identity_of(constraint),
                fmt::format(
                    "{} {}, and NOT VALID here: with --disable-triggers every row loads, without it those "
                    "that do not meet it would be refused.",
                    words_of(constraint), state),
                "Load with pg_restore --disable-triggers, as a superuser.");
            return;
        }
        context_.error(
            type, "table constraint", identity_of(constraint),
            fmt::format("{} {}: rows that do not meet it would be refused{}.", words_of(constraint), state,
                        type == "foreign key" ? ", or loaded all the same with --disable-triggers" : ""),
            "");
    }
};

}  // namespace

void check_constraints(TableReport& report) { ConstraintRules{report}.check_all(); }

}  // namespace schemaver::core
