// Restore rules on tables and their columns.
//
// pg_dump writes a table's rows as COPY with a list of its columns, generated ones left out. So a column of
// the backup must be here and take the values; a column that only this side has gets its default.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/diff.hpp"
#include "core/properties.hpp"
#include "core/restore_commands.hpp"
#include "core/restore_rules.hpp"
#include "core/restore_table_report.hpp"
#include "core/restore_types.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr int deepest_partition = 32;  // of partitions of partitions; a forged backup could hold a ring

// Missing tables
// -------------------------------------------------------------------------------------------------

const Object* other_relation(const Schema& schema, const std::string& identity) {
    for (const char* kind : {"view", "materialized view", "foreign table"})
        if (const Object* object = find(schema, kind, identity)) return object;
    return nullptr;
}

std::string command_to_create(const RuleContext& context, const Object& table) {
    const auto names = identifier_parts(table.identity);
    return context.hint_to_change(fmt::format(
        "pg_restore --schema-only --schema={} --table={} --dbname={} {}", shell_word(names.front()),
        shell_word(names.back()), database_word(context.target), backup_file_word(context.backup)));
}

void report_missing_table(RuleContext& context, const Object& table) {
    const Json& structure = structure_of(table);
    const std::string parent = text_of(structure, "partition_of");
    const auto columns = counted(objects_of(structure, "columns").size(), "column");
    if (const Object* other = other_relation(*context.target.objects, table.identity))
        context.error("object kind", "table", table.identity,
                      fmt::format("{} is a table in the backup and a {} here.", table.identity, other->kind),
                      "");
    else if (!parent.empty() && find(*context.target.objects, "table", parent) != nullptr)
        context.error(
            "missing table", "table", table.identity,
            fmt::format("The backup holds rows of {}, a partition of {}, and this database has no such "
                        "partition.",
                        table.identity, parent),
            context.hint_to_change("Create the partition, or dump again with pg_dump "
                                   "--load-via-partition-root, which loads rows by way of the parent."));
    else
        context.error("missing table", "table", table.identity,
                      fmt::format("The backup holds rows of {} ({}), and this database has no such table.",
                                  table.identity, columns),
                      command_to_create(context, table));
}

void report_missing_parent(RuleContext& context, const Object& table) {
    context.warning(
        "missing table", "table", table.identity,
        fmt::format("The partitioned table {} is not here. Its partitions, which hold the rows, are "
                    "checked one by one.",
                    table.identity),
        command_to_create(context, table));
}

// Columns
// --------------------------------------------------------------------------------------------------------

bool is_generated(const Json& column) { return has(column, "generated"); }

// A domain's NOT NULL and default count as the column's own.
bool domain_has(const Schema& schema, std::string type, std::string_view property) {
    for (int i = 0; i < deepest_partition; ++i) {
        const Json* domain = structure_of_type(schema, type);
        if (domain == nullptr || text_of(*domain, "type") != "domain") return false;
        if (has(*domain, property)) return true;
        type = text_of(*domain, "base");
    }
    return false;
}

bool refuses_null(const Json& column, const Schema& schema) {
    return is_true(column, "not_null") || domain_has(schema, text_of(column, "type"), "not_null");
}

bool fills_itself(const Json& column, const Schema& schema) {
    return has(column, "default") || has(column, "identity") || is_generated(column) ||
           domain_has(schema, text_of(column, "type"), "default");
}

class ColumnRules {
  public:
    explicit ColumnRules(TableReport& report)
        : report_(report),
          context_(report.context),
          from_(*report.context.backup.objects),
          to_(*report.context.target.objects) {}

    void check_all() {
        const Json& backup = structure_of(report_.backup);
        const Json& target = structure_of(report_.target);
        const Columns there = by_name(backup);
        const Columns here = by_name(target);
        for (const Json* column : objects_of(backup, "columns")) {
            const auto place = here.find(text_of(*column, "name"));
            if (place == here.end())
                missing(*column);
            else
                both(*column, *place->second);
        }
        for (const Json* column : objects_of(target, "columns"))
            if (!there.contains(text_of(*column, "name"))) extra(*column);
    }

  private:
    using Columns = std::map<std::string, const Json*>;

    TableReport& report_;
    RuleContext& context_;
    const Schema& from_;
    const Schema& to_;

    static Columns by_name(const Json& structure) {
        Columns columns;
        for (const Json* column : objects_of(structure, "columns"))
            columns[text_of(*column, "name")] = column;
        return columns;
    }

    static std::string name_of(const Json& column) { return quote_identifier(text_of(column, "name")); }

    std::string identity_of(const Json& column) const {
        return report_.target.identity + "." + name_of(column);
    }

    std::string alter(const std::string& action) const {
        return fmt::format("ALTER TABLE {} {};", report_.target.identity, action);
    }

    std::string alter_column(const Json& column, const std::string& action) const {
        return context_.hint_to_change(alter(fmt::format("ALTER COLUMN {} {}", name_of(column), action)));
    }

