// Finds the tools' tables by name and columns, and reads them straight from the heap.
#include "books/tables.hpp"

#include <algorithm>
#include <array>

#include "core/iso_time.hpp"
#include "pg/table.hpp"

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

BookColumn column_of(Oid table, std::string_view name) {
    if (name.empty()) return {};
    const std::string copy(name);
    const char* text = copy.c_str();
    return pg::call([=] {
        BookColumn column;
        column.number = get_attnum(table, text);
        if (column.number != InvalidAttrNumber) column.type = get_atttype(table, column.number);
        return column;
    });
}

// Nothing: it is not the tool's.
std::optional<std::vector<BookColumn>> columns_of(const core::MigrationTool& tool, Oid table) {
    std::vector<BookColumn> columns;
    for (const std::string_view name : tool.columns) {
        if (name.empty()) break;
        const BookColumn column = column_of(table, name);
        if (column.number == InvalidAttrNumber || !can_be_read(column.type)) return std::nullopt;
        columns.push_back(column);
    }
    for (const std::string_view name : tool.absent)
        if (column_of(table, name).number != InvalidAttrNumber) return std::nullopt;
    return columns;
}

Oid table_beside(std::string_view name, Oid space) {
    const std::string copy(name);
    const char* text = copy.c_str();
    const Oid table = pg::call([=] { return get_relname_relid(text, space); });
    if (!OidIsValid(table)) return InvalidOid;
    return pg::call([=] { return get_rel_relkind(table); }) == RELKIND_RELATION ? table : InvalidOid;
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

bool is_time(Oid type) {
    return type == TIMESTAMPOID || type == TIMESTAMPTZOID || type == TEXTOID || type == VARCHAROID;
}

// Microseconds since 2000. A time without zone is the session's, as it is when the server shows it.
std::optional<std::int64_t> read_time(const pg::Row& row, const BookColumn& column, bool is_utc) {
    if (column.number == InvalidAttrNumber || !is_time(column.type)) return std::nullopt;
    const core::Cell cell = read_cell(row, column);
    if (!cell.text) return std::nullopt;
    if (!cell.is_number) return core::iso_time(*cell.text);
    if (column.type == TIMESTAMPTZOID || is_utc) return cell.number;
    const Datum local = *row.datum(column.number);
    return pg::call([=] { return DatumGetInt64(DirectFunctionCall1(timestamp_timestamptz, local)); });
}

// Without waiting; false: somebody has it locked exclusively.
template <typename Visit>
bool visit_rows(Oid table, Snapshot snapshot, Visit&& visit) {
    if (!lock_table(table)) return false;
    pg::scan(table, {}, snapshot, std::forward<Visit>(visit));
    unlock_table(table);
    return true;
}

// A tool that a user has described, and the texts that it is made of.
struct DescribedTool {
    std::array<std::string, 9> texts;
    core::MigrationTool tool;
};

// In the order of src/migration/migration.sql.
constexpr std::size_t described_columns = 9;

std::shared_ptr<const core::MigrationTool> described_tool(std::array<std::string, 9> texts) {
    auto made = std::make_shared<DescribedTool>();
    made->texts = std::move(texts);
    const auto& [name, schema, table, revision, order, time, group, failed_column, failed_value] =
        made->texts;
    core::MigrationTool& tool = made->tool;
    tool = {};
    tool.name = name;
    tool.schema = schema;
    tool.table = table;
    std::size_t count = 0;
    const auto add = [&](std::string_view column) {
        const auto end = tool.columns.begin() + static_cast<std::ptrdiff_t>(count);
        if (!column.empty() && std::find(tool.columns.begin(), end, column) == end)
            tool.columns[count++] = column;
    };
    for (const std::string& column :
         {std::cref(revision), std::cref(order), std::cref(group), std::cref(failed_column)})
        add(column);
    tool.keeps = core::Keeps::every_migration;
    tool.group = group;
    tool.ordered[0] = order;
    tool.order = order.empty() ? core::Order::by_version : core::Order::by_value;
    tool.time = time;
    tool.failed_column = failed_column;
    tool.failed_value = failed_value;
    return {made, &made->tool};
}

}  // namespace

bool lock_table(Oid table) {
    return pg::call([=] { return ConditionalLockRelationOid(table, AccessShareLock); });
}

void unlock_table(Oid table) {
    pg::call([=] { UnlockRelationOid(table, AccessShareLock); });
}

std::string described_tools() {
    std::string all;
    pg::scan(pg::our_relation("migration_tool"), {}, pg::latest_committed(), [&](const pg::Row& row) {
        for (std::size_t i = 1; i <= described_columns; ++i) {
            const auto text = row.optional_text(static_cast<AttrNumber>(i));
            all += i == described_columns && !text ? "{null}" : text.value_or("");
            all += '\0';
        }
    });
    return all;
}

