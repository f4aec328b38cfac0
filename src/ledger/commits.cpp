// The end of a transaction that ran DDL: what it changed is found out once, and written as one commit.
//
// For each touched object the definition is read anew and compared with the last one in the ledger, which is
// looked up by the object's address (so a rename is known, not guessed) and by its identity (so an index that
// was rebuilt under another OID is the same index). Where a name, a type or a constraint changed, whatever
// depends on the object is touched too, until nothing more comes.
//
// This runs in the transaction's pre-commit callback rather than in a deferred constraint trigger: it comes
// after all deferred triggers of the user's, exactly once, and no SET CONSTRAINTS, ALTER TABLE ... DISABLE
// TRIGGER or session_replication_role can keep it from running.
#include <algorithm>

#include "core/digest.hpp"
#include "core/fingerprint.hpp"
#include "ledger/columns.hpp"
#include "ledger/commit_digest.hpp"
#include "ledger/connection.hpp"
#include "ledger/ledger.hpp"
#include "ledger/pending.hpp"
#include "ledger/settings.hpp"
#include "ledger/texts.hpp"
#include "ledger/written.hpp"
#include "pg/report.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "catalog/pg_amop.h"
#include "catalog/pg_amproc.h"
#include "catalog/dependency.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_default_acl.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"
}

