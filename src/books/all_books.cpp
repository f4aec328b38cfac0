// Reads all of them.
#include "books/all_books.hpp"

namespace schemaver::books {

std::vector<ToolBooks> read_all_books(Snapshot snapshot) {
    std::vector<ToolBooks> all;
    for (const BookTable& found : find_tables(all_tools(described_tools()))) {
        ToolBooks one;
        one.tool = found.tool;
        one.table = found.table;
        one.schema = found.schema;
        std::vector<core::BookRow> rows;
        one.locked = !lock_table(found.table);
        if (!one.locked) {
            pg::scan(found.table, {}, snapshot, [&](const pg::Row& row) {
                pg::check_for_interrupts();
                rows.push_back(read_row(found, row));
            });
            unlock_table(found.table);
        }
        const ToolLock lock = read_lock(found, snapshot);
        one.books = core::read_books(*found.tool, rows, lock.is_taken);
        one.locked_since = lock.since;
        if (const auto failed = failed_act(found, snapshot)) core::note_failure(one.books, *failed);
        if (one.locked) one.books.state = "locked";
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace schemaver::books
