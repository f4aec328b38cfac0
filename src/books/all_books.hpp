// The books of whatever migration tools are used here: where each is, what it has applied, whether it got
// stuck.
//
// The rows are read as any session sees them, whoever asks (see tables.hpp), and a value is only ever text.
#pragma once

#include "books/tables.hpp"

namespace schemaver::books {

struct ToolBooks {
    Tool tool;
    Oid table = InvalidOid;
    std::string schema;  // where its table is
    core::Books books;
    std::optional<std::int64_t> locked_since;  // of the tool's own lock
    bool locked = false;                       // the table was there, but not to be read without waiting
};

// Of every tool each table that is here, in the order of find_tables(). Never waits for a lock.
std::vector<ToolBooks> read_all_books(Snapshot snapshot);

}  // namespace schemaver::books
