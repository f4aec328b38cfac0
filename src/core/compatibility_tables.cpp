// Rules of compatibility on columns, constraints and unique indexes.
#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/compatibility_rules.hpp"
#include "core/properties.hpp"
#include "core/restore_rules.hpp"
#include "core/restore_types.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr int deepest_domain = 32;

std::string path_of(const char* list, const Json& element) {
    return fmt::format("{}.{}", list, quote_identifier(text_of(element, "name")));
}

// A domain's NOT NULL and default count as the column's own.
bool type_or_base_has(const Schema& schema, std::string type, std::string_view property) {
    for (int i = 0; i < deepest_domain; ++i) {
        const Json* domain = structure_of_type(schema, type);
        if (domain == nullptr || text_of(*domain, "type") != "domain") return false;
        if (has(*domain, property)) return true;
        type = text_of(*domain, "base");
    }
    return false;
}

bool needs_value(const Json& column, const Schema& schema) {
    return is_true(column, "not_null") || type_or_base_has(schema, text_of(column, "type"), "not_null");
}

bool gets_a_value(const Json& column, const Schema& schema) {
    return has(column, "default") || has(column, "identity") || has(column, "generated") ||
           type_or_base_has(schema, text_of(column, "type"), "default");
}

bool takes_rows(const Object& relation) {
    return relation.kind == "table" || relation.kind == "foreign table";
}

// One column that applications know.
class ColumnCheck {
  public:
    ColumnCheck(CompatibilityContext& context, const Object& relation, bool is_written, const Json& known,
                const Json& found)
        : context_(context),
          relation_(relation),
          is_written_(is_written),
          known_(known),
          found_(found),
          path_(path_of("columns", known)) {}

    void run() {
        if (const auto trouble =
                trouble_with_type(context_, text_of(known_, "type"), text_of(found_, "type")))
            add("type", *trouble,
                "Add a column of the new type beside it, write both, and drop the old one in a later "
                "release.");
        if (!is_written_) return;
        check_null();
        check_generated();
    }

  private:
    CompatibilityContext& context_;
    const Object& relation_;
    bool is_written_;  // a view does not say what may be NULL
    const Json& known_;
    const Json& found_;
    std::string path_;

    void add(const char* property, std::string reason, std::string hint = {}) {
        context_.add(relation_, path_ + "." + property, std::move(reason), std::move(hint));
    }

    void check_null() {
        const bool is_written = !has(known_, "generated");
        const bool needed = needs_value(known_, context_.known);
        const bool is_needed = needs_value(found_, context_.found);
        if (is_written && is_needed && !needed)
            add("not_null", "NULL is refused",
                "Let every application write the column first, then fill it and set NOT NULL.");
        else if (is_needed && gets_a_value(known_, context_.known) && !gets_a_value(found_, context_.found))
            add(has(known_, "identity") ? "identity" : "default", "rows that leave it out are refused",
                "Keep the default until every application writes the column.");
    }

    void check_generated() {
        if (!has(known_, "generated") && has(found_, "generated"))
            add("generated", "values that are written are refused");
        if (has(known_, "generated") && !has(found_, "generated"))
            add("generated", "it is not computed from the other columns");
        if (text_of(known_, "identity") != "always" && text_of(found_, "identity") == "always")
            add("identity", "values that are written are refused");
    }
};

// Identifiers in an expression, those in quotes without them.
std::set<std::string> words_in(const std::string& sql) {
    std::set<std::string> words;
    std::string word;
    const auto finish = [&] {
        if (!word.empty()) words.insert(std::move(word));
        word.clear();
    };
    char quote = 0;
    for (const char c : sql) {
        if (quote != 0) {
            if (c == quote && quote == '"') finish();
            if (c == quote)
                quote = 0;
            else if (quote == '"')
                word += c;
            continue;
        }
        const bool is_part = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
                             (static_cast<unsigned char>(c) & 0x80U) != 0;
        if (is_part) {
            word += c;
            continue;
        }
        finish();
        if (c == '\'' || c == '"') quote = c;
    }
    finish();
    return words;
}

// "x = ANY (ARRAY['a', 'b'])": what is before the list, in it, and behind it.
struct ListTest {
    std::string frame;
    std::set<std::string> elements;
};

