// Rules about constraints: added, validated, dropped.
#include <algorithm>

#include "core/lint_advice.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

namespace schemaver::core {

namespace {

using Kind = LintConstraintKind;

// Each constraint that ALTER TABLE adds to an old table, those behind a new column included.
template <typename Visit>
void for_each_added(const LintCase& now, Kind kind, Visit visit) {
    const LintTable* table = now.stored_table();
    if (table == nullptr || now.statement.kind != LintKind::alter_table) return;
    for (const LintAction& action : now.statement.actions) {
        if (action.kind == LintActionKind::add_constraint && action.constraint.kind == kind)
            visit(*table, action, action.constraint);
        if (action.kind != LintActionKind::add_column) continue;
        for (const LintConstraint& constraint : action.column.constraints)
            if (constraint.kind == kind) visit(*table, action, constraint);
    }
}

void adding_check(const LintCase& now, LintReport& report) {
    for_each_added(
        now, Kind::check,
        [&](const LintTable& table, const LintAction& action, const LintConstraint& constraint) {
            if (!constraint.is_valid) return;
            report.add(
                {.why = fmt::format(
                     "all of {} is read to check the rows that are there, while nobody can read or "
                     "write it",
                     identity_of(table)),
                 .instead = in_two_steps(table, constraint,
                                         constraint.text.empty() ? "CHECK (...)" : constraint.text, action),
                 .table = &table,
                 .offset = action.offset});
        });
}

void adding_foreign_key(const LintCase& now, LintReport& report) {
    for_each_added(now, Kind::foreign_key,
                   [&](const LintTable& table, const LintAction& action, const LintConstraint& constraint) {
                       // A new column without a default is NULL everywhere: the server has nothing to look
                       // up.
                       const LintColumn& column = action.column;
                       const bool is_null = action.kind == LintActionKind::add_column &&
                                            !column.default_value && !column.is_stored && !column.is_identity;
                       if (!constraint.is_valid || is_null) return;
                       report.add({.why = fmt::format(
                                       "every row of {} is looked up in {}, while nobody can write to either",
                                       identity_of(table), lint_identity(constraint.references, now.world)),
                                   .instead = foreign_key_in_steps(table, constraint, action, now.world),
                                   .table = &table,
                                   .offset = action.offset});
                   });
}

bool leads(const LintIndex& index, const std::vector<std::string>& columns) {
    if (!index.is_valid || index.columns.size() < columns.size()) return false;
    return std::all_of(columns.begin(), columns.end(), [&](const std::string& column) {
        return std::find(index.columns.begin(),
                         index.columns.begin() + static_cast<std::ptrdiff_t>(columns.size()),
                         column) != index.columns.begin() + static_cast<std::ptrdiff_t>(columns.size());
    });
}

// Foreign keys of the statement, of new tables too.
template <typename Visit>
void for_each_foreign_key(const LintCase& now, Visit visit) {
    if (now.statement.kind != LintKind::alter_table && now.statement.kind != LintKind::create_table) return;
    for (const LintAction& action : now.statement.actions) {
        if (action.kind == LintActionKind::add_constraint && action.constraint.kind == Kind::foreign_key)
            visit(action, action.constraint);
        for (const LintConstraint& constraint : action.column.constraints)
            if (constraint.kind == Kind::foreign_key) visit(action, constraint);
    }
}

// A key that the statement itself makes of the columns serves as an index too.
bool has_own_key(const LintStatement& statement, const std::vector<std::string>& columns) {
    const auto is_it = [&](const LintConstraint& constraint) {
        return (constraint.kind == Kind::primary_key || constraint.kind == Kind::unique) &&
               leads({.columns = constraint.columns}, columns);
    };
    for (const LintAction& action : statement.actions) {
        if (action.kind == LintActionKind::add_constraint && is_it(action.constraint)) return true;
        if (std::any_of(action.column.constraints.begin(), action.column.constraints.end(), is_it))
            return true;
    }
    return false;
}

void foreign_key_without_index(const LintCase& now, LintReport& report) {
    for_each_foreign_key(now, [&](const LintAction& action, const LintConstraint& constraint) {
        const LintName name = now.world.full_name(now.statement.objects.front());
        const LintTable* table = now.world.find(name);
        if (has_own_key(now.statement, constraint.columns)) return;
        if (table != nullptr &&
            std::any_of(table->indexes.begin(), table->indexes.end(),
                        [&](const LintIndex& index) { return leads(index, constraint.columns); })) {
            return;
        }
        const bool is_new = table == nullptr || table->is_new;
        report.add({.why = fmt::format(
                        "no index begins with ({}): each DELETE and each change of a key in {} reads all "
                        "of {}",
                        quoted_columns(constraint.columns), lint_identity(constraint.references, now.world),
                        identity_of(name)),
                    .instead = fmt::format("CREATE INDEX {}ON {} ({});", is_new ? "" : "CONCURRENTLY ",
                                           identity_of(name), quoted_columns(constraint.columns)),
                    .kind = "table",
                    .identity = identity_of(name),
                    .offset = action.offset});
    });
}

// The columns that a foreign key points to; empty: not to be told.
std::vector<std::string> target_columns(const LintTable& target, const LintConstraint& constraint) {
    if (!constraint.referenced_columns.empty()) return constraint.referenced_columns;
    for (const LintIndex& index : target.indexes)
        if (index.is_primary) return index.columns;
    return {};
}

void foreign_key_type(const LintCase& now, LintReport& report) {
    for_each_foreign_key(now, [&](const LintAction& action, const LintConstraint& constraint) {
        const LintTable* target = now.world.find(constraint.references);
        const LintTable* table = now.world.find(now.statement.objects.front());
        if (target == nullptr) return;
        const std::vector<std::string> targets = target_columns(*target, constraint);
        for (std::size_t i = 0; i < std::min(targets.size(), constraint.columns.size()); ++i) {
            const LintColumn* there = find_column(*target, targets[i]);
            const LintColumn* here = table == nullptr ? nullptr : find_column(*table, constraint.columns[i]);
            for (const LintAction& other : now.statement.actions) {
                if (other.kind == LintActionKind::add_column && other.column.name == constraint.columns[i])
                    here = &other.column;
            }
            if (here == nullptr || there == nullptr) continue;
            std::string one = built_in_name(here->type, now.world);
            std::string other = built_in_name(there->type, now.world);
            for (std::string* name : {&one, &other}) {
                if (*name == "serial" || *name == "serial4") *name = "int4";
                if (*name == "bigserial" || *name == "serial8") *name = "int8";
            }
            if (one.empty() || other.empty() || one == other) continue;
            report.add({.why = fmt::format(
                            "{} is {} and {}.{} is {}: values that exist there may not fit here",
                            quote_identifier(constraint.columns[i]), type_in_words(here->type),
                            identity_of(*target), quote_identifier(targets[i]), type_in_words(there->type)),
                        .instead = fmt::format("{} {}", quote_identifier(constraint.columns[i]),
                                               type_in_words({{"", other}, there->type.modifiers, false})),
                        .kind = "table",
                        .identity = lint_identity(now.statement.objects.front(), now.world),
                        .offset = action.offset});
        }
    });
}

void foreign_key_target(const LintCase& now, LintReport& report) {
    for_each_foreign_key(now, [&](const LintAction& action, const LintConstraint& constraint) {
        const LintTable* target = now.world.find(constraint.references);
        if (target == nullptr || !target->has_all_columns ||
            now.world.full_name(now.statement.objects.front()) == name_of(*target)) {
            return;
        }
        std::vector<std::string> wanted = target_columns(*target, constraint);
        std::sort(wanted.begin(), wanted.end());
        const bool has_key =
            !wanted.empty() &&
            std::any_of(target->indexes.begin(), target->indexes.end(), [&](const LintIndex& index) {
                std::vector<std::string> columns = index.columns;
                std::sort(columns.begin(), columns.end());
                return index.is_unique && index.is_valid && !index.is_partial && columns == wanted;
            });
        if (has_key) return;
        report.add(
            {.why = fmt::format("{} has no primary key or unique constraint of ({}): the server refuses",
                                identity_of(*target), quoted_columns(constraint.referenced_columns)),
             .instead =
                 constraint.referenced_columns.empty()
                     ? std::string()
                     : fmt::format("CREATE UNIQUE INDEX CONCURRENTLY ON {} ({});", identity_of(*target),
                                   quoted_columns(constraint.referenced_columns)),
             .table = target,
             .offset = action.offset});
    });
}

void adding_key(const LintCase& now, LintReport& report, Kind kind) {
    for_each_added(
        now, kind, [&](const LintTable& table, const LintAction& action, const LintConstraint& constraint) {
            if (!constraint.index.empty() || constraint.without_overlaps) return;
            // Of the table alone it is an index without rows.
            if (table.kind == "partitioned table" && now.statement.is_only) return;
            report.add({.why = fmt::format("an index of all of {} is built while nobody can read or write it",
                                           identity_of(table)),
                        .instead = key_in_steps(table, constraint, action),
                        .table = &table,
                        .offset = action.offset});
        });
}

void adding_unique(const LintCase& now, LintReport& report) { adding_key(now, report, Kind::unique); }
void adding_primary_key(const LintCase& now, LintReport& report) {
    adding_key(now, report, Kind::primary_key);
}

void primary_key_of_nullable(const LintCase& now, LintReport& report) {
    for_each_added(
        now, Kind::primary_key,
        [&](const LintTable& table, const LintAction& action, const LintConstraint& constraint) {
            const LintIndex* index = find_index(table, constraint.index);
            if (index == nullptr) return;
            for (const std::string& name : index->columns) {
                const LintColumn* column = find_column(table, name);
                if (column == nullptr || column->not_null) continue;
                report.add({.why = fmt::format(
                                "{} may be NULL so far, so all of {} is read to make it NOT NULL, while "
                                "nobody can read or write it",
                                quote_identifier(name), identity_of(table)),
                            .instead = not_null_in_steps(table, name),
                            .table = &table,
                            .offset = action.offset});
                return;
            }
        });
}

// By EXCLUDE, or as a key WITHOUT OVERLAPS.
void adding_exclusion(const LintCase& now, LintReport& report) {
    const auto tell = [&](const LintTable& table, const LintAction& action,
                          const LintConstraint& constraint) {
        if (constraint.kind != Kind::exclusion && !constraint.without_overlaps) return;
        report.add({.why = fmt::format("an index of all of {} is built while nobody can read or write "
                                       "it, and there is no way to build it before",
                                       identity_of(table)),
                    .instead = "-- make a new table with the constraint, copy the rows in batches, and "
                               "exchange the names",
                    .table = &table,
                    .offset = action.offset});
    };
    for (const Kind kind : {Kind::exclusion, Kind::unique, Kind::primary_key})
        for_each_added(now, kind, tell);
}

void validating_at_once(const LintCase& now, LintReport& report) {
    if (!now.world.transaction().is_open) return;
    for_each_action_of(
        now.old_table(), now, LintActionKind::validate_constraint,
        [&](const LintTable& table, const LintAction& action) {
            if (now.world.transaction().not_valid.count({name_of(table), action.name}) == 0) return;
            report.add({.why = fmt::format(
                            "the transaction holds the lock under which {} was added as NOT VALID until the "
                            "rows are checked, so nothing is gained",
                            quote_identifier(action.name)),
                        .instead = fmt::format("COMMIT;\n{} VALIDATE CONSTRAINT {};", alter_statement(table),
                                               quote_identifier(action.name)),
                        .table = &table,
                        .offset = action.offset});
        });
}

void dropping_used_key(const LintCase& now, LintReport& report) {
    const LintTable* table = now.old_table();
    for_each_action(now, LintActionKind::drop_constraint, [&](const LintAction& action) {
        const LintConstraint* constraint = table == nullptr ? nullptr : find_constraint(*table, action.name);
        if (constraint == nullptr) return;
        std::vector<std::string> users;
        for (const LintReference& reference : table->references)
            if (!now.world.is_gone(reference) &&
                std::is_permutation(reference.columns.begin(), reference.columns.end(),
                                    constraint->columns.begin(), constraint->columns.end()))
                users.push_back(
                    fmt::format("{} on {}", quote_identifier(reference.constraint), reference.table));
        if (users.empty()) return;
        report.add({.why = action.cascade ? fmt::format("CASCADE drops the foreign keys that point to it: {}",
                                                        in_a_sentence(users))
                                          : fmt::format("the server refuses: foreign keys point to it, {}",
                                                        in_a_sentence(users)),
                    .table = table});
    });
}

void dropping_primary_key(const LintCase& now, LintReport& report) {
    const LintTable* table = now.old_table();
    for_each_action(now, LintActionKind::drop_constraint, [&](const LintAction& action) {
        const LintConstraint* constraint = table == nullptr ? nullptr : find_constraint(*table, action.name);
        if (constraint == nullptr || constraint->kind != Kind::primary_key) return;
        for (const LintAction& other : now.statement.actions)
            if (other.constraint.kind == Kind::primary_key && other.kind == LintActionKind::add_constraint)
                return;
        report.add(
            {.why = fmt::format(
                 "{} loses its primary key: rows can be there twice{}", identity_of(*table),
                 table->publications.empty() ? "" : ", and UPDATE and DELETE fail because it is published"),
             .table = table});
    });
}

void adding_domain_constraint(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::alter_domain) return;
    const LintAction& action = now.statement.actions.front();
    const bool checks = (action.kind == LintActionKind::add_constraint && action.constraint.is_valid) ||
                        action.kind == LintActionKind::set_not_null;
    const LintTypeFact* domain = now.world.find_type(now.statement.objects.front());
    if (!checks || domain == nullptr || domain->is_new || domain->users.empty()) return;
    std::vector<std::string> users;
    for (const LintDependant& user : domain->users) users.push_back(user.identity + "." + user.column);
    const std::string name = identity_of(now.world.full_type_name(now.statement.objects.front()));
    report.add(
        {.why =
             fmt::format("every table with a column of the domain is read while nobody can write to it: {}",
                         in_a_sentence(users)),
         .instead = action.constraint.text.empty()
                        ? std::string()
                        : fmt::format("ALTER DOMAIN {0} ADD CONSTRAINT {1} {2} NOT VALID;\nALTER DOMAIN {0} "
                                      "VALIDATE CONSTRAINT {1};",
                                      name,
                                      quote_identifier(action.constraint.name.empty()
                                                           ? now.statement.objects.front().name + "_check"
                                                           : action.constraint.name),
                                      action.constraint.text),
         .kind = "domain",
         .identity = name,
         .offset = action.offset});
}

}  // namespace

