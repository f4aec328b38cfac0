// Script, facts and settings put together.
#include "lint/lint.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "drift/rules.hpp"
#include "lint/facts.hpp"
#include "lint/settings.hpp"
#include "pg/describe_script.hpp"
#include "pg/report.hpp"
#include "pg/table.hpp"

namespace schemaver::lint {

namespace {

// In the order of src/lint/lint.sql.
enum SettingColumn : AttrNumber { setting_rule = 1, setting_identity, setting_severity };

// A row of a later version may have come in a dump, so it is no error.
void warn_of(const core::UnknownLintRule& unknown) {
    std::vector<std::string> likely;
    for (const std::string& name : unknown.likely) likely.push_back('"' + name + '"');
    pg::warn(
        fmt::format("the table schemaver.lint_rule names the rule \"{}\", which there is not", unknown.name),
        likely.empty() ? "The row has no effect."
                       : "The row has no effect. Likely names: " + core::joined(likely, ", ") + ".",
        likely.empty()
            ? "SELECT rule, what FROM schemaver.lint_rules() lists the rules."
            : fmt::format("UPDATE schemaver.lint_rule SET rule = {} WHERE rule = {};",
                          core::quote_literal(unknown.likely.front()), core::quote_literal(unknown.name)));
}

}  // namespace

std::vector<core::LintSetting> read_settings() {
    std::vector<core::LintSetting> rows;
    pg::scan(pg::our_relation("lint_rule"), {}, pg::latest_committed(), [&](const pg::Row& row) {
        const std::string severity = row.text(setting_severity);
        rows.push_back({row.optional_text(setting_rule), row.optional_text(setting_identity),
                        severity == "off", core::lint_severity(severity)});
    });
    for (const core::UnknownLintRule& unknown : core::unknown_lint_rules(rows)) warn_of(unknown);
    return rows;
}

std::vector<core::LintFinding> lint(std::string_view sql, const Options& options) {
    const std::vector<core::LintStatement> script = pg::describe_script(sql);
    core::LintFacts facts = read_facts(script);
    facts.in_transaction = options.in_transaction || settings.in_transaction;
    return core::lint(script, facts, read_settings(), drift::is_like);
}

}  // namespace schemaver::lint
