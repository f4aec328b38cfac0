// What users say of rules: the rows of schemaver.lint_rule.
#pragma once

#include "core/lint.hpp"

namespace schemaver::lint {

// With a WARNING for each rule that there is not.
std::vector<core::LintSetting> read_settings();

}  // namespace schemaver::lint
