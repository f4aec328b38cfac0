// The kinds with little to say: schemas, extensions, collations, conversions, text search, foreign data,
// replication, event triggers.
#include <algorithm>
#include <array>

#include "core/properties.hpp"
#include "core/script.hpp"
#include "core/text.hpp"

namespace schemaver::core::script {

namespace {

void define_other(Script& script, const Object& object, const std::string& sql) {
    script.define({.rank = Rank::other,
                   .sql = sql,
                   .needs = sql,
                   .provides = {name_in(object.identity)},
                   .followers = followers_of(object)});
    put_privileges(script, object);
}

void add_all(Script& script, Section section, const std::vector<std::string>& statements) {
    for (const std::string& statement : statements) script.add(section, statement);
}

std::string quoted_list(const std::vector<std::string>& texts) {
    std::vector<std::string> list;
    for (const std::string& text : texts) list.push_back(quote_literal(text));
    return joined(list, ", ");
}

// Secrets are not kept, and the script cannot have them.
bool has_redacted_value(const Json& options) {
    return options.is_array() && std::any_of(options.begin(), options.end(), [](const Json& option) {
               return option.is_object()
                          ? text_of(option, "value").find("(redacted)") != std::string::npos
                          : option.is_string() &&
                                option.get<std::string>().find("(redacted)") != std::string::npos;
           });
}

std::string redaction_note(const Json& holder, std::string_view key) {
    const Json* options = member(holder, key);
    return options != nullptr && has_redacted_value(*options)
               ? "-- Put the secret in the place of (redacted): schemaver does not keep it.\n"
               : "";
}

}  // namespace

void put_schema(Script& script, const Object& object) {
    script.add(Section::schemas, object.identity == "public" ? "CREATE SCHEMA IF NOT EXISTS public;"
                                                             : "CREATE SCHEMA " + object.identity + ";");
    add_all(script, Section::schemas, followers_of(object));
    // The server's own has a comment.
    if (object.identity == "public" && !has(facet(object, "comment"), "text"))
        script.add(Section::schemas, "COMMENT ON SCHEMA public IS NULL;");
    put_privileges(script, object);
}

// CASCADE for those that need each other: a definition does not say which.
void put_extension(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    script.add(Section::extensions, "CREATE EXTENSION IF NOT EXISTS " + object.identity + " SCHEMA " +
                                        quote_identifier(text_of(structure, "schema")) + " VERSION " +
                                        quote_literal(text_of(structure, "version")) + " CASCADE;");
    const Json& comment = facet(object, "comment");
    script.add(Section::extensions,
               "COMMENT ON EXTENSION " + object.identity + " IS " +
                   (has(comment, "text") ? quote_literal(text_of(comment, "text")) : "NULL") + ";");
    put_privileges(script, object);
}

void put_collation(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    std::vector<std::string> parts = {"PROVIDER = " + text_of(structure, "provider")};
    constexpr std::array<std::pair<const char*, const char*>, 4> texts = {
        {{"locale", "LOCALE"}, {"lc_collate", "LC_COLLATE"}, {"lc_ctype", "LC_CTYPE"}, {"rules", "RULES"}}};
    for (const auto& [property, word] : texts)
        if (has(structure, property))
            parts.push_back(std::string(word) + " = " + quote_literal(text_of(structure, property)));
    if (has(structure, "deterministic")) parts.emplace_back("DETERMINISTIC = false");
    define_other(script, object, "CREATE COLLATION " + object.identity + " (" + joined(parts, ", ") + ");");
}

void put_conversion(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    define_other(script, object,
                 "CREATE " + std::string(is_true(structure, "default") ? "DEFAULT " : "") + "CONVERSION " +
                     object.identity + " FOR " + quote_literal(text_of(structure, "source")) + " TO " +
                     quote_literal(text_of(structure, "target")) + " FROM " +
                     name_in(text_of(structure, "function")) + ";");
}

void put_text_search(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    std::vector<std::string> parts;
    constexpr std::array<std::pair<const char*, const char*>, 9> names = {{{"start", "START"},
                                                                           {"get_token", "GETTOKEN"},
                                                                           {"end", "END"},
                                                                           {"headline", "HEADLINE"},
                                                                           {"token_types", "LEXTYPES"},
                                                                           {"init", "INIT"},
                                                                           {"lexize", "LEXIZE"},
                                                                           {"template", "TEMPLATE"},
                                                                           {"parser", "PARSER"}}};
    for (const auto& [property, word] : names)
        if (has(structure, property))
            parts.push_back(std::string(word) + " = " + name_in(text_of(structure, property)));
    for (const Json* option : objects_of(structure, "options"))
        parts.push_back(quote_identifier(text_of(*option, "name")) + " = " +
                        quote_literal(text_of(*option, "value")));
    define_other(script, object, "CREATE " + target_of(object) + " (" + joined(parts, ", ") + ");");
    for (const Json* mapping : objects_of(structure, "mappings")) {
        const std::string sql = "ALTER " + target_of(object) + " ADD MAPPING FOR " +
                                quote_identifier(text_of(*mapping, "token")) + " WITH " +
                                joined(texts_of(*mapping, "dictionaries"), ", ") + ";";
        script.define({.rank = Rank::other, .sql = sql, .needs = sql});
    }
}

void put_foreign_data_wrapper(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    std::string sql = "CREATE FOREIGN DATA WRAPPER " + object.identity;
    if (has(structure, "handler")) sql += " HANDLER " + name_in(text_of(structure, "handler"));
    if (has(structure, "validator")) sql += " VALIDATOR " + name_in(text_of(structure, "validator"));
    sql = redaction_note(structure, "options") + sql + foreign_options(structure) + ";";
    script.define({.rank = Rank::other,
                   .sql = sql,
                   .needs = sql,
                   .provides = {"wrapper " + object.identity},
                   .followers = followers_of(object)});
    put_privileges(script, object);
}

void put_server(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    const std::string wrapper = quote_identifier(text_of(structure, "wrapper"));
    std::string sql = redaction_note(structure, "options") + "CREATE SERVER " + object.identity;
    if (has(structure, "type")) sql += " TYPE " + quote_literal(text_of(structure, "type"));
    if (has(structure, "version")) sql += " VERSION " + quote_literal(text_of(structure, "version"));
    script.define({.rank = Rank::other,
                   .sql = sql + " FOREIGN DATA WRAPPER " + wrapper + foreign_options(structure) + ";",
                   .provides = {"server " + object.identity},
                   .followers = followers_of(object),
                   .after = {"wrapper " + wrapper}});
    put_privileges(script, object);
}

void put_user_mapping(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    const std::string user = text_of(structure, "user");
    const std::string server = quote_identifier(text_of(structure, "server"));
    script.define({.rank = Rank::other,
                   .sql = redaction_note(structure, "options") + "CREATE USER MAPPING FOR " +
                          (user == "PUBLIC" ? user : quote_identifier(user)) + " SERVER " + server +
                          foreign_options(structure) + ";",
                   .after = {"server " + server}});
}

void put_publication(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    if (object.kind == "publication") {
        std::string sql = "CREATE PUBLICATION " + object.identity;
        if (is_true(structure, "all_tables")) sql += " FOR ALL TABLES";
        sql += " WITH (publish = " + quote_literal(joined(texts_of(structure, "publish"), ", "));
        if (is_true(structure, "publish_via_partition_root")) sql += ", publish_via_partition_root = true";
        if (has(structure, "publish_generated_columns"))
            sql += ", publish_generated_columns = " + text_of(structure, "publish_generated_columns");
        script.add(Section::publications, sql + ");");
        add_all(script, Section::publications, followers_of(object));
        put_privileges(script, object);
        return;
    }
    // Its members, whose kinds come behind it by name.
    std::string sql = "ALTER PUBLICATION " + quote_identifier(text_of(structure, "publication")) + " ADD ";
    if (object.kind == "publication namespace") {
        sql += "TABLES IN SCHEMA " + quote_identifier(text_of(structure, "schema"));
    } else {
        sql += "TABLE ONLY " + text_of(structure, "table");
        const std::vector<std::string> columns = texts_of(structure, "column_list");
        if (!columns.empty()) sql += " " + column_list(columns);
        if (has(structure, "where")) sql += " WHERE (" + expression_of(structure, "where") + ")";
    }
    script.add(Section::publications, sql + ";");
}

namespace {

// A value of a connection string: 'it\'s'.
std::string connection_value(const std::string& value) {
    std::string text = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') text += '\\';
        text += c;
    }
    return text + "'";
}

}  // namespace

