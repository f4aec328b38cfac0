// Before a statement: its secrets, and what the objects are that it will change and event triggers will not
// tell of. After it: the command's row. What is not DDL passes through one switch.
#include "ledger/utility.hpp"

#include <algorithm>

#include "catalog/cluster.hpp"
#include "core/text.hpp"
#include "ledger/capture.hpp"
#include "ledger/index_marks.hpp"
#include "ledger/settings.hpp"
#include "ledger/texts.hpp"
#include "ledger/unseen.hpp"
#include "pg/redact_statement.hpp"
#include "pg/report.hpp"
#include "pg/text.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_event_trigger.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "tcop/tcopprot.h"
#include "utils/lsyscache.h"
}

namespace schemaver::ledger {

namespace {

using catalog::Address;

ProcessUtility_hook_type next_hook = nullptr;

// What is found out before a statement that event triggers do not see.
struct Unseen {
    Treatment treatment;
    std::vector<std::string> objects;
    std::vector<catalog::LocatedObject> cluster;
    std::vector<std::pair<Address, std::string>> event_triggers;  // with their identities
    IndexMarks marks;
};

const Node* tree_of(const pg::Utility& utility) { return utility.statement->utilityStmt; }

std::string tag_of(const pg::Utility& utility) {
    return pg::call([&] { return GetCommandTagName(CreateCommandTag(utility.statement->utilityStmt)); });
}

void add_event_triggers(const Node* tree, std::vector<std::pair<Address, std::string>>& found) {
    for (const std::string& name : named_event_triggers(tree)) {
        const char* bytes = name.c_str();
        const Oid oid = pg::call([=] { return get_event_trigger_oid(bytes, true); });
        if (OidIsValid(oid))
            found.push_back({{EventTriggerRelationId, oid}, pg::quote_identifier(pg::to_utf8(bytes))});
    }
}

// DROP ... IF EXISTS of what is not there is no command.
void keep_what_is_there(Unseen& unseen) {
    std::set<std::string> there;
    for (const auto& located : unseen.cluster)
        there.insert(located.object.kind + " " + located.object.identity);
    for (const auto& [address, identity] : unseen.event_triggers) there.insert("event trigger " + identity);
    std::erase_if(unseen.objects, [&](const std::string& object) { return there.count(object) == 0; });
}

bool is_drop(const Node* tree) {
    return IsA(tree, DropRoleStmt) || IsA(tree, DropdbStmt) || IsA(tree, DropTableSpaceStmt) ||
           IsA(tree, DropStmt);
}

bool is_installed() {
    return OidIsValid(pg::call([] { return get_extension_oid("schemaver", true); }));
}

Oid relation_named(const RangeVar* name) {
    return pg::call([=] { return RangeVarGetRelid(name, NoLock, true); });
}

void look_before(const pg::Utility& utility, RunningStatement& running) {
    const Node* tree = tree_of(utility);
    auto treatment = treatment_of(tree);
    if (!treatment || creating_extension || !is_capturing() || !is_installed()) return;
    // IF NOT EXISTS of what is there makes nothing.
    if (IsA(tree, ExplainStmt) && OidIsValid(relation_named(made_by_explain(tree)))) return;
    const Failure failure = treatment->irrevocable ? Failure::only_warn : Failure::as_set;
    auto unseen = std::make_unique<Unseen>();
    unseen->treatment = *std::move(treatment);
    record_or_complain(tag_of(utility), failure, [&] {
        unseen->cluster = read_cluster_now(unseen->treatment.cluster);
        unseen->objects = named_objects(tree);
        add_event_triggers(tree, unseen->event_triggers);
        if (may_mark_indexes(tree)) unseen->marks = index_marks(tree);
        if (is_drop(tree)) keep_what_is_there(*unseen);
    });
    running.recorded = unseen.release();
}

// For the log, should the statement fail: put together now, because after an error the catalogs cannot be
// asked who the user is.
void prepare_log(const pg::Utility& utility, RunningStatement& running) {
    const PlannedStmt& statement = *utility.statement;
    const auto user = [](Oid role) {
        const char* name = pg::call([=] { return GetUserNameFromId(role, true); });
        return std::string(name != nullptr ? name : "");
    };
    const std::string text =
        running.is_redacted
            ? (running.text != nullptr ? running.text : "(not shown)")
            : pg::statement_part(utility.query_text, statement.stmt_location, statement.stmt_len);
    const std::string line =
        fmt::format("User {}, as {}: {}", user(GetSessionUserId()), user(GetUserId()), pg::from_utf8(text));
    const char* bytes = line.c_str();
    running.logged = pg::call([=] { return pstrdup(bytes); });
}

void before(const pg::Utility& utility, RunningStatement& running) {
    running.utility = &utility;
    running.outer = innermost_statement();
    note_secrets(running);
    if (settings.log_failed_commands && !creating_extension) prepare_log(utility, running);
    look_before(utility, running);
    set_innermost_statement(&running);
}

void note_cluster(Pending& pending, const Unseen& unseen) {
    // CREATE DATABASE takes its time, and others may have changed other databases meanwhile.
    const auto is_of_others = [&](const ClusterObject& object) {
        return unseen.treatment.irrevocable && (object.kind == "database" || object.kind == "tablespace") &&
               std::find(unseen.objects.begin(), unseen.objects.end(), object.kind + " " + object.identity) ==
                   unseen.objects.end();
    };
    for (ClusterObject& object :
         cluster_differences(unseen.cluster, read_cluster_now(unseen.treatment.cluster))) {
        if (is_of_others(object)) continue;
        // The event trigger has recorded DROP OWNED by now.
        object.causes = {{unseen.treatment.needs_command ? pending.next_number : pending.next_number - 1,
                          core::contains(unseen.objects, object.kind + " " + object.identity)}};
        note_cluster_object(pending.cluster, std::move(object));
    }
}

// EXPLAIN ANALYZE CREATE TABLE ... AS has made it; without ANALYZE there is nothing.
void record_made_by_explain(const pg::Utility& utility) {
    const Oid relation = relation_named(made_by_explain(tree_of(utility)));
    if (!OidIsValid(relation) ||
        pg::call([=] { return get_rel_persistence(relation); }) == RELPERSISTENCE_TEMP)
        return;
    const ObjectAddress place{RelationRelationId, relation, 0};
    Pending& pending = recording();
    pending.touch({RelationRelationId, relation}, true);
    insert_command(pending, tag_of(utility),
                   {pg::to_utf8(pg::call([&] { return getObjectTypeDescription(&place, false); })) + " " +
                    pg::to_utf8(pg::call([&] { return getObjectIdentity(&place, false); }))});
}

void record_unseen(const pg::Utility& utility, Unseen& unseen) {
    const Node* tree = tree_of(utility);
    if (IsA(tree, ExplainStmt)) return record_made_by_explain(utility);
    std::set<Address> marked;
    if (may_mark_indexes(tree)) marked = newly_marked(unseen.marks, index_marks(tree));
    if (unseen.treatment.is_maintenance && marked.empty() && !settings.record_maintenance) return;
    Pending& pending = recording();
    for (const Address& index : marked) pending.touch(index, true);
    pending.touch_along(naming_objects(tree));
    if (unseen.treatment.irrevocable && !unseen.treatment.is_maintenance) pending.irrevocable = true;
    if (!unseen.treatment.cluster.empty()) note_cluster(pending, unseen);
    if (IsA(tree, ReassignOwnedStmt) || IsA(tree, DropOwnedStmt)) pending.owners_changed = true;
    if (IsA(tree, ReassignOwnedStmt)) pending.causes.note_unnamed(pending.next_number);
    const bool is_dropped = IsA(tree, DropStmt);
    if (!is_dropped) add_event_triggers(tree, unseen.event_triggers);
    for (const auto& [address, identity] : unseen.event_triggers) {
        pending.touch(address, true);
        if (is_dropped) pending.dropped[{"event trigger", identity}] = address;
    }
    if (unseen.treatment.needs_command) insert_command(pending, tag_of(utility), unseen.objects);
}

void after(const pg::Utility& utility, RunningStatement& running) {
    const std::unique_ptr<Unseen> unseen(static_cast<Unseen*>(running.recorded));
    const bool is_nothing = unseen != nullptr && unseen->treatment.needs_command && unseen->objects.empty() &&
                            !IsA(tree_of(utility), ExplainStmt);
    if (unseen == nullptr || is_nothing) {
        set_innermost_statement(running.outer);
        return;
    }
    // The statement is still the innermost one while its row is written: the row has its text.
    const Failure failure = unseen->treatment.irrevocable ? Failure::only_warn : Failure::as_set;
    try {
        record_or_complain(tag_of(utility), failure, [&] { record_unseen(utility, *unseen); });
    } catch (...) {
        set_innermost_statement(running.outer);
        throw;
    }
    set_innermost_statement(running.outer);
}

void failed(const pg::Utility& utility, RunningStatement& running, const pg::Error& error) {
    set_innermost_statement(running.outer);
    delete static_cast<Unseen*>(running.recorded);
    if (running.logged == nullptr) return;
    // What the server says of a statement with a secret may quote it.
    const std::string message =
        fmt::format("schemaver: {} failed ({}){}{}", tag_of(utility), error.sqlstate(),
                    running.is_redacted ? "" : ": ", running.is_redacted ? "" : error.what());
    pg::log(message.c_str(), running.logged);
}

void on_utility(PlannedStmt* statement, const char* query, bool read_only, ProcessUtilityContext context,
                ParamListInfo parameters, QueryEnvironment* environment, DestReceiver* destination,
                QueryCompletion* completion) {
    const pg::Utility utility{statement,  query,       read_only,   context,
                              parameters, environment, destination, completion};
    const Node* tree = statement->utilityStmt;
    if (context == PROCESS_UTILITY_SUBCOMMAND || !settings.capture ||
        !is_worth_a_look(tree, settings.record_maintenance)) {
        if (IsA(tree, TransactionStmt)) note_end_of_transaction(utility);
        pg::run_next(next_hook, utility);
        return;
    }
    pg::around_utility<RunningStatement>(next_hook, utility, before, after, failed);
}

}  // namespace

void install_utility_hook() {
    next_hook = ProcessUtility_hook;
    ProcessUtility_hook = on_utility;
    if (debug_query_string != nullptr) note_late_start();
}

}  // namespace schemaver::ledger