namespace schemaver::ledger {

namespace {

using catalog::Address;
using catalog::DescribedObject;
using core::Json;

// The last change of an object, or of an identity.
struct LastChange {
    std::int64_t commit = -1;
    std::int32_t number = -1;
    std::string kind;
    std::string identity;
    std::string schema;
    Address address;
    std::string digest_after;  // empty: the object was gone then
    bool found() const { return commit >= 0; }
    bool alive() const { return !digest_after.empty(); }
};

struct Change {
    std::string change;
    Address address;
    std::string kind;
    std::string identity;
    std::string schema;
    std::string former_identity;
    std::string digest_before;
    std::string digest_after;
};

LastChange last_change(const std::vector<Stretch>& stretches, const char* index, std::vector<pg::Key> keys) {
    LastChange last;
    keys.insert(keys.begin(), {change_timeline, F_UUID_EQ, 0});
    keys.push_back({change_commit, F_INT8LE, 0, BTLessEqualStrategyNumber});
    for (const Stretch& stretch : stretches) {
        keys.front().value = pg::uuid_datum(stretch.timeline);
        keys.back().value = Int64GetDatum(stretch.until);
        pg::visit_last(pg::our_relation("change"), pg::our_relation(index), keys, pg::latest_committed(),
                       [&](const pg::Row& row) {
                           last.commit = DatumGetInt64(*row.datum(change_commit));
                           last.number = DatumGetInt32(*row.datum(change_number));
                           last.kind = row.text(change_kind);
                           last.identity = row.text(change_identity);
                           last.schema = row.text(change_schema);
                           last.address = {row.oid(change_catalog), row.oid(change_object)};
                           const auto digest = row.datum(change_digest_after);
                           last.digest_after = digest ? pg::bytes_from_datum(*digest) : std::string();
                       });
        if (last.found()) break;
    }
    return last;
}

LastChange last_change_by_address(const std::vector<Stretch>& stretches, Address address) {
    return last_change(stretches, "change_object",
                       {{change_catalog, F_OIDEQ, ObjectIdGetDatum(address.catalog)},
                        {change_object, F_OIDEQ, ObjectIdGetDatum(address.object)}});
}

LastChange last_change_by_identity(const std::vector<Stretch>& stretches, const std::string& kind,
                                   const std::string& identity) {
    return last_change(stretches, "change_identity",
                       {{change_kind, F_TEXTEQ, pg::text_datum(kind)},
                        {change_identity, F_TEXTEQ, pg::text_datum(identity)}});
}

// Under its identity, unless that object has another one by now.
LastChange last_change_under(const std::vector<Stretch>& stretches, const std::string& kind,
                             const std::string& identity) {
    const LastChange last = last_change_by_identity(stretches, kind, identity);
    if (!last.alive()) return last;
    const LastChange own = last_change_by_address(stretches, last.address);
    return std::tie(own.commit, own.number) == std::tie(last.commit, last.number) ? last : LastChange();
}

std::set<std::string> identities_of_kind(const std::vector<Stretch>& stretches, const std::string& kind) {
    std::set<std::string> identities;
    for (const Stretch& stretch : stretches) {
        pg::scan(pg::our_relation("change"), pg::our_relation("change_identity"),
                 {{change_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)},
                  {change_kind, F_TEXTEQ, pg::text_datum(kind)}},
                 pg::latest_committed(),
                 [&](const pg::Row& row) { identities.insert(row.text(change_identity)); });
    }
    return identities;
}

std::set<std::string> names_in(const Json& definition) {
    std::set<std::string> names;
    const auto structure = definition.find("structure");
    if (structure == definition.end()) return names;
    if (const auto columns = structure->find("columns"); columns != structure->end()) {
        for (const Json& column : *columns)
            names.insert(column.at("name").get<std::string>() + "\n" + column.at("type").get<std::string>());
    }
    if (const auto labels = structure->find("labels"); labels != structure->end()) {
        for (const Json& label : *labels) names.insert(label.get<std::string>());
    }
    return names;
}

Json structure_part(const Json& definition, const char* part) {
    const auto structure = definition.find("structure");
    if (structure == definition.end()) return {};
    const auto at = structure->find(part);
    return at == structure->end() ? Json() : *at;
}

// What depends on an object can say something else now when a name or a type in it has gone, or when its
// constraints, which indexes stand behind, are others.
bool may_change_dependents(const Json& before, const Json& after) {
    const std::set<std::string> old_names = names_in(before);
    const std::set<std::string> new_names = names_in(after);
    if (!std::includes(new_names.begin(), new_names.end(), old_names.begin(), old_names.end())) return true;
    return structure_part(before, "constraints") != structure_part(after, "constraints");
}

std::set<Address> inheritors(Address relation) {
    std::set<Address> found;
    if (relation.catalog != RelationRelationId) return found;
    pg::scan(InheritsRelationId, InheritsParentIndexId,
             {{Anum_pg_inherits_inhparent, F_OIDEQ, ObjectIdGetDatum(relation.object)}}, nullptr,
             [&](const pg::Row& row) {
                 found.insert({RelationRelationId, row.form<FormData_pg_inherits>().inhrelid});
             });
    return found;
}

Oid relation_named(const std::string& identity) {
    const Datum name = pg::text_datum(identity);
    return pg::call([=] {
        LOCAL_FCINFO(fcinfo, 1);
        InitFunctionCallInfoData(*fcinfo, nullptr, 1, InvalidOid, nullptr, nullptr);
        fcinfo->args[0].value = name;
        fcinfo->args[0].isnull = false;
        const Datum found = to_regclass(fcinfo);
        return fcinfo->isnull ? InvalidOid : DatumGetObjectId(found);
    });
}

// An extension's members have definitions of their own only where privileges on them were changed; these are
// named as the members are.
std::set<Address> members(Address extension) {
    std::set<Address> found;
    if (extension.catalog != ExtensionRelationId) return found;
    pg::scan(DependRelationId, DependReferenceIndexId,
             {{Anum_pg_depend_refclassid, F_OIDEQ, ObjectIdGetDatum(extension.catalog)},
              {Anum_pg_depend_refobjid, F_OIDEQ, ObjectIdGetDatum(extension.object)}},
             nullptr, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_depend>();
                 if (form.deptype == DEPENDENCY_EXTENSION) found.insert({form.classid, form.objid});
             });
    return found;
}

bool is_own(const pg::Row& row) {
    const TransactionId writer = row.xmin();
    return pg::call([=] { return TransactionIdIsCurrentTransactionId(writer); });
}

