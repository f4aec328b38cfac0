// The probe: user-made rows of the catalogs that no reader claims.
//
// It asks the running server which catalogs there are, so that one that a future version adds is walked too.
// There are four sorts of them:
//
//     rows with OIDs      claimed when a reader has described the row, or what it is a part of (owners.hpp)
//     details             rows about another row, as columns and comments are: claimed when that row is there
//     bookkeeping, data   not schema
//     unknown             without OIDs and in none of these lists: reported where they name what users made
#include "catalog/catalog.hpp"

#include <algorithm>

#include "catalog/cluster.hpp"
#include "catalog/owners.hpp"
#include "pg/foreign_server.hpp"
#include "pg/pinned_catalogs.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "access/attnum.h"
#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_class.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_description.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_init_privs.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_parameter_acl.h"
#include "catalog/pg_partitioned_table.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_range.h"
#include "catalog/pg_replication_origin.h"
#include "catalog/pg_seclabel.h"
#include "catalog/pg_sequence.h"
#include "catalog/pg_shdepend.h"
#include "catalog/pg_shdescription.h"
#include "catalog/pg_shseclabel.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_statistic_ext_data.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_subscription_rel.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_config_map.h"
#include "catalog/pg_type.h"
#include "catalog/pg_user_mapping.h"
#include "commands/extension.h"
#include "miscadmin.h"
}

namespace schemaver::catalog {

namespace {

// A catalog of details: where its rows name the row they are about. Its catalog is fixed, or in a column.
struct Details {
    Oid catalog;
    Oid of_catalog;
    AttrNumber catalog_column;
    AttrNumber object_column;
};

constexpr Details details[] = {
    {AttributeRelationId, RelationRelationId, 0, Anum_pg_attribute_attrelid},
    {IndexRelationId, RelationRelationId, 0, Anum_pg_index_indexrelid},
    {InheritsRelationId, RelationRelationId, 0, Anum_pg_inherits_inhrelid},
    {PartitionedRelationId, RelationRelationId, 0, Anum_pg_partitioned_table_partrelid},
    {ForeignTableRelationId, RelationRelationId, 0, Anum_pg_foreign_table_ftrelid},
    {SequenceRelationId, RelationRelationId, 0, Anum_pg_sequence_seqrelid},
    {RangeRelationId, TypeRelationId, 0, Anum_pg_range_rngtypid},
    {AggregateRelationId, ProcedureRelationId, 0, Anum_pg_aggregate_aggfnoid},
    {TSConfigMapRelationId, TSConfigRelationId, 0, Anum_pg_ts_config_map_mapcfg},
    {DescriptionRelationId, InvalidOid, Anum_pg_description_classoid, Anum_pg_description_objoid},
    {SecLabelRelationId, InvalidOid, Anum_pg_seclabel_classoid, Anum_pg_seclabel_objoid},
    {InitPrivsRelationId, InvalidOid, Anum_pg_init_privs_classoid, Anum_pg_init_privs_objoid},
    {SharedDescriptionRelationId, InvalidOid, Anum_pg_shdescription_classoid, Anum_pg_shdescription_objoid},
    {SharedSecLabelRelationId, InvalidOid, Anum_pg_shseclabel_classoid, Anum_pg_shseclabel_objoid},
    // What their readers describe stands at these addresses: see roles.cpp and databases.cpp.
    {AuthMemRelationId, AuthMemRelationId, 0, Anum_pg_auth_members_roleid},
    {DbRoleSettingRelationId, DbRoleSettingRelationId, 0, Anum_pg_db_role_setting_setdatabase}};

// What the server or its users keep beside the schema.
constexpr Oid no_schema[] = {DependRelationId,          SharedDependRelationId,
                             StatisticRelationId,       StatisticExtDataRelationId,
                             LargeObjectRelationId,     LargeObjectMetadataRelationId,
                             SubscriptionRelRelationId, ReplicationOriginRelationId};

struct Catalog {
    Oid oid;
    std::string name;
    AttrNumber oid_column;  // 0: none
};

std::vector<Catalog> all_catalogs() {
    std::vector<Catalog> found;
    pg::scan(RelationRelationId, {}, nullptr, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_class>();
        const Oid catalog = form.oid;
        if (form.relnamespace != PG_CATALOG_NAMESPACE || form.relkind != RELKIND_RELATION ||
            catalog >= FirstNormalObjectId) {
            return;
        }
        const AttrNumber column = pg::call([=] { return get_attnum(catalog, "oid"); });
        found.push_back({catalog, pg::to_utf8(NameStr(form.relname)), column});
    });
    return found;
}

using Addresses = std::unordered_set<Address, AddressHash>;

// Of what readers describe, no more than where it is.
class AddressesOnly : public Output {
  public:
    Addresses addresses;

