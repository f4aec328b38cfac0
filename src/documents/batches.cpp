// migrate_documents(): all documents of a column, some pages of the table in each transaction.
//
// A document that has the version already is passed over. So what an interruption has left is done by calling
// the procedure again, and a row that is written while it runs is met where it is.
#include "core/text.hpp"
#include "documents/registry.hpp"
#include "pg/batches.hpp"
#include "pg/query.hpp"
#include "pg/result_set.hpp"
#include "pg/text.hpp"

namespace schemaver::documents {

namespace {

struct Column {
    std::string table;  // as it is called in SQL
    std::string name;
    std::string type;  // "json" or "jsonb"
    std::vector<std::pair<std::string, Oid>> leaves;
};

Column require_column(Oid table, const std::string& name) {
    const auto rows = pg::query(
        fmt::format("SELECT n.nspname, c.relname, t.typname FROM pg_catalog.pg_attribute AS a "
                    "JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) a.attrelid "
                    "JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace "
                    "JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) a.atttypid "
                    "WHERE a.attrelid OPERATOR(pg_catalog.=) {} AND a.attname OPERATOR(pg_catalog.=) {} AND "
                    "NOT a.attisdropped "
                    "AND t.oid OPERATOR(pg_catalog.=) ANY (ARRAY[114, 3802]::pg_catalog.oid[]) "
                    "AND c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p']::pg_catalog.\"char\"[])",
                    table, core::quote_literal(name)));
    if (rows.empty())
        throw core::Error(
            core::sqlstate::invalid_argument,
            fmt::format("\"{}\" is no column of type jsonb or json of the table", name), "",
            "Documents are migrated in a jsonb or json column of a table or partitioned table.");
    Column column{pg::quote_qualified(*rows[0][0], *rows[0][1]), pg::quote_identifier(name), *rows[0][2], {}};
    // As SELECT FROM the table goes: into partitions, and into tables that inherit.
    for (const pg::QueryRow& leaf : pg::query(fmt::format(
             "WITH RECURSIVE tree AS (SELECT {}::pg_catalog.oid AS oid UNION SELECT i.inhrelid FROM tree AS "
             "t "
             "JOIN pg_catalog.pg_inherits AS i ON i.inhparent OPERATOR(pg_catalog.=) t.oid) "
             "SELECT n.nspname, c.relname, c.oid FROM tree AS t "
             "JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.oid "
             "JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace "
             "WHERE c.relkind OPERATOR(pg_catalog.=) 'r' AND NOT pg_catalog.pg_is_other_temp_schema(n.oid) "
             "ORDER BY n.nspname, c.relname",
             table)))
        column.leaves.emplace_back(pg::quote_qualified(*leaf[0], *leaf[1]),
                                   static_cast<Oid>(std::stoul(*leaf[2])));
    return column;
}

std::string is_of_another_version(const Column& column) {
    return fmt::format(
        "t.{0} IS NOT NULL AND COALESCE(schemaver.document_version($1, t.{0}::pg_catalog.jsonb) "
        "OPERATOR(pg_catalog.<>) $2, "
        "true)",
        column.name);
}

std::string update_of_pages(const Column& column, const std::string& leaf, std::int64_t first,
                            std::int64_t end) {
    return fmt::format(
        "UPDATE ONLY {} AS t SET {} = schemaver.migrate_document($1, t.{}::pg_catalog.jsonb, "
        "$2)::pg_catalog.{} "
        "WHERE t.ctid OPERATOR(pg_catalog.>=) '({},0)'::pg_catalog.tid "
        "AND t.ctid OPERATOR(pg_catalog.<) '({},0)'::pg_catalog.tid AND {}",
        leaf, column.name, column.name, column.type, first, end, is_of_another_version(column));
}

std::int64_t pages_of(Oid leaf) {
    const auto pages = pg::single_value(
        "SELECT (pg_catalog.pg_relation_size($1::pg_catalog.oid::pg_catalog.regclass) OPERATOR(pg_catalog./) "
        "pg_catalog.current_setting('block_size')::pg_catalog.int8)::pg_catalog.text",
        {std::to_string(leaf)});
    return pages ? std::stoll(*pages) : 0;
}

std::uint64_t migrate_leaf(pg::Batches& batches, const Column& column,
                           const std::pair<std::string, Oid>& leaf, const std::vector<std::string>& arguments,
                           std::int64_t pages) {
    std::uint64_t migrated = 0;
    // Pages that are added meanwhile are looked at as well: what stands in them may be somebody else's.
    for (std::int64_t first = 0; first < pages_of(leaf.second); first += pages) {
        migrated += batches.run(update_of_pages(column, leaf.first, first, first + pages), arguments);
        batches.commit();
    }
    return migrated;
}

}  // namespace

// migrate_documents("table" regclass, "column" text, kind text, "to" text, pages integer, INOUT migrated
// bigint,
//                   INOUT remaining bigint)
SCHEMAVER_FUNCTION(schemaver_migrate_documents)(pg::Arguments arguments) {
    if (arguments.is_null(0)) (void)arguments.required_text(0, "table");
    const Oid table = pg::call([&] { return DatumGetObjectId(arguments.datum(0)); });
    const std::string name = arguments.required_text(1, "column");
    const std::vector<std::string> versions = {arguments.required_text(2, "kind"),
                                               arguments.required_text(3, "to")};
    const std::int64_t pages = arguments.integer(4, 0);
    if (pages < 1)
        throw core::Error(core::sqlstate::invalid_argument, "\"pages\" must be 1 or more", "",
                          "It says how many pages of the table each transaction goes through.");
    (void)require_kind(versions[0]);
    const Column column = require_column(table, name);
    pg::Batches batches(arguments);
    std::uint64_t migrated = 0;
    for (const auto& leaf : column.leaves) migrated += migrate_leaf(batches, column, leaf, versions, pages);
    const std::uint64_t remaining = batches.run(
        fmt::format("SELECT FROM {} AS t WHERE {}", column.table, is_of_another_version(column)), versions);
    batches.done();
    return pg::single_row(arguments, {Int64GetDatum(static_cast<std::int64_t>(migrated)),
                                      Int64GetDatum(static_cast<std::int64_t>(remaining))});
}

}  // namespace schemaver::documents
