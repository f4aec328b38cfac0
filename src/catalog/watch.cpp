// Whose definition a catalog row is a part of, for the catalogs that hold most of a schema.
#include "catalog/watch.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_description.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_init_privs.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_partitioned_table.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_range.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_seclabel.h"
#include "catalog/pg_sequence.h"
#include "catalog/pg_shdescription.h"
#include "catalog/pg_shseclabel.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_statistic_ext_data.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_subscription_rel.h"
#include "catalog/pg_tablespace.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
}

namespace schemaver::catalog {

namespace {

Owners of_constraint(const pg::Row& row) {
    const auto& form = row.form<FormData_pg_constraint>();
    Owners owners;
    owners.add(RelationRelationId, form.conrelid);
    owners.add(TypeRelationId, form.contypid);
    if (form.contype != CONSTRAINT_FOREIGN) owners.add(RelationRelationId, form.conindid);
    return owners;
}

// Of the dependencies only these are part of a definition: membership in an extension, DEPENDS ON EXTENSION,
// and a sequence's column.
Owners of_dependency(const pg::Row& row) {
    const auto& form = row.form<FormData_pg_depend>();
    Owners owners;
    const bool of_column = form.classid == RelationRelationId && form.refclassid == RelationRelationId &&
                           form.refobjsubid != 0 && form.objsubid == 0;
    if (form.deptype == DEPENDENCY_EXTENSION || form.deptype == DEPENDENCY_AUTO_EXTENSION || of_column)
        owners.add(form.classid, form.objid);
    return owners;
}

// Half of all rows of a schema; those of system columns say nothing.
Owners of_attribute(const pg::Row& row) {
    const auto& form = row.form<FormData_pg_attribute>();
    Owners owners;
    if (form.attnum > 0) owners.add(RelationRelationId, form.attrelid);
    return owners;
}

Owners of_index(const pg::Row& row) {
    const auto& form = row.form<FormData_pg_index>();
    Owners owners;
    owners.add(RelationRelationId, form.indexrelid);
    owners.add(RelationRelationId, form.indrelid);  // replica identity
    return owners;
}

Owners of_rule(const pg::Row& row) {
    const auto& form = row.form<FormData_pg_rewrite>();
    Owners owners;
    owners.add(RewriteRelationId, form.oid);
    owners.add(RelationRelationId, form.ev_class);
    return owners;
}

template <typename Form>
Owners of_described(const pg::Row& row) {
    const auto& form = row.form<Form>();
    Owners owners;
    owners.add(form.classoid, form.objoid);
    return owners;
}

template <Oid catalog, typename Form, Oid Form::*column = &Form::oid>
Owners of_column(const pg::Row& row) {
    Owners owners;
    owners.add(catalog, row.form<Form>().*column);
    return owners;
}

template <typename Form, Oid Form::*column>
constexpr auto of_relation = of_column<RelationRelationId, Form, column>;

using OwnersOfRow = Owners (*)(const pg::Row& row);

constexpr std::pair<Oid, OwnersOfRow> known_owners[] = {
    {RelationRelationId, of_column<RelationRelationId, FormData_pg_class>},
    {AttributeRelationId, of_attribute},
    {AttrDefaultRelationId, of_relation<FormData_pg_attrdef, &FormData_pg_attrdef::adrelid>},
    {ConstraintRelationId, of_constraint},
    {IndexRelationId, of_index},
    {InheritsRelationId, of_relation<FormData_pg_inherits, &FormData_pg_inherits::inhrelid>},
    {SequenceRelationId, of_relation<FormData_pg_sequence, &FormData_pg_sequence::seqrelid>},
    {ForeignTableRelationId, of_relation<FormData_pg_foreign_table, &FormData_pg_foreign_table::ftrelid>},
    {PartitionedRelationId,
     of_relation<FormData_pg_partitioned_table, &FormData_pg_partitioned_table::partrelid>},
    {RewriteRelationId, of_rule},
    {TriggerRelationId, of_column<TriggerRelationId, FormData_pg_trigger>},
    {PolicyRelationId, of_column<PolicyRelationId, FormData_pg_policy>},
    {TypeRelationId, of_column<TypeRelationId, FormData_pg_type>},
    {EnumRelationId, of_column<TypeRelationId, FormData_pg_enum, &FormData_pg_enum::enumtypid>},
    {RangeRelationId, of_column<TypeRelationId, FormData_pg_range, &FormData_pg_range::rngtypid>},
    {ProcedureRelationId, of_column<ProcedureRelationId, FormData_pg_proc>},
    {NamespaceRelationId, of_column<NamespaceRelationId, FormData_pg_namespace>},
    {ExtensionRelationId, of_column<ExtensionRelationId, FormData_pg_extension>},
    {DescriptionRelationId, of_described<FormData_pg_description>},
    {SecLabelRelationId, of_described<FormData_pg_seclabel>},
    {InitPrivsRelationId, of_described<FormData_pg_init_privs>},
    {DependRelationId, of_dependency}};

OwnersOfRow owners_in(Oid catalog) {
    for (const auto& [known, owners] : known_owners) {
        if (known == catalog) return owners;
    }
    return nullptr;
}

// Catalogs that say nothing of the schema: statistics, large objects, states of replication.
bool is_data(Oid catalog) {
    switch (catalog) {
        case StatisticRelationId:
        case StatisticExtDataRelationId:
        case LargeObjectRelationId:
        case LargeObjectMetadataRelationId:
        case SubscriptionRelRelationId:
            return true;
        default:
            return false;
    }
}

// Of the catalogs that all databases share, those that definitions of this database's objects draw on.
bool is_shared_but_read(Oid catalog) {
    switch (catalog) {
        case AuthIdRelationId:
        case TableSpaceRelationId:
        case SubscriptionRelationId:
        case SharedDescriptionRelationId:
        case SharedSecLabelRelationId:
            return true;
        default:
            return false;
    }
}

}  // namespace

Watch::Catalog* Watch::begin(Oid catalog) {
    auto [at, fresh] = catalogs_.try_emplace(catalog);
    if (!fresh) return nullptr;
    at->second.oid = catalog;
    at->second.owners_of_row_ = owners_in(catalog);
    return &at->second;
}

void Watch::Catalog::note(const pg::Row& row, BlockNumber block) {
    if (owners_of_row_ == nullptr) return;
    const Owners owners = owners_of_row_(row);
    for (int i = 0; i < owners.count; ++i) note(owners.addresses[static_cast<std::size_t>(i)], block);
}

void Watch::Catalog::note(Address address, BlockNumber block) {
    // Rows of one object mostly stand together.
    if (reads_again_) {
        auto& here = again_[block];
        if (here.empty() || here.back() != address) here.push_back(address);
        return;
    }
    while (starts_.size() <= block) starts_.push_back(static_cast<std::uint32_t>(owners_.size()));
    if (starts_.back() == owners_.size() || owners_.back() != address) owners_.push_back(address);
}

// Of a page that is about to be read again: what is known of it, to be replaced.
std::vector<Address>& Watch::Catalog::owners_again(BlockNumber block) {
    auto [at, fresh] = again_.try_emplace(block);
    if (fresh && block < starts_.size()) {
        const auto end = block + 1 < starts_.size() ? starts_[block + 1] : owners_.size();
        at->second.assign(owners_.begin() + starts_[block],
                          owners_.begin() + static_cast<std::ptrdiff_t>(end));
    }
    return at->second;
}

void Watch::Catalog::read_again(const std::vector<BlockNumber>& blocks, Snapshot snapshot,
                                std::set<Address>& suspects) {
    reads_again_ = true;
    pg::PagedCatalog paged(oid);
    for (const BlockNumber block : blocks) {
        if (stamp.pages.size() <= block) stamp.pages.resize(block + 1);
        auto& owners = owners_again(block);
        suspects.insert(owners.begin(), owners.end());
        owners.clear();
        stamp.pages[block] = paged.visit(block, snapshot, [&](const pg::Row& row) { note(row, block); });
        suspects.insert(owners.begin(), owners.end());
    }
    paged.close();
}

void Watch::note_catalog(const FormData_pg_class& form) {
    if (form.relnamespace != PG_CATALOG_NAMESPACE || form.relkind != RELKIND_RELATION) return;
    if (form.oid >= FirstNormalObjectId || is_data(form.oid)) return;
    if (!form.relisshared || is_shared_but_read(form.oid)) to_watch_.push_back(form.oid);
}

void Watch::complete(Snapshot snapshot) {
    for (const Oid oid : to_watch_) {
        Catalog* catalog = begin(oid);
        if (catalog == nullptr) continue;
        catalog->stamp = pg::scan_pages(
            oid, snapshot, [&](const pg::Row& row, BlockNumber block) { catalog->note(row, block); });
    }
}

bool knows_owners(Oid catalog) { return owners_in(catalog) != nullptr; }

}  // namespace schemaver::catalog
