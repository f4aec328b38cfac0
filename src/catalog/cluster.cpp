// The readers of the cluster scope, run under pinned settings.
#include "catalog/cluster.hpp"

#include <algorithm>
#include <charconv>

#include "pg/pinned_catalogs.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_parameter_acl.h"
#include "catalog/pg_shdescription.h"
#include "catalog/pg_tablespace.h"
}

namespace schemaver::catalog {

const std::vector<Kind>& cluster_kinds() {
    static const auto* const list = new std::vector<Kind>{
        {AuthIdRelationId, read_roles},           {AuthMemRelationId, read_role_memberships},
        {TableSpaceRelationId, read_tablespaces}, {DatabaseRelationId, read_databases},
        {DbRoleSettingRelationId, read_settings}, {ParameterAclRelationId, read_parameter_privileges}};
    return *list;
}

bool is_cluster_kind(std::string_view kind) {
    constexpr std::array<std::string_view, 7> words = {"database",  "database settings", "parameter ACL",
                                                       "role",      "role membership",   "role settings",
                                                       "tablespace"};
    return std::find(words.begin(), words.end(), kind) != words.end();
}

std::optional<int> scratch_database_keeper(std::string_view database) {
    if (!database.starts_with(scratch_database_prefix)) return std::nullopt;
    database.remove_prefix(scratch_database_prefix.size());
    int keeper = 0;
    const auto [end, error] = std::from_chars(database.data(), database.data() + database.size(), keeper);
    const bool is_number = error == std::errc() && end == database.data() + database.size() && keeper > 0;
    return is_number ? std::optional(keeper) : std::nullopt;
}

core::Schema read_cluster() {
    pg::PinnedSettings settings;
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    Documents documents;
    pg::with_catalogs_as_of(snapshot, [&] {
        Reading reading(snapshot, nullptr, documents);
        for (const Kind& kind : cluster_kinds()) kind.read(reading);
        reading.finish();
    });
    settings.restore();
    core::Schema schema;
    for (LocatedObject& located : documents.objects) schema.push_back(std::move(located.object));
    core::sort(schema);
    return schema;
}

Json shared_comment(Reading& reading, Oid catalog, Oid object) {
    Json facet = Json::object();
    pg::scan(SharedDescriptionRelationId, SharedDescriptionObjIndexId,
             {{Anum_pg_shdescription_objoid, F_OIDEQ, ObjectIdGetDatum(object)},
              {Anum_pg_shdescription_classoid, F_OIDEQ, ObjectIdGetDatum(catalog)}},
             reading.snapshot(),
             [&](const pg::Row& row) { facet["text"] = row.text(Anum_pg_shdescription_description); });
    return facet;
}

}  // namespace schemaver::catalog
