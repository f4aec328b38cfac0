// Views and materialized views, and what hangs on relations: statistics, rules, triggers, policies.
#include "core/properties.hpp"
#include "core/script.hpp"
#include "core/text.hpp"

namespace schemaver::core::script {

namespace {

std::string in_capitals(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

// "touched on app.people": the name before " on ", as it is quoted there.
std::string name_on_relation(const Object& object, const std::string& relation) {
    const std::string ending = " on " + relation;
    return object.identity.substr(0,
                                  object.identity.size() - std::min(ending.size(), object.identity.size()));
}

// Columns of the right types without rows, for views that need each other.
std::string view_shell(const Object& object) {
    std::vector<std::string> columns;
    for (const Json* column : objects_of(facet(object, "structure"), "columns")) {
        std::string text = "NULL::" + text_of(*column, "type");
        if (has(*column, "collation")) text += " COLLATE " + text_of(*column, "collation");
        columns.push_back("    " + text + " AS " + quote_identifier(text_of(*column, "name")));
    }
    return "CREATE VIEW " + object.identity + " AS\nSELECT\n" + joined(columns, ",\n") + ";";
}

std::string materialized_view(const Object& object) {
    const Json& storage = facet(object, "storage");
    std::string sql = "CREATE MATERIALIZED VIEW " + object.identity;
    if (has(storage, "access_method")) sql += " USING " + quote_identifier(text_of(storage, "access_method"));
    sql += with_options(texts_of(storage, "options"));
    if (has(storage, "tablespace")) sql += " TABLESPACE " + quote_identifier(text_of(storage, "tablespace"));
    return sql + " AS\n" + expression_of(facet(object, "structure"), "query") + "\nWITH NO DATA;";
}

void put_view_columns(Script& script, const Object& object) {
    for (const Json* column : objects_of(facet(object, "structure"), "columns"))
        if (has(*column, "default"))
            script.add(Section::table_properties, "ALTER VIEW " + object.identity + " ALTER COLUMN " +
                                                      quote_identifier(text_of(*column, "name")) +
                                                      " SET DEFAULT " + expression_of(*column, "default") +
                                                      ";");
    for (const Json* column : objects_of(facet(object, "storage"), "columns")) {
        const auto set = [&](const std::string& what) {
            script.add(Section::table_properties,
                       "ALTER MATERIALIZED VIEW " + object.identity + " ALTER COLUMN " +
                           quote_identifier(text_of(*column, "name")) + " SET " + what + ";");
        };
        if (has(*column, "storage")) set("STORAGE " + text_of(*column, "storage"));
        if (has(*column, "compression")) set("COMPRESSION " + text_of(*column, "compression"));
        if (const Json* target = member(*column, "statistics")) set("STATISTICS " + canonical(*target));
        const std::string options = with_options(texts_of(*column, "options"));
        if (!options.empty()) set(options.substr(options.find('(')));
    }
}

}  // namespace

void put_view(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    Statement statement{.rank = Rank::view,
                        .provides = {object.identity},
                        .followers = followers_of(object),
                        .reads_tables = true};
    if (object.kind == "view") {
        const std::string view = "VIEW " + object.identity + with_options(texts_of(structure, "options")) +
                                 " AS\n" + expression_of(structure, "query") + ";";
        statement.sql = "CREATE " + view;
        statement.shell = view_shell(object);
        statement.shell_needs = statement.shell;
        statement.completion = {"CREATE OR REPLACE " + view};
    } else {
        statement.sql = materialized_view(object);
        for (std::string& more : extension_statements(object)) statement.followers.push_back(std::move(more));
        const Json& storage = facet(object, "storage");
        if (has(storage, "access_method"))
            statement.after.push_back("method " + quote_identifier(text_of(storage, "access_method")));
    }
    statement.needs = statement.sql;
    script.define(std::move(statement));
    put_view_columns(script, object);
    if (has(structure, "replica_identity"))
        script.add(Section::table_properties, "ALTER MATERIALIZED VIEW " + object.identity +
                                                  " REPLICA IDENTITY " +
                                                  in_capitals(text_of(structure, "replica_identity")) + ";");
    put_privileges(script, object);
}

void put_statistics(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    std::vector<std::string> on = texts_of(structure, "on");
    for (std::string& column : on) column = quote_identifier(column);
    for (const Json* expression : objects_of(structure, "expressions"))
        on.push_back("(" + text_of(*expression, "sql") + ")");
    const std::vector<std::string> kinds = texts_of(structure, "kinds");
    script.add(Section::statistics, "CREATE STATISTICS " + object.identity +
                                        (kinds.empty() ? "" : " (" + joined(kinds, ", ") + ")") + " ON " +
                                        joined(on, ", ") + " FROM " + text_of(structure, "table") + ";");
    for (const std::string& statement : followers_of(object)) script.add(Section::statistics, statement);
    if (const Json* target = member(facet(object, "storage"), "statistics"))
        script.add(Section::statistics,
                   "ALTER STATISTICS " + object.identity + " SET STATISTICS " + canonical(*target) + ";");
    put_privileges(script, object);
}

void put_rule(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    std::string sql = expression_of(structure, "definition");
    if (!sql.ends_with(";")) sql += ";";
    script.add(Section::rules, std::move(sql));
    const std::string table = text_of(structure, "table");
    const std::string enabled = text_of(structure, "enabled");
    const std::string rule = " RULE " + name_on_relation(object, table) + ";";
    if (enabled == "disabled") script.add(Section::rules, "ALTER TABLE " + table + " DISABLE" + rule);
    if (enabled == "always") script.add(Section::rules, "ALTER TABLE " + table + " ENABLE ALWAYS" + rule);
    if (enabled == "replica") script.add(Section::rules, "ALTER TABLE " + table + " ENABLE REPLICA" + rule);
    for (const std::string& statement : followers_of(object)) script.add(Section::rules, statement);
}

namespace {

std::string create_trigger(const Object& object) {
    const Json& structure = facet(object, "structure");
    const std::string table = text_of(structure, "table");
    std::vector<std::string> events = texts_of(structure, "events");
    std::vector<std::string> columns = texts_of(structure, "update_columns");
    for (std::string& column : columns) column = quote_identifier(column);
    for (std::string& event : events)
        event = in_capitals(event) +
                (event == "update" && !columns.empty() ? " OF " + joined(columns, ", ") : "");
    const bool constraint = is_true(structure, "constraint");
    std::string sql = std::string("CREATE ") + (constraint ? "CONSTRAINT " : "") + "TRIGGER " +
                      name_on_relation(object, table) + " " + in_capitals(text_of(structure, "timing")) +
                      " " + joined(events, " OR ") + " ON " + table;
    if (has(structure, "references")) sql += " FROM " + text_of(structure, "references");
    if (is_true(structure, "deferrable")) sql += " DEFERRABLE";
    if (is_true(structure, "initially_deferred")) sql += " INITIALLY DEFERRED";
    if (has(structure, "old_table") || has(structure, "new_table")) {
        sql += " REFERENCING";
        if (has(structure, "old_table"))
            sql += " OLD TABLE AS " + quote_identifier(text_of(structure, "old_table"));
        if (has(structure, "new_table"))
            sql += " NEW TABLE AS " + quote_identifier(text_of(structure, "new_table"));
    }
    sql += " FOR EACH " + in_capitals(text_of(structure, "level"));
    if (has(structure, "when")) sql += " WHEN (" + expression_of(structure, "when") + ")";
    std::vector<std::string> arguments = texts_of(structure, "arguments");
    for (std::string& argument : arguments) argument = quote_literal(argument);
    return sql + " EXECUTE FUNCTION " + name_in(text_of(structure, "function")) + "(" +
           joined(arguments, ", ") + ");";
}

}  // namespace

void put_trigger(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    const std::string table = text_of(structure, "table");
    const bool inherited = is_true(structure, "inherited");
    if (!inherited) {
        script.add(Section::triggers, create_trigger(object));
        for (std::string& more : extension_statements(object)) script.add(Section::triggers, std::move(more));
    }
    // A parent's goes down to its partitions, so what a partition has otherwise comes behind.
    const std::string enabled = text_of(structure, "enabled");
    const std::string trigger = " TRIGGER " + name_on_relation(object, table) + ";";
    const Section section = inherited ? Section::trigger_states : Section::triggers;
    if (enabled == "disabled") script.add(section, "ALTER TABLE " + table + " DISABLE" + trigger);
    if (enabled == "always") script.add(section, "ALTER TABLE " + table + " ENABLE ALWAYS" + trigger);
    if (enabled == "replica") script.add(section, "ALTER TABLE " + table + " ENABLE REPLICA" + trigger);
    if (enabled == "origin") script.add(section, "ALTER TABLE " + table + " ENABLE" + trigger);
    for (const std::string& statement : followers_of(object)) script.add(Section::trigger_states, statement);
}

void put_policy(Script& script, const Object& object) {
    const Json& security = facet(object, "security");
    const std::string table = text_of(security, "table");
    std::vector<std::string> roles = texts_of(security, "roles");
    for (std::string& role : roles)
        if (role != "PUBLIC") role = quote_identifier(role);
    std::string sql = "CREATE POLICY " + name_on_relation(object, table) + " ON " + table;
    if (is_true(security, "restrictive")) sql += " AS RESTRICTIVE";
    sql += " FOR " + in_capitals(text_of(security, "command"));
    if (!roles.empty()) sql += " TO " + joined(roles, ", ");
    if (has(security, "using")) sql += " USING (" + expression_of(security, "using") + ")";
    if (has(security, "with_check")) sql += " WITH CHECK (" + expression_of(security, "with_check") + ")";
    script.add(Section::policies, sql + ";");
    for (const std::string& statement : followers_of(object)) script.add(Section::policies, statement);
}

}  // namespace schemaver::core::script
