// The event triggers: each DDL command becomes one row at once, so that savepoints undo it rightly.
//
// Nothing is described here. The objects a command touched are remembered, and described once, at the end of
// the transaction (commits.cpp).
#include <fmt/format.h>

#include "ledger/capture.hpp"
#include "ledger/columns.hpp"
#include "ledger/ledger.hpp"
#include "ledger/pending.hpp"
#include "ledger/settings.hpp"
#include "ledger/texts.hpp"
#include "ledger/written.hpp"
#include "pg/event_trigger.hpp"
#include "pg/report.hpp"
#include "pg/subtransaction.hpp"
#include "pg/table.hpp"

extern "C" {
#include "access/parallel.h"
#include "access/relation.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/extension.h"
#include "nodes/parsenodes.h"
#include "nodes/value.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"
}

namespace schemaver::ledger {

bool capture_suspended = false;
Settings settings{true, on_capture_error_abort, nullptr, query_text_redacted, false, false};

namespace {

using catalog::Address;

// Maintenance, which changes no definition: the utility hook records it, where a setting asks for it.
bool is_noise(const std::string& tag) {
    return tag == "REFRESH MATERIALIZED VIEW" || tag == "REINDEX" || tag == "CLUSTER" || tag == "VACUUM" ||
           tag == "ANALYZE";
}

bool makes_temporary(const Node* tree) {
    if (tree == nullptr) return false;
    const RangeVar* relation = nullptr;
    if (IsA(tree, CreateStmt)) relation = reinterpret_cast<const CreateStmt*>(tree)->relation;
    if (IsA(tree, CreateTableAsStmt)) relation = reinterpret_cast<const CreateTableAsStmt*>(tree)->into->rel;
    return relation != nullptr && relation->relpersistence == RELPERSISTENCE_TEMP;
}

std::string current_user() {
    return pg::to_utf8(pg::call([] { return GetUserNameFromId(GetUserId(), true); }));
}

void touch(Pending& pending, Address address, bool is_named) {
    const Address owner = catalog::owner_of(address);
    if (OidIsValid(owner.object)) pending.touch(owner, is_named);
}

bool is_member_of_family(const std::string& kind) {
    return kind == "operator of access method" || kind == "function of access method";
}

// By access method, schema and name; what follows is the member's number.
Oid operator_family_named(const std::vector<std::string>& names) {
    if (names.size() < 3) return InvalidOid;
    const char* method = names[0].c_str();
    const char* schema = names[1].c_str();
    const char* name = names[2].c_str();
    return pg::call([=] {
        List* qualified = list_make2(makeString(pstrdup(schema)), makeString(pstrdup(name)));
        const Oid access_method = get_index_am_oid(method, true);
        return OidIsValid(access_method) ? get_opfamily_oid(access_method, qualified, true) : InvalidOid;
    });
}

// A part of a table, domain or operator family that was dropped with something else: its owner has another
// definition now, and only the name tells which it is.
void touch_owner_by_name(Pending& pending, const pg::DroppedObject& dropped) {
    if (dropped.kind == "domain constraint" && !dropped.names.empty()) {
        const char* name = dropped.names[0].c_str();
        const Oid type = pg::call([=] {
            LOCAL_FCINFO(fcinfo, 1);
            InitFunctionCallInfoData(*fcinfo, nullptr, 1, InvalidOid, nullptr, nullptr);
            fcinfo->args[0].value = PointerGetDatum(cstring_to_text(name));
            fcinfo->args[0].isnull = false;
            const Datum found = to_regtype(fcinfo);
            return fcinfo->isnull ? InvalidOid : DatumGetObjectId(found);
        });
        if (OidIsValid(type)) pending.touch({TypeRelationId, type}, dropped.original);
        return;
    }
    if (is_member_of_family(dropped.kind)) {
        const Oid family = operator_family_named(dropped.names);
        if (OidIsValid(family)) pending.touch({OperatorFamilyRelationId, family}, dropped.original);
        return;
    }
    if (dropped.names.size() < 2) return;
    const char* schema_name = dropped.names[0].c_str();
    const char* table_name = dropped.names[1].c_str();
    const Oid relation = pg::call([=] {
        const Oid space = get_namespace_oid(schema_name, true);
        return OidIsValid(space) ? get_relname_relid(table_name, space) : InvalidOid;
    });
    if (OidIsValid(relation)) pending.touch({RelationRelationId, relation}, dropped.original);
}

// A table, an index or a sequence that is new: every part of it is reported by a command of its own. Not so
// on partitioned tables, where the server makes more on the partitions, nor of what CREATE OR REPLACE may
// have found.
bool is_created_whole(const pg::DdlCommand& command) {
    if (!command.tag.starts_with("CREATE ") || command.catalog != RelationRelationId) return false;
    const Oid relation = command.object;
    return pg::call([=] {
        const char kind = get_rel_relkind(relation);
        return (kind == RELKIND_RELATION || kind == RELKIND_INDEX || kind == RELKIND_SEQUENCE) &&
               !get_rel_relispartition(relation);
    });
}

void touch_dependents(Pending& pending, Address address) {
    pending.touch_along(catalog::dependents(address));
}

// ALTER TABLE parent ATTACH PARTITION child reports the parent alone.
void touch_attached(Pending& pending, const Node* tree) {
    if (tree == nullptr || !IsA(tree, AlterTableStmt)) return;
    const auto* statement = reinterpret_cast<const AlterTableStmt*>(tree);
    const int count = list_length(statement->cmds);
    for (int i = 0; i < count; ++i) {
        const auto* command = static_cast<const AlterTableCmd*>(list_nth(statement->cmds, i));
        if (command->subtype != AT_AttachPartition && command->subtype != AT_DetachPartition &&
            command->subtype != AT_DetachPartitionFinalize)
            continue;
        RangeVar* part = reinterpret_cast<PartitionCmd*>(command->def)->name;
        const Oid relation = pg::call([=] { return RangeVarGetRelid(part, NoLock, true); });
        if (!OidIsValid(relation)) continue;
        pending.touch({RelationRelationId, relation}, true);
        pending.created.erase({RelationRelationId, relation});
        touch_dependents(pending, {RelationRelationId, relation});
    }
}

// ALTER EXTENSION ... ADD and DROP name the extension alone. What becomes a member has no definition of its
// own any more, and what ceases to be one has one again.
void touch_member(Pending& pending, const Node* tree) {
    if (tree == nullptr || !IsA(tree, AlterExtensionContentsStmt)) return;
    const auto* statement = reinterpret_cast<const AlterExtensionContentsStmt*>(tree);
    const auto type = statement->objtype;
    Node* name = statement->object;
    const ObjectAddress member = pg::call([=] {
        Relation relation = nullptr;
        // The lock that the command has taken itself.
        const ObjectAddress found = get_object_address(type, name, &relation, ShareUpdateExclusiveLock, true);
        if (relation != nullptr) relation_close(relation, NoLock);
        return found;
    });
    if (!OidIsValid(member.objectId)) return;
    touch(pending, {member.classId, member.objectId}, true);
    touch_dependents(pending, {member.classId, member.objectId});
}

bool reaches_dependents(AlterTableType type) {
    switch (type) {
        case AT_EnableTrig:
        case AT_EnableAlwaysTrig:
        case AT_EnableReplicaTrig:
        case AT_DisableTrig:
        case AT_EnableTrigAll:
        case AT_DisableTrigAll:
        case AT_EnableTrigUser:
        case AT_DisableTrigUser:
        case AT_EnableRule:
        case AT_EnableAlwaysRule:
        case AT_EnableReplicaRule:
        case AT_DisableRule:
        case AT_SetLogged:
        case AT_SetUnLogged:
        case AT_ClusterOn:
        case AT_DropCluster:
        case AT_ReplicaIdentity:
        case AT_AlterColumnType:  // makes indexes and statistics anew, also where the type is what it was
        // Those below follow, and nothing tells.
        case AT_SetStatistics:
        case AT_SetStorage:
            return true;
        default:
            return false;
    }
}

// ALTER TABLE reports the table alone, where it changes what hangs on it: ALTER TABLE people DISABLE TRIGGER
// stamp. Triggers of a partitioned table's partitions follow.
void touch_altered_parts(Pending& pending, const Node* tree, Address table) {
    if (tree == nullptr || !IsA(tree, AlterTableStmt) || table.catalog != RelationRelationId) return;
    const auto* statement = reinterpret_cast<const AlterTableStmt*>(tree);
    bool reaches = false;
    bool retypes = false;
    for (int i = 0; i < list_length(statement->cmds); ++i) {
        const auto type = static_cast<const AlterTableCmd*>(list_nth(statement->cmds, i))->subtype;
        reaches |= reaches_dependents(type);
        retypes |= type == AT_AlterColumnType;
    }
    if (!reaches) return;
    const Oid parent = table.object;
    const List* family = pg::call([=] { return find_all_inheritors(parent, NoLock, nullptr); });
    pending.indexes_made_anew |= retypes && list_length(family) > 1;
    for (int i = 0; i < list_length(family); ++i) {
        pending.touch({RelationRelationId, list_nth_oid(family, i)}, false);
        touch_dependents(pending, {RelationRelationId, list_nth_oid(family, i)});
    }
}

// ALTER INDEX people_pkey RENAME TO ... renames the constraint too, which is the table's.
void touch_constraint(Pending& pending, const Node* tree, Address index) {
    if (tree == nullptr || !IsA(tree, RenameStmt) || index.catalog != RelationRelationId) return;
    const Oid relation = index.object;
    const Oid constraint = pg::call([=] { return get_index_constraint(relation); });
    if (OidIsValid(constraint)) touch(pending, {ConstraintRelationId, constraint}, false);
}

// Our own CREATE, ALTER or DROP EXTENSION, and whatever an extension's script does: the extension stands for
// it.
bool is_ours(const pg::DdlCommand& command) {
    return command.identity == "schemaver" && (command.kind == "extension" || command.kind == "schema");
}

// A serial column's sequence is created and then altered by one CREATE TABLE.
void remove_duplicates(std::vector<std::string>& objects) {
    std::set<std::string> seen;
    std::erase_if(objects, [&](const std::string& object) { return !seen.insert(object).second; });
}

// The library finds its tables by the name of their schema.
void keep_own_name(const pg::Event& event) {
    if (event.tag != "ALTER SCHEMA" || OidIsValid(pg::schemaver_namespace())) return;
    throw core::Error("0A000", "the schema schemaver cannot be renamed",
                      "The extension's library knows its tables by this name.");
}

void record_command(const pg::Event& event) {
    keep_own_name(event);
    const auto* tree = static_cast<const Node*>(event.parse_tree);
    std::vector<std::string> objects;
    std::vector<Address> addresses;
    std::vector<Address> created;
    bool unknown = false;
    bool outside = false;
    // DROP lists nothing here, only what it drops, which costs a look at each temporary table that goes.
    std::vector<pg::DdlCommand> commands;
    if (tree == nullptr || !IsA(tree, DropStmt)) commands = pg::ddl_commands();
    if (auto granted = pg::granted_objects(event); !granted.empty() && !commands.empty()) {
        for (pg::DdlCommand& command : granted) command.in_extension = commands.front().in_extension;
        commands = std::move(granted);
    }
    for (const pg::DdlCommand& command : commands) {
        if (command.in_extension || command.schema == "pg_temp" || is_ours(command)) {
            outside = true;
        } else if (!OidIsValid(command.object)) {
            unknown = true;
        } else {
            objects.push_back(command.kind + " " + command.identity);
            addresses.push_back({command.catalog, command.object});
            if (is_created_whole(command)) created.push_back(addresses.back());
            unknown |= command.stands_for_more;
        }
    }
    if (pending() != nullptr) {
        auto& dropped = pending()->dropped_objects;
        objects.insert(objects.end(), dropped.begin(), dropped.end());
        dropped.clear();
    }
    outside |= creating_extension;
    remove_duplicates(objects);
    // These give no row at all, as IF NOT EXISTS of what exists does.
    unknown |= objects.empty() && !outside && event.tag == "ALTER DEFAULT PRIVILEGES";
    // It revokes too, and drops policies and default privileges that no event lists.
    unknown |= event.tag == "DROP OWNED";
    if (objects.empty() && !unknown) return;
    Pending& recorded = recording();
    recorded.touched_unknown |= unknown;
    if (unknown) recorded.causes.note_unnamed(recorded.next_number);
    // ALTER TABLE ... ADD PRIMARY KEY reports the table alone.
    for (const Address& address : addresses) recorded.created.erase(address);
    recorded.created.insert(created.begin(), created.end());
    recorded.owners_changed |= event.tag == "DROP OWNED";
    for (const Address& address : addresses) {
        touch(recorded, address, true);
        touch_altered_parts(recorded, tree, address);
        touch_constraint(recorded, tree, address);
        recorded.touch_along(dropped_identities(tree, address));
    }
    touch_attached(recorded, tree);
    touch_member(recorded, tree);
    insert_command(recorded, event.tag, objects);
}

// What every table has beside it, and what goes with it: it has no definition of its own. TOAST tables, row
// types, and arrays of any type.
class Companions {
  public:
    explicit Companions(const std::vector<pg::DroppedObject>& all) {
        for (const pg::DroppedObject& dropped : all) {
            if (dropped.catalog == RelationRelationId && dropped.kind != "composite type")
                relations_.insert(dropped.identity);
        }
    }
    bool hold(const pg::DroppedObject& dropped) const {
        if (dropped.schema == "pg_toast") return true;
        return dropped.catalog == TypeRelationId && !dropped.original && dropped.sub_object == 0 &&
               (dropped.identity.ends_with("[]") || relations_.count(dropped.identity) > 0);
    }