// Without a connection and disabled: the slot is there already, or has to be made with care.
void put_subscription(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    std::vector<std::string> connection;
    for (const Json* option : objects_of(structure, "connection"))
        connection.push_back(text_of(*option, "name") + "=" + connection_value(text_of(*option, "value")));
    std::vector<std::string> publications = texts_of(structure, "publications");
    for (std::string& publication : publications) publication = quote_identifier(publication);
    std::vector<std::string> options = {"connect = false"};
    options.push_back("slot_name = " + (has(structure, "slot_name")
                                            ? quote_literal(text_of(structure, "slot_name"))
                                            : "NONE"));
    if (!has(structure, "slot_name")) options.emplace_back("enabled = false");
    for (const char* flag : {"binary", "two_phase", "disable_on_error", "run_as_owner", "failover"})
        if (is_true(structure, flag)) options.push_back(std::string(flag) + " = true");
    if (const Json* required = member(structure, "password_required");
        required != nullptr && *required == false)
        options.emplace_back("password_required = false");
    for (const char* word : {"streaming", "synchronous_commit", "origin"})
        if (has(structure, word))
            options.push_back(std::string(word) + " = " + quote_literal(text_of(structure, word)));
    script.add(Section::subscriptions,
               redaction_note(structure, "connection") + "CREATE SUBSCRIPTION " + object.identity +
                   " CONNECTION " + quote_literal(joined(connection, " ")) + " PUBLICATION " +
                   joined(publications, ", ") + " WITH (" + joined(options, ", ") + ");");
    add_all(script, Section::subscriptions, followers_of(object));
}

// The last of all, so that they do not hear of the script.
void put_event_trigger(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    std::string sql =
        "CREATE EVENT TRIGGER " + object.identity + " ON " + quote_identifier(text_of(structure, "event"));
    const std::vector<std::string> tags = texts_of(structure, "tags");
    if (!tags.empty()) sql += " WHEN TAG IN (" + quoted_list(tags) + ")";
    script.add(Section::event_triggers,
               sql + " EXECUTE FUNCTION " + name_in(text_of(structure, "function")) + "();");
    const std::string enabled = text_of(structure, "enabled");
    if (!enabled.empty())
        script.add(Section::event_triggers, "ALTER EVENT TRIGGER " + object.identity +
                                                (enabled == "disabled" ? " DISABLE;"
                                                 : enabled == "always" ? " ENABLE ALWAYS;"
                                                                       : " ENABLE REPLICA;"));
    add_all(script, Section::event_triggers, followers_of(object));
}

}  // namespace schemaver::core::script
