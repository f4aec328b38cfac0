// Gathers server, database, extensions, roles, revision, ledger position and schema into one record.
#include "backup/live.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <set>

#include "backup/rows.hpp"
#include "catalog/catalog.hpp"
#include "catalog/live.hpp"
#include "ledger/ledger.hpp"
#include "core/poll.hpp"
#include "ledger/seals.hpp"
#include "books/all_books.hpp"
#include "migration/record.hpp"
#include "pg/table.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/xlog.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_tablespace.h"
#include "mb/pg_wchar.h"
#include "utils/fmgrprotos.h"
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

// Of several tools' books the first that says anything.
const books::ToolBooks* chosen(const std::vector<books::ToolBooks>& all) {
    for (const books::ToolBooks& one : all)
        if (!one.books.revisions.empty() || !one.books.failed.empty()) return &one;
    return all.empty() ? nullptr : &all.front();
}

void put_migration(core::Metadata& record, const std::vector<ledger::Stretch>& stretches, Snapshot snapshot) {
    const auto all = books::read_all_books(snapshot);
    const books::ToolBooks* found = chosen(all);
    core::Migration& migration = record.migration;
    if (found == nullptr) return;
    migration.tool = found->tool->name;
    migration.state = found->books.state;
    migration.revisions = found->books.revisions;
    // A tool that lists its migrations knows more than a ledger that began later.
    const bool is_listed = found->tool->keeps != core::Keeps::heads;
    migration.history =
        is_listed ? found->books.applied
                  : migration::revision_history(found->tool->name, found->schema, stretches, snapshot);
    // A migration that only moved data, or ran before the ledger, is not in the ledger's history.
    auto& history = migration.history;
    const auto tail = history.size() - std::min(history.size(), migration.revisions.size());
    if (!is_listed && std::vector<std::string>(history.begin() + static_cast<std::ptrdiff_t>(tail),
                                               history.end()) != migration.revisions) {
        history.insert(history.end(), migration.revisions.begin(), migration.revisions.end());
    }
    migration.count = static_cast<std::int64_t>(std::set<std::string>(history.begin(), history.end()).size());
}

void put_ledger(core::Metadata& record, const std::vector<ledger::Stretch>& stretches, Snapshot snapshot) {
    if (!stretches.empty()) record.timeline = ledger::to_text(stretches.front().timeline);
    record.commit = ledger::head_commit(stretches, snapshot);
    if (const auto last = ledger::last_seal(stretches, snapshot)) record.seal = ledger::seal_text(last->seal);
    for (const ledger::Stretch& stretch : stretches)
        record.own_timelines.push_back({ledger::to_text(stretch.timeline), stretch.until});
}

// 0: who asks may not know.
std::int64_t size_of_database() {
    return pg::call([] {
        const Datum database = ObjectIdGetDatum(MyDatabaseId);
        const bool may_know = DatumGetBool(
            DirectFunctionCall2(has_database_privilege_id, database, CStringGetTextDatum("CONNECT")));
        return may_know ? DatumGetInt64(DirectFunctionCall1(pg_database_size_oid, database)) : 0;
    });
}

void put_digests(const catalog::Digests& digests, std::string& whole,
                 std::map<std::string, std::string>& facets) {
    whole = digests.fingerprint({}, {});
    for (const char* facet : {"structure", "security", "storage", "comment"})
        facets[facet] = digests.fingerprint({}, core::facets_from_names({facet}));
}

void put_all_fingerprints(core::Metadata& record) {
    put_digests(catalog::live_digests(), record.fingerprint, record.portable_facets);
    record.structure_fingerprint = record.portable_facets["structure"];
    put_digests(*catalog::read_digests(false), record.exact_fingerprint, record.exact_facets);
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

// A policy is for roles, default privileges for what a role will make, a user mapping for a role.
void put_named(const core::Json& facet, std::set<std::string>& roles) {
    for (const char* key : {"role", "user"})
        if (const core::Json* name = member(facet, key); name != nullptr && name->is_string())
            roles.insert(name->get<std::string>());
    if (const core::Json* list = member(facet, "roles"); list != nullptr && list->is_array())
        for (const core::Json& name : *list)
            if (name.is_string()) roles.insert(name.get<std::string>());
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
            put_named(*security, roles);
        }
        if (const core::Json* structure = member(object.definition, "structure"))
            put_named(*structure, roles);
        if (const core::Json* storage = member(object.definition, "storage")) {
            if (const core::Json* name = member(*storage, "tablespace"))
                tablespaces.insert(name->get<std::string>());
        }
    }
    roles.erase("PUBLIC");
    roles.erase("public");
    record.roles.assign(roles.begin(), roles.end());
    record.tablespaces.assign(tablespaces.begin(), tablespaces.end());
}

