// Hooks: of utility statements; of access to objects, which tells of functions that are about to be called
// and of objects that are about to be dropped; and of the columns that queries update.
#include "trial/watch.hpp"

#include "pg/hook.hpp"
#include "pg/text.hpp"
#include "pg/update_hook.hpp"
#include "trial/refusals.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "utils/portal.h"
}

namespace schemaver::trial {

namespace {

ProcessUtility_hook_type next_utility = nullptr;
object_access_hook_type next_access = nullptr;

[[noreturn]] void refuse(const Refusal& refusal) {
    throw core::Error(core::sqlstate::cannot_be_tried, "the script runs what cannot be tried", refusal.reason,
                      refusal.instead);
}

// A cursor of the session's, that was there before.
void leave_alone(const char* portal_name) {
    const bool is_older = pg::call([=] {
        const Portal portal = GetPortalByName(portal_name);
        return PortalIsValid(portal) && portal->createSubid < watched().beginning;
    });
    if (is_older)
        refuse({fmt::format("The cursor {} was opened before, and a rollback does not put it back.",
                            pg::to_utf8(portal_name)),
                "Open the cursor in the script."});
}

void look_at(const Node* tree) {
    if (const auto refusal = refusal_of(tree)) refuse(*refusal);
    Watch& watch = watched();
    if (IsA(tree, FetchStmt)) leave_alone(reinterpret_cast<const FetchStmt*>(tree)->portalname);
    if (IsA(tree, ClosePortalStmt)) leave_alone(reinterpret_cast<const ClosePortalStmt*>(tree)->portalname);
    if (IsA(tree, RenameStmt)) {
        const auto* rename = reinterpret_cast<const RenameStmt*>(tree);
        if (rename->renameType == OBJECT_COLUMN || rename->renameType == OBJECT_ATTRIBUTE)
            watch.new_names.insert(pg::to_utf8(rename->newname));
    }
    if (watch.losses != nullptr && IsA(tree, AlterTableStmt))
        note_changed_types(*watch.losses, reinterpret_cast<const AlterTableStmt*>(tree));
    watch.has_changed |= pg::call([=] { return GetCommandLogLevel(const_cast<Node*>(tree)) <= LOGSTMT_DDL; });
}

void on_utility(PlannedStmt* statement, const char* query, bool read_only, ProcessUtilityContext context,
                ParamListInfo parameters, QueryEnvironment* environment, DestReceiver* destination,
                QueryCompletion* completion) {
    const pg::Utility utility{statement,  query,       read_only,   context,
                              parameters, environment, destination, completion};
    if (watched().is_active) {
        const pg::Decision decision = pg::guard([=] { look_at(statement->utilityStmt); });
        pg::raise_if(decision);
    }
    pg::run_next(next_utility, utility);
}

bool counts_losses() { return watched().losses != nullptr; }

// A query is about to SET a column.
void on_update(Oid table, AttrNumber column) { note_updated(*watched().losses, table, column); }

void look_at_access(ObjectAccessType access, Oid catalog, Oid object, int part, const void* argument) {
    Watch& watch = watched();
    if (access == OAT_FUNCTION_EXECUTE && catalog == ProcedureRelationId) {
        if (const auto refusal = refusal_of_function(object)) refuse(*refusal);
        return;
    }
    if (watch.losses == nullptr || catalog != RelationRelationId) return;
    const auto column = static_cast<AttrNumber>(part);
    if (access == OAT_POST_CREATE && column == 0) watch.losses->new_tables.insert(object);
    if (access == OAT_POST_CREATE && column != 0) watch.losses->new_columns.insert({object, column});
    if (access == OAT_TRUNCATE) note_truncated(*watch.losses, object);
    if (access != OAT_DROP) return;
    // The server makes tables of its own on the way of ALTER TABLE.
    const auto* drop = static_cast<const ObjectAccessDrop*>(argument);
    if (drop != nullptr && (drop->dropflags & PERFORM_DELETION_INTERNAL) != 0) return;
    note_dropped(*watch.losses, object, column);
}

void on_access(ObjectAccessType access, Oid catalog, Oid object, int part, void* argument) {
    if (next_access != nullptr) next_access(access, catalog, object, part, argument);
    if (!watched().is_active) return;
    const pg::Decision decision = pg::guard([=] { look_at_access(access, catalog, object, part, argument); });
    pg::raise_if(decision);
}

}  // namespace

Watch& watched() {
    static Watch watch;
    return watch;
}

void install_hooks() {
    next_utility = ProcessUtility_hook;
    ProcessUtility_hook = on_utility;
    next_access = object_access_hook;
    object_access_hook = on_access;
    pg::install_update_hook(counts_losses, on_update);
}

}  // namespace schemaver::trial
