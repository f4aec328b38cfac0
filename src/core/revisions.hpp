// What revisions mean to each other: which migrations lie between two states of a tool's books, whether one
// was applied, and whether the books are what the ledger saw last.
//
// Example: books that had 1, 2 and have 1, 2, 3 were upgraded by 3. "018" names 018_add_faculty_columns.
#pragma once

#include "core/migration_tools.hpp"

namespace schemaver::core {

// Whether that is what somebody means who writes `asked`: the revision itself, its beginning up to a "_", a
// "-" or a file's ending, or four or more digits of a digest. Of a tool with groups (Django's apps) the group
// may be left out, and does not suffice.
bool names_revision(const MigrationTool& tool, std::string_view asked, std::string_view revision);

struct BookChange {
    std::vector<std::string> added;    // in the order in which they were applied
    std::vector<std::string> removed;  // the last one first
    std::string direction;             // "upgrade", "downgrade"; empty: the books alone do not tell
    bool is_none() const { return added.empty() && removed.empty(); }
};
BookChange compare_books(const MigrationTool& tool, const Books& before, const Books& after);

// What is applied, by what commits saw: goes on from `applied` by one change, after which the tool was at
// `revisions`. Of a tool that keeps its heads alone this knows more than the tool's table: it goes back to
// where a downgrade leads.
void follow(std::vector<std::string>& applied, const BookChange& change,
            const std::vector<std::string>& revisions, Keeps keeps);

// The books now against what the ledger has.
struct BookExpectation {
    std::vector<std::string> revisions;
    std::vector<std::string> applied;
    std::vector<std::string> seen;  // whatever any commit saw
};
struct BookFinding {
    // "info": a migration that wrote its row after its DDL looks so too; "warning"
    std::string severity;
    // "emptied", "several heads", "unknown revision", "rows missing", "edited", "changed"
    std::string finding;
    std::string detail;
};
// Nothing: they agree.
std::optional<BookFinding> check_books(const MigrationTool& tool, const BookExpectation& expected,
                                       const Books& books);

}  // namespace schemaver::core
