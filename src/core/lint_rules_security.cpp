// Rules about who may do what, and what is switched off.
#include "core/lint_rules.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

namespace schemaver::core {

namespace {

void disabling_trigger(const LintCase& now, LintReport& report) {
    for_each_action_of(
        now.old_table(), now, LintActionKind::disable_trigger,
        [&](const LintTable& table, const LintAction& action) {
            report.add(
                {.why = action.name.empty()
                            ? fmt::format(
                                  "what the triggers of {} look after is not looked after meanwhile, foreign "
                                  "keys included where ALL is said",
                                  identity_of(table))
                            : fmt::format("what {} looks after is not looked after meanwhile",
                                          quote_identifier(action.name)),
                 .instead = fmt::format("ALTER TABLE {} ENABLE TRIGGER {};  -- in the same transaction",
                                        identity_of(table),
                                        action.name.empty() ? "ALL" : quote_identifier(action.name)),
                 .table = &table});
        });
}

void disabling_row_security(const LintCase& now, LintReport& report) {
    for_each_action_of(
        now.old_table(), now, LintActionKind::disable_row_security,
        [&](const LintTable& table, const LintAction&) {
            report.add(
                {.why =
                     fmt::format("from now on whoever may read {} reads all of its rows", identity_of(table)),
                 .instead = fmt::format("CREATE POLICY ... ON {};  -- for those who may", identity_of(table)),
                 .table = &table});
        });
}

void granting_to_public(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::grant || !now.statement.to_public) return;
    const bool is_usage = now.statement.values == std::vector<std::string>{"usage"} &&
                          (now.statement.object_kind == "type" || now.statement.object_kind == "domain");
    if (is_usage) return;
    report.add({.why = "every role that can connect gets it, and those that are made later",
                .instead = "GRANT ... TO application_role;",
                .kind = now.statement.object_kind,
                .identity = now.statement.objects.empty()
                                ? std::string()
                                : lint_identity(now.statement.objects.front(), now.world)});
}

void definer_without_path(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::create_function || !now.statement.is_security_definer ||
        now.statement.sets_search_path) {
        return;
    }
    const std::string name = identity_of(now.statement.objects.front());
    report.add({.why = fmt::format(
                    "who calls {} chooses by their search_path which tables, functions and operators it "
                    "uses with its owner's rights",
                    name),
                .instead = fmt::format("ALTER FUNCTION {} SET search_path = pg_catalog, pg_temp;", name),
                .kind = now.statement.object_kind,
                .identity = name});
}

}  // namespace

std::vector<LintRuleEntry> lint_security_rules() {
    return {
        {{"disabling-trigger", LintSeverity::warning, false, "DISABLE TRIGGER"}, disabling_trigger},
        {{"disabling-row-security", LintSeverity::error, false, "DISABLE ROW LEVEL SECURITY"},
         disabling_row_security},
        {{"granting-to-public", LintSeverity::warning, false, "GRANT ... TO PUBLIC"}, granting_to_public},
        {{"definer-without-path", LintSeverity::warning, false,
          "a SECURITY DEFINER function that does not set search_path"},
         definer_without_path},
    };
}

}  // namespace schemaver::core
