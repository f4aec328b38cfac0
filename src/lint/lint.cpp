// Script, facts and settings put together.
#include "lint/lint.hpp"

#include "drift/rules.hpp"
#include "lint/facts.hpp"
#include "lint/settings.hpp"
#include "pg/describe_script.hpp"
#include "pg/table.hpp"

namespace schemaver::lint {

namespace {

// In the order of src/lint/lint.sql.
enum SettingColumn : AttrNumber { setting_rule = 1, setting_identity, setting_severity };

}  // namespace

std::vector<core::LintSetting> read_settings() {
    std::vector<core::LintSetting> rows;
    pg::scan(pg::our_relation("lint_rule"), {}, pg::latest_committed(), [&](const pg::Row& row) {
        const std::string severity = row.text(setting_severity);
        rows.push_back({row.optional_text(setting_rule), row.optional_text(setting_identity),
                        severity == "off", core::lint_severity(severity)});
    });
    return rows;
}

std::vector<core::LintFinding> lint(std::string_view sql, const Options& options) {
    const std::vector<core::LintStatement> script = pg::describe_script(sql);
    core::LintFacts facts = read_facts(script);
    facts.in_transaction = options.in_transaction || settings.in_transaction;
    return core::lint(script, facts, read_settings(), drift::is_like);
}

}  // namespace schemaver::lint
