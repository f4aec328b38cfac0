// Restore rules on the database as a whole. What one side does not know ("" or 0) is not compared.
#include "core/restore_rules.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/migration_tools.hpp"
#include "core/properties.hpp"
#include "core/restore_types.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

// 150018 is 15, 90624 is 9.6
std::string major_version(int version_num) {
    const int major = version_num / 10000;
    return major >= 10 ? fmt::format("{}", major) : fmt::format("{}.{}", major, version_num / 100 % 100);
}

bool is_older_major(int left, int right) {
    const auto major = [](int number) { return number >= 100000 ? number / 10000 * 100 : number / 100; };
    return major(left) < major(right);
}

void check_server_version(RuleContext& context) {
    const int from = context.backup.server_version_num;
    const int to = context.target.server_version_num;
    if (from == 0 || to == 0 || !is_older_major(to, from)) return;
    context.error(
        "server version", "", "",
        fmt::format("The backup was taken from PostgreSQL {}, this server is {}: dumps are not made to be "
                    "loaded into an older major version.",
                    major_version(from), major_version(to)),
        fmt::format("Restore on a server of version {} or later.", major_version(from)));
}

bool is_unknown_or_same(const std::string& left, const std::string& right) {
    return left.empty() || right.empty() || left == right;
}

// Beside the conversions from and to UTF8 the server has a few between others.
bool has_conversion(std::string_view from, std::string_view to) {
    constexpr std::array<std::string_view, 4> cyrillic = {"KOI8R", "WIN1251", "WIN866", "ISO_8859_5"};
    constexpr std::array<std::string_view, 2> central_european = {"LATIN2", "WIN1250"};
    const auto both_in = [&](const auto& group) {
        return std::find(group.begin(), group.end(), from) != group.end() &&
               std::find(group.begin(), group.end(), to) != group.end();
    };
    return from == "UTF8" || to == "UTF8" || from == "MULE_INTERNAL" || to == "MULE_INTERNAL" ||
           both_in(cyrillic) || both_in(central_european);
}

bool has_many_bytes(std::string_view encoding) {
    return encoding == "UTF8" || encoding.starts_with("EUC_") || encoding == "MULE_INTERNAL";
}

bool has_short_strings(const std::optional<Schema>& schema) {
    if (!schema) return true;
    return std::any_of(schema->begin(), schema->end(), [&](const Object& object) {
        const auto columns = objects_of(structure_of(object), "columns");
        return holds_rows(object) && std::any_of(columns.begin(), columns.end(), [&](const Json* column) {
                   return limit_of_string(element_type(text_of(*column, "type")), *schema).has_value();
               });
    });
}

// A backup of production in a test database is nothing wrong; a file of metadata taken by mistake would be.
void check_origin(RuleContext& context) {
    const std::string& from = context.backup.database;
    const std::string& to = context.target.database;
    if (is_unknown_or_same(from, to)) return;
    context.info("database", "", "",
                 fmt::format("The backup is of database {}, this is {}.", quote_identifier(from),
                             quote_identifier(to)),
                 "");
}

void check_encoding(RuleContext& context) {
    const std::string& from = context.backup.encoding;
    const std::string& to = context.target.encoding;
    if (is_unknown_or_same(from, to)) return;
    const std::string sides = fmt::format("The backup is in {}, this database in {}", from, to);
    if (to == "SQL_ASCII" && has_many_bytes(from) && has_short_strings(context.backup.objects))
        context.error(
            "encoding", "", "",
            sides + ": lengths are counted in bytes here, so texts that fit there would be refused.",
            "Restore into a database with encoding UTF8.");
    else if (to == "SQL_ASCII")
        context.warning("encoding", "", "", sides + ": bytes are stored as they come, nothing is converted.",
                        "");
    else if (from == "SQL_ASCII")
        context.error("encoding", "", "", sides + ": bytes that are not valid in it would be refused.", "");
    else if (!has_conversion(from, to))
        context.error("encoding", "", "", sides + ", and the server has no conversion between the two.",
                      "Dump again with pg_dump --encoding=UTF8.");
    else if (to != "UTF8")
        context.error("encoding", "", "", sides + ": rows with characters that it lacks would be refused.",
                      "Restore into a database with encoding UTF8 to keep every character.");
}

void check_locale(RuleContext& context) {
    const Metadata& backup = context.backup;
    const Metadata& target = context.target;
    bool is_same = true;
    const auto compare = [&](const char* what, const std::string& from, const std::string& to) {
        if (is_unknown_or_same(from, to)) return;
        is_same = false;
        context.warning(
            "locale", "", "",
            fmt::format("The {} is {} in the backup and {} here: text may sort and match otherwise.", what,
                        from, to),
            "");
    };
    compare("locale provider", backup.locale_provider, target.locale_provider);
    compare("collation", backup.collate, target.collate);
    compare("character type", backup.ctype, target.ctype);
    if (is_same && !is_unknown_or_same(backup.collation_version, target.collation_version))
        context.warning("collation version", "", "",
                        fmt::format("The collation's version is {} in the backup and {} here: text may sort "
                                    "otherwise.",
                                    backup.collation_version, target.collation_version),
                        "");
}

// The versions that this server offers, in the order in which it lists them; nothing: not known.
std::optional<std::vector<std::string>> offered_versions(const Metadata& target, const std::string& name) {
    if (!target.available_extensions) return std::nullopt;
    std::vector<std::string> versions;
    for (const Extension& extension : *target.available_extensions)
        if (extension.name == name) versions.push_back(extension.version);
    return versions;
}

