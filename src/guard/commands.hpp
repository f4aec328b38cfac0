// What kind of command a parse tree is, as policies distinguish them.
#pragma once

#include "pg/server.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace schemaver::guard {

// DROP of what holds rows, DROP COLUMN, TRUNCATE, DROP ROLE: no later command brings back what was in it.
bool is_destructive(const Node* tree);

// About what all databases of the server share: roles, databases, tablespaces, its configuration. No event
// trigger tells of such.
bool is_on_server(const Node* tree);

// Of those, what cannot run inside a transaction.
bool runs_outside_transactions(const Node* tree);

// Takes a lock that readers or writers of a table that is there wait for.
bool takes_strong_lock(const Node* tree);

// Whether it is about temporary objects only, or changes no definition and loses nothing (REFRESH, REINDEX).
bool is_free(const Node* tree);

}  // namespace schemaver::guard
