// Schemas and extensions: little more than a name, an owner and privileges.
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
}

namespace schemaver::catalog {

void read_schemas(Reading& reading) {
    for_each(reading, reading.selection(NamespaceRelationId), NamespaceRelationId, Anum_pg_namespace_oid,
             NamespaceOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_namespace>();
                 if (!reading.is_wanted(NamespaceRelationId, form.oid, form.oid)) return;
                 Json security;
                 reading.put_owner(security, form.nspowner);
                 reading.put_privileges(security, row.datum(Anum_pg_namespace_nspacl), OBJECT_SCHEMA,
                                        form.nspowner);
                 Json definition = {{"security", std::move(security)},
                                    {"comment", reading.comment(NamespaceRelationId, form.oid)}};
                 reading.add({NamespaceRelationId, form.oid}, "schema",
                             pg::quote_identifier(reading.schema_name(form.oid)), form.oid,
                             std::move(definition));
             });
}

void read_extensions(Reading& reading) {
    for_each(reading, reading.selection(ExtensionRelationId), ExtensionRelationId, Anum_pg_extension_oid,
             ExtensionOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_extension>();
                 const std::string name = row.name(Anum_pg_extension_extname);
                 // What initdb installed (plpgsql) is the server's, as it is for pg_dump; and we leave
                 // ourselves out.
                 if (form.oid < FirstNormalObjectId || name == "schemaver") return;
                 Json definition = {{"structure",
                                     {{"version", row.text(Anum_pg_extension_extversion)},
                                      {"schema", reading.schema_name(form.extnamespace)}}},
                                    {"comment", reading.comment(ExtensionRelationId, form.oid)}};
                 reading.add({ExtensionRelationId, form.oid}, "extension", pg::quote_identifier(name),
                             InvalidOid, std::move(definition));
             });
}

}  // namespace schemaver::catalog
