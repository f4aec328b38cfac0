// Names and facets for the readers of the rarer kinds.
#include "catalog/described.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_language.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/proclang.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace schemaver::catalog {

void add_object(Reading& reading, const Described& described, Json structure) {
    // Dropped by somebody else since our snapshot.
    if (described.identity.empty()) return;
    Json security;
    if (OidIsValid(described.owner)) reading.put_owner(security, described.owner);
    Json definition = {{"structure", std::move(structure)},
                       {"security", std::move(security)},
                       {"comment", reading.comment(described.address.catalog, described.address.object)}};
    reading.add(described.address, described.kind, described.identity, described.schema,
                std::move(definition));
}

void put_function(Reading& reading, Json& structure, const char* property, Oid function) {
    if (OidIsValid(function)) structure[property] = reading.function_identity(function);
}

void put_operator(Reading& reading, Json& structure, const char* property, Oid used) {
    if (!OidIsValid(used)) return;
    // DROP OPERATOR leaves the OID of the one that is gone with those that it did not name itself.
    std::string identity = reading.identity(OperatorRelationId, used);
    if (!identity.empty()) structure[property] = std::move(identity);
}

bool is_of_a_session(Oid type) {
    if (type < FirstNormalObjectId) return false;
    return pg::call([=] {
        const Oid element = get_element_type(type);
        const HeapTuple row =
            SearchSysCache1(TYPEOID, ObjectIdGetDatum(OidIsValid(element) ? element : type));
        if (!HeapTupleIsValid(row)) return false;
        const Oid schema = reinterpret_cast<Form_pg_type>(GETSTRUCT(row))->typnamespace;
        ReleaseSysCache(row);
        return isAnyTempNamespace(schema);
    });
}

bool is_wanted_without_schema(Reading& reading, Oid catalog, Oid object) {
    return object >= FirstNormalObjectId && !reading.is_extension_member(catalog, object) &&
           !reading.is_internal_part(catalog, object);
}

std::string access_method_name(Reading& reading, Oid access_method) {
    return reading.deparse([=] { return get_am_name(access_method); });
}

std::string language_name(Reading& reading, Oid language) {
    return reading.deparse([=] { return get_language_name(language, true); });
}

}  // namespace schemaver::catalog
