// Tables and all that hangs on them: one query for each sort of it, for all tables at once.
#include <algorithm>

#include "core/lint_stored.hpp"
#include "core/text.hpp"
#include "lint/facts.hpp"
#include "pg/file_size.hpp"
#include "pg/query.hpp"

namespace schemaver::lint {

namespace {

using TablesByOid = std::map<std::string, core::LintTable>;

bool is_true(const std::optional<std::string>& text) { return text == "true" || text == "t"; }

std::vector<std::string> texts_in(const std::optional<std::string>& json) {
    if (!json) return {};
    return core::Json::parse(*json).get<std::vector<std::string>>();
}

std::string kind_of_relation(char relkind) {
    switch (relkind) {
        case 'p':
            return "partitioned table";
        case 'v':
            return "view";
        case 'm':
            return "materialized view";
        case 'f':
            return "foreign table";
        case 'i':
        case 'I':
            return "index";
        case 'S':
            return "sequence";
        case 'c':
            return "type";
        default:
            return "table";
    }
}

// Rows come with the OID of their table first.
template <typename Visit>
void for_each_row(TablesByOid& tables, const std::string& sql, Visit visit) {
    for (const pg::QueryRow& row : pg::query(sql)) {
        const auto found = tables.find(row[0].value_or(""));
        if (found != tables.end()) visit(found->second, row);
    }
}

TablesByOid read_relations(const std::string& oids) {
    TablesByOid tables;
    for (const pg::QueryRow& row :
         pg::query("SELECT c.oid::text, n.nspname, c.relname, c.relkind::text, c.relispartition::text, "
                   "(c.relpersistence = "
                   "'u')::text, pn.nspname, p.relname, dn.nspname, d.relname FROM pg_class AS c JOIN "
                   "pg_namespace AS n ON n.oid = c.relnamespace LEFT "
                   "JOIN pg_partitioned_table AS pt ON pt.partrelid = c.oid LEFT "
                   "JOIN pg_class AS d ON d.oid = pt.partdefid LEFT JOIN pg_namespace AS dn ON dn.oid = "
                   "d.relnamespace LEFT "
                   "JOIN pg_index AS i ON i.indexrelid = c.oid LEFT JOIN pg_class AS p ON p.oid = i.indrelid "
                   "LEFT JOIN "
                   "pg_namespace AS pn ON pn.oid = p.relnamespace WHERE c.oid = ANY (" +
                   oids + ")")) {
        core::LintTable& table = tables[*row[0]];
        table.schema = *row[1];
        table.name = *row[2];
        table.kind = kind_of_relation(row[3]->front());
        table.is_partition = is_true(row[4]);
        table.is_unlogged = is_true(row[5]);
        table.parent = {row[6].value_or(""), row[7].value_or("")};
        table.default_partition = {row[8].value_or(""), row[9].value_or("")};
    }
    return tables;
}

// Of a partitioned table, the sum of its partitions. pg_table_size() would wait for locks.
void read_sizes(TablesByOid& tables, const std::string& oids) {
    struct Sum {
        double rows = 0;
        std::int64_t heap = 0;
        std::int64_t all = 0;
        bool is_known = true;
    };
    std::map<std::string, Sum> sums;
    for (const pg::QueryRow& row : pg::query(
             "WITH RECURSIVE part AS (SELECT c.oid AS root, c.oid FROM pg_class AS c WHERE c.oid = ANY (" +
             oids +
             ") AND c.relkind IN ('r', 'p', 'm') UNION ALL SELECT p.root, i.inhrelid FROM part AS p JOIN "
             "pg_class AS c ON "
             "c.oid = p.oid AND c.relkind = 'p' JOIN pg_inherits AS i ON i.inhparent = p.oid), heap AS "
             "(SELECT root, oid, "
             "true AS is_main FROM part UNION ALL SELECT p.root, c.reltoastrelid, false FROM part AS p JOIN "
             "pg_class AS c "
             "ON c.oid = p.oid WHERE c.reltoastrelid <> 0), file AS (SELECT * FROM heap UNION ALL SELECT "
             "h.root, "
             "i.indexrelid, false FROM heap AS h JOIN pg_index AS i ON i.indrelid = h.oid) SELECT "
             "f.root::text, "
             "c.reltablespace::text, c.relfilenode::text, c.reltuples::text, f.is_main::text FROM file AS f "
             "JOIN pg_class "
             "AS c ON c.oid = f.oid WHERE c.relkind IN ('r', 'm', 't', 'i') AND c.relpersistence <> 't'")) {
        pg::check_for_interrupts();
        Sum& sum = sums[*row[0]];
        const std::int64_t bytes = pg::file_size(static_cast<Oid>(std::stoul(*row[1])),
                                                 static_cast<std::uint32_t>(std::stoul(*row[2])));
        sum.all += bytes;
        if (!is_true(row[4])) continue;
        sum.heap += bytes;
        const double rows = std::stod(*row[3]);
        if (rows >= 0) sum.rows += rows;
        sum.is_known &= rows >= 0 || bytes == 0;
    }
    for (const auto& [oid, sum] : sums) {
        core::LintTable& table = tables[oid];
        table.bytes = sum.all;
        table.is_empty = sum.heap == 0;
        table.rows = table.is_empty ? 0 : sum.is_known ? sum.rows : -1;
    }
}

void read_columns(TablesByOid& tables, const std::string& oids) {
    for_each_row(
        tables,
        "SELECT a.attrelid::text, a.attname, n.nspname, t.typname, a.atttypmod::text, (t.oid <> "
        "a.atttypid)::text, "
        "a.attnotnull::text, (a.atthasdef AND a.attgenerated = '')::text, (a.attidentity <> "
        "'')::text, (a.attgenerated "
        "= 's')::text, (a.attgenerated = 'v')::text, cn.nspname, k.collname FROM pg_attribute AS a JOIN "
        "pg_type "
        "AS o ON o.oid = a.atttypid LEFT JOIN pg_collation AS k ON k.oid = a.attcollation AND k.oid <> "
        "o.typcollation LEFT JOIN pg_namespace AS cn ON cn.oid = k.collnamespace JOIN pg_type "
        "AS t ON t.oid = CASE "
        "WHEN o.typcategory = 'A' AND o.typelem <> 0 THEN o.typelem ELSE o.oid END JOIN "
        "pg_namespace AS n ON n.oid = "
        "t.typnamespace WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = ANY (" +
            oids + ") ORDER BY a.attrelid, a.attnum",
        [](core::LintTable& table, const pg::QueryRow& row) {
            core::LintColumn column;
            column.name = *row[1];
            column.type.name = {*row[2], *row[3]};
            column.type.modifiers = core::type_modifiers(*row[3], std::stoll(*row[4]));
            column.type.is_array = is_true(row[5]);
            column.not_null = is_true(row[6]);
            if (is_true(row[7])) column.default_value.emplace();
            column.is_identity = is_true(row[8]);
            column.is_stored = is_true(row[9]);
            column.is_virtual = is_true(row[10]);
            column.collation = {row[11].value_or(""), row[12].value_or("")};
            table.columns.push_back(std::move(column));
        });
}

void read_indexes(TablesByOid& tables, const std::string& oids) {
    for_each_row(
        tables,
        "SELECT i.indrelid::text, c.relname, i.indisunique::text, i.indisprimary::text, i.indisvalid::text, "
        "i.indisreplident::text, m.amname, (SELECT k.conname FROM pg_constraint AS k WHERE k.conindid = "
        "i.indexrelid AND "
        "k.contype IN ('p', 'u', 'x') LIMIT 1), (SELECT json_agg(coalesce(a.attname, '') ORDER BY k.n) FROM "
        "unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n) LEFT JOIN pg_attribute AS a ON a.attrelid "
        "= i.indrelid "
        "AND a.attnum = k.attnum AND k.attnum <> 0 WHERE k.n <= i.indnkeyatts)::text, (i.indpred IS NULL AND "
        "i.indnatts = "
        "i.indnkeyatts AND 0 = ALL (i.indoption::int2[]) AND NOT EXISTS (SELECT "
        "FROM unnest(i.indclass::oid[]) AS o (oid) JOIN pg_opclass AS p ON p.oid = o.oid WHERE NOT "
        "p.opcdefault) AND NOT "
        "EXISTS (SELECT FROM unnest(i.indcollation::oid[]) WITH ORDINALITY AS o (oid, n) JOIN "
        "unnest(i.indkey::int2[]) "
        "WITH ORDINALITY AS k (attnum, n) ON k.n = o.n JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND "
        "a.attnum = "
        "k.attnum WHERE a.attcollation <> o.oid) AND i.indexprs IS NULL)::text, (i.indpred IS NOT "
        "NULL)::text FROM "
        "pg_index AS i JOIN "
        "pg_class AS c ON "
        "c.oid = i.indexrelid JOIN pg_am AS m ON m.oid = c.relam WHERE i.indrelid = ANY (" +
            oids + ") ORDER BY i.indrelid, c.relname",
        [](core::LintTable& table, const pg::QueryRow& row) {
            core::LintIndex index;
            index.name = *row[1];
            index.is_unique = is_true(row[2]);
            index.is_primary = is_true(row[3]);
            index.is_valid = is_true(row[4]);
            index.is_replica_identity = is_true(row[5]);
            index.method = *row[6];
            index.constraint = row[7].value_or("");
            index.columns = texts_in(row[8]);
            index.is_plain = is_true(row[9]);
            index.is_partial = is_true(row[10]);
            table.indexes.push_back(std::move(index));
        });
}

core::LintConstraintKind constraint_kind(char type) {
    switch (type) {
        case 'p':
            return core::LintConstraintKind::primary_key;
        case 'u':
            return core::LintConstraintKind::unique;
        case 'f':
            return core::LintConstraintKind::foreign_key;
        case 'x':
            return core::LintConstraintKind::exclusion;
        case 'n':
            return core::LintConstraintKind::not_null;
        default:
            return core::LintConstraintKind::check;
    }
}

constexpr char column_names[] =
    "(SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(c.{0}) WITH ORDINALITY AS k (attnum, n) JOIN "
    "pg_attribute AS "
    "a ON a.attrelid = c.{1} AND a.attnum = k.attnum)::text";

void read_constraints(TablesByOid& tables, const std::string& oids) {
    for_each_row(
        tables,
        "SELECT c.conrelid::text, c.conname, c.contype::text, c.convalidated::text, " +
            fmt::format(column_names, "conkey", "conrelid") +
            ", CASE WHEN c.contype = 'c' THEN c.conbin::text END, (SELECT json_object_agg(a.attnum, "
            "a.attname) FROM "
            "pg_attribute AS a WHERE c.contype = 'c' AND a.attrelid = c.conrelid AND a.attnum = ANY "
            "(c.conkey))::text, fn.nspname, f.relname FROM "
            "pg_constraint AS c LEFT JOIN pg_class AS f ON f.oid = c.confrelid LEFT JOIN pg_namespace "
            "AS fn ON fn.oid = f.relnamespace WHERE c.conrelid = ANY (" +
            oids + ") AND c.contype <> 't' ORDER BY c.conrelid, c.conname",
        [](core::LintTable& table, const pg::QueryRow& row) {
            core::LintConstraint constraint;
            constraint.name = *row[1];
            constraint.kind = constraint_kind(row[2]->front());
            constraint.is_valid = is_true(row[3]);
            constraint.columns = texts_in(row[4]);
            constraint.references = {row[7].value_or(""), row[8].value_or("")};
            if (row[5] && row[6]) {
                const core::Json names = core::Json::parse(*row[6]);
                for (const int number : core::not_null_attributes(*row[5])) {
                    const auto name = names.find(std::to_string(number));
                    if (name != names.end()) constraint.not_null_columns.push_back(name->get<std::string>());
                }
            }
            table.constraints.push_back(std::move(constraint));
        });
    for_each_row(
        tables,
        "SELECT c.confrelid::text, quote_ident(n.nspname) || '.' || quote_ident(t.relname), c.conname, " +
            fmt::format(column_names, "confkey", "confrelid") +
            " FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid JOIN pg_namespace AS n ON "
            "n.oid = "
            "t.relnamespace WHERE c.contype = 'f' AND c.conparentid = 0 AND c.confrelid = ANY (" +
            oids + ") ORDER BY 1, 2, 3",
        [](core::LintTable& table, const pg::QueryRow& row) {
            table.references.push_back({*row[1], *row[2], texts_in(row[3])});
        });
}

void read_dependants(TablesByOid& tables, const std::string& oids) {
    for_each_row(
        tables,
        "SELECT DISTINCT d.refobjid::text, CASE WHEN v.relkind = 'm' THEN 'materialized view' WHEN v.relkind "
        "= 'v' THEN "
        "'view' ELSE 'rule of' END, quote_ident(n.nspname) || '.' || quote_ident(v.relname), a.attname FROM "
        "pg_depend AS d "
        "JOIN pg_rewrite AS r ON r.oid = d.objid JOIN pg_class AS v ON v.oid = r.ev_class JOIN pg_namespace "
        "AS n ON n.oid "
        "= v.relnamespace LEFT JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = "
        "d.refobjsubid AND "
        "d.refobjsubid > 0 WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass "
        "AND d.refobjid "
        "= ANY (" +
            oids +
            ") AND v.oid <> d.refobjid UNION ALL SELECT DISTINCT d.refobjid::text, 'function', "
            "p.oid::regprocedure::text, "
            "a.attname FROM pg_depend AS d JOIN pg_proc AS p ON p.oid = d.objid LEFT JOIN pg_attribute AS a "
            "ON a.attrelid = "
            "d.refobjid AND a.attnum = d.refobjsubid AND d.refobjsubid > 0 WHERE d.classid = "
            "'pg_proc'::regclass AND "
            "d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY (" +
            oids +
            ") UNION ALL SELECT DISTINCT d.refobjid::text, 'policy', quote_ident(p.polname), a.attname FROM "
            "pg_depend AS d "
            "JOIN pg_policy AS p ON p.oid = d.objid JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND "
            "a.attnum = "
            "d.refobjsubid AND d.refobjsubid > 0 WHERE d.classid = 'pg_policy'::regclass AND d.refclassid = "
            "'pg_class'::regclass AND d.refobjid = ANY (" +
            oids + ") ORDER BY 1, 2, 3, 4",
        [](core::LintTable& table, const pg::QueryRow& row) {
            table.dependants.push_back({*row[1], *row[2], row[3].value_or("")});
        });
}

void read_publications(TablesByOid& tables, const std::string& oids) {
    for_each_row(
        tables,
        "SELECT c.oid::text, p.pubname FROM pg_class AS c JOIN pg_publication AS p ON p.puballtables OR "
        "EXISTS "
        "(SELECT FROM pg_publication_rel AS r WHERE r.prpubid = p.oid AND r.prrelid = c.oid) OR EXISTS "
        "(SELECT "
        "FROM pg_publication_namespace AS s WHERE s.pnpubid = p.oid AND s.pnnspid = c.relnamespace) WHERE "
        "c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND c.oid = ANY (" +
            oids + ") ORDER BY 1, 2",
        [](core::LintTable& table, const pg::QueryRow& row) { table.publications.push_back(*row[1]); });
}

// An autovacuum worker gives way to whoever waits for it.
void read_holders(TablesByOid& tables, const std::string& oids) {
    for_each_row(
        tables,
        "SELECT l.relation::text, l.pid::text, l.mode, extract(epoch FROM clock_timestamp() - "
        "a.xact_start)::int8::text FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid WHERE "
        "l.locktype = 'relation' AND l.granted AND l.database = (SELECT d.oid FROM pg_database AS d WHERE "
        "d.datname = current_database()) AND l.pid <> pg_backend_pid() AND a.backend_type IS DISTINCT FROM "
        "'autovacuum worker' AND l.relation = ANY (" +
            oids + ") ORDER BY 1, 2, 3",
        [](core::LintTable& table, const pg::QueryRow& row) {
            table.holders.push_back({std::stoi(*row[1]), *row[2], row[3] ? std::stod(*row[3]) : -1});
        });
}

}  // namespace

void read_tables(core::LintFacts& facts, const std::vector<unsigned>& oids) {
    if (oids.empty()) return;
    const std::string array = oid_array(oids);
    TablesByOid tables = read_relations(array);
    read_sizes(tables, array);
    read_columns(tables, array);
    read_indexes(tables, array);
    read_constraints(tables, array);
    read_dependants(tables, array);
    read_publications(tables, array);
    read_holders(tables, array);
    for (auto& [oid, table] : tables) {
        const core::LintName name = {table.schema, table.name};
        facts.tables[name] = std::move(table);
    }
}

}  // namespace schemaver::lint
