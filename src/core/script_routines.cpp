// Functions, procedures and aggregates, languages and what is said of a type in one.
#include <array>

#include "core/properties.hpp"
#include "core/script.hpp"
#include "core/text.hpp"

namespace schemaver::core::script {

namespace {

std::string argument_text(const Json& argument) {
    std::string text;
    const std::string mode = text_of(argument, "mode");
    if (mode == "out") text += "OUT ";
    if (mode == "inout") text += "INOUT ";
    if (mode == "variadic") text += "VARIADIC ";
    if (has(argument, "name")) text += quote_identifier(text_of(argument, "name")) + " ";
    text += text_of(argument, "type");
    if (has(argument, "default")) text += " DEFAULT " + expression_of(argument, "default");
    return text;
}

// The columns of RETURNS TABLE stand in what the function returns.
std::string argument_list(const Json& structure) {
    std::vector<std::string> list;
    for (const Json* argument : objects_of(structure, "arguments"))
        if (text_of(*argument, "mode") != "table") list.push_back(argument_text(*argument));
    return "(" + joined(list, ", ") + ")";
}

// A list of names is kept as a text of its own: search_path=app, "Odd one".
std::vector<std::string> names_in_list(std::string_view text) {
    std::vector<std::string> names;
    std::string name;
    bool in_quotes = false;
    bool any = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') {
            if (in_quotes && at + 1 < text.size() && text[at + 1] == '"')
                name += text[++at];
            else
                in_quotes = !in_quotes;
            any = true;
        } else if (c == ',' && !in_quotes) {
            names.push_back(std::exchange(name, {}));
            any = false;
        } else if (in_quotes || c != ' ') {
            name += c;
            any = true;
        }
    }
    if (any) names.push_back(std::move(name));
    return names;
}

std::string setting_clause(const std::string& setting) {
    static const std::vector<std::string> lists = {"local_preload_libraries",   "search_path",
                                                   "session_preload_libraries", "shared_preload_libraries",
                                                   "temp_tablespaces",          "unix_socket_directories"};
    const std::size_t equals = std::min(setting.find('='), setting.size());
    const std::string name = setting.substr(0, equals);
    const std::string value = setting.substr(std::min(equals + 1, setting.size()));
    std::vector<std::string> values;
    if (contains(lists, name)) {
        for (const std::string& part : names_in_list(value)) values.push_back(quote_literal(part));
        if (values.empty()) values.emplace_back("''");
    } else {
        values.push_back(quote_literal(value));
    }
    std::vector<std::string> parts = {};
    for (std::size_t dot = 0, at = 0; dot != std::string::npos; at = dot + 1) {
        dot = name.find('.', at);
        parts.push_back(quote_identifier(name.substr(at, dot == std::string::npos ? dot : dot - at)));
    }
    return " SET " + joined(parts, ".") + " TO " + joined(values, ", ");
}

// $$...$$, with a tag that the text does not have.
std::string dollar_quoted(const std::string& text) {
    std::string tag = "$$";
    for (int number = 0; text.find(tag.substr(0, tag.size() - 1)) != std::string::npos; ++number)
        tag = "$body" + (number == 0 ? "" : std::to_string(number)) + "$";
    return tag + text + tag;
}

std::string behaviour_clauses(const Json& structure) {
    std::string sql;
    std::vector<std::string> transforms = texts_of(structure, "transforms");
    for (std::string& type : transforms) type.insert(0, "FOR TYPE ");
    if (!transforms.empty()) sql += " TRANSFORM " + joined(transforms, ", ");
    if (is_true(structure, "window")) sql += " WINDOW";
    const std::string volatility = text_of(structure, "volatility");
    if (volatility == "immutable") sql += " IMMUTABLE";
    if (volatility == "stable") sql += " STABLE";
    if (is_true(structure, "strict")) sql += " STRICT";
    if (is_true(structure, "security_definer")) sql += " SECURITY DEFINER";
    if (is_true(structure, "leakproof")) sql += " LEAKPROOF";
    const std::string parallel = text_of(structure, "parallel");
    if (parallel == "safe") sql += " PARALLEL SAFE";
    if (parallel == "restricted") sql += " PARALLEL RESTRICTED";
    if (has(structure, "cost")) sql += " COST " + text_of(structure, "cost");
    if (has(structure, "rows")) sql += " ROWS " + text_of(structure, "rows");
    if (has(structure, "support")) sql += " SUPPORT " + name_in(text_of(structure, "support"));
    for (const std::string& setting : texts_of(structure, "settings"))
        sql += "\n   " + setting_clause(setting);
    return sql;
}

// The whole head: what must be there when it is created is all in it, and in a body that is parsed.
std::string function_head(const Object& object) {
    const Json& structure = facet(object, "structure");
    std::string sql = "CREATE " + std::string(object.kind == "procedure" ? "PROCEDURE " : "FUNCTION ") +
                      name_in(object.identity) + argument_list(structure);
    if (has(structure, "returns")) sql += " RETURNS " + text_of(structure, "returns");
    return sql + "\n    LANGUAGE " + quote_identifier(text_of(structure, "language")) +
           behaviour_clauses(structure);
}

std::string function_body(const Json& structure) {
    if (has(structure, "sql_body")) return "\n" + expression_of(structure, "sql_body");
    const std::string body = text_of(structure, "body");
    if (has(structure, "library"))
        return "\n    AS " + quote_literal(text_of(structure, "library")) + ", " + quote_literal(body);
    return "\n    AS " +
           (text_of(structure, "language") == "internal" ? quote_literal(body) : dollar_quoted(body));
}

}  // namespace

