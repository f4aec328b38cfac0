// The migration tools that are known, and how each keeps its books: one table that says how a tool is found,
// how its revision is read, and what is typed to move it.
//
// Example: a table schema_migrations with a column "dirty" is golang-migrate's, with "inserted_at" it is
// Ecto's. Nothing here looks into a database: rows come in as cells, the state goes out.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace schemaver::core {

// A value of a tool's table. What is no text is a number as well: a time in microseconds, true as 1.
struct Cell {
    std::optional<std::string> text;  // nothing: NULL
    std::int64_t number = 0;
    bool is_number = false;
};
// In the order of MigrationTool::columns; behind them, where it is known, the time at which it was applied,
// in microseconds since 2000.
using BookRow = std::vector<Cell>;

enum class RowState { applied, undone, failed };

enum class Keeps {
    every_migration,  // a row for each: the last one is the revision
    every_act,        // a row for each time that one was applied or undone: of each the last row counts
    heads             // only where it is now
};

enum class Order { by_value, by_version };  // by_version: numbers in texts as numbers, 1.10 after 1.9

struct MigrationTool {
    std::string_view name;    // as in metadata: "golang-migrate"
    std::string_view schema;  // the only one that its table is in; empty: any
    std::string_view table;
    std::array<std::string_view, 5> columns;  // that it has, and that are read; the first is the revision
    std::array<std::string_view, 2> absent;   // that it does not have
    std::string_view beside;                  // a table that must be in the same schema
    Keeps keeps;
    std::string_view group;                   // each value of it has a revision of its own: Django's app
    std::array<std::string_view, 2> ordered;  // by which columns; none: by the revision
    Order order;
    RowState (*judge)(const MigrationTool&, const BookRow&);  // nullptr: every row is applied
    std::string_view lock_table;  // a row of it whose column is 1 or true: it is running, or stuck
    std::string_view lock_column;
    // What is typed. {revision} gives a command for each revision to reach, {step} one for each migration on
    // the way, {count} their number; {group} and {name} are the parts of a revision. Empty: it cannot do
    // that.
    std::string_view upgrade;
    std::string_view downgrade;  // to a revision
    std::string_view stamp;      // writes the revision without running anything
    std::string_view history;
    // What a table may lack, as older versions of the tool do.
    std::string_view time = {};       // when a row was applied
    std::string_view lock_time = {};  // of lock_table: since when
    bool is_utc = false;              // a time without zone is UTC, and not the server's
    // A row's own digest and that of the row before it: where they do not fit, one was taken out or changed.
    std::array<std::string_view, 2> chain = {};
    // A table where the tool notes what it did, one act after the other: the last one may be a failure.
    struct Acts {
        std::string_view table, act, failure, name, time;
    } acts = {};
    // Of tools that users describe: a row where that column says so has failed. The value {null} is NULL.
    std::string_view failed_column = {};
    std::string_view failed_value = {};
    // As `stamp`, where the table may say anything; empty: as `stamp`.
    std::string_view stamp_anew = {};
    // Further tables of the tool's own, beside those named above, that have rows from its first run on.
    std::array<std::string_view, 2> others = {};
    // A row's own column that names the row before it: the last one is that which no other names.
    std::string_view parent = {};
    // One that is undone below the last one applied should not be.
    bool has_no_gaps = false;

    const Cell& cell(const BookRow& row, std::string_view column) const;
};

// In the order in which they are looked for.
std::vector<const MigrationTool*> migration_tools();
// nullptr: none of that name.
const MigrationTool* find_migration_tool(std::string_view name);

struct Books {
    std::string state;                    // "ok", "failed", "dirty", "several heads" or "empty"
    std::vector<std::string> revisions;   // the current one; of several heads or groups each
    std::vector<std::string> applied;     // oldest first; of a tool that keeps heads, these alone
    std::vector<std::string> failed;      // what did not run to its end
    std::string last;                     // applied last
    std::optional<std::int64_t> last_at;  // microseconds since 2000, where the tool's table has times
    bool is_locked = false;               // the tool's own lock is taken
};

// Runs of digits by their value, everything else by its bytes: 1.9 comes before 1.10.
int compare_versions(std::string_view left, std::string_view right);

// Also where the rows do not tell, because a failure is noted elsewhere.
void note_failure(Books& books, const std::string& revision);

Books read_books(const MigrationTool& tool, const std::vector<BookRow>& rows, bool is_locked);

// Commands from a template. `steps` are the migrations to run (or to undo) in order, the revisions where they
// lead.
std::vector<std::string> tool_commands(std::string_view command, const std::vector<std::string>& revisions,
                                       const std::vector<std::string>& steps);

}  // namespace schemaver::core
