// Databases, and the settings that ALTER DATABASE and ALTER ROLE keep. Versions of collations and transaction
// numbers are left out: the server writes them by itself.
#include "catalog/cluster.hpp"
#include "core/redact.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_tablespace.h"
#include "commands/tablespace.h"
#include "mb/pg_wchar.h"
}

namespace schemaver::catalog {

namespace {

const char* locale_provider_word(char provider) {
    switch (provider) {
        case 'i':
            return "icu";
        case 'b':
            return "builtin";  // since 17
        default:
            return "libc";
    }
}

Json database_structure(const pg::Row& row) {
    const auto& form = row.form<FormData_pg_database>();
    Json structure = {{"encoding", pg_encoding_to_char(form.encoding)},
                      {"locale_provider", locale_provider_word(form.datlocprovider)},
                      {"collate", row.text(Anum_pg_database_datcollate)},
                      {"ctype", row.text(Anum_pg_database_datctype)}};
    // Another name since 17, where the builtin provider has one too.
    for (const char* column : {"daticulocale", "datlocale"}) {
        if (const auto locale = pg::column_if_any(row, DatabaseRelationId, column)) {
            structure["locale"] = pg::text_from_datum(*locale);
        }
    }
    if (const auto rules = pg::column_if_any(row, DatabaseRelationId, "daticurules")) {  // since 16
        structure["icu_rules"] = pg::text_from_datum(*rules);
    }
    if (form.datistemplate) structure["template"] = true;
    if (!form.datallowconn) structure["allow_connections"] = false;
    if (form.datconnlimit != -1) structure["connection_limit"] = form.datconnlimit;
    return structure;
}

std::string tablespace_of_database(Reading& reading, Oid tablespace) {
    return reading.deparse([=] { return get_tablespace_name(tablespace); });
}

std::map<Oid, std::string> names_by_oid(Reading& reading, Oid catalog, AttrNumber oid, AttrNumber name) {
    std::map<Oid, std::string> names;
    pg::scan(catalog, {}, reading.snapshot(),
             [&](const pg::Row& row) { names[row.oid(oid)] = row.name(name); });
    return names;
}

}  // namespace

void read_databases(Reading& reading) {
    pg::scan(DatabaseRelationId, {}, reading.snapshot(), [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_database>();
        const std::string name = pg::to_utf8(NameStr(form.datname));
        if (name == "template0" || scratch_database_keeper(name)) return;
        Json storage;
        if (form.dattablespace != DEFAULTTABLESPACE_OID) {
            storage["tablespace"] = tablespace_of_database(reading, form.dattablespace);
        }
        Json security;
        reading.put_owner(security, form.datdba);
        reading.put_privileges(security, row.datum(Anum_pg_database_datacl), OBJECT_DATABASE, form.datdba);
        Json definition = {{"structure", database_structure(row)},
                           {"storage", std::move(storage)},
                           {"security", std::move(security)},
                           {"comment", shared_comment(reading, DatabaseRelationId, form.oid)}};
        reading.add({DatabaseRelationId, form.oid}, "database", pg::quote_identifier(name), InvalidOid,
                    std::move(definition));
    });
}

void read_settings(Reading& reading) {
    const auto roles = names_by_oid(reading, AuthIdRelationId, Anum_pg_authid_oid, Anum_pg_authid_rolname);
    const auto databases =
        names_by_oid(reading, DatabaseRelationId, Anum_pg_database_oid, Anum_pg_database_datname);
    pg::scan(DbRoleSettingRelationId, {}, reading.snapshot(), [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_db_role_setting>();
        const auto role = roles.find(form.setrole);
        const auto database = databases.find(form.setdatabase);
        Json structure = {
            {"settings", core::settings_document(row.text_array(Anum_pg_db_role_setting_setconfig))}};
        std::string identity;
        if (role != roles.end()) {
            structure["role"] = role->second;
            identity = pg::quote_identifier(role->second);
        }
        if (database != databases.end()) {
            structure["database"] = database->second;
            identity += (identity.empty() ? "" : " in database ") + pg::quote_identifier(database->second);
        }
        // ALTER ROLE ALL SET has neither.
        if (identity.empty()) identity = "ALL";
        reading.add(
            {DbRoleSettingRelationId, form.setdatabase},
            OidIsValid(form.setrole) || !OidIsValid(form.setdatabase) ? "role settings" : "database settings",
            identity, InvalidOid, Json::object({{"structure", std::move(structure)}}));
    });
}

}  // namespace schemaver::catalog
