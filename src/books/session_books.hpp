// The same for each commit, so cheap that DDL does not notice: what a session has read is read again only
// where it has changed.
//
// Which tables there are is looked up once; from then on the server's invalidation messages say which
// relations are new, altered or gone, and only those are looked at. What stands in a table is known by the
// LSNs of its pages (pg/pages.hpp). So the books before and after a transaction that did not touch them are
// the same object, and to see that takes a look at a page's header.
#pragma once

#include "books/all_books.hpp"

namespace schemaver::books {

// Without the tools' own locks and notes of failures, which the books in a commit do not need.
using SessionBooks = std::vector<std::shared_ptr<const ToolBooks>>;

// As of now, this transaction's own changes included. Never waits for a lock.
SessionBooks session_books();

// Called at _PG_init.
void register_invalidation();

}  // namespace schemaver::books
