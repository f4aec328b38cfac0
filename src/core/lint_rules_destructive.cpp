// Rules about what is lost: dropped, renamed, emptied, changed everywhere.
#include <algorithm>

#include "core/lint_rules.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

namespace schemaver::core {

namespace {

bool is_drop_of(const LintStatement& statement, std::string_view kind) {
    return statement.kind == LintKind::drop && statement.object_kind == kind;
}

// Whether the statement drops it too: DROP TABLE orders, customers.
bool is_dropped_along(const LintCase& now, const std::string& identity) {
    return now.statement.kind == LintKind::drop &&
           std::any_of(now.statement.objects.begin(), now.statement.objects.end(),
                       [&](const LintName& name) { return lint_identity(name, now.world) == identity; });
}

std::string foreign_key_in_words(const LintReference& reference) {
    return fmt::format("foreign key {} on {}", quote_identifier(reference.constraint), reference.table);
}

std::vector<std::string> dependants_of(const LintTable& table, const LintCase& now) {
    std::vector<std::string> users;
    for (const LintDependant& user : table.dependants) {
        // A policy is of the table itself: it goes along.
        if (user.kind == "policy" || now.world.is_gone(user) || is_dropped_along(now, user.identity))
            continue;
        const std::string text = user.kind + " " + user.identity;
        if (!contains(users, text)) users.push_back(text);
    }
    for (const LintReference& reference : table.references) {
        if (reference.table == identity_of(table) || now.world.is_gone(reference) ||
            is_dropped_along(now, reference.table)) {
            continue;
        }
        users.push_back(foreign_key_in_words(reference));
    }
    return users;
}

void dropping_table(const LintCase& now, LintReport& report) {
    if (!is_drop_of(now.statement, "table")) return;
    for (const LintName& name : now.statement.objects) {
        const LintTable* table = now.world.find(name);
        if (table == nullptr || table->is_new) continue;
        const std::string identity = identity_of(*table);
        report.add({.why = fmt::format("{} and its rows are gone for good", identity),
                    .instead = fmt::format("ALTER TABLE {} RENAME TO {};  -- and drop it some weeks later",
                                           identity, quote_identifier(table->name + "_to_be_dropped")),
                    .table = table});
    }
}

void dropping_view(const LintCase& now, LintReport& report) {
    if (!is_drop_of(now.statement, "view") && !is_drop_of(now.statement, "materialized view")) return;
    for (const LintName& name : now.statement.objects) {
        const LintTable* view = now.world.find(name);
        if (view == nullptr || view->is_new) continue;
        report.add({.why = fmt::format("applications that read {} fail from now on", identity_of(*view)),
                    .instead = view->kind == "view"
                                   ? "CREATE OR REPLACE VIEW ...;  -- keeps it and its privileges, "
                                     "where columns are only added at the end"
                                   : "",
                    .table = view});
    }
}

void dropping_schema(const LintCase& now, LintReport& report) {
    if (!is_drop_of(now.statement, "schema")) return;
    for (const LintName& name : now.statement.objects) {
        if (now.world.facts().schemas.count(name.name) == 0) continue;
        const auto found = now.world.facts().schema_contents.find(name.name);
        const std::vector<std::string> contents =
            found == now.world.facts().schema_contents.end() ? std::vector<std::string>() : found->second;
        if (contents.empty()) continue;
        report.add({.why = now.statement.cascade
                               ? fmt::format("with the schema go {}", in_a_sentence(contents))
                               : fmt::format("the server refuses: in it are {}", in_a_sentence(contents)),
                    .instead = "-- drop or move what is in it, one by one",
                    .kind = "schema",
                    .identity = quote_identifier(name.name)});
    }
}

void dropping_database(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::database || now.statement.object_kind != "database") return;
    report.add({.why = "a whole database is gone for good",
                .instead = "-- by hand, never by a script that could meet another server",
                .kind = "database",
                .identity = quote_identifier(now.statement.objects.front().name)});
}

void dropping_type(const LintCase& now, LintReport& report) {
    if (!is_drop_of(now.statement, "type") && !is_drop_of(now.statement, "domain")) return;
    for (const LintName& name : now.statement.objects) {
        const LintTypeFact* type = now.world.find_type(name);
        if (type == nullptr || type->is_new || type->users.empty()) continue;
        std::vector<std::string> users;
        for (const LintDependant& user : type->users) users.push_back(user.identity + "." + user.column);
        report.add({.why = now.statement.cascade
                               ? fmt::format("CASCADE drops the columns of this type, with their values: {}",
                                             in_a_sentence(users))
                               : fmt::format("the server refuses: columns are of this type, {}",
                                             in_a_sentence(users)),
                    .kind = now.statement.object_kind,
                    .identity = identity_of(now.world.full_type_name(name)),
                    .severity = now.statement.cascade ? LintSeverity::error : LintSeverity::warning});
    }
}

void dropping_used(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::drop || now.statement.cascade) return;
    for (const LintName& name : now.statement.objects) {
        const LintTable* table = now.world.find(name);
        if (table == nullptr || table->kind == "index" || now.statement.object_kind == "schema" ||
            now.statement.object_kind == "type" || now.statement.object_kind == "function") {
            continue;
        }
        const std::vector<std::string> users = dependants_of(*table, now);
        if (users.empty()) continue;
        report.add({.why = fmt::format("the server refuses: {} is used by {}", identity_of(*table),
                                       in_a_sentence(users)),
                    .instead = "-- change or drop these first, in the script, where all can see it",
                    .table = table});
    }
}

