// Procedural languages and access methods: handlers under a name.
#include "catalog/described.hpp"
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_am.h"
#include "catalog/pg_language.h"
}

namespace schemaver::catalog {

namespace {

Json language_structure(Reading& reading, const FormData_pg_language& form) {
    Json structure = Json::object();
    if (form.lanpltrusted) structure["trusted"] = true;
    put_function(reading, structure, "handler", form.lanplcallfoid);
    put_function(reading, structure, "inline", form.laninline);
    put_function(reading, structure, "validator", form.lanvalidator);
    return structure;
}

}  // namespace

void read_languages(Reading& reading) {
    for_each(reading, reading.selection(LanguageRelationId), LanguageRelationId, Anum_pg_language_oid,
             LanguageOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_language>();
                 if (!is_wanted_without_schema(reading, LanguageRelationId, form.oid)) return;
                 Json security;
                 reading.put_owner(security, form.lanowner);
                 reading.put_privileges(security, row.datum(Anum_pg_language_lanacl), OBJECT_LANGUAGE,
                                        form.lanowner);
                 Json definition = {{"structure", language_structure(reading, form)},
                                    {"security", std::move(security)},
                                    {"comment", reading.comment(LanguageRelationId, form.oid)}};
                 reading.add({LanguageRelationId, form.oid}, "language",
                             pg::quote_identifier(pg::to_utf8(NameStr(form.lanname))), InvalidOid,
                             std::move(definition));
             });
}

void read_access_methods(Reading& reading) {
    for_each(reading, reading.selection(AccessMethodRelationId), AccessMethodRelationId, Anum_pg_am_oid,
             AmOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_am>();
                 if (!is_wanted_without_schema(reading, AccessMethodRelationId, form.oid)) return;
                 Json structure = {{"type", form.amtype == AMTYPE_TABLE ? "table" : "index"}};
                 put_function(reading, structure, "handler", form.amhandler);
                 add_object(reading,
                            {{AccessMethodRelationId, form.oid},
                             "access method",
                             pg::quote_identifier(pg::to_utf8(NameStr(form.amname))),
                             InvalidOid,
                             InvalidOid},
                            std::move(structure));
             });
}

}  // namespace schemaver::catalog
