// Statements that lint proposes instead, as several rules have them.
//
//     not_null_in_steps(orders, "price")      ADD CONSTRAINT ... CHECK (price IS NOT NULL) NOT VALID;
//     VALIDATE ...
#pragma once

#include "core/lint_rules.hpp"

namespace schemaver::core {

// "ALTER TABLE public.people"
std::string alter_statement(const LintTable& table);
// "name, \"Second Name\""
std::string quoted_columns(const std::vector<std::string>& columns);
// Its own, or what it might be called.
std::string name_for(const LintTable& table, const LintConstraint& constraint, std::string_view suffix);

// NOT NULL without a scan under the lock: by a CHECK that is validated before.
std::string not_null_in_steps(const LintTable& table, const std::string& column);

// A CHECK or foreign key as NOT VALID, which holds for new rows from then on; then the old ones.
std::string in_two_steps(const LintTable& table, const LintConstraint& constraint, const std::string& text,
                         const LintAction& action);
std::string foreign_key_in_steps(const LintTable& table, const LintConstraint& constraint,
                                 const LintAction& action, const LintWorld& world);
// A unique constraint or primary key by an index that is built CONCURRENTLY.
std::string key_in_steps(const LintTable& table, const LintConstraint& constraint, const LintAction& action);

}  // namespace schemaver::core
