// From the catalogs to what libpq is told.
#include "remote/server.hpp"

#include <algorithm>

#include "core/nearest.hpp"
#include "core/text.hpp"
#include "pg/foreign_server.hpp"
#include "pg/result_set.hpp"
#include "remote/settings.hpp"

extern "C" {
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_user_mapping.h"
}

namespace schemaver::remote {

Settings settings;

namespace {

core::Error unknown_server(const std::string& name, const std::vector<pg::ForeignServerRow>& servers) {
    std::vector<std::string> names;
    for (const auto& server : servers) names.push_back(server.name);
    std::vector<std::string> meant = core::nearest(name, names);
    for (std::string& one : meant) one.insert(0, "server:");
    return {core::sqlstate::unknown_point,
            fmt::format("there is no server \"{}\" to ask", core::shortened(name, 80)),
            names.empty() ? "This database knows no server of the wrapper schemaver."
                          : "No server of the wrapper schemaver has that name.",
            meant.empty()
                ? fmt::format(
                      "CREATE SERVER {} FOREIGN DATA WRAPPER schemaver OPTIONS (host '...', dbname '...'); "
                      "and a user mapping.",
                      pg::quote_identifier(core::shortened(name, 60)))
                : fmt::format("Did you mean {}?", core::joined(meant, " or "))};
}

void add_options(pg::ConnectionPlan& plan, const std::vector<std::string>& options) {
    for (const std::string& option : options) {
        const auto equals = option.find('=');
        if (equals != std::string::npos)
            plan.options.emplace_back(option.substr(0, equals), option.substr(equals + 1));
    }
}

void refuse_option(const std::string& name, bool of_user_mapping) {
    const auto known = pg::connection_keywords(of_user_mapping);
    if (core::contains(known, name)) return;
    const std::string place = of_user_mapping ? "a user mapping on a server" : "a server";
    const bool belongs_elsewhere = core::contains(pg::connection_keywords(!of_user_mapping), name);
    const auto meant = core::nearest(name, known);
    std::string hint = fmt::format("Options are {}.", core::in_a_sentence(known));
    if (!meant.empty()) hint = fmt::format("Did you mean {}?", core::joined(meant, " or "));
    if (belongs_elsewhere)
        hint = of_user_mapping
                   ? fmt::format("It belongs to the server: ALTER SERVER ... OPTIONS (ADD {} '...');", name)
                   : fmt::format(
                         "It belongs to the user mapping: CREATE USER MAPPING FOR CURRENT_USER SERVER "
                         "... OPTIONS ({} '...');",
                         name);
    throw core::Error(
        core::sqlstate::invalid_option_name,
        fmt::format("{} of the wrapper schemaver has no option \"{}\"", place, core::shortened(name, 80)),
        "Options are those that libpq, the client library, takes for a connection.", hint);
}

}  // namespace

pg::ConnectionPlan plan_for(const std::string& name) {
    const auto servers = pg::our_servers();
    const auto server =
        std::find_if(servers.begin(), servers.end(), [&](const auto& one) { return one.name == name; });
    if (server == servers.end()) throw unknown_server(name, servers);
    if (!server->may_use)
        throw core::Error(core::sqlstate::insufficient_privilege,
                          fmt::format("permission denied for foreign server {}", name), "",
                          fmt::format("Its owner can GRANT USAGE ON FOREIGN SERVER {} TO a role.",
                                      pg::quote_identifier(name)));
    const auto personal = pg::user_mapping_options(server->oid);
    if (!personal)
        throw core::Error(
            core::sqlstate::no_user_mapping, fmt::format("you have no user mapping on server \"{}\"", name),
            "It says as whom you are to connect there.",
            fmt::format(
                "CREATE USER MAPPING FOR CURRENT_USER SERVER {} OPTIONS (user '...', password '...');",
                pg::quote_identifier(name)));
    pg::ConnectionPlan plan;
    plan.server = name;
    plan.timeout = settings.timeout;
    plan.needs_password = !server->is_owner_superuser || !pg::call([] { return superuser(); });
    add_options(plan, server->options);
    add_options(plan, *personal);
    return plan;
}

std::vector<std::string> usable_servers() {
    std::vector<std::string> names;
    for (const auto& server : pg::our_servers()) {
        if (server.may_use) names.push_back(server.name);
    }
    return names;
}

// check_server_options(options text[], catalog oid): what the wrapper's validator is given
SCHEMAVER_FUNCTION(schemaver_check_server_options)(pg::Arguments arguments) {
    const Oid catalog = DatumGetObjectId(arguments.datum(1));
    for (const std::string& option : arguments.text_array(0).value_or(std::vector<std::string>())) {
        const std::string name = option.substr(0, option.find('='));
        if (catalog != ForeignServerRelationId && catalog != UserMappingRelationId)
            throw core::Error(core::sqlstate::invalid_option_name,
                              fmt::format("the wrapper schemaver has no options of that kind: \"{}\"", name),
                              "", "Servers and user mappings have options.");
        refuse_option(name, catalog == UserMappingRelationId);
    }
    return {};  // OidFunctionCall() takes no NULL
}

}  // namespace schemaver::remote
