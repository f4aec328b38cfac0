// The SQL functions.
#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "lint/hindsight.hpp"
#include "lint/lint.hpp"
#include "pg/query.hpp"
#include "pg/result_set.hpp"

namespace schemaver::lint {

namespace {

pg::Value number_value(std::size_t number) { return Int32GetDatum(static_cast<std::int32_t>(number)); }

void add_rows(pg::ResultSet& rows, const std::vector<core::LintFinding>& findings) {
    for (const core::LintFinding& finding : findings) {
        rows.add({pg::text_datum(finding.rule), pg::text_datum(core::to_text(finding.severity)),
                  number_value(finding.statement), number_value(finding.line), number_value(finding.column),
                  pg::text_or_null(finding.kind), pg::text_or_null(finding.identity),
                  pg::text_datum(finding.why), pg::text_or_null(finding.instead)});
    }
}

core::LintSeverity severity_argument(const std::string& text) {
    const auto severity = core::lint_severity(text);
    if (!severity)
        throw core::Error(core::sqlstate::invalid_argument, fmt::format("there is no severity \"{}\"", text),
                          "Severities are notice, warning and error.",
                          "SELECT schemaver.assert_lint('...', 'warning');");
    return *severity;
}

}  // namespace

// lint(sql text)
SCHEMAVER_FUNCTION(schemaver_lint)(pg::Arguments arguments) {
    pg::ResultSet rows(arguments);
    add_rows(rows, lint(arguments.required_text(0, "sql")));
    return rows.done();
}

// lint_json(sql text)
SCHEMAVER_FUNCTION(schemaver_lint_json)(pg::Arguments arguments) {
    return {pg::jsonb_datum(core::lint_json(lint(arguments.required_text(0, "sql"))))};
}

// lint_sarif(sql text, file text)
SCHEMAVER_FUNCTION(schemaver_lint_sarif)(pg::Arguments arguments) {
    const auto version = pg::query(
        "SELECT extversion FROM pg_catalog.pg_extension WHERE extname "
        "OPERATOR(pg_catalog.=) 'schemaver'");
    return {pg::jsonb_datum(core::lint_sarif(lint(arguments.required_text(0, "sql")),
                                             arguments.required_text(1, "file"),
                                             version.empty() ? "" : version.front().front().value_or("")))};
}

// assert_lint(sql text, severity text)
SCHEMAVER_FUNCTION(schemaver_assert_lint)(pg::Arguments arguments) {
    const core::LintSeverity limit = severity_argument(arguments.required_text(1, "severity"));
    const std::vector<core::LintFinding> findings = lint(arguments.required_text(0, "sql"));
    std::vector<std::string> lines;
    for (const core::LintFinding& finding : findings) {
        if (finding.severity < limit) continue;
        lines.push_back(fmt::format("line {}: {} ({}): {}", finding.line, finding.rule,
                                    core::to_text(finding.severity), finding.why));
    }
    if (lines.empty()) return {Int64GetDatum(static_cast<std::int64_t>(findings.size()))};
    throw core::Error(
        core::sqlstate::lint_findings,
        fmt::format("lint() has {} of severity {} or worse", core::counted(lines.size(), "finding"),
                    core::to_text(limit)),
        core::joined(lines, "\n"),
        "SELECT * FROM schemaver.lint('...') has what to run instead; the table schemaver.lint_rule says "
        "which rules do not hold here.");
}

// lint_rules()
SCHEMAVER_FUNCTION(schemaver_lint_rules)(pg::Arguments arguments) {
    pg::ResultSet rows(arguments);
    for (const core::LintRule& rule : core::lint_rules()) {
        rows.add({pg::text_datum(rule.name), pg::text_datum(core::to_text(rule.severity)),
                  BoolGetDatum(rule.scales), pg::text_datum(rule.what)});
    }
    return rows.done();
}

// lint_commit(commit bigint)
SCHEMAVER_FUNCTION(schemaver_lint_commit)(pg::Arguments arguments) {
    if (arguments.is_null(0))
        throw core::Error(core::sqlstate::null_argument, "argument \"commit\" must not be NULL");
    pg::ResultSet rows(arguments);
    add_rows(rows, lint_commit(arguments.integer(0, 0)));
    return rows.done();
}

}  // namespace schemaver::lint