// Of a column that is dropped: what uses it.
std::vector<std::string> users_of(const LintTable& table, const std::string& column, const LintWorld& world) {
    std::vector<std::string> users;
    for (const LintDependant& user : table.dependants)
        if (user.column == column && !world.is_gone(user)) users.push_back(user.kind + " " + user.identity);
    for (const LintReference& reference : table.references)
        if (contains(reference.columns, column) && !world.is_gone(reference))
            users.push_back(foreign_key_in_words(reference));
    return users;
}

void cascade(const LintCase& now, LintReport& report) {
    const auto tell = [&](const LintTable& table, const std::string& what,
                          const std::vector<std::string>& users) {
        if (users.empty()) return;
        report.add({.why = fmt::format("with {} go {}", what, in_a_sentence(users)),
                    .instead = "-- drop these first, one by one, in the script, where all can see it",
                    .table = &table});
    };
    if (now.statement.kind == LintKind::drop && now.statement.cascade) {
        for (const LintName& name : now.statement.objects) {
            const LintTable* table = now.world.find(name);
            if (table != nullptr && table->kind != "index" && now.statement.object_kind != "schema")
                tell(*table, identity_of(*table), dependants_of(*table, now));
        }
    }
    const LintTable* table = now.old_table();
    for_each_action(now, LintActionKind::drop_column, [&](const LintAction& action) {
        if (table != nullptr && action.cascade)
            tell(*table, quote_identifier(action.name), users_of(*table, action.name, now.world));
    });
}

void dropping_used_column(const LintCase& now, LintReport& report) {
    const LintTable* table = now.old_table();
    for_each_action(now, LintActionKind::drop_column, [&](const LintAction& action) {
        if (table == nullptr || action.cascade) return;
        const std::vector<std::string> users = users_of(*table, action.name, now.world);
        if (users.empty()) return;
        report.add({.why = fmt::format("the server refuses: {}.{} is used by {}", identity_of(*table),
                                       quote_identifier(action.name), in_a_sentence(users)),
                    .instead = "-- change or drop these first, in the script, where all can see it",
                    .table = table});
    });
}

void truncating(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::truncate) return;
    for (const LintName& name : now.statement.objects) {
        const LintTable* table = now.world.find(name);
        if (table == nullptr || table->is_new || table->is_empty) continue;
        report.add(
            {.why =
                 fmt::format("all rows of {} are gone, and nobody can read or write it until the end of the "
                             "transaction",
                             identity_of(*table)),
             .instead = fmt::format("DELETE FROM {} WHERE ...;  -- in batches, where others go on reading",
                                    identity_of(*table)),
             .table = table});
    }
}

void truncating_cascade(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::truncate || !now.statement.cascade) return;
    for (const LintName& name : now.statement.objects) {
        const LintTable* table = now.world.find(name);
        if (table == nullptr) continue;
        std::vector<std::string> others;
        for (const LintReference& reference : table->references)
            if (reference.table != identity_of(*table) && !contains(others, reference.table) &&
                !now.world.is_gone(reference))
                others.push_back(reference.table);
        if (others.empty()) continue;
        report.add(
            {.why = fmt::format("CASCADE empties {} too, and whatever points to them", in_a_sentence(others)),
             .instead = fmt::format("TRUNCATE {}, {};  -- all that is to be emptied, by name",
                                    identity_of(*table), joined(others, ", ")),
             .table = table});
    }
}

void renaming(const LintCase& now, LintReport& report) {
    const LintStatement& statement = now.statement;
    const std::string& kind = statement.object_kind;
    if (statement.kind != LintKind::rename && statement.kind != LintKind::set_schema) return;
    const bool is_relation = kind == "table" || kind == "view" || kind == "materialized view" ||
                             kind == "foreign table" || kind == "sequence";
    const bool is_other = kind == "schema" || kind == "type" || kind == "function" || kind == "procedure";
    if ((!is_relation && !is_other) || statement.objects.empty()) return;
    const LintTable* table = is_relation ? now.world.find(statement.objects.front()) : nullptr;
    if (is_relation && (table == nullptr || table->is_new)) return;
    if (kind == "schema" && now.world.facts().schemas.count(statement.objects.front().name) == 0) return;
    const std::string identity = is_relation ? identity_of(*table) : identity_of(statement.objects.front());
    const bool has_view = kind == "table" && statement.kind == LintKind::rename;
    report.add(
        {.why =
             fmt::format("applications that know {} by this name fail the moment it is {}", identity,
                         statement.kind == LintKind::rename ? "called " + quote_identifier(statement.new_name)
                                                            : "in " + quote_identifier(statement.new_name)),
         .instead = has_view ? fmt::format(
                                   "BEGIN;\nALTER TABLE {0} RENAME TO {1};\nCREATE VIEW {0} AS SELECT * FROM "
                                   "{2};  -- for those who use the old name\nCOMMIT;",
                                   identity, quote_identifier(statement.new_name),
                                   identity_of(LintName{table->schema, statement.new_name}))
                             : std::string(),
         .kind = kind,
         .identity = identity});
}

