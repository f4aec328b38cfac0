// Operator classes and families. A member, an operator or a support function, belongs to the class or to the
// family that pg_depend ties it to: members that came with CREATE OPERATOR CLASS mostly to the class, and
// those that a family holds for other pairs of types to the family, as pg_dump writes them.
#include "catalog/described.hpp"
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_am.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_amproc.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
}

namespace schemaver::catalog {

namespace {

// By strategy number or support function number.
using NumberedMembers = std::set<std::pair<std::int16_t, Json>>;

struct Members {
    NumberedMembers operators;
    NumberedMembers functions;
};

Json member_operator(Reading& reading, const FormData_pg_amop& form) {
    Json member = {{"strategy", form.amopstrategy}};
    put_operator(reading, member, "operator", form.amopopr);
    if (OidIsValid(form.amopsortfamily)) {
        member["for_order_by"] = reading.identity(OperatorFamilyRelationId, form.amopsortfamily);
    }
    return member;
}

Json member_function(Reading& reading, const FormData_pg_amproc& form) {
    Json member = {
        {"number", form.amprocnum},
        {"for_types",
         {reading.type_name(form.amproclefttype, -1), reading.type_name(form.amprocrighttype, -1)}}};
    put_function(reading, member, "function", form.amproc);
    return member;
}

void read_member(Reading& reading, Address member, Oid family, Members& members) {
    if (member.catalog == AccessMethodOperatorRelationId) {
        pg::scan(AccessMethodOperatorRelationId, AccessMethodOperatorOidIndexId,
                 {{Anum_pg_amop_oid, F_OIDEQ, ObjectIdGetDatum(member.object)}}, reading.snapshot(),
                 [&](const pg::Row& row) {
                     const auto& form = row.form<FormData_pg_amop>();
                     // It hangs on the family that it is ordered by, too.
                     if (form.amopfamily != family) return;
                     members.operators.emplace(form.amopstrategy, member_operator(reading, form));
                 });
    } else if (member.catalog == AccessMethodProcedureRelationId) {
        pg::scan(AccessMethodProcedureRelationId, AccessMethodProcedureOidIndexId,
                 {{Anum_pg_amproc_oid, F_OIDEQ, ObjectIdGetDatum(member.object)}}, reading.snapshot(),
                 [&](const pg::Row& row) {
                     const auto& form = row.form<FormData_pg_amproc>();
                     members.functions.emplace(form.amprocnum, member_function(reading, form));
                 });
    }
}

Members members_of(Reading& reading, Address holder, Oid family) {
    std::vector<Address> addresses;
    pg::scan(DependRelationId, DependReferenceIndexId,
             {{Anum_pg_depend_refclassid, F_OIDEQ, ObjectIdGetDatum(holder.catalog)},
              {Anum_pg_depend_refobjid, F_OIDEQ, ObjectIdGetDatum(holder.object)}},
             reading.snapshot(), [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_depend>();
                 addresses.push_back({form.classid, form.objid});
             });
    Members members;
    for (const Address& address : addresses) read_member(reading, address, family, members);
    return members;
}

void put_members(Reading& reading, Json& structure, Address holder, Oid family) {
    const Members members = members_of(reading, holder, family);
    const auto put = [&](const char* property, const NumberedMembers& list) {
        for (const auto& [number, member] : list) structure[property].push_back(member);
    };
    put("operators", members.operators);
    put("functions", members.functions);
}

// As the server's pg_identify_object has both kinds: public.box_ops USING gist.
std::string identity_with_method(Reading& reading, Oid schema, const NameData& name, Oid method) {
    return reading.qualified(schema, pg::to_utf8(NameStr(name))) + " USING " +
           pg::quote_identifier(access_method_name(reading, method));
}

}  // namespace

void read_operator_classes(Reading& reading) {
    for_each(reading, reading.selection(OperatorClassRelationId), OperatorClassRelationId,
             Anum_pg_opclass_oid, OpclassOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_opclass>();
                 if (!reading.is_wanted(OperatorClassRelationId, form.oid, form.opcnamespace)) return;
                 const Address address{OperatorClassRelationId, form.oid};
                 Json structure = {{"method", access_method_name(reading, form.opcmethod)},
                                   {"type", reading.type_name(form.opcintype, -1)},
                                   {"family", reading.identity(OperatorFamilyRelationId, form.opcfamily)}};
                 if (form.opcdefault) structure["default"] = true;
                 if (OidIsValid(form.opckeytype))
                     structure["storage_type"] = reading.type_name(form.opckeytype, -1);
                 put_members(reading, structure, address, form.opcfamily);
                 add_object(reading,
                            {address, "operator class",
                             identity_with_method(reading, form.opcnamespace, form.opcname, form.opcmethod),
                             form.opcnamespace, form.opcowner},
                            std::move(structure));
             });
}

void read_operator_families(Reading& reading) {
    for_each(reading, reading.selection(OperatorFamilyRelationId), OperatorFamilyRelationId,
             Anum_pg_opfamily_oid, OpfamilyOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_opfamily>();
                 if (!reading.is_wanted(OperatorFamilyRelationId, form.oid, form.opfnamespace)) return;
                 const Address address{OperatorFamilyRelationId, form.oid};
                 Json structure = {{"method", access_method_name(reading, form.opfmethod)}};
                 put_members(reading, structure, address, form.oid);
                 add_object(reading,
                            {address, "operator family",
                             identity_with_method(reading, form.opfnamespace, form.opfname, form.opfmethod),
                             form.opfnamespace, form.opfowner},
                            std::move(structure));
             });
}

}  // namespace schemaver::catalog
