// Reads pg_foreign_server and pg_user_mapping as of now.
#include "pg/foreign_server.hpp"

#include <algorithm>

#include "pg/compat.hpp"
#include "pg/table.hpp"

extern "C" {
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_user_mapping.h"
#include "foreign/foreign.h"
}

namespace schemaver::pg {

Oid our_wrapper() {
    const Oid schema = schemaver_namespace();
    return call([=] {
        const ForeignDataWrapper* wrapper = GetForeignDataWrapperByName("schemaver", true);
        if (wrapper == nullptr || !OidIsValid(wrapper->fdwvalidator)) return InvalidOid;
        return OidIsValid(schema) && get_func_namespace(wrapper->fdwvalidator) == schema ? wrapper->fdwid
                                                                                         : InvalidOid;
    });
}

std::vector<ForeignServerRow> our_servers() {
    std::vector<ForeignServerRow> servers;
    const Oid wrapper = our_wrapper();
    if (!OidIsValid(wrapper)) return servers;
    scan(ForeignServerRelationId, {}, nullptr, [&](const Row& row) {
        const auto& form = row.form<FormData_pg_foreign_server>();
        if (form.srvfdw != wrapper) return;
        const Oid server = form.oid;
        const Oid owner = form.srvowner;
        servers.push_back({server, to_utf8(NameStr(form.srvname)), call([=] { return superuser_arg(owner); }),
                           call([=] { return may_use_server(server, GetUserId()); }),
                           row.text_array(Anum_pg_foreign_server_srvoptions)});
    });
    std::sort(servers.begin(), servers.end(),
              [](const auto& one, const auto& other) { return one.name < other.name; });
    return servers;
}

std::optional<std::vector<std::string>> user_mapping_options(Oid server) {
    std::optional<std::vector<std::string>> options;
    for (const Oid user : {GetUserId(), InvalidOid}) {
        scan(UserMappingRelationId, UserMappingUserServerIndexId,
             {{Anum_pg_user_mapping_umuser, F_OIDEQ, ObjectIdGetDatum(user)},
              {Anum_pg_user_mapping_umserver, F_OIDEQ, ObjectIdGetDatum(server)}},
             nullptr, [&](const Row& row) { options = row.text_array(Anum_pg_user_mapping_umoptions); });
        if (options) break;
    }
    return options;
}

}  // namespace schemaver::pg