// What the rules look at: structure, and of tables whether row security is on.
bool is_for_rules(std::string_view kind, std::string_view facet) {
    return facet == "structure" || (facet == "security" && kind == "table");
}

void strip_for_rules(std::string_view kind, core::Json& definition) {
    if (!definition.is_object()) return;
    for (const std::string_view facet : core::facet_names)
        if (!is_for_rules(kind, facet)) definition.erase(std::string(facet));
    const auto security = definition.find("security");
    if (security == definition.end() || !security->is_object()) return;
    core::Json kept = core::Json::object();
    for (const char* key : {"row_security", "force_row_security"})
        if (const core::Json* value = member(*security, key)) kept[key] = *value;
    if (kept.empty())
        definition.erase("security");
    else
        *security = std::move(kept);
}

// Leaves out what they do not, a third of what there is: two schemas at once are most of what a check needs.
class DocumentsForRules : public catalog::Documents {
  public:
    void add(catalog::Address address, std::string_view kind, std::string_view identity,
             const std::string& schema, core::Json definition) override {
        strip_for_rules(kind, definition);
        Documents::add(address, kind, identity, schema, std::move(definition));
    }
    // Without making documents of what goes at once.
    void add(catalog::Address address, std::string_view kind, std::string_view identity,
             const std::string& schema, const core::Facets& definition) override {
        core::Json document = core::Json::object();
        const auto facets = definition.in_order();
        for (std::size_t i = 0; i < facets.size(); ++i)
            if (!facets[i]->empty() && is_for_rules(kind, core::facet_names[i]))
                document[std::string(core::facet_names[i])] = core::Json::parse(facets[i]->canonical());
        add(address, kind, identity, schema, std::move(document));
    }
};

core::Metadata describe_without_schema(const std::string& label) {
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
    put_ledger(record, lineage.stretches, snapshot);
    return record;
}

}  // namespace

core::Metadata describe_database(const std::string& label, bool definitions, bool row_counts) {
    core::Metadata record = describe_without_schema(label);
    record.database_size = size_of_database();
    put_all_fingerprints(record);
    core::Schema schema = catalog::read_schema();
    put_roles_and_tablespaces(record, schema);
    for (const core::Object& object : schema) ++record.counts[object.kind];
    if (row_counts) record.row_counts = count_rows(tables_with_rows(schema));
    if (definitions) record.objects = std::move(schema);
    return record;
}

std::string in_json(const core::Metadata& metadata) {
    return metadata.objects ? core::write_metadata(metadata) : core::write_compact_metadata(metadata);
}

core::Metadata describe_target() {
    core::Metadata record = describe_without_schema("");
    const catalog::Digests& digests = catalog::live_digests();
    record.fingerprint = digests.fingerprint({}, {});
    record.structure_fingerprint = digests.fingerprint({}, core::facets_from_names({"structure"}));
    DocumentsForRules documents;
    catalog::read(pg::call([] { return GetActiveSnapshot(); }), nullptr, documents);
    documents.sort();
    record.objects.emplace();
    record.objects->reserve(documents.objects.size());
    for (catalog::LocatedObject& located : documents.objects)
        record.objects->push_back(std::move(located.object));
    record.roles = names_in(AuthIdRelationId, Anum_pg_authid_rolname);
    record.tablespaces = names_in(TableSpaceRelationId, Anum_pg_tablespace_spcname);
    return record;
}

std::optional<std::vector<core::Extension>> available_extensions() {
    std::vector<pg::QueryRow> rows;
    const std::string problem = try_query(
        "SELECT name, version FROM pg_catalog.pg_available_extension_versions() ORDER BY name, version",
        rows);
    if (!problem.empty()) return std::nullopt;
    std::vector<core::Extension> extensions;
    for (const pg::QueryRow& row : rows)
        extensions.push_back({row.at(0).value_or(""), row.at(1).value_or("")});
    return extensions;
}

void keep_for_rules(core::Schema& schema) {
    for (core::Object& object : schema) {
        core::poll();
        strip_for_rules(object.kind, object.definition);
    }
}

}  // namespace schemaver::backup
