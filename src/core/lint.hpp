// Lint: what a script would do to the live schema that its author may not want, and what to run instead.
//
//     ALTER TABLE orders ADD CHECK (price > 0);
//         adding-check, error: "reads all 12 million rows while nobody else can ..."
//         instead: ... NOT VALID; ... VALIDATE CONSTRAINT ...
//
// Pure: the script comes described (lint_statement.hpp), so do the objects it is about (lint_facts.hpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/lint_facts.hpp"
#include "core/lint_statement.hpp"

namespace schemaver::core {

enum class LintSeverity { notice, warning, error };
std::string_view to_text(LintSeverity severity);
// Nothing: it is none.
std::optional<LintSeverity> lint_severity(std::string_view text);

struct LintFinding {
    std::string rule;
    LintSeverity severity = LintSeverity::notice;
    std::size_t statement = 0;  // its number in the script, from 1; 0: of the script as a whole
    std::size_t line = 0;
    std::size_t column = 0;
    std::size_t position = 0;  // in characters, from 1
    std::string kind;          // of the object; empty: of none
    std::string identity;
    std::string why;
    std::string instead;  // statements, one a line; empty: there are none to give
};

// What a user has said of a rule, or of a rule for certain objects: off, or another severity.
struct LintSetting {
    std::optional<std::string> rule;      // nothing: all rules
    std::optional<std::string> identity;  // LIKE this; nothing: all objects
    bool is_off = false;
    std::optional<LintSeverity> severity;
};

struct LintRule {
    std::string_view name;
    LintSeverity severity;
    bool scales;  // a small table makes it a notice
    std::string_view what;
};
std::vector<LintRule> lint_rules();

// A name in the settings that no rule has: those rows never have an effect.
struct UnknownLintRule {
    std::string name;
    std::vector<std::string> likely;  // rules that may be meant, the nearest first
};
std::vector<UnknownLintRule> unknown_lint_rules(const std::vector<LintSetting>& settings);

// In the order of the script. `is_like` is the server's LIKE.
std::vector<LintFinding> lint(const std::vector<LintStatement>& script, const LintFacts& facts,
                              const std::vector<LintSetting>& settings = {},
                              bool (*is_like)(const std::string& text, const std::string& pattern) = nullptr);

// An array of objects, one for each finding.
Json lint_json(const std::vector<LintFinding>& findings);
// A SARIF 2.1.0 log, for code scanning: `file` is the script's path in its repository.
Json lint_sarif(const std::vector<LintFinding>& findings, const std::string& file,
                const std::string& version);

}  // namespace schemaver::core
