// What an action of ALTER TABLE, or a part of CREATE TABLE, leaves of a table.
#include <algorithm>

#include "core/lint_world.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

template <typename Item>
void erase_named(std::vector<Item>& items, const std::string& name) {
    std::erase_if(items, [&](const Item& item) { return item.name == name; });
}

void add_constraint(LintTable& table, LintConstraint constraint) {
    constraint.name = constraint_name(table, constraint);
    const bool is_key =
        constraint.kind == LintConstraintKind::primary_key || constraint.kind == LintConstraintKind::unique;
    if (is_key && !constraint.index.empty()) {
        for (LintIndex& index : table.indexes) {
            if (index.name != constraint.index) continue;
            constraint.columns = index.columns;
            index.constraint = constraint.name;
            index.is_primary = constraint.kind == LintConstraintKind::primary_key;
        }
    } else if (is_key) {
        table.indexes.push_back({.name = constraint.name,
                                 .columns = constraint.columns,
                                 .is_unique = true,
                                 .is_primary = constraint.kind == LintConstraintKind::primary_key,
                                 .is_plain = constraint.included.empty(),
                                 .constraint = constraint.name});
    }
    for (LintColumn& column : table.columns) {
        if ((constraint.kind == LintConstraintKind::primary_key ||
             constraint.kind == LintConstraintKind::not_null) &&
            contains(constraint.columns, column.name)) {
            column.not_null = true;
        }
    }
    table.constraints.push_back(std::move(constraint));
}

void add_column(LintTable& table, const LintColumn& column) {
    if (find_column(table, column.name) != nullptr) return;
    table.columns.push_back(column);
    table.columns.back().constraints.clear();
    for (const LintConstraint& constraint : column.constraints) add_constraint(table, constraint);
}

LintColumn* column_to_change(LintTable& table, const std::string& name) {
    return const_cast<LintColumn*>(find_column(table, name));
}

}  // namespace

std::string constraint_name(const LintTable& table, const LintConstraint& constraint) {
    if (!constraint.name.empty()) return constraint.name;
    if (!constraint.index.empty()) return constraint.index;
    const std::string columns = joined(constraint.columns, "_");
    switch (constraint.kind) {
        case LintConstraintKind::primary_key:
            return table.name + "_pkey";
        case LintConstraintKind::unique:
            return table.name + "_" + columns + "_key";
        case LintConstraintKind::foreign_key:
            return table.name + "_" + columns + "_fkey";
        case LintConstraintKind::exclusion:
            return table.name + "_" + columns + "_excl";
        case LintConstraintKind::not_null:
            return table.name + "_" + columns + "_not_null";
        default:
            return table.name + (columns.empty() ? "" : "_" + columns) + "_check";
    }
}

void apply_action(LintTable& table, const LintAction& action) {
    LintColumn* column = column_to_change(table, action.name);
    switch (action.kind) {
        case LintActionKind::add_column:
            return add_column(table, action.column);
        case LintActionKind::drop_column:
            erase_named(table.columns, action.name);
            std::erase_if(table.indexes,
                          [&](const LintIndex& index) { return contains(index.columns, action.name); });
            std::erase_if(table.constraints, [&](const LintConstraint& constraint) {
                return contains(constraint.columns, action.name);
            });
            return;
        case LintActionKind::add_constraint:
            return add_constraint(table, action.constraint);
        case LintActionKind::drop_constraint:
            erase_named(table.constraints, action.name);
            std::erase_if(table.indexes,
                          [&](const LintIndex& index) { return index.constraint == action.name; });
            return;
        case LintActionKind::validate_constraint:
            for (LintConstraint& constraint : table.constraints)
                constraint.is_valid |= constraint.name == action.name;
            return;
        case LintActionKind::change_type:
            if (column == nullptr) return;
            column->type = action.column.type;
            column->collation = action.column.collation;
            return;
        case LintActionKind::set_not_null:
        case LintActionKind::drop_not_null:
            if (column != nullptr) column->not_null = action.kind == LintActionKind::set_not_null;
            return;
        case LintActionKind::set_default:
            if (column != nullptr) column->default_value = action.column.default_value;
            return;
        case LintActionKind::drop_default:
            if (column != nullptr) column->default_value.reset();
            return;
        case LintActionKind::drop_expression:
            if (column != nullptr) column->is_stored = false;
            return;
        case LintActionKind::set_logged:
        case LintActionKind::set_unlogged:
            table.is_unlogged = action.kind == LintActionKind::set_unlogged;
            return;
        default:
            return;
    }
}

}  // namespace schemaver::core
