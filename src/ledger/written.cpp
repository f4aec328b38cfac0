// Looks through catalogs for rows of this transaction.
#include "ledger/written.hpp"

#include <algorithm>

#include "ledger/columns.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_conversion.h"
#include "catalog/pg_default_acl.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_type.h"
}

namespace schemaver::ledger {

namespace {

using catalog::Address;

struct OwnedCatalog {
    Oid catalog;
    AttrNumber oid;
};

// Catalogs with owners, privileges, or roles otherwise.
constexpr OwnedCatalog owned_catalogs[] = {{RelationRelationId, Anum_pg_class_oid},
                                           {NamespaceRelationId, Anum_pg_namespace_oid},
                                           {ProcedureRelationId, Anum_pg_proc_oid},
                                           {TypeRelationId, Anum_pg_type_oid},
                                           {OperatorRelationId, Anum_pg_operator_oid},
                                           {OperatorClassRelationId, Anum_pg_opclass_oid},
                                           {OperatorFamilyRelationId, Anum_pg_opfamily_oid},
                                           {CollationRelationId, Anum_pg_collation_oid},
                                           {ConversionRelationId, Anum_pg_conversion_oid},
                                           {TSDictionaryRelationId, Anum_pg_ts_dict_oid},
                                           {TSConfigRelationId, Anum_pg_ts_config_oid},
                                           {LanguageRelationId, Anum_pg_language_oid},
                                           {ForeignDataWrapperRelationId, Anum_pg_foreign_data_wrapper_oid},
                                           {ForeignServerRelationId, Anum_pg_foreign_server_oid},
                                           {StatisticExtRelationId, Anum_pg_statistic_ext_oid},
                                           {PublicationRelationId, Anum_pg_publication_oid},
                                           {SubscriptionRelationId, Anum_pg_subscription_oid},
                                           {EventTriggerRelationId, Anum_pg_event_trigger_oid},
                                           {ExtensionRelationId, Anum_pg_extension_oid},
                                           {DefaultAclRelationId, Anum_pg_default_acl_oid},
                                           {PolicyRelationId, Anum_pg_policy_oid}};

bool is_of_this_transaction(TransactionId transaction) {
    return pg::call([=] { return TransactionIdIsCurrentTransactionId(transaction); });
}

bool drops_identity(const Node* statement) {
    if (statement == nullptr || !IsA(statement, AlterTableStmt)) return false;
    const List* commands = reinterpret_cast<const AlterTableStmt*>(statement)->cmds;
    for (int i = 0; i < list_length(commands); ++i) {
        if (static_cast<const AlterTableCmd*>(list_nth(commands, i))->subtype == AT_DropIdentity) return true;
    }
    return false;
}

}  // namespace

void add_reassigned(std::set<Address>& touched) {
    for (const OwnedCatalog& owned : owned_catalogs) {
        pg::scan(owned.catalog, {}, nullptr, [&](const pg::Row& row) {
            if (!is_of_this_transaction(row.xmin())) return;
            const Address owner = catalog::owner_of({owned.catalog, row.oid(owned.oid)});
            if (OidIsValid(owner.object)) touched.insert(owner);
        });
    }
}

void add_recorded_event_triggers(const std::vector<Stretch>& stretches, Pending& pending) {
    const auto is_function = [](const auto& dropped) { return dropped.first.first == "function"; };
    if (std::none_of(pending.dropped.begin(), pending.dropped.end(), is_function)) return;
    for (const Stretch& stretch : stretches) {
        pg::scan(pg::our_relation("change"), pg::our_relation("change_identity"),
                 {{change_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)},
                  {change_kind, F_TEXTEQ, pg::text_datum("event trigger")}},
                 pg::latest_committed(), [&](const pg::Row& row) {
                     pending.touched.insert({row.oid(change_catalog), row.oid(change_object)});
                 });
    }
}

// The row that made the sequence a part of the table has been deleted by this transaction, and is there until
// it ends.
std::set<Address> dropped_identities(const Node* statement, Address table) {
    std::set<Address> sequences;
    if (!drops_identity(statement) || table.catalog != RelationRelationId) return sequences;
    pg::scan(DependRelationId, DependReferenceIndexId,
             {{Anum_pg_depend_refclassid, F_OIDEQ, ObjectIdGetDatum(RelationRelationId)},
              {Anum_pg_depend_refobjid, F_OIDEQ, ObjectIdGetDatum(table.object)}},
             SnapshotAny, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_depend>();
                 if (form.classid == RelationRelationId && form.deptype == DEPENDENCY_INTERNAL &&
                     is_of_this_transaction(row.xmax())) {
                     sequences.insert({RelationRelationId, form.objid});
                 }
             });
    return sequences;
}

}  // namespace schemaver::ledger
