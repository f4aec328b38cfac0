// Runs C++ inside a subtransaction, which is what it takes to swallow an error and go on.
//
//     if (auto error = pg::subtransaction([&] { record(command); })) pg::report(*error, WARNING);
//
// After an error everything that `body` did in the database is undone, and the server's state (memory
// context, resource owner, snapshots, locks, settings, SPI) is as it was before. Any exception counts as an
// error; only a cancel (57014) is never swallowed: the subtransaction is rolled back and the cancel goes on
// up.
#pragma once

#include "pg/boundary.hpp"

namespace schemaver::pg {

// The error that undid the subtransaction, or nothing: then it has been committed into its parent.
std::optional<Error> subtransaction(const std::function<void()>& body);

}  // namespace schemaver::pg
