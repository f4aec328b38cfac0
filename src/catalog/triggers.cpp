// Triggers, constraint triggers among them. Left out: those that the server makes for foreign keys, and the
// clones of a partitioned table's triggers on its partitions, as long as they are enabled as their parents
// are.
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_constraint.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "utils/fmgrprotos.h"
}

namespace schemaver::catalog {

namespace {

Json events(std::int16_t type) {
    Json list = Json::array();
    if (TRIGGER_FOR_INSERT(type)) list.push_back("insert");
    if (TRIGGER_FOR_DELETE(type)) list.push_back("delete");
    if (TRIGGER_FOR_UPDATE(type)) list.push_back("update");
    if (TRIGGER_FOR_TRUNCATE(type)) list.push_back("truncate");
    return list;
}

const char* timing(std::int16_t type) {
    if (TRIGGER_FOR_BEFORE(type)) return "before";
    if (TRIGGER_FOR_INSTEAD(type)) return "instead of";
    return "after";
}

// Arguments are stored as one bytea, each ended by a NUL byte.
Json arguments(const pg::Row& row) {
    Json list = Json::array();
    const auto& form = row.form<FormData_pg_trigger>();
    if (form.tgnargs == 0) return list;
    const Datum stored = *row.datum(Anum_pg_trigger_tgargs);
    const bytea* bytes = pg::call([=] { return DatumGetByteaPP(stored); });
    const char* at = VARDATA_ANY(bytes);
    for (int i = 0; i < form.tgnargs; ++i) {
        list.push_back(pg::to_utf8(at));
        at += std::strlen(at) + 1;
    }
    return list;
}

const char* enabled_word(char enabled) {
    switch (enabled) {
        case TRIGGER_DISABLED:
            return "disabled";
        case TRIGGER_FIRES_ALWAYS:
            return "always";
        case TRIGGER_FIRES_ON_REPLICA:
            return "replica";
        default:
            return nullptr;
    }
}

Json trigger_structure(Reading& reading, const pg::Row& row) {
    const auto& form = row.form<FormData_pg_trigger>();
    Json structure = {{"table", reading.relation_identity(form.tgrelid)},
                      {"timing", timing(form.tgtype)},
                      {"events", events(form.tgtype)},
                      {"level", TRIGGER_FOR_ROW(form.tgtype) ? "row" : "statement"},
                      {"function", reading.function_identity(form.tgfoid)}};
    Json columns = Json::array();
    for (const auto column : row.int2_array(Anum_pg_trigger_tgattr)) {
        columns.push_back(reading.column_name(form.tgrelid, column));
    }
    if (!columns.empty()) structure["update_columns"] = std::move(columns);
    if (Json list = arguments(row); !list.empty()) structure["arguments"] = std::move(list);
    if (const auto condition = row.datum(Anum_pg_trigger_tgqual)) {
        structure["when"] =
            reading.sql(std::string(reading.expressions().trigger_condition(*condition, form.tgrelid).sql));
    }
    if (const char* word = enabled_word(form.tgenabled)) structure["enabled"] = word;
    if (OidIsValid(form.tgconstraint)) structure["constraint"] = true;
    if (OidIsValid(form.tgconstrrelid))
        structure["references"] = reading.relation_identity(form.tgconstrrelid);
    if (form.tgdeferrable) structure["deferrable"] = true;
    if (form.tginitdeferred) structure["initially_deferred"] = true;
    if (const auto table = row.datum(Anum_pg_trigger_tgoldtable))
        structure["old_table"] = row.name(Anum_pg_trigger_tgoldtable);
    if (const auto table = row.datum(Anum_pg_trigger_tgnewtable))
        structure["new_table"] = row.name(Anum_pg_trigger_tgnewtable);
    return structure;
}

// A trigger that a partition has from its parent follows from the parent's, unless it was enabled or disabled
// by itself.
bool differs_from_parent(const FormData_pg_trigger& form) {
    bool differs = false;
    pg::scan(TriggerRelationId, TriggerOidIndexId,
             {{Anum_pg_trigger_oid, F_OIDEQ, ObjectIdGetDatum(form.tgparentid)}}, nullptr,
             [&](const pg::Row& row) {
                 const auto& parent = row.form<FormData_pg_trigger>();
                 differs = parent.tgenabled != form.tgenabled && !parent.tgisinternal;
             });
    return differs;
}

Json inherited_structure(Reading& reading, const FormData_pg_trigger& form) {
    Json structure = {{"table", reading.relation_identity(form.tgrelid)}, {"inherited", true}};
    const char* word = enabled_word(form.tgenabled);
    structure["enabled"] = word != nullptr ? word : "origin";
    return structure;
}

}  // namespace

void read_triggers(Reading& reading) {
    for_each(reading, reading.selection(TriggerRelationId), TriggerRelationId, Anum_pg_trigger_oid,
             TriggerOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_trigger>();
                 const bool inherited = OidIsValid(form.tgparentid);
                 if (inherited ? !differs_from_parent(form) : form.tgisinternal) return;
                 const Oid table = form.tgrelid;
                 const Oid schema = reading.schema_of_relation(table);
                 if (!reading.is_wanted(TriggerRelationId, form.oid, schema) ||
                     reading.is_extension_member(RelationRelationId, table)) {
                     return;
                 }
                 Json definition = {{"structure", inherited ? inherited_structure(reading, form)
                                                            : trigger_structure(reading, row)},
                                    {"comment", reading.comment(TriggerRelationId, form.oid)}};
                 reading.add({TriggerRelationId, form.oid}, "trigger",
                             pg::quote_identifier(pg::to_utf8(NameStr(form.tgname))) + " on " +
                                 std::string(reading.relation_identity(table)),
                             schema, std::move(definition));
             });
}

}  // namespace schemaver::catalog
