// The tables in which migration tools keep their books: which there are, and their rows as cells.
//
// Found by name and columns: a table schema_migrations with a column "dirty" is golang-migrate's. Beside the
// tools that core/migration_tools.hpp knows there are those that users describe in rows of
// schemaver.migration_tool. All is read below SQL, whoever asks: no function, cast, view, rule or policy of
// anybody's runs, and no lock is waited for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/migration_tools.hpp"
#include "pg/scan.hpp"

namespace schemaver::books {

// A tool and, of one that a user has described, the texts of that row.
using Tool = std::shared_ptr<const core::MigrationTool>;

// The known ones, then those of users.
std::vector<Tool> all_tools(const std::string& described);
// The rows of schemaver.migration_tool as one text: another one when a row is another one.
std::string described_tools();

struct BookColumn {
    AttrNumber number = InvalidAttrNumber;
    Oid type = InvalidOid;
};

struct BookTable {
    Tool tool;
    Oid table = InvalidOid;
    Oid space = InvalidOid;  // its schema
    std::string schema;
    std::vector<BookColumn> columns;  // of the tool's, in their order
    BookColumn time;
};

// Of each tool every table, in the order of the tools; public's first, then by the schema's name.
std::vector<BookTable> find_tables(const std::vector<Tool>& tools);
// That one table, if it is the tool's.
std::optional<BookTable> table_of(const Tool& tool, Oid table);

core::BookRow read_row(const BookTable& books, const pg::Row& row);

// The tool's own lock, by which it keeps a second one from running.
struct ToolLock {
    bool is_taken = false;
    std::optional<std::int64_t> since;
};
ToolLock read_lock(const BookTable& books, Snapshot snapshot);
// What the tool noted last, if that is a failure.
std::optional<std::string> failed_act(const BookTable& books, Snapshot snapshot);

// Whether the table could be locked against being dropped, without waiting.
bool lock_table(Oid table);
void unlock_table(Oid table);

}  // namespace schemaver::books
