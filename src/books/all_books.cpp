// Finds the tools' tables by name and columns, and reads them straight from the heap.
#include "books/all_books.hpp"

#include <algorithm>

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "storage/lmgr.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
}

namespace schemaver::books {

namespace {

struct BookColumn {
    AttrNumber number = InvalidAttrNumber;
    Oid type = InvalidOid;
};

struct BookTable {
    Oid table = InvalidOid;
    std::string schema;
    std::vector<BookColumn> columns;
};

bool can_be_read(Oid type) {
    switch (type) {
        case TEXTOID:
        case VARCHAROID:
        case BPCHAROID:
        case NAMEOID:
        case INT2OID:
        case INT4OID:
        case INT8OID:
        case NUMERICOID:
        case BOOLOID:
        case TIMESTAMPOID:
        case TIMESTAMPTZOID:
            return true;
        default:
            return false;
    }
}

AttrNumber number_of(Oid table, std::string_view column) {
    const std::string name(column);
    const char* text = name.c_str();
    return pg::call([=] { return get_attnum(table, text); });
}

// Nothing: it is not the tool's.
std::optional<std::vector<BookColumn>> columns_of(const core::MigrationTool& tool, Oid table) {
    std::vector<BookColumn> columns;
    for (const std::string_view name : tool.columns) {
        if (name.empty()) break;
        BookColumn column;
        column.number = number_of(table, name);
        if (column.number == InvalidAttrNumber) return std::nullopt;
        column.type = pg::call([=] { return get_atttype(table, column.number); });
        if (!can_be_read(column.type)) return std::nullopt;
        columns.push_back(column);
    }
    for (const std::string_view name : tool.absent)
        if (!name.empty() && number_of(table, name) != InvalidAttrNumber) return std::nullopt;
    return columns;
}

Oid table_beside(std::string_view name, Oid schema) {
    const std::string copy(name);
    const char* text = copy.c_str();
    return pg::call([=] { return get_relname_relid(text, schema); });
}

std::optional<BookTable> find_books(const core::MigrationTool& tool) {
    std::vector<BookTable> found;
    const Datum key = pg::name_datum(tool.table);
    pg::scan(RelationRelationId, ClassNameNspIndexId, {{Anum_pg_class_relname, F_NAMEEQ, key}}, nullptr,
             [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_class>();
                 if (form.relkind != RELKIND_RELATION || form.relpersistence == RELPERSISTENCE_TEMP) return;
                 const Oid table = form.oid;
                 const Oid space = form.relnamespace;
                 const std::string schema = pg::to_utf8(pg::call([=] { return get_namespace_name(space); }));
                 if (!tool.schema.empty() && schema != tool.schema) return;
                 if (!tool.beside.empty() && !OidIsValid(table_beside(tool.beside, space))) return;
                 if (auto columns = columns_of(tool, table))
                     found.push_back({table, schema, *std::move(columns)});
             });
    if (found.empty()) return std::nullopt;
    return *std::min_element(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return std::make_pair(a.schema != "public", a.schema) <
               std::make_pair(b.schema != "public", b.schema);
    });
}

core::Cell number_cell(std::int64_t number) { return {std::to_string(number), number, true}; }

core::Cell read_cell(const pg::Row& row, const BookColumn& column) {
    const auto datum = row.datum(column.number);
    if (!datum) return {};
    const Datum value = *datum;
    switch (column.type) {
        case INT2OID:
            return number_cell(DatumGetInt16(value));
        case INT4OID:
            return number_cell(DatumGetInt32(value));
        case INT8OID:
        case TIMESTAMPOID:
        case TIMESTAMPTZOID:
            return number_cell(DatumGetInt64(value));
        case BOOLOID:
            return number_cell(DatumGetBool(value) ? 1 : 0);
        case NUMERICOID:
            return {pg::to_utf8(
                        pg::call([=] { return DatumGetCString(DirectFunctionCall1(numeric_out, value)); })),
                    0, false};
        case NAMEOID:
            return {row.name(column.number), 0, false};
        default:
            return {row.optional_text(column.number), 0, false};
    }
}

// Without waiting; false: somebody has it locked exclusively.
template <typename Visit>
bool visit_rows(Oid table, Snapshot snapshot, Visit&& visit) {
    if (!pg::call([=] { return ConditionalLockRelationOid(table, AccessShareLock); })) return false;
    pg::scan(table, {}, snapshot, std::forward<Visit>(visit));
    pg::call([=] { UnlockRelationOid(table, AccessShareLock); });
    return true;
}

bool is_lock_taken(const core::MigrationTool& tool, const BookTable& books, Snapshot snapshot) {
    if (tool.lock_table.empty()) return false;
    const std::string schema = pg::from_utf8(books.schema);
    const char* name = schema.c_str();
    const Oid space = pg::call([=] { return get_namespace_oid(name, true); });
    const Oid table = OidIsValid(space) ? table_beside(tool.lock_table, space) : InvalidOid;
    if (!OidIsValid(table) || pg::call([=] { return get_rel_relkind(table); }) != RELKIND_RELATION)
        return false;
    BookColumn column;
    column.number = number_of(table, tool.lock_column);
    if (column.number == InvalidAttrNumber) return false;
    column.type = pg::call([=] { return get_atttype(table, column.number); });
    if (!can_be_read(column.type)) return false;
    bool is_taken = false;
    const bool is_readable = visit_rows(table, snapshot, [&](const pg::Row& row) {
        const core::Cell cell = read_cell(row, column);
        is_taken = is_taken || (cell.is_number && cell.number != 0);
    });
    return is_taken || !is_readable;
}

}  // namespace

std::vector<ToolBooks> read_all_books(Snapshot snapshot) {
    std::vector<ToolBooks> all;
    for (const core::MigrationTool* tool : core::migration_tools()) {
        const auto found = find_books(*tool);
        if (!found) continue;
        ToolBooks one;
        one.tool = tool;
        one.schema = found->schema;
        std::vector<core::BookRow> rows;
        one.locked = !visit_rows(found->table, snapshot, [&](const pg::Row& row) {
            pg::check_for_interrupts();
            core::BookRow cells(tool->columns.size());
            for (std::size_t i = 0; i < found->columns.size(); ++i)
                cells[i] = read_cell(row, found->columns[i]);
            rows.push_back(std::move(cells));
        });
        one.books = core::read_books(*tool, rows, is_lock_taken(*tool, *found, snapshot));
        if (one.locked) one.books.state = "locked";
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace schemaver::books
