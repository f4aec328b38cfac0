// What the rules of compatibility share: the two schemas, and the list that they add to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/compatibility.hpp"
#include "core/new_names.hpp"

namespace schemaver::core {

struct CompatibilityContext {
    const Schema& known;  // what the applications know
    const Schema& found;  // what they work on
    const std::vector<Rename>& renames;
    const std::vector<ColumnRename>& columns;
    const Normalise& normalise;
    std::vector<Break> breaks;

    void add(const Object& object, std::string property, std::string reason, std::string hint = {}) {
        breaks.push_back(
            {"", object.kind, object.identity, std::move(property), std::move(reason), std::move(hint)});
    }

    // A relation that applications know nothing of, or that has gone: what hangs on it is no matter of its
    // own.
    bool is_new(const std::string& relation) const;
    bool is_gone(const std::string& relation) const;

    // What the relation's columns are called that applications know by another name.
    ColumnNames renamed_columns(const Object& relation) const {
        ColumnNames names;
        for (const ColumnRename& column : columns)
            if (column.kind == relation.kind && column.identity == relation.identity)
                names[column.former] = column.name;
        return names;
    }

    std::string normal(const std::string& sql) const {
        return normalise && !sql.empty() ? normalise(sql) : sql;
    }
};

// A table, view, materialized view or foreign table of that name, whatever its kind.
const Object* find_relation(const Schema& schema, const std::string& identity);

// Why values of the type that is known are refused or come otherwise; nothing: they do not.
std::optional<std::string> trouble_with_type(const CompatibilityContext& context, const std::string& known,
                                             const std::string& found);

// Columns of relations and fields of composite types.
void check_relation(CompatibilityContext& context, const Object& known, const Object& found);
// Constraints and unique indexes: what is asked of rows, and what ON CONFLICT can name.
void check_table_constraints(CompatibilityContext& context, const Object& known, const Object& found);
void check_unique_index(CompatibilityContext& context, const Object& index, bool appears);
// Enums, domains, composite and other types.
void check_type(CompatibilityContext& context, const Object& known, const Object& found);
// Functions, procedures and aggregates: whether the calls that are known can be made, with the same result.
void check_routine(CompatibilityContext& context, const Object& known, const Object& found);
const Object* stand_in(const CompatibilityContext& context, const Object& routine);
// Owner, privileges and row security.
void check_access(CompatibilityContext& context, const Object& known, const Object& found);

}  // namespace schemaver::core
