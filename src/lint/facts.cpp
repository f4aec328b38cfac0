// Which objects the script may mean, and all that is read but tables.
#include <fmt/ranges.h>

#include "lint/facts.hpp"

#include <algorithm>
#include <set>

#include "core/lint_stored.hpp"
#include "core/text.hpp"
#include "pg/describe_script.hpp"
#include "pg/query.hpp"
#include "pg/settings.hpp"
#include "pg/text.hpp"

extern "C" {
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "storage/proc.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
}

namespace schemaver::lint {

Settings settings;

namespace {

// Names by what they may be; unqualified ones of relations are looked for in each schema of the paths.
struct NamesInScript {
    std::set<core::LintName> relations;
    std::set<std::string> types;
    std::set<std::string> functions;
    std::set<std::string> called;
    std::set<std::string> schemas;  // of paths that the script sets
    std::set<std::string> dropped_schemas;
};

void note_constraint(const core::LintConstraint& constraint, NamesInScript& names) {
    if (!constraint.references.name.empty()) names.relations.insert(constraint.references);
}

void note_column(const core::LintColumn& column, NamesInScript& names) {
    names.types.insert(column.type.name.name);
    for (const core::LintConstraint& constraint : column.constraints) note_constraint(constraint, names);
    if (!column.default_value) return;
    for (const core::LintName& function : column.default_value->functions)
        names.functions.insert(function.name);
}

void note_script(const std::vector<core::LintStatement>& script, NamesInScript& names) {
    for (const core::LintStatement& statement : script) {
        for (const core::LintName& function : statement.calls) names.called.insert(function.name);
        if (statement.body != nullptr) note_script(*statement.body, names);
        names.relations.insert(statement.parent);
        for (const core::LintName& name : statement.objects) {
            names.relations.insert(name);
            names.types.insert(name.name);
            if (statement.kind == core::LintKind::drop && statement.object_kind == "schema")
                names.dropped_schemas.insert(name.name);
        }
        if (statement.kind == core::LintKind::create_index || statement.kind == core::LintKind::rename)
            names.relations.insert({"", statement.new_name});
        if (statement.kind == core::LintKind::set && statement.element == "search_path")
            names.schemas.insert(statement.values.begin(), statement.values.end());
        for (const core::LintAction& action : statement.actions) {
            names.relations.insert(action.partition);
            note_constraint(action.constraint, names);
            note_column(action.column, names);
        }
    }
}

std::vector<std::string> caller_search_path() {
    List* path = pg::call([] { return fetch_search_path(true); });
    std::vector<std::string> schemas;
    for (int i = 0; i < list_length(path); ++i) {
        const Oid schema = list_nth_oid(path, i);
        const char* name = pg::call([=] { return get_namespace_name(schema); });
        if (name != nullptr) schemas.push_back(pg::to_utf8(name));
    }
    return schemas;
}

Oid schema_oid(const std::string& name) {
    const std::string in_server = pg::from_utf8(name);
    const char* text = in_server.c_str();
    return pg::call([=] { return get_namespace_oid(text, true); });
}

void note_relation(Oid schema, const std::string& name, std::set<unsigned>& found) {
    if (schema == InvalidOid) return;
    const std::string in_server = pg::from_utf8(name);
    const char* text = in_server.c_str();
    const Oid relation = pg::call([=] { return get_relname_relid(text, schema); });
    if (relation == InvalidOid) return;
    found.insert(relation);
    const Oid table = pg::call([=] { return IndexGetRelation(relation, true); });
    if (table != InvalidOid) found.insert(table);
}

std::vector<unsigned> relations_meant(const NamesInScript& names, const std::vector<std::string>& path) {
    std::map<std::string, Oid> schemas;
    for (const std::string& schema : path) schemas[schema] = schema_oid(schema);
    for (const std::string& schema : names.schemas) schemas[schema] = schema_oid(schema);
    schemas["pg_catalog"] = schema_oid("pg_catalog");
    std::set<unsigned> found;
    for (const core::LintName& name : names.relations) {
        pg::check_for_interrupts();
        if (name.name.empty()) continue;
        if (!name.schema.empty()) {
            note_relation(schema_oid(name.schema), name.name, found);
            continue;
        }
        for (const auto& [schema, oid] : schemas) note_relation(oid, name.name, found);
    }
    return {found.begin(), found.end()};
}

bool drops_constraints(const core::LintStatement& statement) {
    return statement.kind == core::LintKind::drop ||
           std::any_of(statement.actions.begin(), statement.actions.end(),
                       [](const core::LintAction& action) {
                           return action.kind == core::LintActionKind::drop_constraint;
                       });
}

void add_found_by(const std::string& sql, std::vector<unsigned>& relations) {
    for (const auto& row : pg::query(sql)) {
        const auto oid = static_cast<unsigned>(std::stoul(*row[0]));
        if (std::find(relations.begin(), relations.end(), oid) == relations.end()) relations.push_back(oid);
    }
}

// What else is locked: what a foreign key points to that is dropped, and default partitions.
void add_locked_along(std::vector<unsigned>& relations, const std::vector<core::LintStatement>& script) {
    if (relations.empty()) return;
    const std::string named = oid_array(relations);
    if (std::any_of(script.begin(), script.end(), drops_constraints))
        add_found_by(
            "SELECT DISTINCT c.confrelid::text FROM pg_catalog.pg_constraint AS c WHERE c.contype = 'f' AND "
            "c.conrelid = ANY (" +
                named + ")",
            relations);
    add_found_by(
        "SELECT p.partdefid::text FROM pg_catalog.pg_partitioned_table AS p WHERE p.partdefid <> 0 AND "
        "p.partrelid = ANY (" +
            named + ")",
        relations);
}

// A column may be of a domain that the script does not name.
void note_types_of_columns(const core::LintFacts& facts, NamesInScript& names) {
    for (const auto& [name, table] : facts.tables)
        for (const core::LintColumn& column : table.columns)
            if (column.type.name.schema != "pg_catalog") names.types.insert(column.type.name.name);
}

std::string array_of(const std::set<std::string>& texts) { return text_array({texts.begin(), texts.end()}); }

core::LintType type_of(const pg::QueryRow& row, std::size_t first) {
    core::LintType type;
    type.name = {row[first].value_or(""), row[first + 1].value_or("")};
    if (!type.name.name.empty())
        type.modifiers = core::type_modifiers(type.name.name, std::stoll(row[first + 2].value_or("-1")));
    return type;
}

void read_types(core::LintFacts& facts, const NamesInScript& names) {
    const std::string wanted = array_of(names.types);
    const std::string meant =
        "FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace "
        "WHERE t.typname = ANY (" +
        wanted +
        ") AND n.nspname <> 'pg_catalog' AND t.typcategory <> 'A' AND NOT EXISTS (SELECT FROM "
        "pg_catalog.pg_class AS c "
        "WHERE c.oid = t.typrelid AND c.relkind <> 'c') ";
    for (const auto& row : pg::query(
             "SELECT n.nspname, t.typname, t.typtype::text, bn.nspname, b.typname, t.typtypmod::text, "
             "(t.typnotnull OR "
             "EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.contypid = t.oid))::text FROM "
             "(SELECT t.oid, "
             "t.typname, t.typnamespace, t.typtype, t.typbasetype, t.typtypmod, t.typnotnull " +
             meant +
             ") AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace LEFT JOIN "
             "pg_catalog.pg_type AS b ON "
             "b.oid = t.typbasetype LEFT JOIN pg_catalog.pg_namespace AS bn ON bn.oid = b.typnamespace")) {
        core::LintTypeFact& type = facts.types[{*row[0], *row[1]}];
        type.kind = row[2]->front();
        type.base = type_of(row, 3);
        type.is_constrained = row[6] == "true";
    }
    for (const auto& row : pg::query(
             "SELECT x.nspname, x.typname, pg_catalog.quote_ident(cn.nspname) || '.' || "
             "pg_catalog.quote_ident(c.relname), "
             "pg_catalog.quote_ident(a.attname) FROM (SELECT t.oid, n.nspname, t.typname " +
             meant +
             ") AS x JOIN pg_catalog.pg_attribute AS a ON a.atttypid = x.oid AND NOT a.attisdropped JOIN "
             "pg_catalog.pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') JOIN "
             "pg_catalog.pg_namespace AS "
             "cn ON cn.oid = c.relnamespace ORDER BY 1, 2, 3, 4")) {
        facts.types[{*row[0], *row[1]}].users.push_back({"column", *row[2], *row[3]});
    }
}

void read_functions(core::LintFacts& facts, const NamesInScript& names) {
    if (names.functions.empty()) return;
    for (const auto& row :
         pg::query("SELECT n.nspname, p.proname, pg_catalog.max(p.provolatile::text) FROM pg_catalog.pg_proc "
                   "AS p JOIN "
                   "pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace WHERE p.proname = ANY (" +
                   array_of(names.functions) + ") GROUP BY 1, 2")) {
        facts.functions[{*row[0], *row[1]}] = row[2]->front();
    }
}

// Those that change something, which are not declared STABLE. Of several functions of one name it is not
// known which is called. BEGIN ATOMIC would have to be written out by the server, which takes locks for that.
void read_routines_named(core::LintFacts& facts, const std::set<std::string>& names) {
    for (const auto& row :
         pg::query("SELECT n.nspname, p.proname, pg_catalog.min(l.lanname::pg_catalog.text), CASE WHEN "
                   "pg_catalog.count(*) = 1 AND "
                   "pg_catalog.bool_and(p.prosqlbody IS NULL) THEN "
                   "pg_catalog.min(p.prosrc) END FROM pg_catalog.pg_proc AS p "
                   "JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace JOIN "
                   "pg_catalog.pg_language AS l ON l.oid = "
                   "p.prolang WHERE p.proname = ANY (" +
                   array_of(names) +
                   ") AND p.provolatile = 'v' AND n.nspname NOT IN ('pg_catalog', "
                   "'information_schema') AND NOT EXISTS (SELECT "
                   "FROM pg_catalog.pg_depend AS d WHERE d.classid = "
                   "'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = "
                   "p.oid AND d.deptype = 'e') GROUP BY 1, 2")) {
        facts.routines[{*row[0], *row[1]}] = !row[3]                ? nullptr
                                             : *row[2] == "sql"     ? pg::describe_body(*row[3])
                                             : *row[2] == "plpgsql" ? pg::describe_plpgsql(*row[3])
                                                                    : nullptr;
    }
}

// And what those call.
void read_routines(core::LintFacts& facts, NamesInScript& names) {
    std::set<std::string> known;
    while (true) {
        std::set<std::string> next;
        std::set_difference(names.called.begin(), names.called.end(), known.begin(), known.end(),
                            std::inserter(next, next.end()));
        if (next.empty()) return;
        known.insert(next.begin(), next.end());
        read_routines_named(facts, next);
        for (const auto& [name, body] : facts.routines)
            if (body != nullptr && next.contains(name.name)) note_script(*body, names);
    }
}

void read_schemas(core::LintFacts& facts, const NamesInScript& names) {
    for (const auto& row : pg::query("SELECT nspname FROM pg_catalog.pg_namespace"))
        facts.schemas.insert(*row[0]);
    if (names.dropped_schemas.empty()) return;
    for (const auto& row : pg::query(
             "SELECT n.nspname, pg_catalog.count(*)::text, CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN "
             "'materialized view' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' WHEN 'c' THEN "
             "'type' ELSE "
             "'table' END AS kind FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = "
             "c.relnamespace WHERE n.nspname = ANY (" +
             array_of(names.dropped_schemas) +
             ") AND c.relkind NOT IN ('i', 'I', 't') GROUP BY 1, 3 UNION ALL SELECT n.nspname, "
             "pg_catalog.count(*)::text, "
             "'function' FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = "
             "p.pronamespace WHERE "
             "n.nspname = ANY (" +
             array_of(names.dropped_schemas) + ") GROUP BY 1 ORDER BY 1, 3")) {
        facts.schema_contents[*row[0]].push_back(core::counted(std::stoull(*row[1]), *row[2]));
    }
}

void read_server(core::LintFacts& facts) {
    for (const auto& row : pg::query(
             "SELECT sn.nspname, s.typname, tn.nspname, t.typname FROM pg_catalog.pg_cast AS c JOIN "
             "pg_catalog.pg_type AS s ON s.oid = c.castsource JOIN pg_catalog.pg_namespace AS sn ON sn.oid = "
             "s.typnamespace JOIN pg_catalog.pg_type AS t ON t.oid = c.casttarget JOIN "
             "pg_catalog.pg_namespace AS tn ON tn.oid = t.typnamespace WHERE c.castmethod = 'b'"))
        facts.binary_casts.emplace(core::LintName{*row[0], *row[1]}, core::LintName{*row[2], *row[3]});
    for (const auto& row :
         pg::query("SELECT word FROM pg_catalog.pg_get_keywords() WHERE catcode IN ('R', 'T')"))
        facts.reserved_words.insert(*row[0]);
    for (const auto& row :
         pg::query("SELECT pubname FROM pg_catalog.pg_publication WHERE puballtables ORDER BY pubname"))
        facts.publications_of_all_tables.push_back(*row[0]);
}

// As the server decides whether timestamps mean the same with and without a zone.
bool session_is_utc() {
    return pg::call([] { return !TimestampTimestampTzRequiresRewrite(); });
}

}  // namespace

std::string oid_array(const std::vector<unsigned>& oids) {
    return fmt::format("'{{{}}}'::pg_catalog.oid[]", fmt::join(oids, ","));
}

std::string text_array(const std::vector<std::string>& texts) {
    std::string array = "ARRAY[";
    for (const std::string& text : texts) {
        if (array.size() > 6) array += ',';
        array += core::quote_literal(text);
    }
    return array + "]::pg_catalog.text[]";
}

core::LintFacts read_facts(const std::vector<core::LintStatement>& script) {
    core::LintFacts facts;
    NamesInScript names;
    note_script(script, names);
    facts.server_version =
        std::stoi(pg::call([] { return GetConfigOption("server_version_num", false, false); }));
    facts.search_path = caller_search_path();
    facts.has_lock_timeout = LockTimeout > 0;
    facts.has_statement_timeout = StatementTimeout > 0;
    facts.is_utc = session_is_utc();
    facts.limits.small_rows = settings.small_rows;
    facts.limits.small_bytes = std::int64_t{settings.small_size} * 1024;
    facts.schemas.clear();
    pg::PinnedSettings pinned;
    read_routines(facts, names);
    std::vector<unsigned> relations = relations_meant(names, facts.search_path);
    add_locked_along(relations, script);
    read_tables(facts, relations);
    note_types_of_columns(facts, names);
    read_types(facts, names);
    read_functions(facts, names);
    read_schemas(facts, names);
    read_server(facts);
    pinned.restore();
    return facts;
}

}  // namespace schemaver::lint
