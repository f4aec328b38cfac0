// A raw parse tree as text, in the server's notation: nodeToString(), and what it leaves out.
//
// Up to 15 nodeToString() knows no INSERT, UPDATE, DELETE or MERGE: it warns, and writes {}. Rules and SQL
// functions hold them, so here they are written as later servers write them; and CREATE RULE is written alike
// for all servers.
#pragma once

#include <string>

#include "pg/server.hpp"

namespace schemaver::pg {

// In the database's encoding. Throws core::Error (feature not supported) where a statement stands deeper in
// the tree than any stored object can have it.
std::string tree_text(Node* tree);

}  // namespace schemaver::pg