void renaming_enum_value(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::rename_enum_value) return;
    const LintTypeFact* type = now.world.find_type(now.statement.objects.front());
    if (type == nullptr || type->is_new) return;
    report.add(
        {.why = fmt::format("applications that write or compare {} fail the moment it is called {}",
                            quote_literal(now.statement.element), quote_literal(now.statement.new_name)),
         .instead = fmt::format("ALTER TYPE {} ADD VALUE {};  -- write the new one from now on, read both",
                                identity_of(now.world.full_type_name(now.statement.objects.front())),
                                quote_literal(now.statement.new_name)),
         .kind = "type",
         .identity = identity_of(now.world.full_type_name(now.statement.objects.front()))});
}

void dropping_owned(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::drop_owned) return;
    report.add({.why = "it drops whatever the role owns here, which no one can read from the script",
                .instead = "REASSIGN OWNED BY ... TO ...;"});
}

void changing_all_rows(const LintCase& now, LintReport& report) {
    const bool is_update = now.statement.kind == LintKind::update;
    if ((!is_update && now.statement.kind != LintKind::remove) || now.statement.has_where) return;
    const LintTable* table = now.world.find(now.statement.objects.front());
    if (table == nullptr || table->is_new) return;
    const std::string identity = identity_of(*table);
    report.add(
        {.why = is_update
                    ? fmt::format("every row of {} is written anew in one transaction, and whoever wants to "
                                  "change one waits until its end",
                                  identity)
                    : fmt::format("every row of {} is deleted", identity),
         .instead =
             is_update
                 ? fmt::format("UPDATE {} SET ... WHERE id BETWEEN ... AND ...;  -- in batches, each in a "
                               "transaction of its own",
                               identity)
                 : fmt::format("DELETE FROM {} WHERE ...;", identity),
         .table = table});
}

void changing_catalogs(const LintCase& now, LintReport& report) {
    if (!is_data_change(now.statement)) return;
    const LintName& name = now.statement.objects.front();
    const LintTable* table = now.world.find(name);
    const bool is_catalog =
        name.schema == "pg_catalog" || (table != nullptr && table->schema == "pg_catalog");
    if (!is_catalog) return;
    report.add(
        {.why = "catalogs that are changed by hand leave caches, dependencies and indexes behind that do not "
                "fit; "
                "a value taken out of pg_enum is still in the rows and in indexes",
         .instead = "-- the command that does it, such as ALTER TABLE; an enum without a value is a new type",
         .kind = "table",
         .identity = "pg_catalog." + quote_identifier(name.name)});
}

}  // namespace

std::vector<LintRuleEntry> lint_destructive_rules() {
    return {
        {{"dropping-table", LintSeverity::error, false, "a table is dropped, with its rows"}, dropping_table},
        {{"dropping-view", LintSeverity::warning, false, "a view is dropped: applications that read it fail"},
         dropping_view},
        {{"dropping-schema", LintSeverity::error, false, "a schema is dropped that is not empty"},
         dropping_schema},
        {{"dropping-database", LintSeverity::error, false, "a database is dropped"}, dropping_database},
        {{"dropping-type", LintSeverity::error, false, "a type or domain is dropped that columns are of"},
         dropping_type},
        {{"dropping-used", LintSeverity::error, false,
          "something is dropped that others use: the server refuses"},
         dropping_used},
        {{"dropping-used-column", LintSeverity::error, false,
          "a column is dropped that a view or a foreign key uses: the server refuses"},
         dropping_used_column},
        {{"cascade", LintSeverity::error, false, "CASCADE: what goes along, by name"}, cascade},
        {{"truncating", LintSeverity::warning, false, "TRUNCATE of a table that has rows"}, truncating},
        {{"truncating-cascade", LintSeverity::error, false,
          "TRUNCATE ... CASCADE: the other tables, by name"},
         truncating_cascade},
        {{"renaming", LintSeverity::error, false,
          "a table, view, sequence, schema, type or function is renamed, or moved to another schema: "
          "applications that "
          "run meanwhile fail"},
         renaming},
        {{"renaming-enum-value", LintSeverity::error, false,
          "a value of an enum is renamed: applications that run meanwhile fail"},
         renaming_enum_value},
        {{"dropping-owned", LintSeverity::error, false, "DROP OWNED: nobody can read from it what goes"},
         dropping_owned},
        {{"changing-all-rows", LintSeverity::warning, true, "UPDATE or DELETE without WHERE"},
         changing_all_rows},
        {{"changing-catalogs", LintSeverity::error, false, "INSERT, UPDATE or DELETE of a system catalog"},
         changing_catalogs},
    };
}

}  // namespace schemaver::core
