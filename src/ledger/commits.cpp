// The end of a transaction that ran DDL: what it changed is found out once, and written as one commit.
//
// comparison.cpp compares what the commands have touched with what the ledger has of it.
//
// This runs in the transaction's pre-commit callback rather than in a deferred constraint trigger: it comes
// after all deferred triggers of the user's, exactly once, and no SET CONSTRAINTS, ALTER TABLE ... DISABLE
// TRIGGER or session_replication_role can keep it from running.
#include <algorithm>
#include <limits>

#include "books/revision.hpp"
#include "core/digest.hpp"
#include "core/fingerprint.hpp"
#include "ledger/columns.hpp"
#include "ledger/commit_digest.hpp"
#include "ledger/comparison.hpp"
#include "ledger/connection.hpp"
#include "ledger/ledger.hpp"
#include "ledger/pending.hpp"
#include "ledger/postponed.hpp"
#include "ledger/settings.hpp"
#include "ledger/texts.hpp"
#include "ledger/written.hpp"
#include "pg/open_relations.hpp"
#include "pg/report.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "catalog/pg_amop.h"
#include "catalog/pg_amproc.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_default_acl.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
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

bool is_own(const pg::Row& row) {
    const TransactionId writer = row.xmin();
    return pg::call([=] { return TransactionIdIsCurrentTransactionId(writer); });
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
            change.cause.command ? pg::Value(Int32GetDatum(*change.cause.command)) : std::nullopt,
            BoolGetDatum(change.cause.is_consequence)};
}

struct CommitRow {
    std::string source;
    std::optional<std::string> revision_before;
    std::optional<std::string> revision_after;
    std::set<std::int32_t> numbers = {};  // of the commands
    std::string command_content;          // what the commit's digest covers of them
    std::vector<std::string> postponed;
    std::string who = {};      // empty: the session's user
    std::string message = {};  // empty: schemaver.message
};

// Returns the commit's number.
std::int64_t insert_commit(const Uuid& timeline, const CommitRow& commit,
                           const std::vector<Change>& changes) {
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
        commit.who.empty() ? pg::to_utf8(pg::call([] { return GetUserNameFromId(GetSessionUserId(), true); }))
                           : commit.who;
    const std::string message = !commit.message.empty()       ? commit.message
                                : settings.message != nullptr ? pg::to_utf8(settings.message)
                                                              : std::string();
    const auto revision_or_null = [](const std::optional<std::string>& text) {
        return text ? pg::text_or_null(*text) : pg::Value();
    };
    if (commit.who.empty()) store_connection(timeline, transaction);
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
        Int32GetDatum(static_cast<std::int32_t>(commit.numbers.size())),
        Int32GetDatum(static_cast<std::int32_t>(changes.size())),
        commit.postponed.empty() ? pg::Value() : pg::text_array_datum(commit.postponed)};
    content += commit_bytes(values);
    values.push_back(pg::bytes_datum(bytes_of(core::sha256(content))));
    pg::insert_row("commit", values);
    return id;
}

