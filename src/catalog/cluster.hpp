// What all databases of the server share: a scope of its own, beside the schema of a database.
//
//     role ann · role membership "membership of role ann in role staff" · tablespace · database ·
//     database settings · role settings "ann in database app" · parameter ACL work_mem
//
// What the server brings (roles and tablespaces called pg_*, template0) is left out, as by pg_dumpall.
#pragma once

#include <optional>
#include <string_view>

#include "catalog/kinds.hpp"

namespace schemaver::catalog {

void read_roles(Reading& reading);
void read_role_memberships(Reading& reading);
void read_tablespaces(Reading& reading);
void read_databases(Reading& reading);
void read_settings(Reading& reading);
void read_parameter_privileges(Reading& reading);

const std::vector<Kind>& cluster_kinds();
bool is_cluster_kind(std::string_view kind);

// As the active snapshot sees it. Sorted.
core::Schema read_cluster();

// Comments on shared objects are kept apart from the others.
Json shared_comment(Reading& reading, Oid catalog, Oid object);

// Databases called so come and go with check_models(), and are no part of the schema.
inline constexpr std::string_view scratch_database_prefix = "schemaver_scratch_";
// The process that keeps such a database; nothing: it is somebody's own, whatever its name begins with.
std::optional<int> scratch_database_keeper(std::string_view database);

// Names are compared by their beginning: users cannot create roles and tablespaces that are called so.
inline bool is_system_name(const std::string& name) { return name.rfind("pg_", 0) == 0; }

}  // namespace schemaver::catalog
