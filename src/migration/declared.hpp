// A migration that a session declares: begin_migration('018_add_faculty_columns') ... end_migration().
//
// It may span several transactions of the session. Each commit made meanwhile knows its name. What a
// transaction declares is undone with it: a begin_migration() that is rolled back, also to a savepoint, has
// not happened.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ledger/ledger.hpp"

namespace schemaver::migration {

struct Declared {
    std::int64_t id = 0;
    std::string name;
};

// The migration that this session is in; nothing: none.
std::optional<std::string> declared_migration();
// That whose part this transaction's commit is: also one that has ended in it. Valid until either changes.
const Declared* declared();

// Called at _PG_init: undoes with its transaction what was declared in it.
void register_declared();

// That this commit was made inside the migration.
void insert_declared_commit(const Declared& migration, const ledger::Uuid& timeline, std::int64_t commit);

}  // namespace schemaver::migration