    bool is_news(const char* check, const Json& column) {
        return report_.is_news(check, text_of(column, "name"));
    }

    void missing(const Json& column) {
        const std::string hint =
            context_.hint_to_change(alter("ADD COLUMN " + name_of(column) + " " + column_in_words(column)));
        if (!is_news("missing column", column)) return;
        if (is_generated(column))
            context_.warning(
                "missing column", "table column", identity_of(column),
                fmt::format("The generated column {} is not here. Its values are computed, so none "
                            "is lost.",
                            identity_of(column)),
                hint);
        else
            context_.error(
                "missing column", "table column", identity_of(column),
                fmt::format("The backup holds values of {} ({}), and this database has no such column.",
                            identity_of(column), column_in_words(column)),
                hint);
    }

    void both(const Json& backup, const Json& target) {
        if (is_generated(backup)) {
            was_generated(backup, target);
        } else if (is_generated(target)) {
            if (is_news("generated column", target))
                context_.error(
                    "generated column", "table column", identity_of(target),
                    fmt::format("{} is generated here, so the values of the backup cannot be loaded "
                                "into it.",
                                identity_of(target)),
                    alter_column(target, "DROP EXPRESSION"));
        } else {
            type(backup, target);
            not_null(backup, target);
            domain_constraints(backup, target);
        }
    }

    // Few columns are of a domain, and to find out what is known of a table's rows is work.
    void domain_constraints(const Json& backup, const Json& target) {
        const std::string type = text_of(target, "type");
        const Json* structure = structure_of_type(to_, element_type(type));
        if (structure == nullptr || text_of(*structure, "type") != "domain") return;
        check_domain_constraints(context_, text_of(backup, "type"), type,
                                 is_array(target) ? nullptr : &report_.known(), name_of(target));
    }

    void was_generated(const Json& backup, const Json& target) {
        if (!is_generated(target)) {
            if (is_news("generated column", target))
                context_.warning(
                    "generated column", "table column", identity_of(target),
                    fmt::format("{} was generated in the backup, which therefore holds no values of "
                                "it; here it is an ordinary column and gets its default.",
                                identity_of(target)),
                    "");
            required(target);
        } else if (!same_expression(expression_of(backup, "generated"), expression_of(target, "generated"),
                                    context_.normalise) &&
                   is_news("generated column", target)) {
            context_.warning(
                "generated column", "table column", identity_of(target),
                fmt::format("{} is generated as ({}) in the backup and as ({}) here, so its values "
                            "will differ.",
                            identity_of(target), expression_of(backup, "generated"),
                            expression_of(target, "generated")),
                "");
        }
    }

    static bool is_array(const Json& column) { return text_of(column, "type").ends_with("[]"); }

    // A text that a check keeps short enough fits a character varying(n).
    TypeFit fit(const Json& column, const std::string& from, const std::string& to) {
        TypeFit result = fit_of(from, from_, to, to_);
        if (result.fit != Fit::narrows || !is_string_type(from, from_)) return result;
        const auto longest = report_.known().longest(name_of(column));
        if (longest && takes_strings_up_to(*longest, to, to_)) return {Fit::widens, "every value fits"};
        return result;
    }

    void type(const Json& backup, const Json& target) {
        const std::string from = text_of(backup, "type");
        const std::string to = text_of(target, "type");
        const TypeFit result = fit(backup, from, to);
        if (result.fit == Fit::same || !is_news("column type", target)) return;
        const std::string detail =
            fmt::format("{} is {} in the backup and {} here: {}.", identity_of(target), from, to, result.why);
        const std::string hint = alter_column(target, fmt::format("TYPE {}", from));
        if (result.fit == Fit::narrows)
            context_.error("column type", "table column", identity_of(target), detail, hint);
        else if (result.fit == Fit::changes)
            context_.warning("column type", "table column", identity_of(target), detail, hint);
        else
            context_.info("column type", "table column", identity_of(target), detail, "");
    }

    void not_null(const Json& backup, const Json& target) {
        if (!refuses_null(target, to_) || refuses_null(backup, from_) ||
            report_.known().is_not_null(name_of(backup)) || !is_news("not null", target))
            return;
        context_.error(
            "not null", "table column", identity_of(target),
            fmt::format("{} may be NULL in the backup and is NOT NULL here: rows with NULL would be "
                        "refused.",
                        identity_of(target)),
            is_true(target, "not_null") ? alter_column(target, "DROP NOT NULL")
                                        : context_.hint_to_change(fmt::format(
                                              "ALTER DOMAIN {} DROP NOT NULL;", text_of(target, "type"))));
    }

    void extra(const Json& column) {
        if (required(column) || !is_news("extra column", column)) return;
        context_.info("extra column", "table column", identity_of(column),
                      fmt::format("The backup has no {}; it gets its default.", identity_of(column)), "");
    }

