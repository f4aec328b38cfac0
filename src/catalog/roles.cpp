// Roles and their memberships. Of a password only its kind is said: neither its text nor a digest of it is
// ever part of a document or a fingerprint, so a new password of the same kind is no change.
#include "catalog/cluster.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "libpq/crypt.h"
#include "utils/timestamp.h"
}

namespace schemaver::catalog {

namespace {

const char* password_kind(const std::string& password) {
    switch (pg::call([&] { return get_password_type(password.c_str()); })) {
        case PASSWORD_TYPE_MD5:
            return "md5";
        case PASSWORD_TYPE_SCRAM_SHA_256:
            return "scram-sha-256";
        default:
            return "plain text";
    }
}

Json role_attributes(Reading& reading, const pg::Row& row) {
    const auto& form = row.form<FormData_pg_authid>();
    Json attributes = Json::object();
    if (form.rolsuper) attributes["superuser"] = true;
    if (!form.rolinherit) attributes["inherit"] = false;
    if (form.rolcreaterole) attributes["create_role"] = true;
    if (form.rolcreatedb) attributes["create_database"] = true;
    if (form.rolcanlogin) attributes["login"] = true;
    if (form.rolreplication) attributes["replication"] = true;
    if (form.rolbypassrls) attributes["bypass_row_security"] = true;
    if (form.rolconnlimit != -1) attributes["connection_limit"] = form.rolconnlimit;
    if (const auto password = row.optional_text(Anum_pg_authid_rolpassword)) {
        attributes["password"] = password_kind(*password);
    }
    if (const auto until = row.datum(Anum_pg_authid_rolvaliduntil)) {
        attributes["valid_until"] =
            reading.deparse([=] { return DatumGetCString(DirectFunctionCall1(timestamptz_out, *until)); });
    }
    return attributes;
}

struct KnownRole {
    std::string name;
    bool inherits;
};

// By the same snapshot as the memberships, so that each of them finds its roles.
std::map<Oid, KnownRole> known_roles(Reading& reading) {
    std::map<Oid, KnownRole> roles;
    pg::scan(AuthIdRelationId, {}, reading.snapshot(), [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_authid>();
        roles[form.oid] = {pg::to_utf8(NameStr(form.rolname)), form.rolinherit};
    });
    return roles;
}

}  // namespace

void read_roles(Reading& reading) {
    pg::scan(AuthIdRelationId, {}, reading.snapshot(), [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_authid>();
        const std::string name = pg::to_utf8(NameStr(form.rolname));
        if (is_system_name(name)) return;
        Json definition = {{"security", role_attributes(reading, row)},
                           {"comment", shared_comment(reading, AuthIdRelationId, form.oid)}};
        reading.add({AuthIdRelationId, form.oid}, "role", pg::quote_identifier(name), InvalidOid,
                    std::move(definition));
    });
}

void read_role_memberships(Reading& reading) {
    const std::map<Oid, KnownRole> roles = known_roles(reading);
    // Since 16 a membership can have been granted several times, each time by another role.
    std::map<std::pair<Oid, Oid>, std::map<std::string, Json>> memberships;
    pg::scan(AuthMemRelationId, {}, reading.snapshot(), [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_auth_members>();
        const auto role = roles.find(form.roleid);
        const auto member = roles.find(form.member);
        if (role == roles.end() || member == roles.end()) return;
        if (is_system_name(role->second.name) && is_system_name(member->second.name)) return;
        Json grant = Json::object();
        // Up to 15 the grantor may be gone.
        const auto grantor = roles.find(form.grantor);
        if (grantor != roles.end()) grant["grantor"] = grantor->second.name;
        if (form.admin_option) grant["admin"] = true;
        // Up to 15 the member's attribute decides.
        const auto inherits = pg::column_if_any(row, AuthMemRelationId, "inherit_option");
        if (!(inherits ? DatumGetBool(*inherits) : member->second.inherits)) grant["inherit"] = false;
        const auto may_set = pg::column_if_any(row, AuthMemRelationId, "set_option");
        if (may_set && !DatumGetBool(*may_set)) grant["set"] = false;
        memberships[{form.roleid, form.member}][grantor == roles.end() ? "" : grantor->second.name] =
            std::move(grant);
    });
    for (const auto& [key, by_grantor] : memberships) {
        const std::string& role = roles.at(key.first).name;
        const std::string& member = roles.at(key.second).name;
        Json grants = Json::array();
        for (const auto& [grantor, grant] : by_grantor) grants.push_back(grant);
        Json security = {{"role", role}, {"member", member}, {"grants", std::move(grants)}};
        reading.add({AuthMemRelationId, key.first}, "role membership",
                    fmt::format("membership of role {} in role {}", pg::quote_identifier(member),
                                pg::quote_identifier(role)),
                    InvalidOid, Json::object({{"security", std::move(security)}}));
    }
}

}  // namespace schemaver::catalog
