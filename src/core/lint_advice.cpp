// Put together of what the constraint says; what is written behind a new column becomes a constraint of the
// table.
#include "core/lint_advice.hpp"

#include <fmt/format.h>

#include "core/text.hpp"

namespace schemaver::core {

namespace {

using Kind = LintConstraintKind;

// The column by itself, where it is added with its constraint.
std::string column_first(const LintTable& table, const LintAction& action) {
    if (action.kind != LintActionKind::add_column) return "";
    const LintColumn& column = action.column;
    return fmt::format(
        "{} ADD COLUMN {} {}{};{}\n", alter_statement(table), quote_identifier(column.name),
        type_in_words(column.type),
        column.collation.name.empty() ? std::string() : " COLLATE " + identity_of(column.collation),
        column.default_value || column.not_null ? "  -- with its DEFAULT and NOT NULL" : "");
}

std::string text_of_foreign_key(const LintConstraint& constraint, const LintWorld& world) {
    if (!constraint.text.empty()) return constraint.text;
    const std::string columns = constraint.referenced_columns.empty()
                                    ? ""
                                    : " (" + quoted_columns(constraint.referenced_columns) + ")";
    return fmt::format("FOREIGN KEY ({}) REFERENCES {}{}{}", quoted_columns(constraint.columns),
                       lint_identity(constraint.references, world), columns, constraint.tail);
}

// Before 18 a partitioned table has no foreign key that is NOT VALID. Its partitions have, and those that are
// validated there are taken over without another look.
std::string partition_by_partition(const LintTable& table, const std::string& name, const std::string& text,
                                   const LintAction& action) {
    return column_first(table, action) +
           fmt::format(
               "-- for each partition ...:\nALTER TABLE partition ADD CONSTRAINT {0} {1} NOT VALID;\n"
               "ALTER TABLE partition VALIDATE CONSTRAINT {0};\n-- then:\n{2} ADD CONSTRAINT {0} {1};",
               name, text, alter_statement(table));
}

// An index has its parts in another order than a constraint.
std::string parts_of_index(const LintConstraint& key) {
    return fmt::format("({}){}{}", quoted_columns(key.columns),
                       key.included.empty() ? "" : " INCLUDE (" + quoted_columns(key.included) + ")",
                       key.nulls_not_distinct ? " NULLS NOT DISTINCT" : "");
}

std::string words_of_key(const LintConstraint& key) {
    return key.kind == Kind::primary_key ? "PRIMARY KEY" : "UNIQUE";
}

std::string key_by_index(const LintTable& table, const std::string& name, const LintConstraint& key) {
    return fmt::format(
        "CREATE UNIQUE INDEX CONCURRENTLY {0} ON {1} {2};\n{3} ADD CONSTRAINT {0} {4} USING INDEX {0}{5};",
        name, identity_of(table), parts_of_index(key), alter_statement(table), words_of_key(key), key.tail);
}

// The server takes neither CONCURRENTLY nor USING INDEX for a partitioned table.
std::string key_of_partitioned(const LintTable& table, const std::string& name, const LintConstraint& key) {
    const std::string_view before = key.kind == Kind::primary_key
                                        ? "-- where a column may be NULL: SET NOT NULL first, on each "
                                          "partition and then on the table ...\n"
                                        : "";
    const std::string words = words_of_key(key);
    return fmt::format(
        "{0}ALTER TABLE ONLY {1} ADD CONSTRAINT {2} {3}{4} ({5}){6}{7};\n-- then for each partition ...:\n"
        "CREATE UNIQUE INDEX CONCURRENTLY partition_key ON partition {8};\n"
        "ALTER TABLE partition ADD CONSTRAINT partition_key {3} USING INDEX partition_key{7};\n"
        "ALTER INDEX {9}.{2} ATTACH PARTITION partition_key;",
        before, identity_of(table), name, words, key.nulls_not_distinct ? " NULLS NOT DISTINCT" : "",
        quoted_columns(key.columns),
        key.included.empty() ? "" : " INCLUDE (" + quoted_columns(key.included) + ")", key.tail,
        parts_of_index(key), quote_identifier(table.schema));
}

}  // namespace

std::string alter_statement(const LintTable& table) { return "ALTER TABLE " + identity_of(table); }

std::string quoted_columns(const std::vector<std::string>& columns) {
    std::vector<std::string> quoted;
    for (const std::string& column : columns) quoted.push_back(quote_identifier(column));
    return joined(quoted, ", ");
}

std::string name_for(const LintTable& table, const LintConstraint& constraint, std::string_view suffix) {
    if (!constraint.name.empty()) return quote_identifier(constraint.name);
    std::string name = table.name;
    if (constraint.kind != Kind::primary_key)
        for (const std::string& column : constraint.columns) name += "_" + column;
    return quote_identifier(shortened(name, 55) + std::string(suffix));
}

std::string not_null_in_steps(const LintTable& table, const std::string& column) {
    return fmt::format(
        "{0} ADD CONSTRAINT {1} CHECK ({2} IS NOT NULL) NOT VALID;\n{0} VALIDATE CONSTRAINT {1};\n"
        "{0} ALTER COLUMN {2} SET NOT NULL;\n{0} DROP CONSTRAINT {1};",
        alter_statement(table), quote_identifier(table.name + "_" + column + "_not_null"),
        quote_identifier(column));
}

std::string in_two_steps(const LintTable& table, const LintConstraint& constraint, const std::string& text,
                         const LintAction& action) {
    const std::string name =
        name_for(table, constraint, constraint.kind == Kind::foreign_key ? "_fkey" : "_check");
    return column_first(table, action) +
           fmt::format("{0} ADD CONSTRAINT {1} {2} NOT VALID;\n{0} VALIDATE CONSTRAINT {1};",
                       alter_statement(table), name, text);
}

std::string foreign_key_in_steps(const LintTable& table, const LintConstraint& constraint,
                                 const LintAction& action, const LintWorld& world) {
    const std::string text = text_of_foreign_key(constraint, world);
    const bool takes_not_valid = table.kind != "partitioned table" || world.facts().server_version >= 180000;
    return takes_not_valid
               ? in_two_steps(table, constraint, text, action)
               : partition_by_partition(table, name_for(table, constraint, "_fkey"), text, action);
}

std::string key_in_steps(const LintTable& table, const LintConstraint& constraint, const LintAction& action) {
    const std::string name =
        name_for(table, constraint, constraint.kind == Kind::primary_key ? "_pkey" : "_key");
    return column_first(table, action) + (table.kind == "partitioned table"
                                              ? key_of_partitioned(table, name, constraint)
                                              : key_by_index(table, name, constraint));
}

}  // namespace schemaver::core
