// check_models(expected_sql): the live schema beside the one that an ORM, a migration tool or a file would
// make.
#include <algorithm>
#include <set>

#include "core/migration_tools.hpp"
#include "core/text.hpp"
#include "models/scratch.hpp"
#include "pg/result_set.hpp"
#include "pg/script.hpp"
#include "version/compare.hpp"

namespace schemaver::models {

namespace {

constexpr std::size_t differences_in_detail = 20;

// Minor versions of pg_dump since the summer of 2025 begin a script with \restrict and end it with
// \unrestrict, which only psql understands. As many line breaks stay, so that numbers of lines do.
std::string without_psql_commands(const std::string& script) {
    std::string sql;
    std::size_t number = 0;
    for (std::size_t at = 0; at < script.size();) {
        const std::size_t end = std::min(script.find('\n', at), script.size());
        const std::string_view line = std::string_view(script).substr(at, end - at);
        ++number;
        if (line.starts_with("\\connect") || line.starts_with("\\c ") || line.starts_with("\\i"))
            throw core::Error(core::sqlstate::invalid_argument,
                              fmt::format("line {} of the script is a command of psql", number),
                              fmt::format("It says {}.", core::shortened(line, 60)),
                              "Put the statements themselves into the script, without psql's commands.");
        if (!line.starts_with("\\restrict ") && !line.starts_with("\\unrestrict ")) sql += line;
        if (end < script.size()) sql += '\n';
        at = end + 1;
    }
    return sql;
}

// "people" of public.people and of "public"."people"; other quotes are not taken off.
std::string last_name(const std::string& identity) {
    std::string name = identity.substr(identity.rfind('.') + 1);
    std::erase(name, '"');
    return name;
}

bool is_table_of_a_tool(const core::Object& object) {
    if (object.kind != "table") return false;
    const std::string name = last_name(object.identity);
    return std::ranges::any_of(core::migration_tools(), [&](const core::MigrationTool* tool) {
        return tool->table == name || tool->lock_table == name || tool->beside == name;
    });
}

// The tables in which migration tools keep their books, where the script does not make them; models do not
// know them. And what hangs on those tables.
void leave_out_books(core::Schema& live, const core::Schema& expected) {
    std::set<std::string> tables;
    for (const core::Object& object : live) {
        if (is_table_of_a_tool(object) && core::find(expected, object.kind, object.identity) == nullptr)
            tables.insert(object.identity);
    }
    if (tables.empty()) return;
    const auto hangs_on_one = [&](const core::Object& object) {
        if (object.kind == "table") return tables.contains(object.identity);
        const auto structure = object.definition.find("structure");
        if (structure == object.definition.end()) return false;
        if (const auto table = structure->find("table"); table != structure->end() && table->is_string())
            return tables.contains(table->get<std::string>());
        for (const char* key : {"owned_by", "identity_of"}) {
            const auto column = structure->find(key);
            if (column == structure->end() || !column->is_string()) continue;
            const auto name = column->get<std::string>();
            if (tables.contains(name.substr(0, name.rfind('.')))) return true;
        }
        return false;
    };
    std::erase_if(live, hangs_on_one);
}

void leave_out_schemaver(core::Schema& schema) {
    std::erase_if(schema, [](const core::Object& object) {
        return object.kind == "extension" && object.identity == "schemaver";
    });
}

version::Point point_of(const char* name, core::Schema schema) {
    version::Point point;
    point.name = name;
    point.own = false;
    point.schema = std::move(schema);
    return point;
}

version::Comparison compare_with_live(const pg::Arguments& arguments) {
    const std::string script = without_psql_commands(arguments.required_text(0, "expected_sql"));
    core::DiffChoice choice = version::choice_from(arguments, 1);
    pg::require_inside_database(script);
    core::Schema expected = schema_made_by(script);
    core::Schema live = version::schema_at(version::resolve("live"));
    leave_out_books(live, expected);
    leave_out_schemaver(live);
    leave_out_schemaver(expected);
    return version::compare(point_of("the models", std::move(expected)), point_of("live", std::move(live)),
                            choice, version::Renames::none);
}

pg::Value cell(const core::Json& value) {
    return value.is_null() ? pg::Value() : pg::Value(pg::text_datum(core::in_words(value)));
}

std::string in_a_line(const core::Difference& row) {
    const char* what = row.change == "added"     ? "not in the models"
                       : row.change == "removed" ? "missing in the database"
                                                 : row.change.c_str();
    return fmt::format("{} {}{}{}: {}", row.kind, row.identity, row.property.empty() ? "" : " ", row.property,
                       what);
}

}  // namespace

// check_models(expected_sql text, facets text[], kinds text[], schemas text[], ignore text[])
SCHEMAVER_FUNCTION(schemaver_check_models)(pg::Arguments arguments) {
    const version::Comparison comparison = compare_with_live(arguments);
    pg::ResultSet rows(arguments);
    for (const core::Difference& row : comparison.differences) {
        rows.add({pg::text_datum(row.change), pg::text_datum(row.kind), pg::text_datum(row.identity),
                  pg::text_or_null(row.former_identity), pg::text_or_null(row.property), cell(row.old_value),
                  cell(row.new_value), pg::text_or_null(row.facet)});
    }
    return rows.done();
}

// assert_models(expected_sql text, facets text[], kinds text[], schemas text[], ignore text[])
SCHEMAVER_FUNCTION(schemaver_assert_models)(pg::Arguments arguments) {
    const std::vector<core::Difference> rows = compare_with_live(arguments).differences;
    if (rows.empty()) return pg::Result::null();
    std::string detail;
    for (std::size_t i = 0; i < std::min(rows.size(), differences_in_detail); ++i)
        detail += (i == 0 ? "" : "\n") + in_a_line(rows[i]);
    if (rows.size() > differences_in_detail)
        detail += fmt::format("\nand {} more", rows.size() - differences_in_detail);
    throw core::Error(
        core::sqlstate::models_differ,
        fmt::format("the database is not what the models say, in {}", core::counted(rows.size(), "place")),
        detail,
        "SELECT * FROM schemaver.check_models(expected_sql) shows both sides. Write the migration that "
        "is missing, or mend the models.");
}

}  // namespace schemaver::models