    // A column that COPY gives no value to, and that has none of its own.
    bool required(const Json& column) {
        if (!refuses_null(column, to_) || fills_itself(column, to_)) return false;
        if (is_news("required column", column))
            context_.error(
                "required column", "table column", identity_of(column),
                fmt::format("{} is NOT NULL without a default here, and the backup has no values for it: "
                            "every row would be refused.",
                            identity_of(column)),
                context_.hint_to_change(
                    alter(fmt::format("ALTER COLUMN {} SET DEFAULT ...", name_of(column)))));
        return true;
    }
};

// All tables
// -----------------------------------------------------------------------------------------------------

int partition_depth(const Schema& schema, const Object& table) {
    int depth = 0;
    const Object* current = &table;
    while (current != nullptr && depth < deepest_partition) {
        const std::string parent = text_of(structure_of(*current), "partition_of");
        if (parent.empty()) break;
        current = find(schema, "table", parent);
        ++depth;
    }
    return depth;
}

std::map<std::string, std::vector<const Object*>> unique_indexes(const Schema& schema) {
    std::map<std::string, std::vector<const Object*>> by_table;
    for (const Object& object : schema) {
        if (object.kind != "index") continue;
        const Json& index = structure_of(object);
        if (is_true(index, "unique") && !has(index, "constraint") && !is_true(index, "invalid"))
            by_table[text_of(index, "table")].push_back(&object);
    }
    return by_table;
}

std::map<std::string, std::vector<const Object*>> partitions(const Schema& schema) {
    std::map<std::string, std::vector<const Object*>> by_parent;
    for (const Object& object : schema) {
        const std::string parent =
            object.kind == "table" ? text_of(structure_of(object), "partition_of") : std::string{};
        if (!parent.empty()) by_parent[parent].push_back(&object);
    }
    return by_parent;
}

std::vector<const Object*> parents_first(const Schema& schema) {
    std::multimap<int, const Object*> by_depth;
    for (const Object& object : schema)
        if (object.kind == "table") by_depth.emplace(partition_depth(schema, object), &object);
    std::vector<const Object*> tables;
    for (const auto& [depth, table] : by_depth) tables.push_back(table);
    return tables;
}

bool has_domains(const Schema& schema) {
    return std::any_of(schema.begin(), schema.end(), [](const Object& object) {
        return object.kind == "type" && text_of(structure_of(object), "type") == "domain";
    });
}

// Whether its definition is all that the rules look at: it has nothing beside it that may differ (partitions,
// the index of a constraint), and nothing that its rows may not meet although it is there.
bool stands_alone(const Json& structure) {
    if (has(structure, "partition_of") || has(structure, "partition_by")) return false;
    const auto constraints = objects_of(structure, "constraints");
    const bool are_met = std::all_of(constraints.begin(), constraints.end(), [](const Json* constraint) {
        const std::string type = text_of(*constraint, "type");
        return (type == "primary key" || type == "check" || type == "foreign key") &&
               !has(*constraint, "not_valid") && !has(*constraint, "not_enforced");
    });
    const auto columns = objects_of(structure, "columns");
    return are_met && std::none_of(columns.begin(), columns.end(),
                                   [](const Json* column) { return has(*column, "not_null_not_valid"); });
}

// Of most tables of most backups nothing has to be asked.
bool is_the_same_alone(const Object& there, const Object& here, const TableNotes& notes) {
    return structure_of(there) == structure_of(here) && stands_alone(structure_of(here)) &&
           !notes.target_indexes.contains(here.identity);
}

}  // namespace

void check_tables(RuleContext& context) {
    // A column's type is looked up by its name, so of a domain the table does not tell.
    const bool may_be_plain = !has_domains(*context.backup.objects) && !has_domains(*context.target.objects);
    TableNotes notes;
    notes.backup_indexes = unique_indexes(*context.backup.objects);
    notes.target_indexes = unique_indexes(*context.target.objects);
    notes.backup_partitions = partitions(*context.backup.objects);
    notes.target_partitions = partitions(*context.target.objects);
    for (const Object* table : parents_first(*context.backup.objects)) {
        const Object* here = find(*context.target.objects, "table", table->identity);
        if (here == nullptr && holds_rows(*table)) {
            report_missing_table(context, *table);
        } else if (here == nullptr) {
            report_missing_parent(context, *table);
        } else if (!(may_be_plain && is_the_same_alone(*table, *here, notes))) {
            TableReport report{context, *table, *here, notes};
            ColumnRules{report}.check_all();
            check_constraints(report);
            check_partitioning(report);
        }
    }
    for (const Object& table : *context.target.objects)
        if (table.kind == "table" && find(*context.backup.objects, "table", table.identity) == nullptr)
            context.info("extra table", "table", table.identity,
                         fmt::format("The backup has no table {}; it stays as it is.", table.identity), "");
}

}  // namespace schemaver::core
