// Operators. A shell operator, which another one names as its commutator or negator before it is made, has
// nothing but its name.
#include "catalog/described.hpp"
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_operator.h"
}

namespace schemaver::catalog {

namespace {

Json operator_structure(Reading& reading, const FormData_pg_operator& form) {
    Json structure = Json::object();
    if (OidIsValid(form.oprleft)) structure["left"] = reading.type_name(form.oprleft, -1);
    structure["right"] = reading.type_name(form.oprright, -1);
    if (!OidIsValid(form.oprcode)) {
        structure["shell"] = true;
        return structure;
    }
    put_function(reading, structure, "function", form.oprcode);
    put_operator(reading, structure, "commutator", form.oprcom);
    put_operator(reading, structure, "negator", form.oprnegate);
    put_function(reading, structure, "restrict", form.oprrest);
    put_function(reading, structure, "join", form.oprjoin);
    if (form.oprcanmerge) structure["merges"] = true;
    if (form.oprcanhash) structure["hashes"] = true;
    return structure;
}

}  // namespace

void read_operators(Reading& reading) {
    for_each(reading, reading.selection(OperatorRelationId), OperatorRelationId, Anum_pg_operator_oid,
             OperatorOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_operator>();
                 if (!reading.is_wanted(OperatorRelationId, form.oid, form.oprnamespace)) return;
                 // Whoever restores a dump becomes the owner of a shell operator: no command names it.
                 const Oid owner = OidIsValid(form.oprcode) ? form.oprowner : InvalidOid;
                 add_object(reading,
                            {{OperatorRelationId, form.oid},
                             "operator",
                             reading.identity(OperatorRelationId, form.oid),
                             form.oprnamespace,
                             owner},
                            operator_structure(reading, form));
             });
}

}  // namespace schemaver::catalog