// Is this an index that this transaction has made?
bool made_now(Oid index) {
    bool own = false;
    pg::scan(IndexRelationId, IndexRelidIndexId,
             {{Anum_pg_index_indexrelid, F_OIDEQ, ObjectIdGetDatum(index)}}, nullptr,
             [&](const pg::Row& row) { own = is_own(row); });
    return own;
}

// Adds what the rows that this transaction wrote to a catalog belong to.
void add_own_rows(Oid catalog, AttrNumber oid_column, std::set<Address>& touched) {
    pg::scan(catalog, {}, nullptr, [&](const pg::Row& row) {
        if (!is_own(row)) return;
        const Address owner = catalog::owner_of({catalog, row.oid(oid_column)});
        if (OidIsValid(owner.object)) touched.insert(owner);
    });
}

// GRANT ... ON ALL TABLES, ALTER DEFAULT PRIVILEGES and DROP OWNED name no object in their event: the rows
// that this transaction wrote tell which it was.
void add_written_rows(std::set<Address>& touched) {
    add_own_rows(RelationRelationId, Anum_pg_class_oid, touched);
    add_own_rows(NamespaceRelationId, Anum_pg_namespace_oid, touched);
    add_own_rows(ProcedureRelationId, Anum_pg_proc_oid, touched);
    add_own_rows(TypeRelationId, Anum_pg_type_oid, touched);
    add_own_rows(LanguageRelationId, Anum_pg_language_oid, touched);
    add_own_rows(ForeignDataWrapperRelationId, Anum_pg_foreign_data_wrapper_oid, touched);
    add_own_rows(ForeignServerRelationId, Anum_pg_foreign_server_oid, touched);
    add_own_rows(PolicyRelationId, Anum_pg_policy_oid, touched);
    add_own_rows(DefaultAclRelationId, Anum_pg_default_acl_oid, touched);
    pg::scan(AttributeRelationId, {}, nullptr, [&](const pg::Row& row) {
        if (is_own(row)) touched.insert({RelationRelationId, row.form<FormData_pg_attribute>().attrelid});
    });
}

// Default privileges that are gone leave no row, and no event names them: so all that the ledger knows are
// looked at again. There are few.
void add_recorded_default_privileges(const std::vector<Stretch>& stretches, std::set<Address>& touched) {
    for (const Stretch& stretch : stretches) {
        pg::scan(pg::our_relation("change"), pg::our_relation("change_identity"),
                 {{change_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)},
                  {change_kind, F_TEXTEQ, pg::text_datum("default acl")}},
                 pg::latest_committed(), [&](const pg::Row& row) {
                     touched.insert({row.oid(change_catalog), row.oid(change_object)});
                 });
    }
}

bool holds_any_of(const std::set<Address>& touched, Oid catalog) {
    const auto first = touched.lower_bound({catalog, InvalidOid});
    return first != touched.end() && first->catalog == catalog;
}

// Some commands write to objects that their events do not name. CREATE, ALTER and DROP OPERATOR also change
// the commutator and the negator, or make shells of them; ALTER OPERATOR FAMILY ... ADD may add to one of its
// classes.
void add_written_along(std::set<Address>& touched) {
    if (holds_any_of(touched, OperatorRelationId)) {
        add_own_rows(OperatorRelationId, Anum_pg_operator_oid, touched);
    }
    if (holds_any_of(touched, OperatorFamilyRelationId)) {
        add_own_rows(AccessMethodOperatorRelationId, Anum_pg_amop_oid, touched);
        add_own_rows(AccessMethodProcedureRelationId, Anum_pg_amproc_oid, touched);
    }
}

// The changes of one transaction, found round by round.
class Comparison {
  public:
    Comparison(const Uuid& timeline, std::vector<Stretch> stretches, const std::set<Address>& created)
        : timeline_(timeline), stretches_(std::move(stretches)), created_(created) {}

