// The questions to a publisher. Each gives rows of kind, identity, schema and definition, as definitions()
// does. All names are looked up in pg_catalog, where the session's search_path points.
#include "remote/publisher.hpp"

#include <cstdlib>

#include "core/text.hpp"

namespace schemaver::remote {

namespace {

// What a newer server has more is asked for by to_jsonb(row), which an older one answers with NULL.

std::string identity_sql(std::string_view schema, std::string_view name) {
    return fmt::format("quote_ident({}) || '.' || quote_ident({})", schema, name);
}

// Neither the server's, nor temporary, nor an extension's.
std::string is_users(std::string_view object, std::string_view catalog, std::string_view schema) {
    return fmt::format(
        "{2} !~ '^pg_' AND {2} <> 'information_schema' AND NOT EXISTS (SELECT FROM pg_depend AS e"
        " WHERE e.classid = '{1}'::regclass AND e.objid = {0}.oid AND e.objsubid = 0"
        " AND e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e')",
        object, catalog, schema);
}

constexpr char columns_of_table[] =
    "(SELECT jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),"
    "  'not_null', CASE WHEN a.attnotnull THEN true END,"
    "  'generated', nullif(a.attgenerated::text, ''),"
    "  'virtual', CASE WHEN a.attgenerated = 'v' THEN true END) ORDER BY a.attnum)"
    " FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)";

constexpr char constraints_of_table[] =
    "(SELECT jsonb_agg(jsonb_build_object('name', k.conname,"
    "  'type', CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'c' THEN 'check'"
    "   ELSE 'exclusion' END,"
    "  'columns', CASE WHEN k.contype <> 'c' THEN (SELECT jsonb_agg(a.attname ORDER BY u.place)"
    "   FROM unnest(k.conkey) WITH ORDINALITY AS u (number, place)"
    "   JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.number) END,"
    "  'expression', CASE WHEN k.contype = 'c'"
    "   THEN jsonb_build_object('sql', pg_get_expr(k.conbin, k.conrelid)) END,"
    "  'operators', (SELECT jsonb_agg((pg_identify_object('pg_operator'::regclass, u.operator, 0)).identity"
    "   ORDER BY u.place) FROM unnest(k.conexclop) WITH ORDINALITY AS u (operator, place)),"
    "  'not_enforced', CASE WHEN to_jsonb(k) ->> 'conenforced' = 'false' THEN true END) ORDER BY k.conname)"
    " FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'c', 'x'))";

// Expressions come as the server writes a list of them, with the first key that is one.
constexpr char partition_key_of_table[] =
    "(SELECT jsonb_build_object('strategy', CASE p.partstrat WHEN 'l' THEN 'list' WHEN 'r' THEN 'range'"
    "   ELSE 'hash' END,"
    "  'keys', (SELECT jsonb_agg(jsonb_build_object('column', a.attname, 'expression',"
    "    CASE WHEN u.number = 0 AND u.place = (SELECT min(f.place) FROM unnest(p.partattrs::int2[])"
    "      WITH ORDINALITY AS f (number, place) WHERE f.number = 0)"
    "     THEN jsonb_build_object('sql', pg_get_expr(p.partexprs, p.partrelid)) END) ORDER BY u.place)"
    "   FROM unnest(p.partattrs::int2[]) WITH ORDINALITY AS u (number, place)"
    "   LEFT JOIN pg_attribute AS a ON a.attrelid = p.partrelid AND a.attnum = u.number AND u.number > 0))"
    " FROM pg_partitioned_table AS p WHERE p.partrelid = c.oid)";

constexpr char replica_identity_of_table[] =
    "CASE c.relreplident WHEN 'f' THEN to_jsonb('full'::text) WHEN 'n' THEN to_jsonb('nothing'::text)"
    " WHEN 'i' THEN jsonb_build_object('index', coalesce((SELECT r.relname FROM pg_index AS i"
    "  JOIN pg_class AS r ON r.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisreplident), '')) END";

std::string tables_question() {
    return fmt::format(
        "SELECT 'table', {0}, n.nspname,"
        " jsonb_build_object('structure', jsonb_strip_nulls(jsonb_build_object('columns', {1}, "
        "'constraints', {2},"
        " 'partition_by', {3}, 'replica_identity', {4},"
        " 'partition_of', CASE WHEN c.relispartition THEN (SELECT {5}"
        "  FROM pg_inherits AS h JOIN pg_class AS w ON w.oid = h.inhparent"
        "  JOIN pg_namespace AS m ON m.oid = w.relnamespace WHERE h.inhrelid = c.oid) END,"
        " 'partition_bound', pg_get_expr(c.relpartbound, c.oid),"
        " 'unlogged', CASE WHEN c.relpersistence = 'u' THEN true END)))"
        " FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND {6}",
        identity_sql("n.nspname", "c.relname"), columns_of_table, constraints_of_table,
        partition_key_of_table, replica_identity_of_table, identity_sql("m.nspname", "w.relname"),
        is_users("c", "pg_class", "n.nspname"));
}

// Those that are unique: a replica identity is one too.
std::string indexes_question() {
    return fmt::format(
        "SELECT 'index', {0}, n.nspname,"
        " jsonb_build_object('structure', jsonb_strip_nulls(jsonb_build_object('unique', true, 'table', {1},"
        " 'keys', (SELECT jsonb_agg(jsonb_build_object('column', a.attname, 'expression', CASE WHEN "
        "a.attname IS "
        "NULL"
        "   THEN jsonb_build_object('sql', pg_get_indexdef(i.indexrelid, u.place::int, false)) END) ORDER BY "
        "u.place)"
        "  FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u (number, place)"
        "  LEFT JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = u.number AND u.number <> 0"
        "  WHERE u.place <= i.indnkeyatts),"
        " 'where', CASE WHEN i.indpred IS NOT NULL"
        "  THEN jsonb_build_object('sql', pg_get_expr(i.indpred, i.indrelid)) END)))"
        " FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_class AS t ON t.oid = "
        "i.indrelid"
        " JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_namespace AS m ON m.oid = t.relnamespace"
        " WHERE i.indisunique AND c.relpersistence <> 't' AND {2}",
        identity_sql("n.nspname", "c.relname"), identity_sql("m.nspname", "t.relname"),
        is_users("t", "pg_class", "m.nspname"));
}

std::string types_question() {
    return "SELECT 'type', format_type(t.oid, NULL), n.nspname,"
           " jsonb_build_object('structure', CASE t.typtype WHEN 'd'"
           "  THEN jsonb_build_object('type', 'domain', 'base', format_type(t.typbasetype, t.typtypmod))"
           "  ELSE jsonb_build_object('type', 'enum', 'labels', coalesce((SELECT jsonb_agg(l.enumlabel ORDER "
           "BY"
           "   l.enumsortorder) FROM pg_enum AS l WHERE l.enumtypid = t.oid), '[]')) END)"
           " FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace"
           " WHERE t.typtype IN ('d', 'e') AND " +
           is_users("t", "pg_type", "n.nspname");
}

constexpr char publications_question[] =
    "SELECT 'publication', quote_ident(p.pubname), NULL, jsonb_build_object('structure', jsonb_strip_nulls("
    " jsonb_build_object('publish', to_jsonb(array_remove(ARRAY[CASE WHEN p.pubinsert THEN 'insert' END,"
    "  CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END,"
    "  CASE WHEN p.pubtruncate THEN 'truncate' END], NULL)),"
    " 'all_tables', CASE WHEN p.puballtables THEN true END,"
    " 'publish_via_partition_root', CASE WHEN p.pubviaroot THEN true END,"
    " 'publish_generated_columns', CASE WHEN to_jsonb(p) ->> 'pubgencols' = 's' THEN 'stored' END)))"
    " FROM pg_publication AS p";

std::string published_tables_question() {
    return fmt::format(
        "SELECT 'publication relation', {0} || ' in publication ' || p.pubname, NULL,"
        " jsonb_build_object('structure', jsonb_strip_nulls(jsonb_build_object('publication', p.pubname,"
        " 'table', {0},"
        " 'column_list', (SELECT jsonb_agg(a.attname ORDER BY a.attname COLLATE \"C\") FROM pg_attribute AS a"
        "  WHERE a.attrelid = c.oid AND a.attnum = ANY (r.prattrs::int2[])),"
        " 'where', CASE WHEN r.prqual IS NOT NULL"
        "  THEN jsonb_build_object('sql', pg_get_expr(r.prqual, c.oid)) END)))"
        " FROM pg_publication_rel AS r JOIN pg_publication AS p ON p.oid = r.prpubid"
        " JOIN pg_class AS c ON c.oid = r.prrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace",
        identity_sql("n.nspname", "c.relname"));
}

constexpr char published_schemas_question[] =
    "SELECT 'publication namespace', n.nspname || ' in publication ' || p.pubname, NULL,"
    " jsonb_build_object('structure', jsonb_build_object('publication', p.pubname, 'schema', n.nspname))"
    " FROM pg_publication_namespace AS r JOIN pg_publication AS p ON p.oid = r.pnpubid"
    " JOIN pg_namespace AS n ON n.oid = r.pnnspid";

// The first that has column lists, row filters and schemas in publications.
constexpr int oldest_publisher = 150000;

void require_version(Session& publisher) {
    const auto rows =
        publisher.ask(transaction_question(publisher.timeout()) +
                      "SELECT current_setting('server_version_num'), current_setting('server_version')");
    const bool is_answer = rows.size() == 1 && rows.front().size() == 2 && rows.front()[0] && rows.front()[1];
    if (is_answer && std::strtol(rows.front()[0]->c_str(), nullptr, 10) >= oldest_publisher) return;
    throw core::Error(core::sqlstate::remote_without_schemaver,
                      fmt::format("server \"{}\" is no publisher that can be asked", publisher.server()),
                      fmt::format("It is PostgreSQL {}; 15 is the oldest that can.",
                                  is_answer ? core::shortened(*rows.front()[1], 40) : "of no version"));
}

}  // namespace

core::Schema publisher_schema(Session& publisher) {
    require_version(publisher);
    std::vector<pg::QueryRow> all;
    for (const std::string& question :
         {tables_question(), indexes_question(), types_question(), std::string(publications_question),
          published_tables_question(), std::string(published_schemas_question)}) {
        for (pg::QueryRow& row : publisher.ask(question)) all.push_back(std::move(row));
    }
    return core::read_definitions(publisher.server(), all);
}

}  // namespace schemaver::remote