void report_missing_extension(RuleContext& context, const Extension& wanted) {
    const std::string name = quote_identifier(wanted.name);
    std::string detail = fmt::format(
        "The backup has extension {} {}, this database has it not. Tables that need it are reported on their "
        "own.",
        wanted.name, wanted.version);
    std::string hint = fmt::format("CREATE EXTENSION {};", name);
    const auto offered = offered_versions(context.target, wanted.name);
    if (offered && offered->empty()) {
        detail += " This server does not offer it.";
        hint = "Install the package that has it on this server, then: " + hint;
    } else if (offered && contains(*offered, wanted.version)) {
        hint = fmt::format("CREATE EXTENSION {} VERSION {};", name, quote_literal(wanted.version));
    } else if (offered) {
        detail += fmt::format(" This server offers it in {}.", in_a_sentence(*offered));
    }
    context.warning("extension", "extension", wanted.name, detail, hint);
}

void check_extensions(RuleContext& context) {
    for (const Extension& wanted : context.backup.extensions) {
        const auto& here = context.target.extensions;
        const auto place = std::find_if(here.begin(), here.end(), [&](const Extension& extension) {
            return extension.name == wanted.name;
        });
        if (place == here.end()) {
            report_missing_extension(context, wanted);
        } else if (place->version != wanted.version) {
            const auto offered = offered_versions(context.target, wanted.name);
            const bool is_offered = !offered || contains(*offered, wanted.version);
            context.info("extension", "extension", wanted.name,
                         fmt::format("Extension {} is at version {} in the backup and {} here{}.",
                                     wanted.name, wanted.version, place->version,
                                     is_offered ? "" : ", and this server does not offer that of the backup"),
                         "");
        }
    }
}

void check_roles_and_tablespaces(RuleContext& context) {
    for (const std::string& role : context.backup.roles)
        if (!contains(context.target.roles, role))
            context.warning(
                "role", "role", quote_identifier(role),
                fmt::format("Role {} owns or may use something in the backup and is not here. Rows load "
                            "without it; ownership and grants do not.",
                            quote_identifier(role)),
                fmt::format("CREATE ROLE {};", quote_identifier(role)));
    for (const std::string& tablespace : context.backup.tablespaces)
        if (!contains(context.target.tablespaces, tablespace))
            context.warning(
                "tablespace", "tablespace", quote_identifier(tablespace),
                fmt::format("The backup uses tablespace {}, which is not here. Rows load without it.",
                            quote_identifier(tablespace)),
                "pg_restore --no-tablespaces creates everything in the default tablespace.");
}

std::string history_command(const Migration& migration) {
    const MigrationTool* tool = find_migration_tool(migration.tool);
    return tool == nullptr ? "" : std::string(tool->history);
}

void check_heads(RuleContext& context, const Migration& migration, const char* side) {
    // Django has a revision for each app, and says in its state that this is as it should be.
    const bool is_said = !migration.state.empty() && migration.state != "several heads";
    if (migration.revisions.size() > 1 && !is_said)
        context.warning("several heads", "", "",
                        fmt::format("{} is at {} revisions at once: {}.", side, migration.revisions.size(),
                                    in_a_sentence(migration.revisions)),
                        migration.tool == "alembic" ? "alembic merge heads" : "");
}

void check_state(RuleContext& context, const Migration& migration, const char* side) {
    if (migration.state != "failed" && migration.state != "dirty") return;
    context.warning(
        "migration state", "", "",
        fmt::format("{} says of itself that a migration {}: its schema may be between two revisions.", side,
                    migration.state == "failed" ? "failed" : "is running, or did not run to its end"),
        history_command(migration));
}

void check_revisions(RuleContext& context) {
    const Migration& backup = context.backup.migration;
    const Migration& target = context.target.migration;
    check_heads(context, backup, "The backup");
    check_heads(context, target, "This database");
    check_state(context, backup, "The backup");
    check_state(context, target, "This database");
    const std::string from = in_a_sentence(backup.revisions);
    const std::string to = in_a_sentence(target.revisions);
    switch (context.history.position) {
        case Position::no_revisions:
        case Position::same:
            return;
        case Position::backup_only:
            context.warning("revision", "", "",
                            fmt::format("The backup is at revision {}, this database has no revision.", from),
                            "");
            return;
        case Position::target_only:
            context.warning("revision", "", "",
                            fmt::format("This database is at revision {}, the backup states none.", to), "");
            return;
        case Position::behind:
            context.warning(
                "revision", "", "",
                fmt::format("This database is at revision {}, behind the backup at {}.", to, from),
                context.migrate_command);
            return;
        case Position::ahead:
            context.warning(
                "revision", "", "",
                fmt::format("This database is at revision {}, ahead of the backup at {}.", to, from), "");
            return;
        case Position::unrelated:
            context.warning(
                "revision", "", "",
                fmt::format("This database is at revision {}, the backup at {}, and neither side has "
                            "seen the other's.",
                            to, from),
                history_command(target));
            return;
    }
}

}  // namespace

void check_database(RuleContext& context) {
    check_origin(context);
    check_server_version(context);
    check_encoding(context);
    check_locale(context);
    check_extensions(context);
    check_roles_and_tablespaces(context);
    check_revisions(context);
}

}  // namespace schemaver::core