    void compare(std::set<Address> touched) {
        while (!touched.empty()) {
            seen_.insert(touched.begin(), touched.end());
            catalog::SomeObjects now = catalog::read_objects(touched);
            std::set<Address> next;
            for (const DescribedObject& object : now.objects) {
                described_.insert(object.address);
                present_.insert({object.kind, object.identity});
                compare_object(object, next);
            }
            postponed_.insert(now.postponed.begin(), now.postponed.end());
            for (const Address& address : touched) {
                if (is_absent(address)) add_all(next, catalog::dependents(address));
            }
            touched.clear();
            std::set_difference(next.begin(), next.end(), seen_.begin(), seen_.end(),
                                std::inserter(touched, touched.end()));
        }
        for (const Address& address : seen_) {
            if (is_absent(address) && absent_.insert(address).second) compare_absent(address);
        }
    }

    // For what was dropped under an OID that the ledger does not know.
    void compare_dropped(const std::set<std::pair<std::string, std::string>>& dropped) {
        for (const auto& [kind, identity] : dropped) {
            if (present_.count({kind, identity}) > 0) continue;
            const LastChange last = last_change_under(stretches_, kind, identity);
            if (!last.alive() || seen_.count(last.address) > 0) continue;
            changes_.push_back(
                {"removed", last.address, last.kind, last.identity, last.schema, "", last.digest_after, ""});
        }
    }

    // REINDEX CONCURRENTLY, of which no event tells, gives an index another OID. It is known by its identity
    // then; where that is another one too by now, what the ledger has is an index that has gone. ALTER COLUMN
    // ... TYPE gives the indexes of partitions other OIDs, and the names that they would be given now.
    void compare_rebuilt_indexes(bool made_anew) {
        if (!unknown_index_ && !(made_anew && added_index_)) return;
        std::set<Address> others;
        for (const std::string& identity : identities_of_kind(stretches_, "index")) {
            if (present_.count({"index", identity}) > 0) continue;
            const LastChange last = last_change_under(stretches_, "index", identity);
            if (!last.alive() || seen_.count(last.address) > 0) continue;
            const Oid index = last.address.object;
            if (pg::call([=] { return get_rel_relkind(index); }) != 0) continue;
            const Oid same = relation_named(identity);
            if (OidIsValid(same)) {
                others.insert({RelationRelationId, same});
            } else {
                changes_.push_back({"removed", last.address, last.kind, last.identity, last.schema, "",
                                    last.digest_after, ""});
            }
        }
        compare(others);
    }

    const std::vector<Change>& changes() const { return changes_; }
    const std::set<Address>& postponed() const { return postponed_; }

  private:
    bool is_absent(Address address) const {
        return described_.count(address) == 0 && postponed_.count(address) == 0;
    }

    void compare_object(const DescribedObject& object, std::set<Address>& next) {
        add_all(next, members(object.address));
        const LastChange own = last_change_by_address(stretches_, object.address);
        const bool known = own.alive() && own.kind == object.kind;
        const LastChange last = known ? own : former_self(object.kind, object.identity);
        Change change{"", object.address, object.kind, object.identity, object.schema, "", "", object.digest};
        if (!last.alive()) {
            change.change = "added";
            if (created_.count(object.address) == 0) {
                unknown_index_ |= object.kind == "index" && !made_now(object.address.object);
                added_index_ |= object.kind == "index";
                add_all(next, catalog::dependents(object.address));
                add_all(next, inheritors(object.address));
            }
            store_definition(timeline_, object.digest, object.document);
            changes_.push_back(std::move(change));
            return;
        }
        change.digest_before = last.digest_after;
        const bool same = last.digest_after == object.digest;
        if (last.identity != object.identity) {
            change.change = "renamed";
            change.former_identity = last.identity;
        } else if (!same) {
            change.change = "modified";
        } else if (last.address != object.address) {
            change.change = "rebuilt";  // the same object under another OID
        } else {
            return;
        }
        if (!same) store_definition(timeline_, object.digest, object.document);
        add_affected(object, change, next);
        changes_.push_back(std::move(change));
    }

