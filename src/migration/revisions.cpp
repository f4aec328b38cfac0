// revisions(), up_to_date(), check_revisions(): what the tools' books say, and whether the ledger agrees.
#include <algorithm>

#include <fmt/format.h>

#include "books/revision.hpp"
#include "core/text.hpp"
#include "migration/record.hpp"
#include "pg/result_set.hpp"

extern "C" {
#include "utils/fmgrprotos.h"
}

namespace schemaver::migration {

namespace {

using books::ToolBooks;

Snapshot function_snapshot() {
    return pg::call([] { return GetActiveSnapshot(); });
}

std::string time_in_words(std::int64_t at) {
    return pg::to_utf8(pg::call(
        [=] { return DatumGetCString(DirectFunctionCall1(timestamptz_out, TimestampTzGetDatum(at))); }));
}

std::string state_in_words(const ToolBooks& books) {
    if (books.locked) return "unreadable: its table is locked";
    if (!books.books.failed.empty() || !books.books.is_locked) return books.books.state;
    return books.locked_since ? "locked since " + time_in_words(*books.locked_since) : "locked";
}

pg::Value array_or_null(const std::vector<std::string>& texts) {
    if (texts.empty()) return std::nullopt;
    return pg::text_array_datum(texts);
}

// Whether those books, or the commits that led there, have it. Nothing: the table cannot be read now.
std::optional<bool> has_applied(const ToolBooks& books, const std::string& asked) {
    if (books.locked) return std::nullopt;
    const core::MigrationTool& tool = *books.tool;
    const auto is_it = [&](const std::string& revision) {
        return core::names_revision(tool, asked, revision) && !core::contains(books.books.failed, revision);
    };
    if (std::any_of(books.books.applied.begin(), books.books.applied.end(), is_it)) return true;
    if (tool.keeps != core::Keeps::heads || books.books.revisions.empty()) return false;
    Snapshot latest = pg::latest_committed();
    for (RecordedBooks& one : recorded_books(ledger::lineage(latest).stretches, latest)) {
        if (one.tool != tool.name || one.schema != books.schema) continue;
        core::Books recorded;
        recorded.revisions = one.revisions;
        recorded.applied = one.revisions;
        core::follow(one.applied, core::compare_books(tool, recorded, books.books), books.books.revisions,
                     tool.keeps);
        return std::any_of(one.applied.begin(), one.applied.end(), is_it);
    }
    return false;
}

std::string sql_list(const std::vector<std::string>& values, const char* before, const char* after) {
    std::vector<std::string> quoted;
    for (const std::string& value : values) quoted.push_back(before + core::quote_literal(value) + after);
    return core::joined(quoted, ", ");
}

// How the books become what the ledger saw: the tool's own command, or the rows of a table that has nothing
// but revisions. Empty: a row has more than the ledger knows.
std::string repair_command(const core::MigrationTool& tool, const std::string& schema,
                           const RecordedBooks& recorded, const core::Books& now) {
    const std::string_view stamp = tool.stamp_anew.empty() ? tool.stamp : tool.stamp_anew;
    const auto commands = core::tool_commands(stamp, recorded.revisions, {});
    if (!commands.empty()) return core::joined(commands, "; ");
    if (!tool.columns[1].empty()) return "";
    const std::string table = core::quote_identifier(schema) + "." + core::quote_identifier(tool.table);
    const std::string column = core::quote_identifier(tool.columns[0]);
    std::vector<std::string> missing;
    std::vector<std::string> extra;
    for (const std::string& one : recorded.applied)
        if (!core::contains(now.applied, one)) missing.push_back(one);
    for (const std::string& one : now.applied)
        if (!core::contains(recorded.applied, one)) extra.push_back(one);
    std::vector<std::string> statements;
    if (!extra.empty())
        statements.push_back(
            fmt::format("DELETE FROM {} WHERE {} IN ({})", table, column, sql_list(extra, "", "")));
    if (!missing.empty())
        statements.push_back(
            fmt::format("INSERT INTO {} ({}) VALUES {}", table, column, sql_list(missing, "(", ")")));
    return core::joined(statements, "; ");
}

const ToolBooks* find_books(const std::vector<ToolBooks>& all, const RecordedBooks& recorded) {
    for (const ToolBooks& one : all)
        if (one.tool->name == recorded.tool && one.schema == recorded.schema) return &one;
    return nullptr;
}

// Rails makes its table first, and then what tells it from dbmate's: so the ledger may know it under both
// names.
bool is_another_tools(const std::vector<ToolBooks>& all, const RecordedBooks& recorded) {
    const core::MigrationTool* tool = core::find_migration_tool(recorded.tool);
    return tool != nullptr && std::any_of(all.begin(), all.end(), [&](const ToolBooks& one) {
               return one.schema == recorded.schema && one.tool->table == tool->table;
           });
}

void add_missing_table(pg::ResultSet& rows, const RecordedBooks& recorded) {
    const core::MigrationTool* tool = core::find_migration_tool(recorded.tool);
    const std::string table =
        tool == nullptr ? ""
                        : core::quote_identifier(recorded.schema) + "." + core::quote_identifier(tool->table);
    const std::string detail =
        recorded.how == "gone"
            ? fmt::format("Commit {} dropped it, or made another table of it.", recorded.commit)
            : fmt::format("The ledger saw it last at commit {}.", recorded.commit);
    std::vector<std::string> commands;
    if (tool != nullptr) commands = core::tool_commands(tool->stamp, recorded.revisions, {});
    rows.add({pg::text_datum(recorded.tool), pg::text_datum(recorded.schema), pg::text_or_null(table),
              pg::text_datum("warning"), pg::text_datum("table missing"), std::nullopt,
              pg::text_or_null(recorded.revision), Int64GetDatum(recorded.commit), pg::text_datum(detail),
              pg::text_or_null(core::joined(commands, "; ")), std::nullopt, std::nullopt});
}

}  // namespace

// revisions()
SCHEMAVER_FUNCTION(schemaver_revisions)(pg::Arguments arguments) {
    pg::ResultSet rows(arguments);
    for (const ToolBooks& one : books::read_all_books(function_snapshot())) {
        const core::Books& books = one.books;
        const bool is_counted = one.tool->keeps != core::Keeps::heads && !one.locked;
        rows.add({pg::text_datum(one.tool->name), pg::text_datum(one.schema), pg::text_datum(one.tool->table),
                  pg::text_or_null(core::joined(books.revisions, ", ")),
                  is_counted ? pg::Value(Int32GetDatum(static_cast<std::int32_t>(books.applied.size())))
                             : pg::Value(),
                  pg::text_or_null(books.last),
                  books.last_at ? pg::Value(TimestampTzGetDatum(*books.last_at)) : pg::Value(),
                  pg::text_datum(state_in_words(one)), array_or_null(books.failed)});
    }
    return rows.done();
}

// up_to_date(revision text)
SCHEMAVER_FUNCTION(schemaver_up_to_date)(pg::Arguments arguments) {
    const std::string asked = arguments.required_text(0, "revision");
    bool is_known = true;
    for (const auto& books : books::session_books()) {
        const std::optional<bool> found = has_applied(*books, asked);
        if (found && *found) return {BoolGetDatum(true)};
        is_known = is_known && found;
    }
    if (!is_known) return pg::Result::null();
    return {BoolGetDatum(false)};
}

// check_revisions()
SCHEMAVER_FUNCTION(schemaver_check_revisions)(pg::Arguments arguments) {
    pg::ResultSet rows(arguments);
    Snapshot snapshot = function_snapshot();
    const std::vector<ToolBooks> all = books::read_all_books(snapshot);
    for (const RecordedBooks& recorded : recorded_books(ledger::lineage(snapshot).stretches, snapshot)) {
        const ToolBooks* now = find_books(all, recorded);
        if (now == nullptr) {
            if (!is_another_tools(all, recorded)) add_missing_table(rows, recorded);
            continue;
        }
        if (now->locked || recorded.how == "gone") continue;
        const core::BookExpectation expected{recorded.revisions, recorded.applied_rows(*now->tool),
                                             recorded.revisions_seen};
        const auto finding = core::check_books(*now->tool, expected, now->books);
        if (!finding) continue;
        core::Books before;
        before.revisions = recorded.revisions;
        before.applied = expected.applied;
        const core::BookChange change = core::compare_books(*now->tool, before, now->books);
        rows.add({pg::text_datum(recorded.tool), pg::text_datum(recorded.schema),
                  pg::text_datum(core::quote_identifier(now->schema) + "." +
                                 core::quote_identifier(now->tool->table)),
                  pg::text_datum(finding->severity), pg::text_datum(finding->finding),
                  pg::text_or_null(core::joined(now->books.revisions, ", ")),
                  pg::text_or_null(recorded.revision), Int64GetDatum(recorded.commit),
                  pg::text_datum(finding->detail),
                  pg::text_or_null(repair_command(*now->tool, now->schema, recorded, now->books)),
                  pg::text_array_datum(change.added), pg::text_array_datum(change.removed)});
    }
    return rows.done();
}

}  // namespace schemaver::migration
