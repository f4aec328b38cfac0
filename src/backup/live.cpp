// Gathers server, database, extensions, roles, revision, ledger position and schema into one record.
#include "backup/live.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <set>

#include "catalog/catalog.hpp"
#include "ledger/ledger.hpp"
#include "migration/revision.hpp"
#include "pg/table.hpp"
#include "version/fingerprint.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/xlog.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_tablespace.h"
#include "mb/pg_wchar.h"
#include "utils/guc.h"
#include "utils/timestamp.h"
}

namespace schemaver::backup {

namespace {

std::string now_in_utc() {
    const std::time_t now = static_cast<std::time_t>(timestamptz_to_time_t(GetCurrentTimestamp()));
    std::tm parts{};
    gmtime_r(&now, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

const char* provider_word(char provider) {
    switch (provider) {
        case 'c':
            return "libc";
        case 'i':
            return "icu";
        case 'b':
            return "builtin";
        default:
            return "";
    }
}

void put_database(core::Metadata& record) {
    pg::scan(DatabaseRelationId, DatabaseOidIndexId,
             {{Anum_pg_database_oid, F_OIDEQ, ObjectIdGetDatum(MyDatabaseId)}}, nullptr,
             [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_database>();
                 record.database = pg::to_utf8(NameStr(form.datname));
                 record.encoding = pg_encoding_to_char(form.encoding);
                 record.locale_provider = provider_word(form.datlocprovider);
                 record.collate = row.text(Anum_pg_database_datcollate);
                 record.ctype = row.text(Anum_pg_database_datctype);
                 record.collation_version = row.text(Anum_pg_database_datcollversion);
             });
}

void put_extensions(core::Metadata& record, Snapshot snapshot) {
    std::map<std::string, std::string> sorted;
    pg::scan(ExtensionRelationId, {}, snapshot, [&](const pg::Row& row) {
        sorted[row.name(Anum_pg_extension_extname)] = row.text(Anum_pg_extension_extversion);
    });
    for (const auto& [name, version] : sorted) record.extensions.push_back({name, version});
}

void put_migration(core::Metadata& record, const std::vector<ledger::Stretch>& stretches, Snapshot snapshot) {
    const migration::Revision revision = migration::current_revision(snapshot);
    record.migration.tool = revision.tool;
    record.migration.revisions = revision.heads;
    record.migration.history = ledger::revision_history(stretches, snapshot);
    // A migration that only moved data, or ran before the ledger, is not in the ledger's history.
    auto& history = record.migration.history;
    const auto tail = history.size() - std::min(history.size(), revision.heads.size());
    if (std::vector<std::string>(history.begin() + static_cast<std::ptrdiff_t>(tail), history.end()) !=
        revision.heads) {
        history.insert(history.end(), revision.heads.begin(), revision.heads.end());
    }
}

const core::Json* member(const core::Json& object, const char* name) {
    const auto at = object.find(name);
    return at == object.end() ? nullptr : &*at;
}

std::vector<std::string> names_in(Oid catalog, AttrNumber column) {
    std::set<std::string> names;
    pg::scan(catalog, {}, nullptr, [&](const pg::Row& row) { names.insert(row.name(column)); });
    return {names.begin(), names.end()};
}

void put_roles_and_tablespaces(core::Metadata& record, const core::Schema& schema) {
    std::set<std::string> roles;
    std::set<std::string> tablespaces;
    for (const core::Object& object : schema) {
        if (const core::Json* security = member(object.definition, "security")) {
            if (const core::Json* owner = member(*security, "owner")) roles.insert(owner->get<std::string>());
            if (const core::Json* privileges = member(*security, "privileges")) {
                for (const core::Json& item : *privileges)
                    roles.insert(item.at("grantee").get<std::string>());
            }
        }
        if (const core::Json* storage = member(object.definition, "storage")) {
            if (const core::Json* name = member(*storage, "tablespace"))
                tablespaces.insert(name->get<std::string>());
        }
    }
    roles.erase("PUBLIC");
    record.roles.assign(roles.begin(), roles.end());
    record.tablespaces.assign(tablespaces.begin(), tablespaces.end());
}

}  // namespace

core::Metadata describe_database(const std::string& label, bool definitions) {
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    core::Metadata record;
    record.label = label;
    record.created_at = now_in_utc();
    record.created_by = pg::to_utf8(pg::call([] { return GetUserNameFromId(GetSessionUserId(), true); }));
    record.server_version =
        pg::to_utf8(pg::call([] { return GetConfigOption("server_version", false, false); }));
    record.server_version_num = static_cast<int>(std::strtol(
        pg::call([] { return GetConfigOption("server_version_num", false, false); }), nullptr, 10));
    record.system_identifier = std::to_string(GetSystemIdentifier());
    put_database(record);
    put_extensions(record, snapshot);
    const ledger::Lineage lineage = ledger::lineage(snapshot);
    put_migration(record, lineage.stretches, snapshot);
    if (!lineage.stretches.empty()) record.timeline = ledger::to_text(lineage.stretches.front().timeline);
    record.commit = ledger::head_commit(lineage.stretches, snapshot);
    core::Schema schema = catalog::read_schema();
    core::FacetSet structure{false, false, false, true};
    record.fingerprint = version::fingerprint(schema);
    record.structure_fingerprint = version::fingerprint(schema, structure);
    record.exact_fingerprint = version::fingerprint(schema, {}, true);
    put_roles_and_tablespaces(record, schema);
    for (const core::Object& object : schema) ++record.counts[object.kind];
    if (definitions) record.objects = std::move(schema);
    return record;
}

core::Metadata describe_target() {
    core::Metadata record = describe_database("", true);
    record.roles = names_in(AuthIdRelationId, Anum_pg_authid_rolname);
    record.tablespaces = names_in(TableSpaceRelationId, Anum_pg_tablespace_spcname);
    return record;
}

}  // namespace schemaver::backup
