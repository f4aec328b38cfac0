// As the server's own loop over a client's commands does it (exec_simple_query in tcop/postgres.c), without a
// client.
#include "pg/script.hpp"

#include "pg/compat.hpp"
#include "pg/text.hpp"

extern "C" {
#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "nodes/parsenodes.h"
#include "parser/analyze.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/snapmgr.h"
}

namespace schemaver::pg {

namespace {

List* planned(RawStmt* statement, const char* sql) {
    const bool needs_snapshot = analyze_requires_snapshot(statement);
    if (needs_snapshot) PushActiveSnapshot(GetTransactionSnapshot());
    List* queries = pg_analyze_and_rewrite_fixedparams(statement, sql, nullptr, 0, nullptr);
    List* plans = pg_plan_queries(queries, sql, 0, nullptr);
    if (needs_snapshot) PopActiveSnapshot();
    return plans;
}

void run_statement(RawStmt* statement, const char* sql, MemoryContext context) {
    SetCurrentStatementStartTimestamp();
    StartTransactionCommand();
    CHECK_FOR_INTERRUPTS();
    MemoryContextSwitchTo(context);
    Portal portal = CreatePortal("", true, true);
    portal->visible = false;
    PortalDefineQuery(portal, nullptr, sql, CreateCommandTag(statement->stmt), planned(statement, sql),
                      nullptr);
    PortalStart(portal, nullptr, 0, InvalidSnapshot);
    run_portal(portal);
    PortalDrop(portal, false);
    CommitTransactionCommand();
}

const char* of_copy(const CopyStmt& statement) {
    if (statement.is_program) return "COPY with PROGRAM";
    if (statement.filename != nullptr) return "COPY with a file";
    return "COPY FROM STDIN or TO STDOUT";
}

// nullptr: it stays inside.
const char* reach_of(const Node* statement) {
    switch (nodeTag(statement)) {
        case T_CreatedbStmt:
        case T_DropdbStmt:
        case T_AlterDatabaseStmt:
        case T_AlterDatabaseSetStmt:
        case T_AlterDatabaseRefreshCollStmt:
        case T_CreateRoleStmt:
        case T_AlterRoleStmt:
        case T_AlterRoleSetStmt:
        case T_DropRoleStmt:
        case T_GrantRoleStmt:
        case T_CreateTableSpaceStmt:
        case T_DropTableSpaceStmt:
        case T_AlterTableSpaceOptionsStmt:
        case T_AlterSystemStmt:
        case T_CreateSubscriptionStmt:
        case T_AlterSubscriptionStmt:
        case T_DropSubscriptionStmt:
        case T_LoadStmt:
        case T_NotifyStmt:
        case T_ReassignOwnedStmt:
        case T_DropOwnedStmt:
            return GetCommandTagName(CreateCommandTag(const_cast<Node*>(statement)));
        case T_CopyStmt:
            return of_copy(*reinterpret_cast<const CopyStmt*>(statement));
        default:
            return nullptr;
    }
}

// Of what stands at the offset, or behind the white space there: a statement's place is behind the semicolon.
std::size_t line_at(std::string_view text, int offset) {
    const auto first = text.find_first_not_of(" \t\r\n", static_cast<std::size_t>(std::max(offset, 0)));
    const std::string_view before = text.substr(0, first);
    return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

// A position in the script would be shown as one in the statement that called us.
List* parsed(const char* text) {
    try {
        return call([=] { return pg_parse_query(text); });
    } catch (const Error& error) {
        if (error.data().cursorpos <= 0) throw;
        const int characters = error.data().cursorpos - 1;
        const int bytes =
            call([=] { return pg_mbcharcliplen(text, static_cast<int>(strlen(text)), characters); });
        throw core::Error(error.sqlstate(), to_utf8(error.what()),
                          fmt::format("It stands in line {} of the script.", line_at(text, bytes)),
                          "The script is SQL alone: no commands of psql, and no rows for COPY ... FROM stdin "
                          "(pg_dump --schema-only leaves them out).");
    }
}

}  // namespace

void run_script(const std::string& sql, int& number) {
    const std::string in_database = from_utf8(sql);
    const char* text = in_database.c_str();
    int* count = &number;
    try {
        call([=] {
            MemoryContext caller = CurrentMemoryContext;
            MemoryContext context =
                AllocSetContextCreate(TopMemoryContext, "schemaver script", ALLOCSET_DEFAULT_SIZES);
            MemoryContext of_one =
                AllocSetContextCreate(context, "schemaver statement", ALLOCSET_DEFAULT_SIZES);
            MemoryContextSwitchTo(context);
            List* statements = pg_parse_query(text);
            for (int i = 0; i < list_length(statements); ++i) {
                *count = i + 1;
                run_statement(static_cast<RawStmt*>(list_nth(statements, i)), text, of_one);
                MemoryContextReset(of_one);
            }
            MemoryContextSwitchTo(caller);
            MemoryContextDelete(context);
        });
    } catch (...) {
        call([] { AbortOutOfAnyTransaction(); });
        throw;
    }
    if (call([] { return IsTransactionBlock(); })) {
        number = 0;
        call([] { AbortOutOfAnyTransaction(); });
        throw core::Error(core::sqlstate::invalid_argument, "the script leaves a transaction open",
                          "It has a BEGIN without a COMMIT.", "End the script with COMMIT.");
    }
}

void require_inside_database(const std::string& sql) {
    const std::string in_database = from_utf8(sql);
    const char* text = in_database.c_str();
    List* statements = parsed(text);
    for (int i = 0; i < list_length(statements); ++i) {
        const auto* statement = static_cast<const RawStmt*>(list_nth(statements, i));
        const Node* node = statement->stmt;
        const char* reach = call([=] { return reach_of(node); });
        if (reach == nullptr) continue;
        throw core::Error(core::sqlstate::invalid_argument,
                          fmt::format("{} reaches outside the scratch database", reach),
                          fmt::format("It is statement {} of the script, which begins at line {}.", i + 1,
                                      line_at(in_database, statement->stmt_location)),
                          "Leave it out: the script may make what a dump of one database's schema has "
                          "(pg_dump --schema-only).");
    }
}

}  // namespace schemaver::pg
