// Aggregate functions: pg_aggregate says how they compute, pg_proc what they are called with and who may.
#include "catalog/described.hpp"
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_aggregate.h"
#include "catalog/pg_proc.h"
#include "utils/fmgrprotos.h"
}

namespace schemaver::catalog {

namespace {

const char* modify_word(char modify) {
    switch (modify) {
        case AGGMODIFY_SHAREABLE:
            return "shareable";
        case AGGMODIFY_READ_WRITE:
            return "read_write";
        default:
            return "read_only";
    }
}

// The two ways to compute an aggregate, whole and as a moving window, have the same properties.
struct StateProperties {
    std::string prefix;
    Oid type;
    std::int32_t space;
    Oid final_function;
    bool final_extra;
    char final_modify;
    std::optional<std::string> initial_value;
};

void put_state(Reading& reading, Json& structure, const StateProperties& state, char kind) {
    const auto name = [&](const char* property) { return state.prefix + property; };
    structure[name("state_type")] = reading.type_name(state.type, -1);
    if (state.space != 0) structure[name("state_space")] = state.space;
    if (state.initial_value) structure[name("initial_value")] = *state.initial_value;
    if (!OidIsValid(state.final_function)) return;
    put_function(reading, structure, name("final_function").c_str(), state.final_function);
    if (state.final_extra) structure[name("final_function_extra")] = true;
    const char standard = kind == AGGKIND_NORMAL ? AGGMODIFY_READ_ONLY : AGGMODIFY_READ_WRITE;
    if (state.final_modify != standard)
        structure[name("final_function_modify")] = modify_word(state.final_modify);
}

Json aggregate_structure(Reading& reading, const pg::Row& row) {
    const auto& form = row.form<FormData_pg_aggregate>();
    const Oid aggregate = form.aggfnoid;
    Json structure = {{"arguments", reading.deparse([=] {
                           return TextDatumGetCString(
                               DirectFunctionCall1(pg_get_function_arguments, ObjectIdGetDatum(aggregate)));
                       })}};
    if (form.aggkind == AGGKIND_ORDERED_SET) structure["ordered_set"] = true;
    if (form.aggkind == AGGKIND_HYPOTHETICAL) structure["hypothetical"] = true;
    put_function(reading, structure, "state_function", form.aggtransfn);
    put_state(reading, structure,
              {"", form.aggtranstype, form.aggtransspace, form.aggfinalfn, form.aggfinalextra,
               form.aggfinalmodify, row.optional_text(Anum_pg_aggregate_agginitval)},
              form.aggkind);
    put_function(reading, structure, "combine_function", form.aggcombinefn);
    put_function(reading, structure, "serialize_function", form.aggserialfn);
    put_function(reading, structure, "deserialize_function", form.aggdeserialfn);
    if (OidIsValid(form.aggmtransfn)) {
        put_function(reading, structure, "moving_state_function", form.aggmtransfn);
        put_function(reading, structure, "moving_inverse_function", form.aggminvtransfn);
        put_state(reading, structure,
                  {"moving_", form.aggmtranstype, form.aggmtransspace, form.aggmfinalfn, form.aggmfinalextra,
                   form.aggmfinalmodify, row.optional_text(Anum_pg_aggregate_aggminitval)},
                  form.aggkind);
    }
    put_operator(reading, structure, "sort_operator", form.aggsortop);
    return structure;
}

void add_aggregate(Reading& reading, const pg::Row& row, Json structure) {
    const auto& form = row.form<FormData_pg_proc>();
    if (!reading.is_wanted(ProcedureRelationId, form.oid, form.pronamespace)) return;
    if (form.proparallel == PROPARALLEL_SAFE) structure["parallel"] = "safe";
    if (form.proparallel == PROPARALLEL_RESTRICTED) structure["parallel"] = "restricted";
    std::string identity = reading.identity(ProcedureRelationId, form.oid);
    if (identity.empty()) return;
    Json security;
    reading.put_owner(security, form.proowner);
    reading.put_privileges(security, row.datum(Anum_pg_proc_proacl), OBJECT_FUNCTION, form.proowner);
    Json definition = {{"structure", std::move(structure)},
                       {"security", std::move(security)},
                       {"comment", reading.comment(ProcedureRelationId, form.oid)}};
    reading.add({ProcedureRelationId, form.oid}, "aggregate", std::move(identity), form.pronamespace,
                std::move(definition));
}

}  // namespace

void read_aggregates(Reading& reading) {
    for_each(reading, reading.selection(ProcedureRelationId), AggregateRelationId, Anum_pg_aggregate_aggfnoid,
             AggregateFnoidIndexId, [&](const pg::Row& row) {
                 const Oid aggregate = row.form<FormData_pg_aggregate>().aggfnoid;
                 if (aggregate < FirstNormalObjectId ||
                     reading.is_extension_member(ProcedureRelationId, aggregate)) {
                     return;
                 }
                 pg::scan(ProcedureRelationId, ProcedureOidIndexId,
                          {{Anum_pg_proc_oid, F_OIDEQ, ObjectIdGetDatum(aggregate)}}, reading.snapshot(),
                          [&](const pg::Row& function) {
                              add_aggregate(reading, function, aggregate_structure(reading, row));
                          });
             });
}

}  // namespace schemaver::catalog
