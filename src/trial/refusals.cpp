// Three reasons: it cannot run inside a transaction, it changes what the transaction does not cover (files,
// other servers, the session), or it would change how the rest is undone.
#include "trial/refusals.hpp"

#include <algorithm>

#include "pg/boundary.hpp"
#include "pg/text.hpp"

extern "C" {
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "commands/defrem.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace schemaver::trial {

namespace {

Refusal in_no_transaction(const std::string& command, std::string instead) {
    return {command + " cannot run inside a transaction.", std::move(instead)};
}

Refusal reaches_outside(const std::string& command, std::string instead) {
    return {command + " reaches outside the database, where no rollback undoes it.", std::move(instead)};
}

Refusal changes_session(const std::string& command, std::string instead) {
    return {command + " changes the session, and a rollback would not undo it.", std::move(instead)};
}

bool has_option(const List* options, const char* name) {
    for (int i = 0; i < list_length(options); ++i) {
        auto* option = static_cast<DefElem*>(list_nth(options, i));
        if (std::strcmp(option->defname, name) == 0 &&
            (option->arg == nullptr || pg::call([=] { return defGetBoolean(option); })))
            return true;
    }
    return false;
}

constexpr char without_concurrently[] =
    "Try it without CONCURRENTLY: objects and errors are the same, locks and times are not.";

std::optional<Refusal> refusal_of_transaction(const TransactionStmt& statement) {
    switch (statement.kind) {
        case TRANS_STMT_SAVEPOINT:
        case TRANS_STMT_RELEASE:
        case TRANS_STMT_ROLLBACK_TO:
            return Refusal{"A trial is one piece: it has no savepoints.",
                           "Leave SAVEPOINT, RELEASE and ROLLBACK TO out."};
        default:
            return Refusal{
                "It would begin or end a transaction.",
                "A trial is one transaction, which is undone. Leave BEGIN and COMMIT out (a plain BEGIN as "
                "the first and COMMIT as the last statement are passed over), and try what stands between "
                "two COMMITs each by itself, or with test_migrations()."};
    }
}

std::optional<Refusal> refusal_of_reindex(const ReindexStmt& statement) {
    if (has_option(statement.params, "concurrently"))
        return in_no_transaction("REINDEX CONCURRENTLY", without_concurrently);
    if (statement.kind == REINDEX_OBJECT_INDEX || statement.kind == REINDEX_OBJECT_TABLE) return std::nullopt;
    return in_no_transaction("REINDEX of a schema or database",
                             "Try REINDEX TABLE for the tables it is about.");
}

std::optional<Refusal> refusal_of_alter_table(const AlterTableStmt& statement) {
    for (int i = 0; i < list_length(statement.cmds); ++i) {
        const auto* command = static_cast<const AlterTableCmd*>(list_nth(statement.cmds, i));
        if (command->subtype == AT_DetachPartition &&
            reinterpret_cast<const PartitionCmd*>(command->def)->concurrent)
            return in_no_transaction("DETACH PARTITION CONCURRENTLY", without_concurrently);
    }
    return std::nullopt;
}

std::optional<Refusal> refusal_of_copy(const CopyStmt& statement) {
    if (statement.is_program)
        return reaches_outside("COPY with PROGRAM",
                               "Leave it out, or INSERT a few rows like those it would bring.");
    if (statement.filename != nullptr)
        return reaches_outside("COPY with a file",
                               "Leave it out, or INSERT a few rows like those it would bring.");
    return Refusal{"COPY FROM STDIN and TO STDOUT talk to the client, which a function cannot.",
                   "INSERT the rows instead, or leave it out."};
}

std::optional<Refusal> refusal_of_do(const DoStmt& statement) {
    for (int i = 0; i < list_length(statement.args); ++i) {
        const auto* option = static_cast<const DefElem*>(list_nth(statement.args, i));
        if (std::strcmp(option->defname, "language") != 0) continue;
        const char* name = strVal(option->arg);
        const bool is_trusted = pg::call([=] {
            HeapTuple row = SearchSysCache1(LANGNAME, PointerGetDatum(name));
            if (!HeapTupleIsValid(row)) return true;  // which is an error of its own
            const bool trusted = reinterpret_cast<Form_pg_language>(GETSTRUCT(row))->lanpltrusted;
            ReleaseSysCache(row);
            return trusted;
        });
        if (!is_trusted)
            return Refusal{fmt::format("Code in the untrusted language {} may reach outside the database.",
                                       pg::to_utf8(name)),
                           "Leave it out, or write it in a trusted language such as plpgsql."};
    }
    return std::nullopt;
}

std::optional<Refusal> refusal_of_database(const AlterDatabaseStmt& statement) {
    for (int i = 0; i < list_length(statement.options); ++i) {
        if (std::strcmp(static_cast<const DefElem*>(list_nth(statement.options, i))->defname, "tablespace") ==
            0)
            return in_no_transaction("ALTER DATABASE ... SET TABLESPACE", "Leave it out.");
    }
    return std::nullopt;
}

// Names of functions of the server whose work stays done. pg_notify() and the advisory locks of transactions
// are not among them.
constexpr std::array lasting_functions = {
    "lo_export",
    "lo_import",
    "pg_advisory_lock",
    "pg_advisory_lock_shared",
    "pg_advisory_unlock",
    "pg_advisory_unlock_all",
    "pg_advisory_unlock_shared",
    "pg_backup_start",
    "pg_backup_stop",
    "pg_cancel_backend",
    "pg_copy_logical_replication_slot",
    "pg_copy_physical_replication_slot",
    "pg_create_logical_replication_slot",
    "pg_create_physical_replication_slot",
    "pg_create_restore_point",
    "pg_drop_replication_slot",
    "pg_file_rename",
    "pg_file_sync",
    "pg_file_unlink",
    "pg_file_write",
    "pg_log_backend_memory_contexts",
    "pg_log_standby_snapshot",
    "pg_logical_emit_message",
    "pg_logical_slot_get_binary_changes",
    "pg_logical_slot_get_changes",
    "pg_promote",
    "pg_reload_conf",
    "pg_replication_origin_advance",
    "pg_replication_origin_session_reset",
    "pg_replication_origin_session_setup",
    "pg_replication_origin_xact_setup",
    "pg_replication_slot_advance",
    "pg_restore_attribute_stats",
    "pg_restore_relation_stats",
    "pg_rotate_logfile",
    "pg_stat_force_next_flush",
    "pg_stat_reset",
    "pg_stat_reset_replication_slot",
    "pg_stat_reset_shared",
    "pg_stat_reset_single_function_counters",
    "pg_stat_reset_single_table_counters",
    "pg_stat_reset_slru",
    "pg_stat_reset_subscription_stats",
    "pg_switch_wal",
    "pg_terminate_backend",
    "pg_try_advisory_lock",
    "pg_try_advisory_lock_shared",
    "pg_wal_replay_pause",
    "pg_wal_replay_resume",
    "start_worker",
    "stop_worker",
};
static_assert(std::is_sorted(lasting_functions.begin(), lasting_functions.end(),
                             [](std::string_view one, std::string_view other) { return one < other; }));

struct FunctionFacts {
    const char* name = nullptr;
    const char* schema = nullptr;
    Oid language = InvalidOid;
    const char* untrusted = nullptr;  // the language's name
};

FunctionFacts facts_of(Oid function) {
    return pg::call([=] {
        FunctionFacts facts;
        HeapTuple row = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
        if (!HeapTupleIsValid(row)) return facts;
        const auto* form = reinterpret_cast<Form_pg_proc>(GETSTRUCT(row));
        facts.name = pstrdup(NameStr(form->proname));
        facts.language = form->prolang;
        const Oid space = form->pronamespace;
        ReleaseSysCache(row);
        facts.schema = get_namespace_name(space);
        if (facts.language == INTERNALlanguageId || facts.language == ClanguageId) return facts;
        HeapTuple language = SearchSysCache1(LANGOID, ObjectIdGetDatum(facts.language));
        if (!HeapTupleIsValid(language)) return facts;
        const auto* described = reinterpret_cast<Form_pg_language>(GETSTRUCT(language));
        if (!described->lanpltrusted) facts.untrusted = pstrdup(NameStr(described->lanname));
        ReleaseSysCache(language);
        return facts;
    });
}

}  // namespace

std::optional<Refusal> refusal_of(const Node* statement) {
    switch (nodeTag(statement)) {
        case T_TransactionStmt:
            return refusal_of_transaction(*reinterpret_cast<const TransactionStmt*>(statement));
        case T_VacuumStmt:
            if (reinterpret_cast<const VacuumStmt*>(statement)->is_vacuumcmd)
                return in_no_transaction("VACUUM", "Leave it out: it changes no definition.");
            return Refusal{"ANALYZE changes estimates in place, which a rollback does not undo.",
                           "Leave it out: it changes no definition."};
        case T_IndexStmt:
            if (reinterpret_cast<const IndexStmt*>(statement)->concurrent)
                return in_no_transaction("CREATE INDEX CONCURRENTLY", without_concurrently);
            return std::nullopt;
        case T_DropStmt:
            if (reinterpret_cast<const DropStmt*>(statement)->concurrent)
                return in_no_transaction("DROP INDEX CONCURRENTLY", without_concurrently);
            return std::nullopt;
        case T_ReindexStmt:
            return refusal_of_reindex(*reinterpret_cast<const ReindexStmt*>(statement));
        case T_AlterTableStmt:
            return refusal_of_alter_table(*reinterpret_cast<const AlterTableStmt*>(statement));
        case T_ClusterStmt:
            if (reinterpret_cast<const ClusterStmt*>(statement)->relation != nullptr) return std::nullopt;
            return in_no_transaction("CLUSTER of all tables", "Name the table.");
        case T_CreatedbStmt:
        case T_DropdbStmt:
            return in_no_transaction("CREATE and DROP DATABASE", "Leave it out.");
        case T_AlterDatabaseStmt:
            return refusal_of_database(*reinterpret_cast<const AlterDatabaseStmt*>(statement));
        case T_CreateTableSpaceStmt:
        case T_DropTableSpaceStmt:
            return in_no_transaction("CREATE and DROP TABLESPACE", "Leave it out.");
        case T_AlterSystemStmt:
            return in_no_transaction("ALTER SYSTEM", "Leave it out, or SET the setting for the trial.");
        case T_CreateSubscriptionStmt:
        case T_AlterSubscriptionStmt:
        case T_DropSubscriptionStmt:
            return reaches_outside("A command on a subscription", "Leave it out.");
        case T_CheckPointStmt:
            return reaches_outside("CHECKPOINT", "Leave it out: it changes no definition.");
        case T_LoadStmt:
            return changes_session("LOAD", "Load the library before the trial.");
        case T_PrepareStmt:
            return changes_session("PREPARE", "Write the statement itself.");
        case T_DeallocateStmt:
            return changes_session("DEALLOCATE", "Leave it out.");
        case T_DiscardStmt:
            return changes_session("DISCARD", "Leave it out.");
        case T_CopyStmt:
            return refusal_of_copy(*reinterpret_cast<const CopyStmt*>(statement));
        case T_DoStmt:
            return refusal_of_do(*reinterpret_cast<const DoStmt*>(statement));
        case T_ClosePortalStmt:
            if (reinterpret_cast<const ClosePortalStmt*>(statement)->portalname != nullptr)
                return std::nullopt;
            return changes_session("CLOSE ALL", "Close the cursors of the script by name.");
        default:
            return std::nullopt;
    }
}

std::optional<Refusal> refusal_of_function(Oid function) {
    const FunctionFacts facts = facts_of(function);
    if (facts.name == nullptr || facts.schema == nullptr) return std::nullopt;
    const std::string_view name = facts.name;
    if (facts.untrusted != nullptr) {
        return Refusal{
            fmt::format(
                "The function {}() is in the untrusted language {}, and may reach outside the database.",
                pg::to_utf8(facts.name), pg::to_utf8(facts.untrusted)),
            "Leave out what calls it."};
    }
    // Only the server and superusers make functions in these languages.
    if (facts.language != INTERNALlanguageId && facts.language != ClanguageId) return std::nullopt;
    if (name == "setval" && std::strcmp(facts.schema, "pg_catalog") == 0)
        return Refusal{"What setval() sets stays set: no rollback undoes it.",
                       "ALTER SEQUENCE ... RESTART does the same and is undone."};
    const bool is_lasting =
        std::binary_search(lasting_functions.begin(), lasting_functions.end(), name,
                           [](std::string_view one, std::string_view other) { return one < other; });
    if (is_lasting || name.starts_with("dblink"))
        return Refusal{
            fmt::format("What {}() does stays done: no rollback undoes it.", pg::to_utf8(facts.name)),
            "Leave out what calls it."};
    return std::nullopt;
}

}  // namespace schemaver::trial