std::vector<Tool> all_tools(const std::string& described) {
    std::vector<Tool> list;
    for (const core::MigrationTool* tool : core::migration_tools())
        list.push_back(Tool(std::shared_ptr<void>(), tool));
    std::array<std::string, described_columns> texts;
    std::size_t column = 0;
    for (std::size_t start = 0; start < described.size();) {
        const std::size_t end = described.find('\0', start);
        texts[column] = described.substr(start, end - start);
        start = end + 1;
        if (++column < described_columns) continue;
        list.push_back(described_tool(std::move(texts)));
        texts = {};
        column = 0;
    }
    return list;
}

std::optional<BookTable> table_of(const Tool& tool, Oid table) {
    BookTable found;
    bool is_usable = false;
    pg::scan(RelationRelationId, ClassOidIndexId, {{Anum_pg_class_oid, F_OIDEQ, ObjectIdGetDatum(table)}},
             nullptr, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_class>();
                 is_usable = form.relkind == RELKIND_RELATION && form.relpersistence != RELPERSISTENCE_TEMP;
                 found.space = form.relnamespace;
             });
    if (!is_usable) return std::nullopt;
    const Oid space = found.space;
    found.schema = pg::to_utf8(pg::call([=] { return get_namespace_name(space); }));
    if (!tool->schema.empty() && found.schema != tool->schema) return std::nullopt;
    if (!tool->beside.empty() && !OidIsValid(table_beside(tool->beside, space))) return std::nullopt;
    auto columns = columns_of(*tool, table);
    if (!columns) return std::nullopt;
    found.tool = tool;
    found.table = table;
    found.columns = *std::move(columns);
    found.time = column_of(table, tool->time);
    return found;
}

std::vector<BookTable> find_tables(const std::vector<Tool>& tools) {
    std::vector<BookTable> all;
    std::vector<Oid> taken;  // by Rails, whose table looks like dbmate's
    for (const Tool& tool : tools) {
        std::vector<Oid> named;
        pg::scan(RelationRelationId, ClassNameNspIndexId,
                 {{Anum_pg_class_relname, F_NAMEEQ, pg::name_datum(tool->table)}}, nullptr,
                 [&](const pg::Row& row) { named.push_back(row.form<FormData_pg_class>().oid); });
        std::vector<BookTable> found;
        for (const Oid table : named) {
            if (std::find(taken.begin(), taken.end(), table) != taken.end()) continue;
            if (auto one = table_of(tool, table)) found.push_back(*std::move(one));
        }
        std::sort(found.begin(), found.end(), [](const BookTable& a, const BookTable& b) {
            return std::make_pair(a.schema != "public", a.schema) <
                   std::make_pair(b.schema != "public", b.schema);
        });
        for (BookTable& one : found) {
            taken.push_back(one.table);
            all.push_back(std::move(one));
        }
    }
    return all;
}

core::BookRow read_row(const BookTable& books, const pg::Row& row) {
    core::BookRow cells(books.tool->columns.size() + 1);
    for (std::size_t i = 0; i < books.columns.size(); ++i) cells[i] = read_cell(row, books.columns[i]);
    if (const auto time = read_time(row, books.time, books.tool->is_utc)) cells.back() = number_cell(*time);
    return cells;
}

ToolLock read_lock(const BookTable& books, Snapshot snapshot) {
    const core::MigrationTool& tool = *books.tool;
    const Oid table = tool.lock_table.empty() ? InvalidOid : table_beside(tool.lock_table, books.space);
    if (!OidIsValid(table)) return {};
    const BookColumn column = column_of(table, tool.lock_column);
    if (column.number == InvalidAttrNumber || !can_be_read(column.type)) return {};
    const BookColumn time = column_of(table, tool.lock_time);
    ToolLock lock;
    const bool is_readable = visit_rows(table, snapshot, [&](const pg::Row& row) {
        const core::Cell cell = read_cell(row, column);
        if (!cell.is_number || cell.number == 0) return;
        lock.is_taken = true;
        lock.since = read_time(row, time, tool.is_utc);
    });
    lock.is_taken = lock.is_taken || !is_readable;
    return lock;
}

std::optional<std::string> failed_act(const BookTable& books, Snapshot snapshot) {
    const core::MigrationTool& tool = *books.tool;
    const Oid table = tool.acts.table.empty() ? InvalidOid : table_beside(tool.acts.table, books.space);
    if (!OidIsValid(table)) return std::nullopt;
    const BookColumn act = column_of(table, tool.acts.act);
    const BookColumn name = column_of(table, tool.acts.name);
    const BookColumn time = column_of(table, tool.acts.time);
    if (!can_be_read(act.type) || !can_be_read(name.type) || !is_time(time.type)) return std::nullopt;
    std::optional<std::int64_t> latest;
    std::optional<std::string> failed;
    visit_rows(table, snapshot, [&](const pg::Row& row) {
        const auto at = read_time(row, time, tool.is_utc);
        if (!at || (latest && *at < *latest)) return;
        latest = at;
        failed.reset();
        if (read_cell(row, act).text == std::string(tool.acts.failure)) failed = read_cell(row, name).text;
    });
    return failed;
}

}  // namespace schemaver::books
