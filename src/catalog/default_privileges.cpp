// ALTER DEFAULT PRIVILEGES: "default acl", "for role ann in schema app on tables".
//
// Without a schema the list is the whole of what a new object gets; with one it is what is added to that.
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_default_acl.h"
#include "utils/acl.h"
}

namespace schemaver::catalog {

namespace {

ObjectType type_of_defaults(char letter) {
    switch (letter) {
        case DEFACLOBJ_RELATION:
            return OBJECT_TABLE;
        case DEFACLOBJ_SEQUENCE:
            return OBJECT_SEQUENCE;
        case DEFACLOBJ_FUNCTION:
            return OBJECT_FUNCTION;
        case DEFACLOBJ_TYPE:
            return OBJECT_TYPE;
        case DEFACLOBJ_NAMESPACE:
            return OBJECT_SCHEMA;
        default:
            return OBJECT_LARGEOBJECT;  // since 18
    }
}

const char* words_of_defaults(char letter) {
    switch (letter) {
        case DEFACLOBJ_RELATION:
            return "tables";
        case DEFACLOBJ_SEQUENCE:
            return "sequences";
        case DEFACLOBJ_FUNCTION:
            return "functions";
        case DEFACLOBJ_TYPE:
            return "types";
        case DEFACLOBJ_NAMESPACE:
            return "schemas";
        default:
            return "large objects";
    }
}

// As the server puts it together, whose own function fails on a role that somebody drops meanwhile, and
// crashes on a schema.
std::string default_privileges_identity(Reading& reading, const FormData_pg_default_acl& form) {
    std::string identity = "for role " + pg::quote_identifier(reading.role_name(form.defaclrole));
    if (OidIsValid(form.defaclnamespace)) {
        identity += " in schema " + pg::quote_identifier(reading.schema_name(form.defaclnamespace));
    }
    return identity + " on " + words_of_defaults(form.defaclobjtype);
}

Json default_privileges(Reading& reading, const pg::Row& row) {
    const auto& form = row.form<FormData_pg_default_acl>();
    const Oid role = form.defaclrole;
    const ObjectType type = type_of_defaults(form.defaclobjtype);
    const AclMode all = pg::call(
        [=] { return aclmask(acldefault(type, role), role, role, ACLITEM_ALL_PRIV_BITS, ACLMASK_ALL); });
    Json security = {{"role", reading.role_name(role)},
                     {"on", words_of_defaults(form.defaclobjtype)},
                     {"privileges", reading.privileges(*row.datum(Anum_pg_default_acl_defaclacl), all)}};
    if (OidIsValid(form.defaclnamespace)) security["schema"] = reading.schema_name(form.defaclnamespace);
    return security;
}

}  // namespace

void read_default_privileges(Reading& reading) {
    for_each(reading, reading.selection(DefaultAclRelationId), DefaultAclRelationId, Anum_pg_default_acl_oid,
             DefaultAclOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_default_acl>();
                 const Address address{DefaultAclRelationId, form.oid};
                 if (OidIsValid(form.defaclnamespace) && !reading.is_modelled_schema(form.defaclnamespace))
                     return;
                 if (reading.is_extension_member(address.catalog, form.oid)) return;
                 reading.add(address, "default acl", default_privileges_identity(reading, form),
                             form.defaclnamespace,
                             Json::object({{"security", default_privileges(reading, row)}}));
             });
}

}  // namespace schemaver::catalog
