// The policies of this database and environment, and whether one refuses a command.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pg/server.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace schemaver::guard {

// Throws refused_by_policy, with the policy and how to go on. `tag` is the command's: "DROP TABLE".
void enforce(const std::string& tag, const Node* tree);

}  // namespace schemaver::guard
