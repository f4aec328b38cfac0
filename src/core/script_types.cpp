// Types: enums, domains, composites, ranges, base types, shells. The functions of a base type, and the
// canonical function of a range, take and return the type before it is there: they need a shell.
#include <array>

#include "core/properties.hpp"
#include "core/script.hpp"
#include "core/text.hpp"

namespace schemaver::core::script {

namespace {

std::string collate_clause(const Json& holder) {
    return has(holder, "collation") ? " COLLATE " + text_of(holder, "collation") : "";
}

std::string enum_definition(const Json& structure) {
    std::vector<std::string> labels;
    for (const std::string& label : texts_of(structure, "labels"))
        labels.push_back("    " + quote_literal(label));
    return " AS ENUM (" + (labels.empty() ? "" : "\n" + joined(labels, ",\n") + "\n") + ")";
}

std::string composite_definition(const Json& structure) {
    std::vector<std::string> columns;
    for (const Json* column : objects_of(structure, "columns"))
        columns.push_back("    " + quote_identifier(text_of(*column, "name")) + " " +
                          text_of(*column, "type") + collate_clause(*column));
    return " AS (" + (columns.empty() ? "" : "\n" + joined(columns, ",\n") + "\n") + ")";
}

std::string range_definition(const Json& structure) {
    std::vector<std::string> parts = {"SUBTYPE = " + text_of(structure, "subtype"),
                                      "MULTIRANGE_TYPE_NAME = " + text_of(structure, "multirange"),
                                      "SUBTYPE_OPCLASS = " + name_in(text_of(structure, "opclass"))};
    if (has(structure, "collation")) parts.push_back("COLLATION = " + text_of(structure, "collation"));
    if (has(structure, "canonical"))
        parts.push_back("CANONICAL = " + name_in(text_of(structure, "canonical")));
    if (has(structure, "subtype_diff"))
        parts.push_back("SUBTYPE_DIFF = " + name_in(text_of(structure, "subtype_diff")));
    return " AS RANGE (\n    " + joined(parts, ",\n    ") + "\n)";
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> type_functions = {
    {{"input", "INPUT"},
     {"output", "OUTPUT"},
     {"receive", "RECEIVE"},
     {"send", "SEND"},
     {"type_modifier_input", "TYPMOD_IN"},
     {"type_modifier_output", "TYPMOD_OUT"},
     {"analyze", "ANALYZE"},
     {"subscript", "SUBSCRIPT"}}};

std::string base_definition(const Json& structure) {
    std::vector<std::string> parts;
    for (const auto& [property, word] : type_functions)
        if (has(structure, property))
            parts.push_back(std::string(word) + " = " + name_in(text_of(structure, property)));
    if (const Json* length = member(structure, "internal_length");
        length != nullptr && length->is_number_integer())
        parts.push_back("INTERNALLENGTH = " + std::to_string(length->get<std::int64_t>()));
    if (is_true(structure, "passed_by_value")) parts.emplace_back("PASSEDBYVALUE");
    const auto put = [&](std::string_view property, std::string_view word, bool quoted) {
        if (!has(structure, property)) return;
        const std::string value = text_of(structure, property);
        parts.push_back(std::string(word) + " = " + (quoted ? quote_literal(value) : value));
    };
    put("alignment", "ALIGNMENT", false);
    put("storage", "STORAGE", false);
    put("category", "CATEGORY", true);
    if (is_true(structure, "preferred")) parts.emplace_back("PREFERRED = true");
    put("default", "DEFAULT", true);
    put("element", "ELEMENT", false);
    put("delimiter", "DELIMITER", true);
    if (is_true(structure, "collatable")) parts.emplace_back("COLLATABLE = true");
    return " (\n    " + joined(parts, ",\n    ") + "\n)";
}

std::string check_clause(const Json& constraint) {
    return "CONSTRAINT " + quote_identifier(text_of(constraint, "name")) + " CHECK (" +
           expression_of(constraint, "expression") + ")";
}

std::string domain_head(const Object& object) {
    const Json& structure = facet(object, "structure");
    std::string sql =
        "CREATE DOMAIN " + object.identity + " AS " + text_of(structure, "base") + collate_clause(structure);
    if (has(structure, "default")) sql += " DEFAULT " + expression_of(structure, "default");
    if (is_true(structure, "not_null")) {
        if (has(structure, "not_null_name"))
            sql += " CONSTRAINT " + quote_identifier(text_of(structure, "not_null_name"));
        sql += " NOT NULL";
    }
    return sql;
}

void put_domain(Script& script, const Object& object) {
    Statement statement{.rank = Rank::type, .provides = {object.identity}, .followers = followers_of(object)};
    statement.sql = domain_head(object);
    statement.shell = statement.sql + ";";
    statement.shell_needs = statement.shell;
    for (const Json* constraint : objects_of(facet(object, "structure"), "constraints")) {
        const std::string add = "ALTER DOMAIN " + object.identity + " ADD " + check_clause(*constraint);
        if (is_true(*constraint, "not_valid")) {
            script.add(Section::checks, add + " NOT VALID;");
            continue;
        }
        statement.sql += "\n    " + check_clause(*constraint);
        statement.completion.push_back(add + ";");
    }
    statement.sql += ";";
    statement.needs = statement.sql;
    if (statement.completion.empty()) statement.shell.clear();
    script.define(std::move(statement));
}

}  // namespace

// The functions that a type is made of wait for its shell only.
std::vector<std::string> functions_of_type(const Json& structure) {
    std::vector<std::string> names;
    for (const auto& [property, word] : type_functions)
        if (has(structure, property)) names.push_back(name_in(text_of(structure, property)));
    if (has(structure, "canonical")) names.push_back(name_in(text_of(structure, "canonical")));
    return names;
}

void put_type(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    const std::string type = text_of(structure, "type");
    put_privileges(script, object);
    if (type == "domain") return put_domain(script, object);
    const std::string create = "CREATE TYPE " + object.identity;
    Statement statement{.rank = Rank::type, .provides = {object.identity}, .followers = followers_of(object)};
    if (type == "enum") statement.sql = create + enum_definition(structure);
    if (type == "composite") statement.sql = create + composite_definition(structure);
    if (type == "range") {
        statement.sql = create + range_definition(structure);
        statement.provides.push_back(text_of(structure, "multirange"));
    }
    if (type == "base") statement.sql = create + base_definition(structure);
    if (type == "shell") statement.sql = create;
    statement.sql += ";";
    statement.needs = statement.sql;
    if (type == "base" || has(structure, "canonical")) {
        script.define(
            {.rank = Rank::shell, .sql = create + ";", .provides = {"shell of " + object.identity}});
        statement.after.push_back("shell of " + object.identity);
    }
    script.define(std::move(statement));
}

}  // namespace schemaver::core::script
