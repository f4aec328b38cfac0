// Event triggers. They live in no schema.
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_event_trigger.h"
#include "commands/trigger.h"
}

#include <algorithm>

namespace schemaver::catalog {

namespace {

Json event_trigger_structure(Reading& reading, const pg::Row& row) {
    const auto& form = row.form<FormData_pg_event_trigger>();
    Json structure = {{"event", pg::to_utf8(NameStr(form.evtevent))},
                      {"function", reading.function_identity(form.evtfoid)}};
    std::vector<std::string> tags = row.text_array(Anum_pg_event_trigger_evttags);
    std::sort(tags.begin(), tags.end());
    if (!tags.empty()) structure["tags"] = tags;
    if (form.evtenabled == TRIGGER_DISABLED) structure["enabled"] = "disabled";
    if (form.evtenabled == TRIGGER_FIRES_ALWAYS) structure["enabled"] = "always";
    if (form.evtenabled == TRIGGER_FIRES_ON_REPLICA) structure["enabled"] = "replica";
    return structure;
}

}  // namespace

void read_event_triggers(Reading& reading) {
    for_each(reading, reading.selection(EventTriggerRelationId), EventTriggerRelationId,
             Anum_pg_event_trigger_oid, EventTriggerOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_event_trigger>();
                 const Address address{EventTriggerRelationId, form.oid};
                 if (reading.is_extension_member(address.catalog, address.object)) return;
                 Json security;
                 reading.put_owner(security, form.evtowner);
                 Json definition = {{"structure", event_trigger_structure(reading, row)},
                                    {"security", std::move(security)},
                                    {"comment", reading.comment(address.catalog, address.object)}};
                 reading.add(address, "event trigger",
                             pg::quote_identifier(pg::to_utf8(NameStr(form.evtname))), InvalidOid,
                             std::move(definition));
             });
}

}  // namespace schemaver::catalog
