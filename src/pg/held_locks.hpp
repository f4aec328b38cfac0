// What the running transaction holds and has done to a table, while it still stands at its end.
//
// Only locks that this transaction holds now: those of an earlier transaction of the same command (CREATE
// INDEX CONCURRENTLY has several) are gone.
#pragma once

#include <optional>
#include <string>

#include "pg/boundary.hpp"

namespace schemaver::pg {

struct TableEffect {
    std::string name;            // qualified, as an identity
    const char* lock = nullptr;  // the strongest one; nullptr: none that keeps writers or DDL of others out
    bool is_rewritten = false;   // has another file than before: rewritten or truncated
};

// Nothing: it is no table, is gone, or was made by this transaction, so nobody else could wait for it.
std::optional<TableEffect> effect_on(Oid relation);

}  // namespace schemaver::pg
