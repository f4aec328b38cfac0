// Lint with the live catalog: the findings for a script.
//
//     for (const core::LintFinding& finding : lint::lint("ALTER TABLE orders ADD CHECK (price > 0)")) ...
//
// Nothing of the script is run, and no lock is taken that might have to wait.
#pragma once

#include <string_view>
#include <vector>

#include "core/lint.hpp"

namespace schemaver::lint {

struct Options {
    bool in_transaction = false;  // the whole script runs in one transaction
};

// In the order of the script, by the settings of this database. Throws core::Error (SV050) for what is no
// SQL.
std::vector<core::LintFinding> lint(std::string_view sql, const Options& options = {});

}  // namespace schemaver::lint