  private:
    std::set<std::string> relations_;
};

void record_drops() {
    const std::vector<pg::DroppedObject> all = pg::dropped_objects();
    const Companions companions(all);
    for (const pg::DroppedObject& dropped : all) {
        if (dropped.temporary || dropped.schema == "pg_temp" || dropped.schema == "schemaver") continue;
        if (companions.hold(dropped)) continue;
        if (dropped.kind == "extension" && dropped.identity == "schemaver") continue;
        const bool is_part = dropped.kind == "default value" || dropped.kind == "table constraint" ||
                             dropped.kind == "domain constraint" || is_member_of_family(dropped.kind);
        if (!OidIsValid(pg::schemaver_namespace()))
            return;  // DROP EXTENSION schemaver took the tables with it
        Pending& recorded = recording();
        if (is_part) {
            touch_owner_by_name(recorded, dropped);
        } else if (dropped.sub_object != 0) {  // a column: its table or composite type stays
            touch(recorded, {dropped.catalog, dropped.object}, dropped.original);
        } else {
            recorded.touch({dropped.catalog, dropped.object}, dropped.original);
            recorded.dropped[{dropped.kind, dropped.identity}] = {dropped.catalog, dropped.object};
        }
        if (dropped.original && !creating_extension)
            recorded.dropped_objects.push_back(dropped.kind + " " + dropped.identity);
    }
}

}  // namespace

bool is_capturing() {
    return settings.capture && !capture_suspended && !IsBinaryUpgrade && !IsParallelWorker() &&
           IsUnderPostmaster && !RecoveryInProgress();
}

Pending& recording() {
    if (Pending* running = pending()) {
        use_present_ledger(*running);
        return *running;
    }
    Pending& started = start_pending(*writable_lineage(write_first_commit).current);
    started.books_before = books::session_books();
    return started;
}

void insert_command(Pending& pending, const std::string& tag, const std::vector<std::string>& objects) {
    const CommandTexts texts = texts_of_command(pending.timeline, tag);
    const FullTransactionId transaction = pg::call([] { return GetTopFullTransactionId(); });
    pg::insert_row("command", {pg::uuid_datum(pending.timeline), FullTransactionIdGetDatum(transaction),
                               Int32GetDatum(pending.next_number), TimestampTzGetDatum(GetCurrentTimestamp()),
                               pg::text_datum(tag), pg::text_datum(current_user()),
                               pg::text_array_datum(objects), texts.statement, texts.script});
    ++pending.next_number;
}

void record_or_complain(const std::string& tag, Failure failure, const std::function<void()>& record) {
    // After CREATE INDEX CONCURRENTLY and DETACH PARTITION CONCURRENTLY the last transaction has no snapshot,
    // and values in catalogs may be out of line.
    const auto with_snapshot = [&] {
        const bool missing = !pg::call([] { return ActiveSnapshotSet(); });
        if (missing) pg::call([] { PushActiveSnapshot(GetTransactionSnapshot()); });
        record();
        if (missing) pg::call([] { PopActiveSnapshot(); });
    };
    if (settings.on_capture_error == on_capture_error_abort && failure == Failure::as_set) {
        explaining(fmt::format("schemaver recording {}", tag), with_snapshot);
        return;
    }
    if (const auto error = pg::subtransaction(with_snapshot)) {
        pg::warn(
            fmt::format("schemaver could not record {}: {}", tag, pg::to_utf8(error->what())), "",
            "The command went through; SELECT * FROM schemaver.diff('head', 'live') shows what is missing.");
    }
}

SCHEMAVER_FUNCTION(schemaver_capture_command)(pg::Arguments arguments) {
    const pg::Event event = pg::event_of(arguments);
    forget_halfway();
    if (!is_capturing() || is_noise(event.tag) ||
        makes_temporary(static_cast<const Node*>(event.parse_tree))) {
        return pg::Result::null();
    }
    record_or_complain(event.tag, Failure::as_set, [&] { record_command(event); });
    return pg::Result::null();
}

SCHEMAVER_FUNCTION(schemaver_capture_drop)(pg::Arguments arguments) {
    const pg::Event event = pg::event_of(arguments);
    if (!is_capturing() || drops_temporary_alone(event.parse_tree)) return pg::Result::null();
    record_or_complain(event.tag, Failure::as_set, record_drops);
    return pg::Result::null();
}

}  // namespace schemaver::ledger
