// pg_restore, and the migration tool where there is one.
//
// Rows are loaded in one transaction, so that a failure leaves nothing half loaded. An archive of a whole
// database lists its tables by name, not so that foreign keys hold on the way; hence --disable-triggers where
// there are any. The table in which Alembic keeps its revision describes the schema it stands in, so the
// backup's is left out.
#include "core/restore_commands.hpp"

#include <algorithm>

#include <fmt/format.h>

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

// "public alembic_version", as pg_restore --list writes it; empty if there is no such table.
std::string revision_table(const Metadata& target) {
    if (target.migration.tool != "alembic" || !target.objects) return "";
    for (const Object& object : *target.objects) {
        const auto names = identifier_parts(object.identity);
        if (object.kind == "table" && names.back() == "alembic_version")
            return names.front() + " " + names.back();
    }
    return "";
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
    if (const std::string table = revision_table(target); !table.empty()) {
        commands.push_back(fmt::format("pg_restore --list {} | grep -vF {} > restore.list", file,
                                       shell_word("TABLE DATA " + table + " ")));
        options += " --use-list=restore.list";
    }
    commands.push_back(fmt::format("pg_restore {} --dbname={} {}", options, database, file));
    return commands;
}

// A database that is ahead cannot take the rows, and to step it back would lose what its later migrations
// hold. So the backup goes into a database of its own, which is then migrated forward.
std::vector<std::string> commands_to_migrate_a_copy(const Metadata& backup, const Metadata& target) {
    const std::string copy =
        target.database.empty() ? "<database>_restored" : shell_word(target.database + "_restored");
    std::vector<std::string> commands = {"createdb " + copy};
    if (is_plain_text_dump(backup.backup_file)) {
        Metadata there;
        there.database = target.database + "_restored";
        for (std::string& command : commands_to_load_rows(backup, there))
            commands.push_back(std::move(command));
    } else {
        commands.push_back(fmt::format("pg_restore --dbname={} {}", copy, backup_file_word(backup)));
    }
    for (const std::string& command : commands_to_reach(target.migration))
        commands.push_back(command + "  # with the database URL set to " + copy);
    return commands;
}

}  // namespace

std::string database_word(const Metadata& target) {
    return target.database.empty() ? "<database>" : shell_word(target.database);
}

std::string backup_file_word(const Metadata& backup) {
    return backup.backup_file.empty() ? "<backup file>" : shell_word(backup.backup_file);
}

std::vector<std::string> commands_to_reach(const Migration& migration) {
    std::vector<std::string> commands;
    if (migration.tool == "alembic")
        for (const std::string& revision : migration.revisions)
            commands.push_back("alembic upgrade " + shell_word(revision));
    return commands;
}

std::vector<std::string> commands_for_empty(const Metadata& backup, const Metadata& target) {
    if (is_plain_text_dump(backup.backup_file)) return commands_to_load_rows(backup, target);
    return {fmt::format("pg_restore --dbname={} {}", database_word(target), backup_file_word(backup))};
}

std::vector<std::string> commands_for(const std::string& verdict, const Metadata& backup,
                                      const Metadata& target) {
    if (verdict == "match" || verdict == "compatible") return commands_to_load_rows(backup, target);
    if (verdict == "downgrade") return commands_to_migrate_a_copy(backup, target);
    if (verdict == "diverged" && target.migration.tool == "alembic") return {"alembic history --verbose"};
    std::vector<std::string> commands;
    if (verdict == "upgrade") commands = commands_to_reach(backup.migration);
    if (verdict == "incompatible" || (verdict == "upgrade" && commands.empty()))
        commands.push_back(
            "# change the schema as the hints of schemaver.restore_findings() say, then check again");
    if (!commands.empty())
        for (std::string& command : commands_to_load_rows(backup, target))
            commands.push_back(std::move(command));
    return commands;
}

}  // namespace schemaver::core