ListTest list_test(const std::string& sql) {
    const auto start = sql.find("ARRAY[");
    if (start == std::string::npos) return {};
    ListTest test;
    std::string element;
    int depth = 0;
    bool in_text = false;
    for (std::size_t at = start + 6; at < sql.size(); ++at) {
        const char c = sql[at];
        if (c == '\'') in_text = !in_text;
        if (!in_text && (c == '(' || c == '[')) ++depth;
        if (!in_text && depth == 0 && (c == ',' || c == ']')) {
            test.elements.insert(element.substr(std::min(element.find_first_not_of(' '), element.size())));
            element.clear();
            if (c == ',') continue;
            test.frame = sql.substr(0, start) + sql.substr(at);
            return test;
        }
        if (!in_text && (c == ')' || c == ']')) --depth;
        element += c;
    }
    return {};
}

// A test against a list that has more in it than before lets more rows through.
bool is_loosened(const std::string& known, const std::string& found) {
    const ListTest before = list_test(known);
    const ListTest after = list_test(found);
    return !before.frame.empty() && before.frame == after.frame &&
           std::includes(after.elements.begin(), after.elements.end(), before.elements.begin(),
                         before.elements.end());
}

bool is_unique_kind(const Json& constraint) {
    const std::string type = text_of(constraint, "type");
    return type == "primary key" || type == "unique";
}

bool refuses_deletes(const std::string& action) {
    return action.empty() || action == "restrict" || action == "no action";
}

// The constraints of one table on both sides, by what they ask and not by their names.
class ConstraintCheck {
  public:
    ConstraintCheck(CompatibilityContext& context, const Object& known, const Object& found)
        : context_(context), known_(known), found_(found) {
        for (const Json* column : objects_of(structure_of(known), "columns"))
            known_columns_.insert(text_of(*column, "name"));
        for (const Json* column : objects_of(structure_of(found), "columns"))
            found_columns_[text_of(*column, "name")] = column;
    }

    void run() {
        const auto before = by_demand(known_);
        const auto after = by_demand(found_);
        for (const auto& [demand, constraint] : after)
            if (!before.contains(demand) && !is_looser_than_before(*constraint)) added(*constraint);
        for (const auto& [demand, constraint] : before)
            if (!after.contains(demand) && is_unique_kind(*constraint)) unique_gone(*constraint);
        for (const auto& [demand, constraint] : after)
            if (const auto place = before.find(demand); place != before.end())
                same(*place->second, *constraint);
    }

  private:
    CompatibilityContext& context_;
    const Object& known_;
    const Object& found_;
    std::set<std::string> known_columns_;
    std::map<std::string, const Json*> found_columns_;

    using Constraints = std::map<std::string, const Json*>;

    Constraints by_demand(const Object& table) const {
        Constraints constraints;
        for (const Json* constraint : objects_of(structure_of(table), "constraints"))
            if (!is_true(*constraint, "not_enforced"))
                constraints.emplace(demand_of(*constraint), constraint);
        return constraints;
    }

    std::string demand_of(const Json& constraint) const {
        Json demand = constraint;
        for (const char* key :
             {"name", "deferrable", "initially_deferred", "inherited", "not_valid", "no_inherit"})
            demand.erase(key);
        if (demand.contains("references"))
            for (const char* key : {"on_update", "on_delete", "on_delete_columns"})
                demand["references"].erase(key);
        // A key's columns cannot be NULL, which is said of them.
        if (is_unique_kind(constraint)) demand["type"] = "unique";
        return canonical(portable(demand, context_.normalise));
    }

    // Whatever the test was called before.
    bool is_looser_than_before(const Json& constraint) const {
        if (text_of(constraint, "type") != "check") return false;
        const std::string now = expression_of(constraint, "expression");
        const auto before = objects_of(structure_of(known_), "constraints");
        return std::any_of(before.begin(), before.end(), [&](const Json* one) {
            return text_of(*one, "type") == "check" && !is_true(*one, "not_enforced") &&
                   is_loosened(expression_of(*one, "expression"), now);
        });
    }

    // Over columns alone that the applications do not know: they leave them out.
    bool is_over_new_columns(const Json& constraint) const {
        std::vector<std::string> columns = texts_of(constraint, "columns");
        if (text_of(constraint, "type") == "check") {
            const auto words = words_in(expression_of(constraint, "expression"));
            const auto is_known = [&](const std::string& word) { return known_columns_.contains(word); };
            return std::none_of(words.begin(), words.end(), is_known);
        }
        if (columns.empty()) return false;
        return std::all_of(columns.begin(), columns.end(), [&](const std::string& name) {
            const auto place = found_columns_.find(name);
            if (known_columns_.contains(name) || place == found_columns_.end()) return false;
            // the same constant in every row is refused from the second row on
            const std::string filled = expression_of(*place->second, "default");
            return !is_unique_kind(constraint) || filled.empty() || filled.find('(') != std::string::npos;
        });
    }

