// The books of whatever migration tool is used here: where it is, what it has applied, whether it got stuck.
//
// core/migration_tools.hpp has the tools. The rows are read as any session sees them, whoever asks, and below
// SQL: no function, cast, view, rule or policy of anybody's runs, and a value is only ever text.
#pragma once

#include <string>
#include <vector>

#include "core/migration_tools.hpp"
#include "pg/scan.hpp"

namespace schemaver::books {

struct ToolBooks {
    const core::MigrationTool* tool = nullptr;
    std::string schema;  // where its table is
    core::Books books;
    bool locked = false;  // the table was there, but not to be read without waiting
};

// Of every tool whose table is here, in the order of the tools; where several schemas have one, public's
// counts, or else the first by name. Never waits for a lock.
std::vector<ToolBooks> read_all_books(Snapshot snapshot);

}  // namespace schemaver::books
