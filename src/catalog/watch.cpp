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

// Objects that one row is a part of: at most three.
struct Owners {
    std::array<Address, 3> addresses;  // the first `count` of them
    int count = 0;
    void add(Oid catalog, Oid object) {
        if (OidIsValid(object)) addresses[static_cast<std::size_t>(count++)] = {catalog, object};
    }
};

Owners of_constraint(const FormData_pg_constraint& form) {
    Owners owners;
    owners.add(RelationRelationId, form.conrelid);
    owners.add(TypeRelationId, form.contypid);
    if (form.contype != CONSTRAINT_FOREIGN) owners.add(RelationRelationId, form.conindid);
    return owners;
}

// Of the dependencies only these are part of a definition: membership in an extension, DEPENDS ON EXTENSION,
// and a sequence's column.
Owners of_dependency(const FormData_pg_depend& form) {
    Owners owners;
    const bool of_column = form.classid == RelationRelationId && form.refclassid == RelationRelationId &&
                           form.refobjsubid != 0 && form.objsubid == 0;
    if (form.deptype == DEPENDENCY_EXTENSION || form.deptype == DEPENDENCY_AUTO_EXTENSION || of_column)
        owners.add(form.classid, form.objid);
    return owners;
}

template <typename Form, Oid Form::*column>
Owners of_column(Oid catalog, const pg::Row& row) {
    Owners owners;
    owners.add(catalog, row.form<Form>().*column);
    return owners;
}

Owners of_index(const FormData_pg_index& form) {
    Owners owners;
    owners.add(RelationRelationId, form.indexrelid);
    owners.add(RelationRelationId, form.indrelid);  // replica identity
    return owners;
}

Owners of_rule(const FormData_pg_rewrite& form) {
    Owners owners;
    owners.add(RewriteRelationId, form.oid);
    owners.add(RelationRelationId, form.ev_class);
    return owners;
}

template <typename Form>
Owners of_described(const Form& form) {
    Owners owners;
    owners.add(form.classoid, form.objoid);
    return owners;
}

Owners owners_of_row(Oid catalog, const pg::Row& row) {
    switch (catalog) {
        case RelationRelationId:
            return of_column<FormData_pg_class, &FormData_pg_class::oid>(catalog, row);
        case AttrDefaultRelationId:
            return of_column<FormData_pg_attrdef, &FormData_pg_attrdef::adrelid>(RelationRelationId, row);
        case ConstraintRelationId:
            return of_constraint(row.form<FormData_pg_constraint>());
        case IndexRelationId:
            return of_index(row.form<FormData_pg_index>());
        case InheritsRelationId:
            return of_column<FormData_pg_inherits, &FormData_pg_inherits::inhrelid>(RelationRelationId, row);
        case SequenceRelationId:
            return of_column<FormData_pg_sequence, &FormData_pg_sequence::seqrelid>(RelationRelationId, row);
        case ForeignTableRelationId:
            return of_column<FormData_pg_foreign_table, &FormData_pg_foreign_table::ftrelid>(
                RelationRelationId, row);
        case PartitionedRelationId:
            return of_column<FormData_pg_partitioned_table, &FormData_pg_partitioned_table::partrelid>(
                RelationRelationId, row);
        case RewriteRelationId:
            return of_rule(row.form<FormData_pg_rewrite>());
        case TriggerRelationId:
            return of_column<FormData_pg_trigger, &FormData_pg_trigger::oid>(catalog, row);
        case PolicyRelationId:
            return of_column<FormData_pg_policy, &FormData_pg_policy::oid>(catalog, row);
        case TypeRelationId:
            return of_column<FormData_pg_type, &FormData_pg_type::oid>(catalog, row);
        case EnumRelationId:
            return of_column<FormData_pg_enum, &FormData_pg_enum::enumtypid>(TypeRelationId, row);
        case RangeRelationId:
            return of_column<FormData_pg_range, &FormData_pg_range::rngtypid>(TypeRelationId, row);
        case ProcedureRelationId:
            return of_column<FormData_pg_proc, &FormData_pg_proc::oid>(catalog, row);
        case NamespaceRelationId:
            return of_column<FormData_pg_namespace, &FormData_pg_namespace::oid>(catalog, row);
        case ExtensionRelationId:
            return of_column<FormData_pg_extension, &FormData_pg_extension::oid>(catalog, row);
        case DescriptionRelationId:
            return of_described(row.form<FormData_pg_description>());
        case SecLabelRelationId:
            return of_described(row.form<FormData_pg_seclabel>());
        case InitPrivsRelationId:
            return of_described(row.form<FormData_pg_init_privs>());
        case DependRelationId:
            return of_dependency(row.form<FormData_pg_depend>());
        default:
            return {};
    }
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
    return &at->second;
}

void Watch::Catalog::note(const pg::Row& row, BlockNumber block) {
    if (oid == AttributeRelationId) {
        // Half of all rows, and most of them like the one before; those of system columns say nothing.
        const auto& form = row.form<FormData_pg_attribute>();
        if (form.attnum > 0) note(Address{RelationRelationId, form.attrelid}, block);
        return;
    }
    const Owners known = owners_of_row(oid, row);
    for (int i = 0; i < known.count; ++i) note(known.addresses[static_cast<std::size_t>(i)], block);
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

bool knows_owners(Oid catalog) {
    switch (catalog) {
        case RelationRelationId:
        case AttributeRelationId:
        case AttrDefaultRelationId:
        case ConstraintRelationId:
        case IndexRelationId:
        case InheritsRelationId:
        case SequenceRelationId:
        case ForeignTableRelationId:
        case PartitionedRelationId:
        case RewriteRelationId:
        case TriggerRelationId:
        case PolicyRelationId:
        case TypeRelationId:
        case EnumRelationId:
        case RangeRelationId:
        case ProcedureRelationId:
        case NamespaceRelationId:
        case ExtensionRelationId:
        case DescriptionRelationId:
        case SecLabelRelationId:
        case InitPrivsRelationId:
        case DependRelationId:
            return true;
        default:
            return false;
    }
}

}  // namespace schemaver::catalog
