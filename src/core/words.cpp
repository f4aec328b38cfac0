// Values in words, for one cell of a table in psql.
//
// Words are only for shapes that they say everything of; a value with any other property is shown as JSON, so
// that two different values never read alike.
#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "core/diff.hpp"
#include "core/properties.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr std::size_t longest_summary = 200;  // bytes, of a whole definition; describe() shows all of it

bool has_only(const Json& object, std::initializer_list<std::string_view> keys) {
    for (const auto& property : object.items())
        if (std::find(keys.begin(), keys.end(), property.key()) == keys.end()) return false;
    return true;
}

bool is_column(const Json& value) {
    return has(value, "name") && has(value, "type") &&
           has_only(value, {"name", "type", "not_null", "not_null_name", "default", "identity", "generated",
                            "virtual", "collation"});
}

// Of a part whose name the property's path has.
bool is_comment(const Json& value) {
    return has(value, "name") && has(value, "text") && has_only(value, {"name", "text"});
}

bool is_constraint(const Json& value) {
    return has(value, "name") && has(value, "type") && (has(value, "columns") || has(value, "expression")) &&
           has_only(value, {"name", "type", "columns", "expression", "references", "deferrable",
                            "initially_deferred", "not_valid", "not_enforced"});
}

std::string in_parentheses(const std::vector<std::string>& columns) {
    std::vector<std::string> words;
    for (const std::string& column : columns) words.push_back(quote_identifier(column));
    return "(" + joined(words, ", ") + ")";
}

std::string constraint_in_words(const Json& constraint) {
    std::string words = text_of(constraint, "type") + " ";
    words += has(constraint, "expression") ? expression_of(constraint, "expression")
                                           : in_parentheses(texts_of(constraint, "columns"));
    if (const Json* target = member(constraint, "references")) {
        words +=
            " references " + text_of(*target, "table") + " " + in_parentheses(texts_of(*target, "columns"));
        if (has(*target, "match")) words += " match " + text_of(*target, "match");
        if (has(*target, "on_update")) words += " on update " + text_of(*target, "on_update");
        if (has(*target, "on_delete")) words += " on delete " + text_of(*target, "on_delete");
    }
    if (is_true(constraint, "deferrable")) words += " deferrable";
    if (is_true(constraint, "initially_deferred")) words += " initially deferred";
    if (is_true(constraint, "not_valid")) words += " not valid";
    if (is_true(constraint, "not_enforced")) words += " not enforced";
    return words;
}

bool is_definition(const Json& value) {
    return !value.empty() &&
           has_only(value, {facet_names[0], facet_names[1], facet_names[2], facet_names[3]});
}

std::string definition_in_words(const Json& definition) {
    const Json* structure = member(definition, "structure");
    if (structure == nullptr) return "";
    std::vector<std::string> words;
    for (const Json* column : objects_of(*structure, "columns"))
        words.push_back(quote_identifier(text_of(*column, "name")) + " " + column_in_words(*column));
    for (const std::string& label : texts_of(*structure, "labels")) words.push_back(quote_literal(label));
    return shortened(words.empty() ? canonical(*structure) : joined(words, ", "), longest_summary);
}

}  // namespace

std::string column_in_words(const Json& column) {
    std::string words = text_of(column, "type");
    if (has(column, "collation")) words += " collate " + text_of(column, "collation");
    if (has(column, "not_null_name"))
        words += " constraint " + quote_identifier(text_of(column, "not_null_name"));
    if (is_true(column, "not_null")) words += " not null";
    if (has(column, "default")) words += " default " + expression_of(column, "default");
    if (has(column, "identity")) words += " generated " + text_of(column, "identity") + " as identity";
    if (has(column, "generated"))
        words += " generated always as (" + expression_of(column, "generated") +
                 (is_true(column, "virtual") ? ") virtual" : ") stored");
    return words;
}

std::string in_words(const Json& value) {
    if (value.is_null()) return "";
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_object()) return canonical(value);
    if (is_expression(value)) return text_of(value, "sql");
    if (is_comment(value)) return text_of(value, "text");
    if (is_constraint(value)) return constraint_in_words(value);
    if (is_column(value)) return column_in_words(value);
    if (is_definition(value)) return definition_in_words(value);
    return canonical(value);
}

}  // namespace schemaver::core
