// Runs the readers of all kinds under pinned settings.
#include "catalog/catalog.hpp"

#include <algorithm>

#include "catalog/kinds.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

namespace schemaver::catalog {

namespace {

void read_all_kinds(Reading& reading) {
    for (const Kind& kind : kinds()) {
        if (!reading.selection(kind.catalog).empty()) kind.read(reading);
    }
}

bool precedes(const LocatedObject& a, const LocatedObject& b) {
    return std::tie(a.object.kind, a.object.identity) < std::tie(b.object.kind, b.object.identity);
}

Address owner_of_default(Oid default_value) {
    Address owner{InvalidOid, InvalidOid};
    pg::scan(AttrDefaultRelationId, AttrDefaultOidIndexId,
             {{Anum_pg_attrdef_oid, F_OIDEQ, ObjectIdGetDatum(default_value)}}, nullptr,
             [&](const pg::Row& row) {
                 owner = {RelationRelationId, row.form<FormData_pg_attrdef>().adrelid};
             });
    return owner;
}

Address owner_of_constraint(Oid constraint) {
    Address owner{InvalidOid, InvalidOid};
    pg::scan(ConstraintRelationId, ConstraintOidIndexId,
             {{Anum_pg_constraint_oid, F_OIDEQ, ObjectIdGetDatum(constraint)}}, nullptr,
             [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_constraint>();
                 owner = OidIsValid(form.conrelid) ? Address{RelationRelationId, form.conrelid}
                                                   : Address{TypeRelationId, form.contypid};
             });
    return owner;
}

Address owner_of_rule(Oid rule) {
    Address owner{RewriteRelationId, rule};
    pg::scan(RewriteRelationId, RewriteOidIndexId, {{Anum_pg_rewrite_oid, F_OIDEQ, ObjectIdGetDatum(rule)}},
             nullptr, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_rewrite>();
                 if (form.ev_type == '1') owner = {RelationRelationId, form.ev_class};
             });
    return owner;
}

// A table's row type stands for the table, an array type for its element type.
Address owner_of_type(Oid type) {
    return pg::call([=] {
        Oid element = get_element_type(type);
        const Oid own = OidIsValid(element) ? element : type;
        const Oid relation = get_typ_typrelid(own);
        if (OidIsValid(relation) && get_rel_relkind(relation) != RELKIND_COMPOSITE_TYPE) {
            return Address{RelationRelationId, relation};
        }
        return Address{TypeRelationId, own};
    });
}

// A composite type's relation stands for the type.
Address owner_of_relation(Oid relation) {
    return pg::call([=] {
        if (get_rel_relkind(relation) != RELKIND_COMPOSITE_TYPE) return Address{RelationRelationId, relation};
        return Address{TypeRelationId, get_rel_type_id(relation)};
    });
}

}  // namespace

std::vector<LocatedObject> read_everything() {
    pg::PinnedSettings settings;
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    Reading reading(snapshot, nullptr);
    read_all_kinds(reading);
    std::vector<LocatedObject> objects = reading.take();
    reading.finish();
    settings.restore();
    std::sort(objects.begin(), objects.end(), precedes);
    return objects;
}

core::Schema read_schema() {
    core::Schema schema;
    std::vector<LocatedObject> objects = read_everything();
    schema.reserve(objects.size());
    for (LocatedObject& located : objects) schema.push_back(std::move(located.object));
    return schema;
}

SomeObjects read_objects(const std::set<Address>& addresses) {
    pg::PinnedSettings settings;
    Reading reading(nullptr, &addresses);
    reading.never_wait = true;
    read_all_kinds(reading);
    SomeObjects result{reading.take(), std::move(reading.postponed)};
    reading.finish();
    settings.restore();
    std::sort(result.objects.begin(), result.objects.end(), precedes);
    return result;
}

Address owner_of(Address address) {
    switch (address.catalog) {
        case AttrDefaultRelationId:
            return owner_of_default(address.object);
        case ConstraintRelationId:
            return owner_of_constraint(address.object);
        case RewriteRelationId:
            return owner_of_rule(address.object);
        case TypeRelationId:
            return owner_of_type(address.object);
        case RelationRelationId:
            return owner_of_relation(address.object);
        default:
            return address;
    }
}

std::set<Address> dependents(Address address) {
    std::set<Address> found;
    std::set<Address> parts;
    pg::scan(DependRelationId, DependReferenceIndexId,
             {{Anum_pg_depend_refclassid, F_OIDEQ, ObjectIdGetDatum(address.catalog)},
              {Anum_pg_depend_refobjid, F_OIDEQ, ObjectIdGetDatum(address.object)}},
             nullptr, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_depend>();
                 if (form.deptype == DEPENDENCY_EXTENSION) return;
                 const Address dependent{form.classid, form.objid};
                 const Address owner = owner_of(dependent);
                 if (OidIsValid(owner.object) && owner != address) found.insert(owner);
                 // A part of the object itself, such as its primary key: what hangs on that hangs on the
                 // object.
                 if (owner == address && dependent != address) parts.insert(dependent);
             });
    for (const Address& part : parts) {
        const std::set<Address> more = dependents(part);
        found.insert(more.begin(), more.end());
    }
    found.erase(address);
    return found;
}

}  // namespace schemaver::catalog