// Fills in numbers and command_content.
void read_commands(const Uuid& timeline, CommitRow& commit) {
    const FullTransactionId transaction = pg::call([] { return GetTopFullTransactionId(); });
    pg::scan(pg::our_relation("command"), pg::our_relation("command_key"),
             {{command_timeline, F_UUID_EQ, pg::uuid_datum(timeline)},
              {command_transaction, F_XID8EQ, FullTransactionIdGetDatum(transaction)}},
             pg::latest_committed(), [&](const pg::Row& row) {
                 commit.numbers.insert(DatumGetInt32(*row.datum(command_number)));
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

// Nothing: the tool's table could not be read.
std::optional<std::string> revision_of(const books::SessionBooks& books) {
    const auto revision = books::current_revision(books);
    if (revision.locked) return std::nullopt;
    return revision.text();
}

std::vector<std::string> dropped_tables(const DroppedNames& dropped) {
    std::vector<std::string> tables;
    for (const auto& [name, address] : dropped)
        if (name.first == "table") tables.push_back(name.second);
    return tables;
}

void write_beside(const CommittedBooks& books) {
    if (beside_commit != nullptr) beside_commit(books);
}

void write_commit(Pending& pending) {
    pg::call([] {
        CommandCounterIncrement();
        PushActiveSnapshot(GetLatestSnapshot());
    });
    use_present_ledger(pending);
    pg::OpenRelations open;
    CommitRow row;
    read_commands(pending.timeline, row);
    if (!row.numbers.empty()) {
        const auto stretches = writable_lineage(write_first_commit).stretches;
        const std::set<Address> late = take_postponed(stretches);
        pending.touched.insert(late.begin(), late.end());
        pending.causes.keep(row.numbers);
        pending.causes.leave_out(late);
        if (pending.touched_unknown) {
            add_written_rows(pending.touched);
            add_recorded_default_privileges(stretches, pending.touched);
        }
        add_written_along(pending.touched);
        if (pending.owners_changed) add_reassigned(pending.touched);
        add_recorded_event_triggers(stretches, pending);
        Comparison comparison(pending.timeline, stretches, &pending.created, &pending.dropped,
                              pending.causes);
        comparison.compare(pending.touched);
        comparison.compare_dropped();
        comparison.compare_rebuilt_indexes(pending.indexes_made_anew);
        row.source = "ddl";
        const books::SessionBooks after = books::session_books();
        row.revision_before = revision_of(pending.books_before);
        row.revision_after = revision_of(after);
        settle_postponed(pending.timeline, stretches, late, comparison.postponed());
        row.postponed = names_of(comparison.postponed());
        std::vector<Change> changes = comparison.changes();
        for (ClusterChange& change : cluster_changes(pending.timeline, pending.cluster)) {
            const Cause cause = pending.causes.of(change.causes, change.change == "added");
            changes.push_back({std::move(change.change), change.address, std::move(change.kind),
                               std::move(change.identity), "", std::move(change.former_identity),
                               std::move(change.digest_before), std::move(change.digest_after), cause});
        }
        store_scripts(pending.timeline);
        const std::int64_t commit = insert_commit(pending.timeline, row, changes);
        write_beside({pending.timeline, stretches, commit, pending.books_before, after, pending.touched,
                      dropped_tables(pending.dropped)});
    }
    open.close();
    pg::call([] { PopActiveSnapshot(); });
}

Pending* running = nullptr;

void write() {
    if (running == nullptr) {
        // The command has given its own snapshot back already, and DROP INDEX has not made its row visible
        // yet.
        pg::call([] {
            CommandCounterIncrement();
            PushActiveSnapshot(GetTransactionSnapshot());
        });
        record_halfway();
        pg::call([] { PopActiveSnapshot(); });
    }
    if (running == nullptr) return;
    write_commit(*running);
    if (on_commit_written != nullptr) on_commit_written();
}

// DROP EXTENSION in this transaction takes the tables with it. Who has lost a table otherwise is to be told.
bool is_dropped() {
    const Oid schema = pg::schemaver_namespace();
    return pg::call([=] {
        return !OidIsValid(get_relname_relid("commit", schema)) &&
               !OidIsValid(get_extension_oid("schemaver", true));
    });
}

void before_commit() {
    if (running == nullptr && !commits_halfway()) return;
    if (is_dropped()) return;
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

void (*on_commit_written)() = nullptr;
void (*beside_commit)(const CommittedBooks&) = nullptr;

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
        store_definition(timeline, object.kind, object.identity, object.digest, object.document);
        changes.push_back(
            {"added", object.address, object.kind, object.identity, object.schema, "", "", object.digest});
    }
    CommitRow row;
    row.source = source;
    const books::SessionBooks books = books::session_books();
    row.revision_after = revision_of(books);
    const std::int64_t commit = insert_commit(timeline, row, changes);
    write_beside(
        {timeline, {{timeline, std::numeric_limits<std::int64_t>::max()}}, commit, books, books, {}, {}});
}

std::optional<std::int64_t> write_uncaptured_commit(const std::set<Address>& touched,
                                                    const std::string& message) {
    const Lineage lineage = writable_lineage(write_first_commit);
    Causes causes;
    Comparison comparison(*lineage.current, lineage.stretches, nullptr, nullptr, causes);
    comparison.compare(touched);
    if (comparison.changes().empty()) return std::nullopt;
    CommitRow row;
    row.source = "uncaptured";
    row.who = uncaptured_author;
    row.message = message;
    const books::SessionBooks books = books::session_books();
    row.revision_after = revision_of(books);
    row.revision_before = row.revision_after;
    const std::int64_t commit = insert_commit(*lineage.current, row, comparison.changes());
    write_beside({*lineage.current, lineage.stretches, commit, books, books, touched, {}});
    return commit;
}

}  // namespace schemaver::ledger
