// The migration tool's own books: which revision the database says it is at.
//
// Read as any session sees it, whoever asks: the table's owner may be another role than the one that runs
// DDL. Alembic keeps one row for each head in alembic_version(version_num); where several schemas have such a
// table, public's counts, or else the first by name.
#pragma once

#include <string>
#include <vector>

#include "pg/scan.hpp"

namespace schemaver::books {

struct Revision {
    std::string tool;                // "alembic"; empty: no tool's table was found
    std::string schema;              // where its table is
    std::vector<std::string> heads;  // sorted; none: the tool is at its base
    bool locked = false;             // the table was there, but not to be read without waiting

    // "018_add_faculty_columns", several heads joined by ", "; empty when there is none.
    std::string text() const;
};

// Never waits for a lock.
Revision current_revision(Snapshot snapshot);

}  // namespace schemaver::books
