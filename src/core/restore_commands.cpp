// pg_restore, and the migration tool where there is one.
//
// Rows are loaded in one transaction, so that a failure leaves nothing half loaded. An archive of a whole
// database lists its tables by name, not so that foreign keys hold on the way; hence --disable-triggers where
// there are any. The table in which Alembic keeps its revision describes the schema it stands in, so the
// backup's is left out.
#include "core/restore_commands.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/migration_tools.hpp"
#include "core/properties.hpp"
#include "core/restore_rules.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

bool is_plain_text_dump(std::string_view file) { return file.ends_with(".sql") || file.ends_with(".sql.gz"); }

bool needs_triggers_disabled(const Schema& schema) {
    return std::any_of(schema.begin(), schema.end(), [](const Object& object) {
        if (object.kind == "trigger") return true;
        const auto constraints = objects_of(structure_of(object), "constraints");
        return object.kind == "table" &&
               std::any_of(constraints.begin(), constraints.end(), [](const Json* constraint) {
                   return text_of(*constraint, "type") == "foreign key";
               });
    });
}

// A schema that belongs to the tool holds nothing but its books.
bool is_of_books(const MigrationTool& tool, const std::string& schema, const std::string& table) {
    if (!tool.schema.empty()) return schema == tool.schema;
    const auto is_it = [&](std::string_view name) { return !name.empty() && name == table; };
    return is_it(tool.table) || is_it(tool.lock_table) || is_it(tool.beside) ||
           std::any_of(tool.others.begin(), tool.others.end(), is_it);
}

// Empty: it belongs to none.
std::string table_of_sequence(const Object& sequence) {
    const Json& structure = structure_of(sequence);
    std::string column = text_of(structure, "owned_by");
    if (column.empty()) column = text_of(structure, "identity_of");
    const auto names = identifier_parts(column);
    return names.size() == 3 ? names[1] : "";
}

// What pg_restore --list writes before the tables in which the migration tool keeps its books, and before
// their sequences: "TABLE DATA public alembic_version ".
std::vector<std::string> entries_of_books(const Metadata& target) {
    std::vector<std::string> entries;
    const MigrationTool* tool = find_migration_tool(target.migration.tool);
    if (tool == nullptr || !target.objects) return entries;
    for (const Object& object : *target.objects) {
        const bool is_sequence = object.kind == "sequence";
        if (!is_sequence && object.kind != "table") continue;
        const auto names = identifier_parts(object.identity);
        if (names.size() != 2) continue;
        const std::string& schema = names.front();
        const std::string& name = names.back();
        const std::string owner = is_sequence ? table_of_sequence(object) : name;
        if (is_of_books(*tool, schema, owner))
            entries.push_back((is_sequence ? "SEQUENCE SET " : "TABLE DATA ") + schema + " " + name + " ");
    }
    return entries;
}

std::string grep_patterns(const std::vector<std::string>& entries) {
    if (entries.size() == 1) return shell_word(entries.front());
    std::vector<std::string> patterns;
    for (const std::string& entry : entries) patterns.push_back("-e " + shell_word(entry));
    return joined(patterns, " ");
}

std::vector<std::string> commands_to_load_rows(const Metadata& backup, const Metadata& target) {
    const std::string database = database_word(target);
    const std::string file = backup_file_word(backup);
    if (backup.backup_file.ends_with(".gz"))
        return {
            fmt::format("gunzip --stdout {} | psql --set=ON_ERROR_STOP=1 --single-transaction --dbname={}",
                        file, database)};
    if (is_plain_text_dump(backup.backup_file))
        return {fmt::format("psql --set=ON_ERROR_STOP=1 --single-transaction --dbname={} --file={}", database,
                            file)};

    std::vector<std::string> commands;
    std::string options = "--data-only --single-transaction";
    if (target.objects && needs_triggers_disabled(*target.objects)) options += " --disable-triggers";
    if (const auto entries = entries_of_books(target); !entries.empty()) {
        commands.push_back(
            fmt::format("pg_restore --list {} | grep -vF {} > restore.list", file, grep_patterns(entries)));
        options += " --use-list=restore.list";
    }
    commands.push_back(fmt::format("pg_restore {} --dbname={} {}", options, database, file));
    return commands;
}

Metadata copy_of(const Metadata& target, const char* suffix) {
    Metadata copy = target;
    copy.database = target.database.empty() ? "" : target.database + suffix;
    return copy;
}

std::string create_ledger(const std::string& into) {
    return fmt::format("psql -X --dbname={} --command='CREATE EXTENSION schemaver'", into);
}

std::string build_schema(const std::string& point, const std::string& from, const std::string& into) {
    return fmt::format(
        "psql -XAtq --dbname={} --command={} | psql -X --set=ON_ERROR_STOP=1 --single-transaction "
        "--dbname={}",
        from, shell_word("SELECT schemaver.schema_sql(" + quote_literal(point) + ")"), into);
}

// A database that is ahead cannot take the rows, and to step it back would lose what its later migrations
// hold. So the backup goes into a database of its own, which is then migrated forward. That one gets the
// schema that the backup was taken of: from the ledger here where it has it, or else from the dump.
std::vector<std::string> commands_to_migrate_a_copy(const Metadata& backup, const Metadata& target,
                                                    const std::vector<std::string>& between) {
    const Metadata copy = copy_of(target, "_restored");
    const std::string word = target.database.empty() ? "<database>_restored" : database_word(copy);
    std::vector<std::string> commands = {"createdb " + word};
    const std::string point = point_in_own_ledger(backup, target);
    if (!point.empty()) commands.push_back(create_ledger(word));
    if (!point.empty()) commands.push_back(build_schema(point, database_word(target), word));
    if (!point.empty() || is_plain_text_dump(backup.backup_file)) {
        Metadata there = copy;
        there.migration = {};  // a new database has no books yet: it takes those of the backup
        if (point.empty()) there.objects.reset();
        for (std::string& command : commands_to_load_rows(backup, there))
            commands.push_back(std::move(command));
    } else {
        commands.push_back(fmt::format("pg_restore --dbname={} {}", word, backup_file_word(backup)));
    }
    for (const std::string& command : commands_to_reach(target.migration, between))
        commands.push_back(command + "  # with the database URL set to " + word);
    return commands;
}

