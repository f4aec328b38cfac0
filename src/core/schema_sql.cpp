// Goes through the objects, each kind by its own writer, and puts the settings in front that make the script
// mean the same everywhere.
#include "core/schema_sql.hpp"

#include <array>

#include "core/script.hpp"

namespace schemaver::core {

namespace {

using ScriptWriter = void (*)(script::Script&, const Object&);

const std::map<std::string_view, ScriptWriter>& script_writers() {
    static const auto* const writers = new std::map<std::string_view, ScriptWriter>{
        {"access method", script::put_access_method},
        {"aggregate", script::put_aggregate},
        {"cast", script::put_cast},
        {"collation", script::put_collation},
        {"conversion", script::put_conversion},
        {"default acl", script::put_default_privileges},
        {"event trigger", script::put_event_trigger},
        {"extension", script::put_extension},
        {"foreign table", script::put_table},
        {"foreign-data wrapper", script::put_foreign_data_wrapper},
        {"function", script::put_function},
        {"index", script::put_index},
        {"language", script::put_language},
        {"materialized view", script::put_view},
        {"operator", script::put_operator},
        {"operator class", script::put_operator_class},
        {"operator family", script::put_operator_family},
        {"policy", script::put_policy},
        {"privileges", script::put_changed_privileges},
        {"procedure", script::put_function},
        {"publication", script::put_publication},
        {"publication namespace", script::put_publication},
        {"publication relation", script::put_publication},
        {"rule", script::put_rule},
        {"schema", script::put_schema},
        {"sequence", script::put_sequence},
        {"server", script::put_server},
        {"statistics object", script::put_statistics},
        {"subscription", script::put_subscription},
        {"table", script::put_table},
        {"text search configuration", script::put_text_search},
        {"text search dictionary", script::put_text_search},
        {"text search parser", script::put_text_search},
        {"text search template", script::put_text_search},
        {"transform", script::put_transform},
        {"trigger", script::put_trigger},
        {"type", script::put_type},
        {"user mapping", script::put_user_mapping},
        {"view", script::put_view},
    };
    return *writers;
}

// Names are written out, whatever the session's settings; bodies of functions are not looked into, since what
// they use may come later.
constexpr std::array settings = {
    "SET search_path = '';",
    "SET check_function_bodies = off;",
    "SET standard_conforming_strings = on;",
    "SET xmloption = content;",
    "SET client_min_messages = warning;",
    "SET default_tablespace = '';",
    "SET default_table_access_method = heap;",
};

}  // namespace

std::vector<std::string> schema_sql(const Schema& schema, const std::vector<KeptTable>& rows) {
    script::Script script(schema);
    for (const char* setting : settings) script.add(script::Section::settings, setting);
    if (find(schema, "schema", "public") == nullptr)
        script.add(script::Section::schemas, "DROP SCHEMA IF EXISTS public;");
    for (const Object& object : schema) {
        const auto writer = script_writers().find(object.kind);
        if (writer == script_writers().end()) {
            script.add(script::Section::settings,
                       script::remark("schemaver does not know how to write this " + object.kind + ": " +
                                      object.identity));
            continue;
        }
        writer->second(script, object);
    }
    for (const KeptTable& table : rows)
        for (std::string& statement : row_statements(table))
            script.add(script::Section::rows, std::move(statement));
    return script.statements();
}

}  // namespace schemaver::core