    // What says something else now because of this change.
    void add_affected(const DescribedObject& object, const Change& change, std::set<Address>& next) {
        const Json before = load_definition(stretches_, change.digest_before, pg::latest_committed());
        const Json after = core::parse_json(object.document, "definition");
        if (change.change != "modified" || may_change_dependents(before, after)) {
            add_all(next, catalog::dependents(object.address));
        }
        if (structure_part(before, "columns") != structure_part(after, "columns") ||
            structure_part(before, "constraints") != structure_part(after, "constraints")) {
            add_all(next, inheritors(object.address));
        }
    }

    // What had the name before, if it can be this object under another OID: not if it has another name now,
    // nor if it took another one before it went.
    LastChange former_self(const std::string& kind, const std::string& identity) const {
        const LastChange named = last_change_by_identity(stretches_, kind, identity);
        if (!named.alive()) return named;
        const LastChange last = last_change_by_address(stretches_, named.address);
        const bool has_changed_since =
            std::tie(last.commit, last.number) > std::tie(named.commit, named.number);
        return has_changed_since || exists(named.address) ? LastChange() : named;
    }

    static bool exists(Address address) {
        const catalog::SomeObjects now = catalog::read_objects({address});
        return !now.objects.empty() || !now.postponed.empty();
    }

    void compare_absent(Address address) {
        const LastChange last = last_change_by_address(stretches_, address);
        if (!last.alive() || present_.count({last.kind, last.identity}) > 0) return;
        const LastChange same = last_change_by_identity(stretches_, last.kind, last.identity);
        if (std::tie(same.commit, same.number) > std::tie(last.commit, last.number)) return;  // rebuilt since
        changes_.push_back(
            {"removed", address, last.kind, last.identity, last.schema, "", last.digest_after, ""});
    }

    static void add_all(std::set<Address>& into, const std::set<Address>& more) {
        into.insert(more.begin(), more.end());
    }

    Uuid timeline_;
    std::vector<Stretch> stretches_;
    const std::set<Address>& created_;
    std::set<Address> seen_;
    std::set<Address> described_;
    std::set<Address> postponed_;
    std::set<Address> absent_;
    std::set<std::pair<std::string, std::string>> present_;
    bool unknown_index_ = false;  // one that is older than this transaction and not in the ledger
    bool added_index_ = false;    // one that no command has reported as made by it
    std::vector<Change> changes_;
};

pg::Value optional_bytes(const std::string& bytes) {
    if (bytes.empty()) return std::nullopt;
    return pg::bytes_datum(bytes);
}

std::vector<pg::Value> change_row(const Uuid& timeline, std::int64_t commit, std::int32_t number,
                                  const Change& change) {
    return {pg::uuid_datum(timeline),
            Int64GetDatum(commit),
            Int32GetDatum(number),
            pg::text_datum(change.change),
            pg::text_datum(change.kind),
            pg::text_datum(change.identity),
            pg::text_datum(change.schema),
            pg::text_or_null(change.former_identity),
            optional_bytes(change.digest_before),
            optional_bytes(change.digest_after),
            ObjectIdGetDatum(change.address.catalog),
            ObjectIdGetDatum(change.address.object),
            std::nullopt,
            BoolGetDatum(false)};
}

struct CommitRow {
    std::string source;
    std::optional<std::string> revision_before;
    std::optional<std::string> revision_after;
    int commands = 0;
    std::string command_content;  // what the commit's digest covers of them
    std::vector<std::string> postponed;
};

