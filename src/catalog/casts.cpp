// Casts and transforms: what is said of a type, or of a type in a language, and has neither name nor owner.
#include "catalog/described.hpp"
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_transform.h"
#include "catalog/pg_type.h"
#include "nodes/primnodes.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace schemaver::catalog {

namespace {

bool is_temporary_type(Oid type) {
    return pg::call([=] {
        HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
        if (!HeapTupleIsValid(tuple)) return false;
        const Oid schema = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple))->typnamespace;
        ReleaseSysCache(tuple);
        return isAnyTempNamespace(schema);
    });
}

Json cast_structure(Reading& reading, const FormData_pg_cast& form) {
    Json structure = {{"source", reading.type_name(form.castsource, -1)},
                      {"target", reading.type_name(form.casttarget, -1)}};
    put_function(reading, structure, "function", form.castfunc);
    if (form.castmethod == COERCION_METHOD_INOUT) structure["method"] = "inout";
    if (form.castmethod == COERCION_METHOD_BINARY) structure["method"] = "binary";
    if (form.castcontext == COERCION_CODE_ASSIGNMENT) structure["context"] = "assignment";
    if (form.castcontext == COERCION_CODE_IMPLICIT) structure["context"] = "implicit";
    return structure;
}

}  // namespace

void read_casts(Reading& reading) {
    for_each(reading, reading.selection(CastRelationId), CastRelationId, Anum_pg_cast_oid, CastOidIndexId,
             [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_cast>();
                 // A range type brings a cast to its multirange type along.
                 if (!is_wanted_without_schema(reading, CastRelationId, form.oid)) return;
                 if (is_temporary_type(form.castsource) || is_temporary_type(form.casttarget)) return;
                 add_object(reading,
                            {{CastRelationId, form.oid},
                             "cast",
                             reading.identity(CastRelationId, form.oid),
                             InvalidOid,
                             InvalidOid},
                            cast_structure(reading, form));
             });
}

void read_transforms(Reading& reading) {
    for_each(reading, reading.selection(TransformRelationId), TransformRelationId, Anum_pg_transform_oid,
             TransformOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_transform>();
                 if (!is_wanted_without_schema(reading, TransformRelationId, form.oid)) return;
                 const std::string language = language_name(reading, form.trflang);
                 Json structure = {{"type", reading.type_name(form.trftype, -1)}, {"language", language}};
                 put_function(reading, structure, "from_sql", form.trffromsql);
                 put_function(reading, structure, "to_sql", form.trftosql);
                 add_object(
                     reading,
                     {{TransformRelationId, form.oid},
                      "transform",
                      // The words of newer servers; 15 says "on language".
                      "for " + reading.identity(TypeRelationId, form.trftype) + " language " + language,
                      InvalidOid,
                      InvalidOid},
                     std::move(structure));
             });
}

}  // namespace schemaver::catalog
