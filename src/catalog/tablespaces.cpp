// Tablespaces, and who may set or alter the server's parameters.
#include "catalog/cluster.hpp"

#include <algorithm>
#include <filesystem>

extern "C" {
#include "catalog/pg_authid.h"
#include "catalog/pg_parameter_acl.h"
#include "catalog/pg_tablespace.h"
}

namespace schemaver::catalog {

namespace {

// As the server's pg_tablespace_location(), but without an error where the tablespace has just gone. An
// in-place tablespace is a folder there, and has no place to name.
std::string tablespace_location(Oid tablespace) {
    std::error_code none;
    return std::filesystem::read_symlink(fmt::format("pg_tblspc/{}", tablespace), none).string();
}

}  // namespace

void read_tablespaces(Reading& reading) {
    pg::scan(TableSpaceRelationId, {}, reading.snapshot(), [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_tablespace>();
        const std::string name = pg::to_utf8(NameStr(form.spcname));
        if (is_system_name(name)) return;
        Json structure = {{"location", pg::to_utf8(tablespace_location(form.oid).c_str())}};
        Json storage;
        std::vector<std::string> options = row.text_array(Anum_pg_tablespace_spcoptions);
        std::sort(options.begin(), options.end());
        if (!options.empty()) storage["options"] = options;
        Json security;
        reading.put_owner(security, form.spcowner);
        reading.put_privileges(security, row.datum(Anum_pg_tablespace_spcacl), OBJECT_TABLESPACE,
                               form.spcowner);
        Json definition = {{"structure", std::move(structure)},
                           {"storage", std::move(storage)},
                           {"security", std::move(security)},
                           {"comment", shared_comment(reading, TableSpaceRelationId, form.oid)}};
        reading.add({TableSpaceRelationId, form.oid}, "tablespace", pg::quote_identifier(name), InvalidOid,
                    std::move(definition));
    });
}

void read_parameter_privileges(Reading& reading) {
    pg::scan(ParameterAclRelationId, {}, reading.snapshot(), [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_parameter_acl>();
        Json security;
        reading.put_privileges(security, row.datum(Anum_pg_parameter_acl_paracl), OBJECT_PARAMETER_ACL,
                               BOOTSTRAP_SUPERUSERID);
        // The row outlives its last privilege.
        if (security.is_null()) return;
        reading.add({ParameterAclRelationId, form.oid}, "parameter ACL",
                    row.text(Anum_pg_parameter_acl_parname), InvalidOid,
                    Json::object({{"security", std::move(security)}}));
    });
}

}  // namespace schemaver::catalog
