// Subscriptions of this database. The connection is documented without its secrets. Whether a subscription is
// enabled is its state, as for pg_dump, which writes it disabled: the server itself can disable one.
#include "catalog/kinds.hpp"
#include "core/redact.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_subscription.h"
#include "miscadmin.h"
}

#include <algorithm>

namespace schemaver::catalog {

namespace {

// In the order of the servers that brought them: 16, 16, 16, 17.
void put_newer_properties(Json& structure, const pg::Row& row) {
    const auto column = [&](const char* name) {
        return pg::column_if_any(row, SubscriptionRelationId, name);
    };
    if (const auto origin = column("suborigin")) {
        if (std::string text = pg::text_from_datum(*origin); text != "any") structure["origin"] = text;
    }
    if (const auto required = column("subpasswordrequired"); required && !DatumGetBool(*required)) {
        structure["password_required"] = false;
    }
    if (const auto as_owner = column("subrunasowner"); as_owner && DatumGetBool(*as_owner)) {
        structure["run_as_owner"] = true;
    }
    if (const auto failover = column("subfailover"); failover && DatumGetBool(*failover)) {
        structure["failover"] = true;
    }
}

Json subscription_structure(const pg::Row& row) {
    const auto& form = row.form<FormData_pg_subscription>();
    std::vector<std::string> publications = row.text_array(Anum_pg_subscription_subpublications);
    std::sort(publications.begin(), publications.end());
    Json structure = {{"publications", publications},
                      {"connection", core::connection_document(row.text(Anum_pg_subscription_subconninfo))}};
    if (!row.is_null(Anum_pg_subscription_subslotname)) {
        structure["slot_name"] = row.name(Anum_pg_subscription_subslotname);
    }
    if (form.subbinary) structure["binary"] = true;
    // A boolean in 15, a letter since 16.
    const char streaming = static_cast<char>(form.substream);
    if (streaming == 1 || streaming == 't') structure["streaming"] = "on";
    if (streaming == 'p') structure["streaming"] = "parallel";
    // Pending, then enabled: that the tables have been copied meanwhile is state.
    if (form.subtwophasestate != LOGICALREP_TWOPHASE_STATE_DISABLED) structure["two_phase"] = true;
    if (form.subdisableonerr) structure["disable_on_error"] = true;
    if (const std::string commit = row.text(Anum_pg_subscription_subsynccommit); commit != "off") {
        structure["synchronous_commit"] = commit;
    }
    put_newer_properties(structure, row);
    return structure;
}

}  // namespace

void read_subscriptions(Reading& reading) {
    for_each(reading, reading.selection(SubscriptionRelationId), SubscriptionRelationId,
             Anum_pg_subscription_oid, SubscriptionObjectIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_subscription>();
                 const Address address{SubscriptionRelationId, form.oid};
                 if (form.subdbid != MyDatabaseId) return;
                 Json security;
                 reading.put_owner(security, form.subowner);
                 Json definition = {{"structure", subscription_structure(row)},
                                    {"security", std::move(security)},
                                    {"comment", reading.comment(address.catalog, address.object)}};
                 reading.add(address, "subscription",
                             pg::quote_identifier(pg::to_utf8(NameStr(form.subname))), InvalidOid,
                             std::move(definition));
             });
}

}  // namespace schemaver::catalog