// "TABLE DATA public knex_migrations " -> a pg_dump of that table's rows.
std::string copy_books(const std::string& entry, const Metadata& target, const std::string& into) {
    const auto names = entry.substr(11, entry.size() - 12);
    const auto space = names.find(' ');
    const std::string pattern =
        quote_identifier(names.substr(0, space)) + "." + quote_identifier(names.substr(space + 1));
    return fmt::format("pg_dump --data-only --table={} {} | psql -X --set=ON_ERROR_STOP=1 --dbname={}",
                       shell_word(pattern), database_word(target), into);
}

std::string reason_of(const std::string& command) {
    if (command.starts_with("createdb")) return "a database of its own, so that nothing here is touched";
    if (command.find("CREATE EXTENSION") != std::string::npos)
        return "so that the backup's history has a place";
    if (command.find("schemaver.schema_sql(") != std::string::npos)
        return "the schema that the rows fit, from the ledger";
    if (command.starts_with("pg_restore --list"))
        return "the migration tool's own books stay as they are here";
    if (command.starts_with("pg_restore --data-only") || command.find("| psql") != std::string::npos ||
        command.starts_with("psql"))
        return "the rows";
    if (command.starts_with("pg_restore")) return "schema and rows together";
    if (command.starts_with("#")) return "";
    return "the migrations between";
}

}  // namespace

std::string database_word(const Metadata& target) {
    return target.database.empty() ? "<database>" : shell_word(target.database);
}

std::string backup_file_word(const Metadata& backup) {
    return backup.backup_file.empty() ? "<backup file>" : shell_word(backup.backup_file);
}

std::vector<std::string> commands_to_reach(const Migration& migration,
                                           const std::vector<std::string>& steps) {
    const MigrationTool* tool = find_migration_tool(migration.tool);
    return tool == nullptr ? std::vector<std::string>()
                           : tool_commands(tool->upgrade, migration.revisions, steps);
}

std::string point_in_own_ledger(const Metadata& backup, const Metadata& target) {
    if (backup.timeline.empty() || backup.commit == 0) return "";
    for (const OwnTimeline& own : target.own_timelines)
        if (own.timeline == backup.timeline && backup.commit <= own.until)
            return fmt::format("commit:{}", backup.commit);
    return "";
}

std::vector<std::string> commands_for_empty(const Metadata& backup, const Metadata& target) {
    if (is_plain_text_dump(backup.backup_file)) return commands_to_load_rows(backup, target);
    return {fmt::format("pg_restore --dbname={} {}", database_word(target), backup_file_word(backup))};
}

std::vector<std::string> commands_for(const std::string& verdict, const Metadata& backup,
                                      const Metadata& target, const std::vector<std::string>& between) {
    if (verdict == "match" || verdict == "compatible") return commands_to_load_rows(backup, target);
    if (verdict == "downgrade") return commands_to_migrate_a_copy(backup, target, between);
    if (verdict == "diverged") {
        const MigrationTool* tool = find_migration_tool(target.migration.tool);
        if (tool == nullptr || tool->history.empty()) return {};
        return {std::string(tool->history)};
    }
    std::vector<std::string> commands;
    if (verdict == "upgrade") commands = commands_to_reach(backup.migration, between);
    if (verdict == "incompatible" || (verdict == "upgrade" && commands.empty()))
        commands.push_back(
            "# change the schema as the hints of schemaver.restore_findings() say, then check again");
    if (!commands.empty())
        for (std::string& command : commands_to_load_rows(backup, target))
            commands.push_back(std::move(command));
    return commands;
}

std::vector<PlanStep> restore_plan(const RestoreReport& report, const Metadata& target) {
    std::vector<PlanStep> plan;
    for (const std::string& command : report.next_commands)
        plan.push_back({"A", "load the backup", command, reason_of(command)});
    const bool loads = report.verdict == "match" || report.verdict == "compatible";
    if (loads) return plan;

    const Metadata fresh = copy_of(target, "_fresh");
    const std::string word = target.database.empty() ? "<database>_fresh" : database_word(fresh);
    const auto add = [&](const std::string& command, const char* reason) {
        plan.push_back({"B", "start fresh with today's schema", command, reason});
    };
    add("createdb " + word, "a database of its own, so that nothing here is touched");
    add(create_ledger(word), "so that it has a history from its first day");
    add(build_schema("live", database_word(target), word), "the schema as it is here now, without rows");
    const MigrationTool* tool = find_migration_tool(target.migration.tool);
    if (tool != nullptr) {
        for (const std::string& command :
             tool_commands(tool->stamp, target.migration.revisions, target.migration.history))
            add(command + "  # with the database URL set to " + word,
                "the migration tool has to know where this schema is");
        if (tool->stamp.empty())
            for (const std::string& entry : entries_of_books(target))
                if (entry.starts_with("TABLE DATA "))
                    add(copy_books(entry, target, word), "the migration tool's own books");
    }
    add("# load the seed data, as a new installation does", "the backup's rows stay in the backup");
    add(fmt::format("psql -X --dbname={} --command={}", word,
                    shell_word("SELECT schemaver.stamp_backup('fresh start')")),
        "so that the next backup has something to be compared with");
    return plan;
}

}  // namespace schemaver::core