void insert_commit(const Uuid& timeline, const CommitRow& commit, const std::vector<Change>& changes) {
    const std::int64_t id = pg::next_value("commit_id");
    std::int32_t number = 0;
    std::vector<std::vector<pg::Value>> rows;
    rows.reserve(changes.size());
    for (const Change& change : changes) rows.push_back(change_row(timeline, id, ++number, change));
    pg::insert_rows("change", rows);
    std::string content = commit.command_content;
    for (const auto& row : rows) content += change_bytes(row);
    const FullTransactionId transaction = pg::call([] { return GetTopFullTransactionId(); });
    const std::string user =
        pg::to_utf8(pg::call([] { return GetUserNameFromId(GetSessionUserId(), true); }));
    const std::string message = settings.message != nullptr ? pg::to_utf8(settings.message) : std::string();
    const auto revision_or_null = [](const std::optional<std::string>& text) {
        return text ? pg::text_or_null(*text) : pg::Value();
    };
    store_connection(timeline, transaction);
    std::vector<pg::Value> values = {
        pg::uuid_datum(timeline),
        Int64GetDatum(id),
        FullTransactionIdGetDatum(transaction),
        TimestampTzGetDatum(GetCurrentTimestamp()),
        pg::text_datum(commit.source),
        pg::text_datum(user),
        pg::text_or_null(pg::to_utf8(application_name)),
        revision_or_null(commit.revision_before),
        revision_or_null(commit.revision_after),
        pg::text_or_null(message),
        Int32GetDatum(commit.commands),
        Int32GetDatum(static_cast<std::int32_t>(changes.size())),
        commit.postponed.empty() ? pg::Value() : pg::text_array_datum(commit.postponed)};
    content += commit_bytes(values);
    values.push_back(pg::bytes_datum(bytes_of(core::sha256(content))));
    pg::insert_row("commit", values);
}

// Fills in commands and command_content.
void read_commands(const Uuid& timeline, CommitRow& commit) {
    const FullTransactionId transaction = pg::call([] { return GetTopFullTransactionId(); });
    pg::scan(pg::our_relation("command"), pg::our_relation("command_key"),
             {{command_timeline, F_UUID_EQ, pg::uuid_datum(timeline)},
              {command_transaction, F_XID8EQ, FullTransactionIdGetDatum(transaction)}},
             pg::latest_committed(), [&](const pg::Row& row) {
                 ++commit.commands;
                 commit.command_content += command_bytes(row);
             });
}

std::vector<std::string> names_of(const std::set<Address>& addresses) {
    std::vector<std::string> names;
    for (const Address& address : addresses) {
        names.push_back(pg::to_utf8(pg::call([=] {
            const ObjectAddress place{address.catalog, address.object, 0};
            const char* name = getObjectDescription(&place, true);
            return name != nullptr ? name : "an object that has gone";
        })));
    }
    return names;
}

void write_commit(Pending& pending) {
    pg::call([] {
        CommandCounterIncrement();
        PushActiveSnapshot(GetLatestSnapshot());
    });
    use_present_ledger(pending);
    CommitRow row;
    read_commands(pending.timeline, row);
    if (row.commands > 0) {
        const auto stretches = writable_lineage(write_first_commit).stretches;
        if (pending.touched_unknown) {
            add_written_rows(pending.touched);
            add_recorded_default_privileges(stretches, pending.touched);
        }
        add_written_along(pending.touched);
        if (pending.owners_changed) add_reassigned(pending.touched);
        add_recorded_event_triggers(stretches, pending);
        Comparison comparison(pending.timeline, stretches, pending.created);
        comparison.compare(pending.touched);
        comparison.compare_dropped(pending.dropped);
        comparison.compare_rebuilt_indexes(pending.indexes_made_anew);
        row.source = "ddl";
        row.revision_before = pending.revision_before;
        const auto revision = migration::current_revision(pg::latest_committed());
        if (!revision.locked) row.revision_after = revision.text();
        row.postponed = names_of(comparison.postponed());
        std::vector<Change> changes = comparison.changes();
        for (ClusterChange& change : cluster_changes(pending.timeline, pending.cluster)) {
            changes.push_back({std::move(change.change), change.address, std::move(change.kind),
                               std::move(change.identity), "", std::move(change.former_identity),
                               std::move(change.digest_before), std::move(change.digest_after)});
        }
        store_scripts(pending.timeline);
        insert_commit(pending.timeline, row, changes);
    }
    pg::call([] { PopActiveSnapshot(); });
}

