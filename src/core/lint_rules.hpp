// What rules are made of: each is a row of a table and a pure function that looks at one statement.
//
//     {{"adding-check", LintSeverity::error, true, "CHECK is added without NOT VALID: ..."}, adding_check}
//
// A rule says what it has found; how bad that is, by the size of the table and the user's settings, is
// decided in lint.cpp.
#pragma once

#include "core/lint.hpp"
#include "core/lint_world.hpp"

namespace schemaver::core {

struct LintCase {
    const LintStatement& statement;
    std::size_t number;
    const LintWorld& world;  // before the statement

    // Where a function runs it: the function, and the statement of the script that calls it.
    std::string function = {};
    const LintStatement* caller = nullptr;
    bool is_conditional = false;  // it may run or not

    // The table that an ALTER TABLE or CREATE INDEX is about, where it was there before the script.
    const LintTable* old_table() const;
    // The same where it has rows of its own to be read or written anew: no foreign table, no composite type.
    const LintTable* stored_table() const;
};

struct LintFound {
    std::string why;
    std::string instead = {};
    const LintTable* table = nullptr;  // whose size counts, and what the finding is about
    std::string kind = {};             // of another object
    std::string identity = {};
    std::size_t offset = 0;  // in the statement's text
    std::optional<LintSeverity> severity = {};
};

class LintReport {
  public:
    virtual void add(LintFound found) = 0;

  protected:
    ~LintReport() = default;
};

struct LintRuleEntry {
    LintRule rule;
    void (*check)(const LintCase& now, LintReport& report);
};

std::vector<LintRuleEntry> lint_column_rules();
std::vector<LintRuleEntry> lint_type_rules();
std::vector<LintRuleEntry> lint_constraint_rules();
std::vector<LintRuleEntry> lint_index_rules();
std::vector<LintRuleEntry> lint_destructive_rules();
std::vector<LintRuleEntry> lint_rewrite_rules();
std::vector<LintRuleEntry> lint_transaction_rules();
std::vector<LintRuleEntry> lint_existence_rules();
std::vector<LintRuleEntry> lint_security_rules();

// "public.people", for a sentence.
std::string lint_identity(const LintName& name, const LintWorld& world);
bool is_small(const LintTable& table, const LintLimits& limits);
// "about 1200000 rows, 84 MB"
std::string size_in_words(const LintTable& table);

// What a change of a column's type costs.
enum class LintTypeChange { free, indexes, rewrite };
LintTypeChange lint_type_change(const LintType& from, const LintType& to, const LintWorld& world);
// The same of an ALTER COLUMN ... TYPE, with its USING and COLLATE.
LintTypeChange lint_type_change(const LintColumn& column, const LintAction& action, const LintWorld& world);
// int4: integer; varchar with 20: character varying(20)
std::string type_in_words(const LintType& type);
// pg_catalog's, or of a domain over it; empty: another one.
std::string built_in_name(const LintType& type, const LintWorld& world);

// The kinds of statements and actions, as rules walk them.
template <typename Visit>
void for_each_action(const LintCase& now, LintActionKind kind, Visit visit) {
    if (now.statement.kind != LintKind::alter_table) return;
    for (const LintAction& action : now.statement.actions)
        if (action.kind == kind) visit(action);
}

// The same of a table (nullptr: of none), as old_table() and stored_table() give it.
template <typename Visit>
void for_each_action_of(const LintTable* table, const LintCase& now, LintActionKind kind, Visit visit) {
    if (table == nullptr) return;
    for_each_action(now, kind, [&](const LintAction& action) { visit(*table, action); });
}

// And of the column that it is about, where the table has it.
template <typename Visit>
void for_each_column_action(const LintTable* table, const LintCase& now, LintActionKind kind, Visit visit) {
    for_each_action_of(table, now, kind, [&](const LintTable& found, const LintAction& action) {
        if (const LintColumn* column = find_column(found, action.name)) visit(found, *column, action);
    });
}

// Each column that the statement adds or creates.
template <typename Visit>
void for_each_new_column(const LintCase& now, Visit visit) {
    if (now.statement.kind != LintKind::alter_table && now.statement.kind != LintKind::create_table) return;
    for (const LintAction& action : now.statement.actions)
        if (action.kind == LintActionKind::add_column) visit(action);
}

}  // namespace schemaver::core
