// Row-level security policies: all of a policy is the security facet.
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_policy.h"
}

#include <algorithm>

namespace schemaver::catalog {

namespace {

const char* command_word(char command) {
    switch (command) {
        case 'r':
            return "select";
        case 'a':
            return "insert";
        case 'w':
            return "update";
        case 'd':
            return "delete";
        default:
            return "all";
    }
}

Json policy_security(Reading& reading, const pg::Row& row) {
    const auto& form = row.form<FormData_pg_policy>();
    std::vector<std::string> roles;
    for (const Oid role : row.oid_array(Anum_pg_policy_polroles)) roles.push_back(reading.role_name(role));
    std::sort(roles.begin(), roles.end());
    Json security = {{"table", reading.relation_identity(form.polrelid)},
                     {"command", command_word(form.polcmd)},
                     {"roles", roles}};
    if (!form.polpermissive) security["restrictive"] = true;
    if (const auto expression = row.datum(Anum_pg_policy_polqual)) {
        security["using"] = reading.sql_expression(*expression, form.polrelid);
    }
    if (const auto expression = row.datum(Anum_pg_policy_polwithcheck)) {
        security["with_check"] = reading.sql_expression(*expression, form.polrelid);
    }
    return security;
}

}  // namespace

void read_policies(Reading& reading) {
    for_each(reading, reading.selection(PolicyRelationId), PolicyRelationId, Anum_pg_policy_oid,
             PolicyOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_policy>();
                 const Oid schema = reading.schema_of_relation(form.polrelid);
                 if (!reading.is_wanted(PolicyRelationId, form.oid, schema)) return;
                 const Address address{PolicyRelationId, form.oid};
                 // A policy's sub-selects read other tables.
                 if (!reading.may_deparse(address, address)) return;
                 Json definition = {{"security", policy_security(reading, row)},
                                    {"comment", reading.comment(PolicyRelationId, form.oid)}};
                 reading.add(address, "policy",
                             pg::quote_identifier(pg::to_utf8(NameStr(form.polname))) + " on " +
                                 std::string(reading.relation_identity(form.polrelid)),
                             schema, std::move(definition));
             });
}

}  // namespace schemaver::catalog
