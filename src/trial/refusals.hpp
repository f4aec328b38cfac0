// What a trial does not run, because no rollback would undo it: statements by their parse tree, functions by
// name and language.
//
// Example: CREATE INDEX CONCURRENTLY, COPY ... TO PROGRAM, PREPARE; pg_advisory_lock(), dblink_exec().
#pragma once

#include <optional>
#include <string>

#include "pg/server.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace schemaver::trial {

struct Refusal {
    std::string reason;   // a sentence
    std::string instead;  // what to do, a sentence
};

std::optional<Refusal> refusal_of(const Node* statement);

// One that is about to be called, by whatever statement.
std::optional<Refusal> refusal_of_function(Oid function);

}  // namespace schemaver::trial
