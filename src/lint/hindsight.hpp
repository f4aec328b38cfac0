// The findings for a commit of the ledger: its commands, as the tables were before it.
#pragma once

#include "core/lint.hpp"

namespace schemaver::lint {

// `statement` is the number of the command. Throws core::Error (unknown_point).
std::vector<core::LintFinding> lint_commit(std::int64_t commit);

}  // namespace schemaver::lint
