// Rules about what is there and what is not, and about names.
#include <algorithm>

#include "core/lint_rules.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

namespace schemaver::core {

namespace {

bool makes_relation(LintKind kind) {
    return kind == LintKind::create_table || kind == LintKind::create_view ||
           kind == LintKind::create_materialized_view || kind == LintKind::create_sequence;
}

LintName name_to_be(const LintCase& now) {
    const LintName& written = now.statement.objects.front();
    if (now.statement.is_temporary) return {"pg_temp", written.name};
    if (!written.schema.empty()) return written;
    // Where it would be made, whatever of that name is in a later schema of the path.
    return now.world.creation_name(written.name);
}

void object_exists(const LintCase& now, LintReport& report) {
    const LintStatement& statement = now.statement;
    if (statement.kind == LintKind::create_schema && now.world.has_schema(statement.objects.front().name)) {
        if (statement.if_exists) return;
        report.add({.why = fmt::format(
                        "the schema {} is there already: the server refuses, and so does a second run",
                        quote_identifier(statement.objects.front().name)),
                    .instead = fmt::format("CREATE SCHEMA IF NOT EXISTS {};",
                                           quote_identifier(statement.objects.front().name)),
                    .kind = "schema",
                    .identity = quote_identifier(statement.objects.front().name)});
        return;
    }
    if (makes_relation(statement.kind) && !statement.if_exists) {
        const LintTable* found = now.world.find(name_to_be(now));
        if (found == nullptr) return;
        report.add(
            {.why = fmt::format("{} is there already, a {}: the server refuses, and so does a second run",
                                identity_of(*found), found->kind),
             .instead = statement.kind == LintKind::create_view
                            ? "CREATE OR REPLACE VIEW ..."
                            : "-- IF NOT EXISTS, where what is there is what it should be",
             .table = found});
        return;
    }
    if (statement.kind != LintKind::create_index || statement.if_exists || statement.new_name.empty()) return;
    const LintTable* table = now.world.find(statement.objects.front());
    const LintTable* found = table == nullptr ? nullptr : now.world.find({table->schema, statement.new_name});
    if (found == nullptr) return;
    report.add({.why = fmt::format("{} is there already: the server refuses, and so does a second run",
                                   identity_of(*found)),
                .instead = "-- CREATE INDEX IF NOT EXISTS, where what is there is what it should be",
                .table = found});
}

bool needs_relations(const LintStatement& statement) {
    switch (statement.kind) {
        case LintKind::alter_table:
            return statement.object_kind != "type";
        case LintKind::create_index:
        case LintKind::create_trigger:
        case LintKind::create_rule:
        case LintKind::truncate:
        case LintKind::insert:
        case LintKind::update:
        case LintKind::remove:
        case LintKind::cluster:
        case LintKind::refresh:
        case LintKind::lock_table:
            return true;
        case LintKind::drop:
        case LintKind::rename:
        case LintKind::set_schema:
            return statement.object_kind == "table" || statement.object_kind == "view" ||
                   statement.object_kind == "materialized view" || statement.object_kind == "index" ||
                   statement.object_kind == "sequence" || statement.object_kind == "foreign table" ||
                   statement.object_kind == "column" || statement.object_kind == "constraint";
        default:
            return false;
    }
}

void object_missing(const LintCase& now, LintReport& report) {
    if (now.statement.if_exists && now.statement.kind != LintKind::create_index) return;
    const auto tell = [&](const LintName& name, const std::string& kind) {
        if (name.name.empty() || now.world.find(name) != nullptr) return;
        report.add({.why = fmt::format("there is no {} {}{}", kind, identity_of(name),
                                       name.schema.empty() ? " in the search_path" : ""),
                    .kind = kind,
                    .identity = identity_of(name)});
    };
    const bool is_part = now.statement.object_kind == "column" || now.statement.object_kind == "constraint" ||
                         now.statement.kind == LintKind::create_index;
    if (needs_relations(now.statement)) {
        for (const LintName& name : now.statement.objects)
            tell(name, is_part ? "table" : now.statement.object_kind);
    }
    if (now.statement.kind != LintKind::alter_table && now.statement.kind != LintKind::create_table) return;
    for (const LintAction& action : now.statement.actions) {
        const auto referenced = [&](const LintConstraint& constraint) {
            if (constraint.kind != LintConstraintKind::foreign_key) return;
            if (now.statement.kind == LintKind::create_table &&
                now.world.full_name(now.statement.objects.front()) ==
                    now.world.full_name(constraint.references)) {
                return;
            }
            tell(constraint.references, "table");
        };
        referenced(action.constraint);
        for (const LintConstraint& constraint : action.column.constraints) referenced(constraint);
        if (action.kind == LintActionKind::attach_partition ||
            action.kind == LintActionKind::detach_partition)
            tell(action.partition, "table");
    }
}

bool needs_column(LintActionKind kind) {
    return kind == LintActionKind::drop_column || kind == LintActionKind::change_type ||
           kind == LintActionKind::set_not_null || kind == LintActionKind::drop_not_null ||
           kind == LintActionKind::set_default || kind == LintActionKind::drop_default ||
           kind == LintActionKind::add_identity || kind == LintActionKind::set_expression ||
           kind == LintActionKind::drop_expression;
}

void column_missing(const LintCase& now, LintReport& report) {
    if (now.statement.objects.empty()) return;
    const LintTable* table = now.world.find(now.statement.objects.front());
    if (table == nullptr || !table->has_all_columns ||
        (table->kind != "table" && table->kind != "partitioned table")) {
        return;
    }
    std::vector<std::string> added;
    const auto tell = [&](const std::string& column, std::size_t offset) {
        if (column.empty() || contains(added, column) || find_column(*table, column) != nullptr) return;
        report.add({.why = fmt::format("{} has no column {}", identity_of(*table), quote_identifier(column)),
                    .table = table,
                    .offset = offset});
    };
    if (now.statement.kind == LintKind::create_index)
        for (const std::string& column : now.statement.values) tell(column, 0);
    if (now.statement.kind == LintKind::rename && now.statement.object_kind == "column")
        tell(now.statement.element, 0);
    if (now.statement.kind != LintKind::alter_table) return;
    for (const LintAction& action : now.statement.actions) {
        if (action.kind == LintActionKind::add_column) added.push_back(action.column.name);
        if (needs_column(action.kind) && !action.if_exists) tell(action.name, action.offset);
        if (action.kind == LintActionKind::add_constraint && action.constraint.index.empty())
            for (const std::string& column : action.constraint.columns) tell(column, action.offset);
    }
}

void column_exists(const LintCase& now, LintReport& report) {
    const LintTable* table =
        now.statement.objects.empty() ? nullptr : now.world.find(now.statement.objects.front());
    if (table == nullptr) return;
    for_each_action(now, LintActionKind::add_column, [&](const LintAction& action) {
        if (action.if_exists || find_column(*table, action.column.name) == nullptr) return;
        for (const LintAction& other : now.statement.actions)
            if (other.kind == LintActionKind::drop_column && other.name == action.column.name) return;
        report.add(
            {.why = fmt::format("{} has a column {} already: the server refuses, and so does a second run",
                                identity_of(*table), quote_identifier(action.column.name)),
             .instead = fmt::format("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {};", identity_of(*table),
                                    action.text.empty() ? quote_identifier(action.column.name) : action.text),
             .table = table,
             .offset = action.offset});
    });
}

void constraint_missing(const LintCase& now, LintReport& report) {
    const LintTable* table = now.old_table();
    if (table == nullptr || now.statement.kind != LintKind::alter_table || table->kind == "foreign table")
        return;
    std::vector<std::string> added;
    for (const LintAction& action : now.statement.actions) {
        if (action.kind == LintActionKind::add_constraint) added.push_back(action.name);
        if ((action.kind != LintActionKind::drop_constraint &&
             action.kind != LintActionKind::validate_constraint) ||
            action.if_exists || contains(added, action.name) ||
            find_constraint(*table, action.name) != nullptr) {
            continue;
        }
        report.add({.why = fmt::format("{} has no constraint {}", identity_of(*table),
                                       quote_identifier(action.name)),
                    .instead = action.kind == LintActionKind::drop_constraint
                                   ? fmt::format("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {};",
                                                 identity_of(*table), quote_identifier(action.name))
                                   : std::string(),
                    .table = table});
    }
}

void table_without_key(const LintCase& now, LintReport& report) {
    const LintStatement& statement = now.statement;
    if (statement.kind != LintKind::create_table || statement.object_kind != "table" ||
        statement.is_temporary || statement.is_partition || statement.takes_columns) {
        return;
    }
    for (const LintAction& action : statement.actions) {
        const auto is_key = [](const LintConstraint& one) {
            return one.kind == LintConstraintKind::primary_key;
        };
        if (action.kind == LintActionKind::add_constraint && is_key(action.constraint)) return;
        if (std::any_of(action.column.constraints.begin(), action.column.constraints.end(), is_key)) return;
    }
    const std::string identity = identity_of(now.world.full_name(statement.objects.front()));
    const auto& publications = now.world.facts().publications_of_all_tables;
    report.add(
        {.why = publications.empty()
                    ? "rows can be there twice, and logical replication cannot tell which one to change"
                    : fmt::format("{} publishes all tables, and without a primary key UPDATE and DELETE fail",
                                  in_a_sentence(publications)),
         .instead = fmt::format(
             "ALTER TABLE {} ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;", identity),
         .kind = "table",
         .identity = identity,
         .severity = publications.empty() ? std::nullopt : std::optional(LintSeverity::error)});
}

// Names that the statement gives.
std::vector<std::string> given_names(const LintStatement& statement) {
    std::vector<std::string> names;
    if (makes_relation(statement.kind) || statement.kind == LintKind::create_schema ||
        statement.kind == LintKind::create_type || statement.kind == LintKind::create_domain ||
        statement.kind == LintKind::create_function) {
        names.push_back(statement.objects.front().name);
    }
    if (statement.kind == LintKind::create_index || statement.kind == LintKind::rename)
        names.push_back(statement.new_name);
    for (const LintAction& action : statement.actions) {
        if (action.kind == LintActionKind::add_column) names.push_back(action.column.name);
        if (action.kind == LintActionKind::add_constraint) names.push_back(action.constraint.name);
    }
    std::erase(names, "");
    return names;
}

void name_truncated(const LintCase& now, LintReport& report) {
    for (const std::string& name : now.statement.long_names) {
        report.add({.why = fmt::format(
                        "the server keeps 63 bytes of {}, and another long name may be the same then", name),
                    .kind = now.statement.object_kind});
    }
}

void mixed_case_name(const LintCase& now, LintReport& report) {
    for (const std::string& name : given_names(now.statement)) {
        const bool has_upper =
            std::any_of(name.begin(), name.end(), [](char one) { return one >= 'A' && one <= 'Z'; });
        const bool has_blank = name.find(' ') != std::string::npos;
        if (!has_upper && !has_blank) continue;
        std::string plain = name;
        for (char& one : plain)
            one = one == ' ' ? '_' : one >= 'A' && one <= 'Z' ? static_cast<char>(one - 'A' + 'a') : one;
        report.add({.why = fmt::format(
                        "{} has to be written in double quotes, in just this case, wherever it is used",
                        quote_identifier(name)),
                    .instead = quote_identifier(plain),
                    .kind = now.statement.object_kind,
                    .identity = quote_identifier(name)});
    }
}

void reserved_name(const LintCase& now, LintReport& report) {
    for (const std::string& name : given_names(now.statement)) {
        if (now.world.facts().reserved_words.count(name) == 0) continue;
        report.add({.why = fmt::format(
                        "{} is a reserved word: it has to be written in double quotes wherever it is used",
                        quote_identifier(name)),
                    .instead = quote_identifier(name + "_"),
                    .kind = now.statement.object_kind,
                    .identity = quote_identifier(name)});
    }
}

}  // namespace

std::vector<LintRuleEntry> lint_existence_rules() {
    return {
        {{"object-exists", LintSeverity::error, false,
          "what is created is there already, and IF NOT EXISTS is not said"},
         object_exists},
        {{"object-missing", LintSeverity::error, false, "a table, view or index that is not there"},
         object_missing},
        {{"column-missing", LintSeverity::error, false, "a column that the table does not have"},
         column_missing},
        {{"column-exists", LintSeverity::error, false, "a column is added that the table has already"},
         column_exists},
        {{"constraint-missing", LintSeverity::error, false, "a constraint that the table does not have"},
         constraint_missing},
        {{"table-without-key", LintSeverity::warning, false,
          "a table without a primary key; an error where all tables are published"},
         table_without_key},
        {{"name-truncated", LintSeverity::warning, false, "a name of more than 63 bytes"}, name_truncated},
        {{"mixed-case-name", LintSeverity::notice, false,
          "a name with capitals or blanks: it needs double quotes"},
         mixed_case_name},
        {{"reserved-name", LintSeverity::notice, false, "a reserved word as a name: it needs double quotes"},
         reserved_name},
    };
}

}  // namespace schemaver::core