Pending* running = nullptr;

void write() {
    if (running == nullptr) {
        // The command has given its own snapshot back already.
        pg::call([] { PushActiveSnapshot(GetTransactionSnapshot()); });
        record_halfway();
        pg::call([] { PopActiveSnapshot(); });
    }
    if (running != nullptr) write_commit(*running);
}

void before_commit() {
    if (running == nullptr && !commits_halfway()) return;
    // DROP EXTENSION in this transaction took the tables with it.
    if (!OidIsValid(pg::call([] { return get_extension_oid("schemaver", true); }))) return;
    if (settings.on_capture_error == on_capture_error_abort &&
        !(running != nullptr && running->irrevocable)) {
        explaining("schemaver writing the commit of this transaction", [] { write(); });
        return;
    }
    if (const auto error = pg::subtransaction([] { write(); })) {
        pg::warn(fmt::format("schemaver could not write the commit of this transaction: {}",
                             pg::to_utf8(error->what())),
                 "",
                 "The transaction goes through; SELECT * FROM schemaver.diff('head', 'live') shows what is "
                 "missing.");
    }
}

void at_transaction_event(XactEvent event, void*) {
    switch (event) {
        case XACT_EVENT_PRE_COMMIT:
        case XACT_EVENT_PRE_PREPARE: {
            const pg::Decision decision = pg::guard([] { before_commit(); });
            pg::raise_if(decision);
            break;
        }
        case XACT_EVENT_ABORT:
            forget_halfway();
            forget_pending();
            forget_scripts();
            break;
        case XACT_EVENT_COMMIT:
        case XACT_EVENT_PREPARE:
            forget_pending();
            forget_scripts();
            break;
        default:
            break;
    }
}

}  // namespace

void use_present_ledger(Pending& pending) {
    const Oid ledger = pg::our_relation("timeline");
    if (pending.ledger == ledger) return;
    pending.ledger = ledger;
    pending.created.clear();  // the new ledger's first commit has them already
    pending.timeline = *writable_lineage(write_first_commit).current;
}

void explaining(const std::string& what, const std::function<void()>& record) {
    constexpr char way_out[] =
        "To let commands through that cannot be recorded, a superuser can SET schemaver.on_capture_error = "
        "warn.";
    try {
        record();
    } catch (core::Error& error) {
        error.hint += (error.hint.empty() ? "" : " ") + std::string(way_out);
        throw;
    } catch (const pg::Error& error) {
        if (error.is_cancel()) throw;
        throw pg::annotated(error, what.c_str(), way_out);
    }
}

Pending* pending() { return running; }

Pending& start_pending(const Uuid& timeline) {
    forget_pending();
    running = new Pending;
    running->ledger = pg::our_relation("timeline");
    running->timeline = timeline;
    return *running;
}

void forget_pending() {
    delete running;
    running = nullptr;
}

void register_transaction_callback() { RegisterXactCallback(at_transaction_event, nullptr); }

void write_pending_commit() { before_commit(); }

void write_first_commit(const Uuid& timeline, const char* source) {
    std::vector<Change> changes;
    for (const DescribedObject& object : catalog::describe_everything()) {
        store_definition(timeline, object.digest, object.document);
        changes.push_back(
            {"added", object.address, object.kind, object.identity, object.schema, "", "", object.digest});
    }
    CommitRow row;
    row.source = source;
    const auto revision = migration::current_revision(pg::latest_committed());
    if (!revision.locked) row.revision_after = revision.text();
    insert_commit(timeline, row, changes);
}

}  // namespace schemaver::ledger
