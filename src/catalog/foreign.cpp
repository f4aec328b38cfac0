// Foreign-data wrappers, foreign servers and user mappings. Options are documented without their secrets: see
// core/redact.hpp.
#include "catalog/kinds.hpp"
#include "core/redact.hpp"
#include "pg/foreign_server.hpp"

extern "C" {
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_user_mapping.h"
#include "foreign/foreign.h"
}

namespace schemaver::catalog {

namespace {

void put_options(Json& structure, const std::vector<std::string>& options) {
    if (!options.empty()) structure["options"] = core::options_document(options);
}

// Where schemaver finds other databases is its own affair, as jobs are, and no part of the schema: two
// databases that know each other by such servers have the same schema all the same.
class OurServers {
  public:
    bool has_wrapper(Oid wrapper) {
        if (!wrapper_) wrapper_ = pg::our_wrapper();
        return wrapper == *wrapper_;
    }
    bool has(Oid server) {
        const Oid wrapper = pg::call([=] {
            const ForeignServer* found = GetForeignServerExtended(server, FSV_MISSING_OK);
            return found == nullptr ? InvalidOid : found->fdwid;
        });
        return OidIsValid(wrapper) && has_wrapper(wrapper);
    }

  private:
    std::optional<Oid> wrapper_;
};

std::string server_name(Reading& reading, Oid server) {
    return reading.deparse([=]() -> const char* {
        const ForeignServer* found = GetForeignServerExtended(server, FSV_MISSING_OK);
        return found == nullptr ? nullptr : found->servername;
    });
}

std::string wrapper_name(Reading& reading, Oid wrapper) {
    return reading.deparse([=]() -> const char* {
        const ForeignDataWrapper* found = GetForeignDataWrapperExtended(wrapper, FDW_MISSING_OK);
        return found == nullptr ? nullptr : found->fdwname;
    });
}

}  // namespace

void read_foreign_data_wrappers(Reading& reading) {
    for_each(reading, reading.selection(ForeignDataWrapperRelationId), ForeignDataWrapperRelationId,
             Anum_pg_foreign_data_wrapper_oid, ForeignDataWrapperOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_foreign_data_wrapper>();
                 const Address address{ForeignDataWrapperRelationId, form.oid};
                 if (reading.is_extension_member(address.catalog, address.object)) return;
                 Json structure;
                 if (OidIsValid(form.fdwhandler)) {
                     structure["handler"] = reading.function_identity(form.fdwhandler);
                 }
                 if (OidIsValid(form.fdwvalidator)) {
                     structure["validator"] = reading.function_identity(form.fdwvalidator);
                 }
                 put_options(structure, row.text_array(Anum_pg_foreign_data_wrapper_fdwoptions));
                 Json security;
                 reading.put_owner(security, form.fdwowner);
                 reading.put_privileges(security, row.datum(Anum_pg_foreign_data_wrapper_fdwacl), OBJECT_FDW,
                                        form.fdwowner);
                 Json definition = {{"structure", std::move(structure)},
                                    {"security", std::move(security)},
                                    {"comment", reading.comment(address.catalog, address.object)}};
                 reading.add(address, "foreign-data wrapper",
                             pg::quote_identifier(pg::to_utf8(NameStr(form.fdwname))), InvalidOid,
                             std::move(definition));
             });
}

void read_foreign_servers(Reading& reading) {
    OurServers ours;
    for_each(reading, reading.selection(ForeignServerRelationId), ForeignServerRelationId,
             Anum_pg_foreign_server_oid, ForeignServerOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_foreign_server>();
                 const Address address{ForeignServerRelationId, form.oid};
                 if (reading.is_extension_member(address.catalog, address.object)) return;
                 if (ours.has_wrapper(form.srvfdw)) return;
                 Json structure = {{"wrapper", wrapper_name(reading, form.srvfdw)}};
                 if (const auto type = row.optional_text(Anum_pg_foreign_server_srvtype)) {
                     structure["type"] = *type;
                 }
                 if (const auto version = row.optional_text(Anum_pg_foreign_server_srvversion)) {
                     structure["version"] = *version;
                 }
                 put_options(structure, row.text_array(Anum_pg_foreign_server_srvoptions));
                 Json security;
                 reading.put_owner(security, form.srvowner);
                 reading.put_privileges(security, row.datum(Anum_pg_foreign_server_srvacl),
                                        OBJECT_FOREIGN_SERVER, form.srvowner);
                 Json definition = {{"structure", std::move(structure)},
                                    {"security", std::move(security)},
                                    {"comment", reading.comment(address.catalog, address.object)}};
                 reading.add(address, "server", pg::quote_identifier(pg::to_utf8(NameStr(form.srvname))),
                             InvalidOid, std::move(definition));
             });
}

void read_user_mappings(Reading& reading) {
    OurServers ours;
    for_each(reading, reading.selection(UserMappingRelationId), UserMappingRelationId,
             Anum_pg_user_mapping_oid, UserMappingOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_user_mapping>();
                 const Address address{UserMappingRelationId, form.oid};
                 if (reading.is_extension_member(address.catalog, address.object)) return;
                 const std::string server = server_name(reading, form.umserver);
                 if (server.empty() || ours.has(form.umserver))
                     return;  // dropped meanwhile, or not the schema's
                 Json structure = {{"user", reading.role_name(form.umuser)}, {"server", server}};
                 const auto options = row.text_array(Anum_pg_user_mapping_umoptions);
                 if (!options.empty()) structure["options"] = core::login_document(options);
                 // As the server says it, whose own function fails on what somebody drops meanwhile.
                 const std::string user = OidIsValid(form.umuser)
                                              ? pg::quote_identifier(reading.role_name(form.umuser))
                                              : "public";
                 reading.add(address, "user mapping", user + " on server " + server, InvalidOid,
                             Json::object({{"structure", std::move(structure)}}));
             });
}

}  // namespace schemaver::catalog