    bool portable() const override { return false; }
    void add(Address address, std::string_view, std::string_view, const std::string&, Json) override {
        addresses.insert(address);
    }
    void add(Address address, std::string_view, std::string_view, const std::string&,
             const core::Facets&) override {
        addresses.insert(address);
    }
};

// Of the schema and of the cluster.
Addresses described_addresses() {
    AddressesOnly described;
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    read(snapshot, nullptr, described);
    pg::PinnedSettings settings;
    pg::with_catalogs_as_of(snapshot, [&] {
        Reading cluster(snapshot, nullptr, described);
        for (const Kind& kind : cluster_kinds()) kind.read(cluster);
        cluster.finish();
    });
    settings.restore();
    return std::move(described.addresses);
}

class Probe {
  public:
    std::vector<Unmodelled> run() {
        const std::vector<Catalog> catalogs = all_catalogs();
        for (const Catalog& catalog : catalogs) {
            if (details_of(catalog) == nullptr && catalog.oid_column != 0) note_rows(catalog);
        }
        for (const Catalog& catalog : catalogs) {
            if (std::find(std::begin(no_schema), std::end(no_schema), catalog.oid) != std::end(no_schema)) {
                continue;
            }
            if (const Details* about = details_of(catalog)) {
                check_details(catalog, *about);
            } else if (catalog.oid_column != 0) {
                check_rows(catalog);
            } else {
                check_unknown(catalog);
            }
        }
        return std::move(found_);
    }

  private:
    static const Details* details_of(const Catalog& catalog) {
        for (const Details& one : details) {
            if (one.catalog == catalog.oid) return &one;
        }
        return nullptr;
    }

    void note_rows(const Catalog& catalog) {
        pg::scan(catalog.oid, {}, nullptr, [&](const pg::Row& row) {
            const Oid oid = row.oid(catalog.oid_column);
            if (oid < FirstNormalObjectId) return;
            // The rows of other databases are in this catalog too.
            if (catalog.oid == SubscriptionRelationId &&
                row.oid(Anum_pg_subscription_subdbid) != MyDatabaseId) {
                return;
            }
            rows_.insert({catalog.oid, oid});
            by_catalog_[catalog.oid].push_back(oid);
        });
    }

    void check_rows(const Catalog& catalog) {
        for (const Oid oid : by_catalog_[catalog.oid]) {
            const Address address{catalog.oid, oid};
            if (described_.count(address) > 0) continue;
            const Address owner = owner_of(address);
            // What it is a part of is walked itself.
            if (owner != address && (owner.object < FirstNormalObjectId || rows_.count(owner) > 0)) continue;
            if (!is_left_out(address)) report(catalog, address);
        }
    }

    void check_details(const Catalog& catalog, const Details& about) {
        Address last{InvalidOid, InvalidOid};
        pg::scan(catalog.oid, {}, nullptr, [&](const pg::Row& row) {
            const Address address{
                about.catalog_column != 0 ? row.oid(about.catalog_column) : about.of_catalog,
                row.oid(about.object_column)};
            if (address.object < FirstNormalObjectId || address == last) return;
            last = address;
            if (rows_.count(address) > 0 || described_.count(address) > 0) return;
            if (address.catalog == LargeObjectRelationId) return;
            found_.push_back({catalog.name, "row", fmt::format("of {}", name_of(address))});
        });
    }

    // Which of its columns mean what is not known; that they hold OIDs of what users made is enough.
    void check_unknown(const Catalog& catalog) {
        const std::vector<AttrNumber> columns = oid_columns(catalog.oid);
        pg::scan(catalog.oid, {}, nullptr, [&](const pg::Row& row) {
            std::string named;
            for (const AttrNumber column : columns) {
                const Oid oid = row.oid(column);
                if (oid >= FirstNormalObjectId) named += fmt::format("{}{}", named.empty() ? "" : ", ", oid);
            }
            if (!named.empty()) found_.push_back({catalog.name, "row", fmt::format("of objects {}", named)});
        });
    }

    static std::vector<AttrNumber> oid_columns(Oid catalog) {
        std::vector<AttrNumber> columns;
        pg::scan(AttributeRelationId, AttributeRelidNumIndexId,
                 {{Anum_pg_attribute_attrelid, F_OIDEQ, ObjectIdGetDatum(catalog)}}, nullptr,
                 [&](const pg::Row& row) {
                     const auto& form = row.form<FormData_pg_attribute>();
                     if (form.attnum > 0 && form.atttypid == OIDOID) columns.push_back(form.attnum);
                 });
        return columns;
    }

    // What is left out on purpose: members of extensions, and what lies in the schemas that
    // docs/fingerprint.md names.
    bool is_left_out(Address address) {
        if (OidIsValid(pg::call([=] { return getExtensionOfObject(address.catalog, address.object); }))) {
            return true;
        }
        if (address.catalog == ExtensionRelationId) {
            return address.object == pg::call([] { return get_extension_oid("schemaver", true); });
        }
        if (is_server_of_ours(address)) return true;
        // A parameter's row outlives its last privilege.
        if (address.catalog == ParameterAclRelationId) return true;
        return is_in_schema_left_out(address) || is_on_something_left_out(address);
    }

