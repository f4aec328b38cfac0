// Functions, procedures and window functions. Aggregates share pg_proc, and have a reader of their own.
#include "catalog/described.hpp"
#include "catalog/kinds.hpp"
#include "core/redact.hpp"

extern "C" {
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_transform.h"
#include "commands/proclang.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
}

#include <algorithm>

namespace schemaver::catalog {

namespace {

std::string deparse_function(Reading& reading, PGFunction deparser, Oid function) {
    return reading.deparse([=]() -> const char* {
        // The deparsers return SQL NULL where there is nothing to say (a procedure's result), which
        // DirectFunctionCall cannot pass on.
        LOCAL_FCINFO(fcinfo, 1);
        InitFunctionCallInfoData(*fcinfo, nullptr, 1, InvalidOid, nullptr, nullptr);
        fcinfo->args[0].value = ObjectIdGetDatum(function);
        fcinfo->args[0].isnull = false;
        const Datum result = deparser(fcinfo);
        return fcinfo->isnull ? nullptr : TextDatumGetCString(result);
    });
}

// Costs and rows are float4 in the catalog; as text they are exact and need no rule for numbers.
std::string number_text(float value) { return fmt::format("{}", value); }

void put_behaviour(Json& structure, const FormData_pg_proc& form, const std::string& language) {
    if (form.provolatile == PROVOLATILE_IMMUTABLE) structure["volatility"] = "immutable";
    if (form.provolatile == PROVOLATILE_STABLE) structure["volatility"] = "stable";
    if (form.proparallel == PROPARALLEL_SAFE) structure["parallel"] = "safe";
    if (form.proparallel == PROPARALLEL_RESTRICTED) structure["parallel"] = "restricted";
    if (form.proisstrict) structure["strict"] = true;
    if (form.prosecdef) structure["security_definer"] = true;
    if (form.proleakproof) structure["leakproof"] = true;
    const bool compiled = language == "c" || language == "internal";
    if (form.procost != (compiled ? 1.0F : 100.0F)) structure["cost"] = number_text(form.procost);
    if (form.prorows != (form.proretset ? 1000.0F : 0.0F)) structure["rows"] = number_text(form.prorows);
    if (form.prokind == PROKIND_WINDOW) structure["window"] = true;
}

const char* mode_word(char mode) {
    switch (mode) {
        case PROARGMODE_OUT:
            return "out";
        case PROARGMODE_INOUT:
            return "inout";
        case PROARGMODE_VARIADIC:
            return "variadic";
        default:
            return "table";
    }
}

std::string argument_default(Reading& reading, Oid function, int number) {
    return reading.deparse([=]() -> const char* {
        LOCAL_FCINFO(fcinfo, 2);
        InitFunctionCallInfoData(*fcinfo, nullptr, 2, InvalidOid, nullptr, nullptr);
        fcinfo->args[0] = {ObjectIdGetDatum(function), false};
        fcinfo->args[1] = {Int32GetDatum(number), false};
        const Datum result = pg_get_function_arg_default(fcinfo);
        return fcinfo->isnull ? nullptr : TextDatumGetCString(result);
    });
}

// Part by part, because a default is an expression, which has a normal form.
Json arguments(Reading& reading, const pg::Row& row) {
    const auto& form = row.form<FormData_pg_proc>();
    const bool has_outputs = !row.is_null(Anum_pg_proc_proallargtypes);
    const auto types = row.oid_array(has_outputs ? Anum_pg_proc_proallargtypes : Anum_pg_proc_proargtypes);
    const auto modes = row.char_array(Anum_pg_proc_proargmodes);
    const auto names = row.text_array(Anum_pg_proc_proargnames);
    Json list = Json::array();
    int inputs = 0;
    for (std::size_t i = 0; i < types.size(); ++i) {
        const char mode = modes.empty() ? PROARGMODE_IN : modes[i];
        Json argument = {{"type", reading.type_name(types[i], -1)}};
        if (i < names.size() && !names[i].empty()) argument["name"] = names[i];
        if (mode != PROARGMODE_IN) argument["mode"] = mode_word(mode);
        if (mode != PROARGMODE_OUT && mode != PROARGMODE_TABLE &&
            ++inputs > form.pronargs - form.pronargdefaults) {
            argument["default"] = reading.sql(argument_default(reading, form.oid, static_cast<int>(i) + 1));
        }
        list.push_back(std::move(argument));
    }
    return list;
}

Json function_structure(Reading& reading, const pg::Row& row) {
    const auto& form = row.form<FormData_pg_proc>();
    const Oid oid = form.oid;
    const Oid language_oid = form.prolang;
    const std::string language = reading.deparse([=] { return get_language_name(language_oid, true); });
    Json structure = {{"language", language}, {"arguments", arguments(reading, row)}};
    if (form.prokind != PROKIND_PROCEDURE) {
        structure["returns"] = deparse_function(reading, pg_get_function_result, oid);
    }
    put_behaviour(structure, form, language);
    if (OidIsValid(form.prosupport)) structure["support"] = reading.function_identity(form.prosupport);
    // Sorted: a setting that is changed twice goes to the end, which says nothing.
    auto settings = core::redacted_settings(row.text_array(Anum_pg_proc_proconfig));
    std::sort(settings.begin(), settings.end());
    if (!settings.empty()) structure["settings"] = settings;
    std::vector<std::string> transforms;
    for (const Oid type : row.oid_array(Anum_pg_proc_protrftypes))
        transforms.push_back(reading.type_name(type, -1));
    std::sort(transforms.begin(), transforms.end());
    if (!transforms.empty()) structure["transforms"] = transforms;
    if (!row.is_null(Anum_pg_proc_prosqlbody)) {
        structure["sql_body"] = reading.sql(deparse_function(reading, pg_get_function_sqlbody, oid));
    } else {
        structure["body"] = row.text(Anum_pg_proc_prosrc);
        if (const auto library = row.optional_text(Anum_pg_proc_probin)) structure["library"] = *library;
    }
    return structure;
}

bool has_parts_of_a_session(const FormData_pg_proc& form) {
    for (int i = 0; i < form.pronargs; ++i) {
        if (is_of_a_session(form.proargtypes.values[i])) return true;
    }
    return is_of_a_session(form.prorettype);
}

}  // namespace

void read_functions(Reading& reading) {
    for_each(reading, reading.selection(ProcedureRelationId), ProcedureRelationId, Anum_pg_proc_oid,
             ProcedureOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_proc>();
                 if (form.prokind == PROKIND_AGGREGATE ||
                     !reading.is_wanted(ProcedureRelationId, form.oid, form.pronamespace)) {
                     return;
                 }
                 // Only functions in the language internal come with something else.
                 if (form.prolang == INTERNALlanguageId &&
                     reading.is_internal_part(ProcedureRelationId, form.oid)) {
                     return;
                 }
                 if (has_parts_of_a_session(form)) return;
                 const Address address{ProcedureRelationId, form.oid};
                 if (!row.is_null(Anum_pg_proc_prosqlbody) && !reading.may_deparse(address, address)) return;
                 Json security;
                 reading.put_owner(security, form.proowner);
                 reading.put_privileges(security, row.datum(Anum_pg_proc_proacl), OBJECT_FUNCTION,
                                        form.proowner);
                 Json definition = {{"structure", function_structure(reading, row)},
                                    {"security", std::move(security)},
                                    {"comment", reading.comment(ProcedureRelationId, form.oid)}};
                 reading.add(address, form.prokind == PROKIND_PROCEDURE ? "procedure" : "function",
                             reading.identity(ProcedureRelationId, form.oid), form.pronamespace,
                             std::move(definition));
             });
}

}  // namespace schemaver::catalog