    void added(const Json& constraint) {
        if (is_over_new_columns(constraint)) return;
        context_.add(
            found_, path_of("constraints", constraint),
            fmt::format("rows that do not meet it are refused: {}", in_words(constraint)),
            "Let every application write what it asks first; NOT VALID spares the rows that are there.");
    }

    void unique_gone(const Json& constraint) {
        // who does not know one of the columns asks for another rule
        context_.add(known_, path_of("constraints", constraint),
                     fmt::format("ON CONFLICT ({}) has no unique rule to go by",
                                 joined(texts_of(constraint, "columns"), ", ")));
    }

    void same(const Json& known, const Json& found) {
        if (is_true(known, "deferrable") && !is_true(found, "deferrable"))
            context_.add(found_, path_of("constraints", found) + ".deferrable",
                         "it cannot wait for the commit");
        const Json* before = member(known, "references");
        const Json* after = member(found, "references");
        if (before == nullptr || after == nullptr) return;
        for (const char* action : {"on_delete", "on_update"}) {
            if (!refuses_deletes(text_of(*before, action)) && refuses_deletes(text_of(*after, action)))
                context_.add(
                    found_, fmt::format("{}.references.{}", path_of("constraints", found), action),
                    fmt::format("a row of {} that is referenced cannot be {}", text_of(*after, "table"),
                                std::string_view{action} == "on_delete" ? "deleted" : "given another key"));
        }
    }
};

// Whoever writes the column by the name that they know is refused, so no more is to be said of it.
void column_renamed(CompatibilityContext& context, const Object& found, const Json& known,
                    const std::string& name) {
    const bool is_taken = named(structure_of(found), "columns", text_of(known, "name")) != nullptr;
    context.add(
        found, path_of("columns", known),
        fmt::format("it is called {} there{}", quote_identifier(name),
                    is_taken ? ", and another column has its name" : ""),
        "Add a column of the new name beside it, write both, and drop the old one in a later release.");
}

}  // namespace

void check_relation(CompatibilityContext& context, const Object& known, const Object& found) {
    const ColumnNames renamed = context.renamed_columns(found);
    std::set<std::string> names;
    for (const Json* column : objects_of(structure_of(known), "columns")) {
        const std::string name = text_of(*column, "name");
        names.insert(name);
        if (const auto other = renamed.find(name); other != renamed.end())
            column_renamed(context, found, *column, other->second);
        else if (const Json* now = named(structure_of(found), "columns", name))
            ColumnCheck{context, found, takes_rows(known) && takes_rows(found), *column, *now}.run();
        else
            context.add(found, path_of("columns", *column),
                        fmt::format("there is no column {}", quote_identifier(name)),
                        "Stop using it first, and drop it in a later release.");
    }
    if (!takes_rows(found)) return;
    for (const auto& [former, name] : renamed) names.insert(name);
    for (const Json* column : objects_of(structure_of(found), "columns")) {
        const bool is_known = names.contains(text_of(*column, "name"));
        if (!is_known && needs_value(*column, context.found) && !gets_a_value(*column, context.found))
            context.add(found, path_of("columns", *column),
                        "rows that leave it out are refused: NOT NULL, no default",
                        "Add it with a default, or without NOT NULL until every application writes it.");
    }
    if (text_of(structure_of(known), "partition_bound") != text_of(structure_of(found), "partition_bound"))
        context.add(found, "partition_bound", "rows outside its bounds are refused");
}

void check_table_constraints(CompatibilityContext& context, const Object& known, const Object& found) {
    if (context.columns.empty()) {
        ConstraintCheck{context, known, found}.run();
        return;
    }
    // What is asked of a column is the same under its new name.
    const NewNames names(context.renames, context.columns);
    Object by_new_names = known;
    by_new_names.definition = names.in(known.definition, names.columns_of(known));
    ConstraintCheck{context, by_new_names, found}.run();
}

void check_unique_index(CompatibilityContext& context, const Object& index, bool appears) {
    std::vector<std::string> keys;
    for (const Json* key : objects_of(structure_of(index), "keys"))
        keys.push_back(has(*key, "column") ? text_of(*key, "column") : expression_of(*key, "expression"));
    const std::string list = joined(keys, ", ");
    context.add(index, "",
                appears ? fmt::format("rows with the same ({}) twice are refused", list)
                        : fmt::format("ON CONFLICT ({}) has no unique rule to go by", list));
}

}  // namespace schemaver::core