std::vector<std::string> extension_statements(const Object& object) {
    std::vector<std::string> list;
    for (const std::string& extension : texts_of(facet(object, "structure"), "depends_on_extension"))
        list.push_back("ALTER " + target_of(object) + " DEPENDS ON EXTENSION " + quote_identifier(extension) +
                       ";");
    return list;
}

void put_function(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    Statement statement{.rank = Rank::routine,
                        .provides = {name_in(object.identity), object.identity},
                        .followers = followers_of(object)};
    statement.sql = function_head(object) + function_body(structure) + ";";
    statement.needs = function_head(object) + " " + expression_of(structure, "sql_body");
    statement.reads_tables = has(structure, "sql_body");
    for (std::string& more : extension_statements(object)) statement.followers.push_back(std::move(more));
    // A type's own functions are made between its shell and the type.
    for (const std::string& type : script.types_made_of(name_in(object.identity))) {
        statement.without.push_back(type);
        statement.after.push_back("shell of " + type);
    }
    statement.after.push_back("language " + text_of(structure, "language"));
    for (const std::string& type : texts_of(structure, "transforms"))
        statement.after.push_back("transform " + type);
    put_privileges(script, object);
    script.define(std::move(statement));
}

void put_aggregate(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    std::vector<std::string> parts;
    const auto put = [&](const std::string& property, const char* word) {
        if (has(structure, property))
            parts.push_back(std::string(word) + " = " + name_in(text_of(structure, property)));
    };
    const auto put_words = [&](const std::string& property, const char* word) {
        if (has(structure, property))
            parts.push_back(std::string(word) + " = " + text_of(structure, property));
    };
    const auto put_state = [&](const std::string& prefix, const std::string& word) {
        put_words(prefix + "state_type", (word + "STYPE").c_str());
        const Json* space = member(structure, prefix + "state_space");
        if (space != nullptr && space->is_number_integer())
            parts.push_back(word + "SSPACE = " + std::to_string(space->get<std::int64_t>()));
        put(prefix + "final_function", (word + "FINALFUNC").c_str());
        if (is_true(structure, prefix + "final_function_extra")) parts.push_back(word + "FINALFUNC_EXTRA");
        put_words(prefix + "final_function_modify", (word + "FINALFUNC_MODIFY").c_str());
        if (has(structure, prefix + "initial_value"))
            parts.push_back(word +
                            "INITCOND = " + quote_literal(text_of(structure, prefix + "initial_value")));
    };
    put("state_function", "SFUNC");
    put_state("", "");
    put("combine_function", "COMBINEFUNC");
    put("serialize_function", "SERIALFUNC");
    put("deserialize_function", "DESERIALFUNC");
    put("moving_state_function", "MSFUNC");
    put("moving_inverse_function", "MINVFUNC");
    if (has(structure, "moving_state_function")) put_state("moving_", "M");
    if (has(structure, "sort_operator"))
        parts.push_back("SORTOP = " + operator_reference(text_of(structure, "sort_operator")));
    put_words("parallel", "PARALLEL");
    if (is_true(structure, "hypothetical")) parts.emplace_back("HYPOTHETICAL");
    Statement statement{.rank = Rank::other,
                        .sql = "CREATE " + target_of(object) + " (\n    " + joined(parts, ",\n    ") + "\n);",
                        .provides = {name_in(object.identity), object.identity},
                        .followers = followers_of(object)};
    statement.needs = statement.sql;
    put_privileges(script, object);
    script.define(std::move(statement));
}

void put_language(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    std::string sql = "CREATE " + std::string(is_true(structure, "trusted") ? "TRUSTED " : "") + "LANGUAGE " +
                      object.identity;
    constexpr std::array<std::pair<const char*, const char*>, 3> parts = {
        {{"handler", " HANDLER "}, {"inline", " INLINE "}, {"validator", " VALIDATOR "}}};
    for (const auto& [property, word] : parts)
        if (has(structure, property)) sql += word + name_in(text_of(structure, property));
    sql += ";";
    put_privileges(script, object);
    const std::vector<std::string> parts_of_name = identifier_parts(object.identity);
    script.define(
        {.rank = Rank::routine,
         .sql = sql,
         .needs = sql,
         .provides = {"language " + (parts_of_name.empty() ? object.identity : parts_of_name.front())},
         .followers = followers_of(object)});
}

void put_transform(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    std::vector<std::string> parts;
    if (has(structure, "from_sql"))
        parts.push_back("FROM SQL WITH FUNCTION " + text_of(structure, "from_sql"));
    if (has(structure, "to_sql")) parts.push_back("TO SQL WITH FUNCTION " + text_of(structure, "to_sql"));
    const std::string sql = "CREATE " + target_of(object) + " (" + joined(parts, ", ") + ");";
    script.define({.rank = Rank::cast,
                   .sql = sql,
                   .needs = sql,
                   .provides = {"transform " + text_of(structure, "type")},
                   .followers = followers_of(object),
                   .after = {"language " + text_of(structure, "language")}});
    put_privileges(script, object);
}

void put_access_method(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    const std::string sql = "CREATE ACCESS METHOD " + object.identity + " TYPE " +
                            (text_of(structure, "type") == "table" ? "TABLE" : "INDEX") + " HANDLER " +
                            name_in(text_of(structure, "handler")) + ";";
    script.define({.rank = Rank::routine,
                   .sql = sql,
                   .needs = sql,
                   .provides = {"method " + object.identity},
                   .followers = followers_of(object)});
    put_privileges(script, object);
}

}  // namespace schemaver::core::script