std::vector<LintRuleEntry> lint_constraint_rules() {
    return {
        {{"adding-check", LintSeverity::error, true,
          "CHECK without NOT VALID: the whole table is read under a lock"},
         adding_check},
        {{"adding-foreign-key", LintSeverity::error, true,
          "FOREIGN KEY without NOT VALID: every row is looked up while two tables are locked against "
          "writing"},
         adding_foreign_key},
        {{"foreign-key-without-index", LintSeverity::warning, false,
          "a foreign key whose columns no index begins with"},
         foreign_key_without_index},
        {{"foreign-key-type", LintSeverity::warning, false,
          "a foreign key of another type than what it points to"},
         foreign_key_type},
        {{"foreign-key-target", LintSeverity::error, false,
          "a foreign key to columns that no key is made of: the server refuses"},
         foreign_key_target},
        {{"adding-unique", LintSeverity::error, true,
          "UNIQUE without USING INDEX: an index is built under a lock"},
         adding_unique},
        {{"adding-primary-key", LintSeverity::error, true,
          "PRIMARY KEY without USING INDEX: an index is built under a lock"},
         adding_primary_key},
        {{"primary-key-of-nullable", LintSeverity::error, true,
          "PRIMARY KEY USING INDEX of columns that may be NULL: the whole table is read under a lock"},
         primary_key_of_nullable},
        {{"adding-exclusion", LintSeverity::error, true, "EXCLUDE: an index is built under a lock"},
         adding_exclusion},
        {{"validating-at-once", LintSeverity::warning, true,
          "VALIDATE CONSTRAINT in the transaction that added it as NOT VALID: nothing is gained"},
         validating_at_once},
        {{"dropping-used-key", LintSeverity::error, false,
          "a primary key or unique constraint is dropped that foreign keys point to"},
         dropping_used_key},
        {{"dropping-primary-key", LintSeverity::warning, false, "a table loses its primary key"},
         dropping_primary_key},
        {{"adding-domain-constraint", LintSeverity::warning, false,
          "a domain gets a constraint without NOT VALID: all tables that use it are read under a lock"},
         adding_domain_constraint},
    };
}

}  // namespace schemaver::core
