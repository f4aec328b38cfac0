// Where the database says it is, in one text: what a commit, a version and a changelog show.
//
// Of several tools the first that says anything counts. A tool that has several heads is at all of them; one
// that counts each app or project by itself (Django, Sqitch) is at what was applied last.
#pragma once

#include "books/session_books.hpp"

namespace schemaver::books {

struct Revision {
    std::string tool;                // "alembic"; empty: no tool's table was found
    std::string schema;              // where its table is
    std::vector<std::string> heads;  // sorted; none: the tool is at its base
    bool locked = false;             // the table was there, but not to be read without waiting

    // "018_add_faculty_columns", several heads joined by ", "; empty when there is none.
    std::string text() const;
};

// Of several tools' books the first that says anything; nullptr: there are none.
const ToolBooks* main_books(const std::vector<const ToolBooks*>& all);

// Of one tool's books: "018_add_faculty_columns", "a1, b2", "shop.0002_prices"; empty: at its base.
std::string revision_text(const ToolBooks& books);

// As of a snapshot. Never waits for a lock.
Revision current_revision(Snapshot snapshot);
Revision current_revision(const SessionBooks& books);

}  // namespace schemaver::books
