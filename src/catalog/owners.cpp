// What a row of a catalog is a part of: the one notion of it, for DDL that touches a part and for the probe.
//
//     a default, a constraint -> its table or domain      a label of an enum -> the enum
//     a view's own rule -> the view                       a composite type's relation -> the type
//     a row type -> its table                             an array, a multirange -> what it is made of
//     a foreign key's trigger -> the foreign key          a partition's trigger -> the one it was made from
//     a member of an operator class or family -> it       a range's constructor, cast -> the range
//
// All others stand for themselves: indexes, sequences and triggers too, which have definitions of their own.
#include "catalog/owners.hpp"

#include "catalog/catalog.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_amproc.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

namespace schemaver::catalog {

namespace {

constexpr Address gone{InvalidOid, InvalidOid};

// What whole_of(row) says of the one row with this OID; `otherwise` where there is none.
template <typename Form, typename WholeOf>
Address whole_by_row(Address part, AttrNumber oid_column, Oid oid_index, Address otherwise,
                     WholeOf whole_of) {
    Address whole = otherwise;
    pg::scan(part.catalog, oid_index, {{oid_column, F_OIDEQ, ObjectIdGetDatum(part.object)}}, nullptr,
             [&](const pg::Row& row) { whole = whole_of(row.form<Form>()); });
    return whole;
}

template <typename IsWhole>
Address whole_by_dependency(Address part, IsWhole is_whole) {
    Address whole = part;
    pg::scan(DependRelationId, DependDependerIndexId,
             {{Anum_pg_depend_classid, F_OIDEQ, ObjectIdGetDatum(part.catalog)},
              {Anum_pg_depend_objid, F_OIDEQ, ObjectIdGetDatum(part.object)}},
             nullptr, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_depend>();
                 if (is_whole(form)) whole = {form.refclassid, form.refobjid};
             });
    return whole;
}

Address whole_of_constraint(const FormData_pg_constraint& form) {
    if (OidIsValid(form.conrelid)) return {RelationRelationId, form.conrelid};
    return {TypeRelationId, form.contypid};
}

Address whole_of_trigger(const FormData_pg_trigger& form) {
    if (OidIsValid(form.tgparentid)) return {TriggerRelationId, form.tgparentid};
    if (form.tgisinternal && OidIsValid(form.tgconstraint)) return {ConstraintRelationId, form.tgconstraint};
    return {TriggerRelationId, form.oid};
}

Address whole_of_rule(const FormData_pg_rewrite& form) {
    if (form.ev_type == '1') return {RelationRelationId, form.ev_class};  // what a view selects
    return {RewriteRelationId, form.oid};
}

Address whole_of_type(Oid type) {
    return pg::call([=] {
        const Oid element = get_element_type(type);
        if (OidIsValid(element) && get_array_type(element) == type) return Address{TypeRelationId, element};
        const Oid range = get_multirange_range(type);
        if (OidIsValid(range)) return Address{TypeRelationId, range};
        const Oid relation = get_typ_typrelid(type);
        if (OidIsValid(relation) && get_rel_relkind(relation) != RELKIND_COMPOSITE_TYPE) {
            return Address{RelationRelationId, relation};
        }
        return Address{TypeRelationId, type};
    });
}

Address whole_of_relation(Oid relation) {
    return pg::call([=] {
        if (get_rel_relkind(relation) != RELKIND_COMPOSITE_TYPE) return Address{RelationRelationId, relation};
        return Address{TypeRelationId, get_rel_type_id(relation)};
    });
}

}  // namespace

Address part_of(Address address) {
    switch (address.catalog) {
        case AttrDefaultRelationId:
            return whole_by_row<FormData_pg_attrdef>(address, Anum_pg_attrdef_oid, AttrDefaultOidIndexId,
                                                     gone, [](const auto& form) {
                                                         return Address{RelationRelationId, form.adrelid};
                                                     });
        case ConstraintRelationId:
            return whole_by_row<FormData_pg_constraint>(address, Anum_pg_constraint_oid, ConstraintOidIndexId,
                                                        gone, whole_of_constraint);
        case EnumRelationId:
            return whole_by_row<FormData_pg_enum>(address, Anum_pg_enum_oid, EnumOidIndexId, gone,
                                                  [](const auto& form) {
                                                      return Address{TypeRelationId, form.enumtypid};
                                                  });
        case RewriteRelationId:
            return whole_by_row<FormData_pg_rewrite>(address, Anum_pg_rewrite_oid, RewriteOidIndexId, address,
                                                     whole_of_rule);
        case TriggerRelationId:
            return whole_by_row<FormData_pg_trigger>(address, Anum_pg_trigger_oid, TriggerOidIndexId, address,
                                                     whole_of_trigger);
        case TypeRelationId:
            return whole_of_type(address.object);
        case RelationRelationId:
            return whole_of_relation(address.object);
        case AccessMethodOperatorRelationId:
        case AccessMethodProcedureRelationId:
            return whole_by_dependency(address, [](const FormData_pg_depend& form) {
                return form.refclassid == OperatorClassRelationId ||
                       form.refclassid == OperatorFamilyRelationId;
            });
        case ProcedureRelationId:
        case CastRelationId:
            return whole_by_dependency(address, [](const FormData_pg_depend& form) {
                return form.deptype == DEPENDENCY_INTERNAL && form.refclassid == TypeRelationId;
            });
        default:
            return address;
    }
}

Address owner_of(Address address) {
    // The longest way is four steps: a trigger of a partition, its parent, the foreign key, the table.
    for (int steps = 0; steps < 8; ++steps) {
        const Address whole = part_of(address);
        if (whole == address) break;
        address = whole;
    }
    return address;
}

}  // namespace schemaver::catalog