    // Nor the user mappings on it.
    static bool is_server_of_ours(Address address) {
        Oid server = address.catalog == ForeignServerRelationId ? address.object : InvalidOid;
        if (address.catalog == UserMappingRelationId)
            pg::scan(UserMappingRelationId, UserMappingOidIndexId,
                     {{Anum_pg_user_mapping_oid, F_OIDEQ, ObjectIdGetDatum(address.object)}}, nullptr,
                     [&](const pg::Row& row) { server = row.oid(Anum_pg_user_mapping_umserver); });
        if (!OidIsValid(server)) return false;
        const auto servers = pg::our_servers();
        return std::any_of(servers.begin(), servers.end(),
                           [&](const auto& one) { return one.oid == server; });
    }

    bool is_in_schema_left_out(Address address) {
        const Oid schema = schema_of(address);
        if (!OidIsValid(schema)) return false;
        const auto known = left_out_schemas_.find(schema);
        if (known != left_out_schemas_.end()) return known->second;
        const std::string name = pg::to_utf8(pg::call([=] { return get_namespace_name(schema); }));
        const bool left_out = name == "schemaver" || name == "information_schema" ||
                              name.rfind("pg_temp_", 0) == 0 || name.rfind("pg_toast", 0) == 0;
        left_out_schemas_[schema] = left_out;
        return left_out;
    }

    // A trigger, a rule, a policy or a default privilege, by the table or schema it belongs to.
    bool is_on_something_left_out(Address address) {
        bool left_out = false;
        std::vector<Address> referenced;
        pg::scan(DependRelationId, DependDependerIndexId,
                 {{Anum_pg_depend_classid, F_OIDEQ, ObjectIdGetDatum(address.catalog)},
                  {Anum_pg_depend_objid, F_OIDEQ, ObjectIdGetDatum(address.object)}},
                 nullptr, [&](const pg::Row& row) {
                     const auto& form = row.form<FormData_pg_depend>();
                     if (form.deptype == DEPENDENCY_AUTO || form.deptype == DEPENDENCY_INTERNAL) {
                         referenced.push_back({form.refclassid, form.refobjid});
                     }
                 });
        for (const Address& one : referenced) left_out = left_out || is_in_schema_left_out(one);
        return left_out;
    }

    // Of a schema, itself; invalid where this kind of object is in none.
    static Oid schema_of(Address address) {
        if (address.catalog == NamespaceRelationId) return address.object;
        return pg::call([=]() -> Oid {
            if (!is_objectclass_supported(address.catalog)) return InvalidOid;
            const AttrNumber column = get_object_attnum_namespace(address.catalog);
            if (column == InvalidAttrNumber) return InvalidOid;
            Relation catalog = table_open(address.catalog, AccessShareLock);
            HeapTuple row =
                get_catalog_object_by_oid(catalog, get_object_attnum_oid(address.catalog), address.object);
            bool is_null = true;
            const Datum schema =
                HeapTupleIsValid(row) ? heap_getattr(row, column, RelationGetDescr(catalog), &is_null) : 0;
            table_close(catalog, AccessShareLock);
            return is_null ? InvalidOid : DatumGetObjectId(schema);
        });
    }

    static std::string text(Address address, char* (*describe)(const ObjectAddress*, bool)) {
        return pg::to_utf8(pg::call([=]() -> const char* {
            if (!is_objectclass_supported(address.catalog)) return nullptr;
            const ObjectAddress object{address.catalog, address.object, 0};
            return describe(&object, true);
        }));
    }

    static std::string name_of(Address address) {
        const std::string identity = text(address, getObjectIdentity);
        if (!identity.empty()) return identity;
        const char* catalog = pg::call([=] { return get_rel_name(address.catalog); });
        return fmt::format("object {} of {}", address.object,
                           catalog == nullptr ? fmt::format("catalog {}", address.catalog) : catalog);
    }

    void report(const Catalog& catalog, Address address) {
        const std::string kind = text(address, getObjectTypeDescription);
        found_.push_back({catalog.name, kind.empty() ? "row" : kind, name_of(address)});
    }

    Addresses described_ = described_addresses();
    Addresses rows_;  // what users made, in the catalogs with OIDs
    std::map<Oid, std::vector<Oid>> by_catalog_;
    std::unordered_map<Oid, bool> left_out_schemas_;
    std::vector<Unmodelled> found_;
};

}  // namespace

std::vector<Unmodelled> read_unmodelled() {
    std::vector<Unmodelled> found;
    Probe probe;
    // What the probe names must not go while it does: the server's functions for identities do not bear that.
    pg::with_catalogs_as_of(pg::call([] { return GetActiveSnapshot(); }), [&] { found = probe.run(); });
    std::sort(found.begin(), found.end(), [](const Unmodelled& a, const Unmodelled& b) {
        return std::tie(a.catalog, a.kind, a.identity) < std::tie(b.catalog, b.kind, b.identity);
    });
    return found;
}

}  // namespace schemaver::catalog
