// Extended statistics: what CREATE STATISTICS says, not what ANALYZE found.
#include "catalog/kinds.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_statistic_ext.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
}

#include <algorithm>

namespace schemaver::catalog {

namespace {

// Left out when there are all of them, as pg_get_statisticsobjdef does, and where there is nothing to choose.
Json statistics_kinds(const std::string& letters) {
    Json kinds = Json::array();
    if (letters.find(STATS_EXT_NDISTINCT) != std::string::npos) kinds.push_back("ndistinct");
    if (letters.find(STATS_EXT_DEPENDENCIES) != std::string::npos) kinds.push_back("dependencies");
    if (letters.find(STATS_EXT_MCV) != std::string::npos) kinds.push_back("mcv");
    return kinds.size() == 3 ? Json::array() : kinds;
}

Json statistics_expressions(Reading& reading, Oid statistics) {
    const std::optional<Datum> texts = pg::call([=]() -> std::optional<Datum> {
        LOCAL_FCINFO(fcinfo, 1);
        InitFunctionCallInfoData(*fcinfo, nullptr, 1, InvalidOid, nullptr, nullptr);
        fcinfo->args[0].value = ObjectIdGetDatum(statistics);
        fcinfo->args[0].isnull = false;
        const Datum result = pg_get_statisticsobjdef_expressions(fcinfo);
        return fcinfo->isnull ? std::nullopt : std::optional<Datum>(result);
    });
    Json expressions = Json::array();
    if (!texts) return expressions;
    for (std::string& text : pg::text_array_from_datum(*texts)) {
        expressions.push_back(reading.sql(std::move(text)));
    }
    return expressions;
}

Json statistics_structure(Reading& reading, const pg::Row& row) {
    const auto& form = row.form<FormData_pg_statistic_ext>();
    Json structure = {{"table", reading.relation_identity(form.stxrelid)}};
    std::vector<std::string> columns;
    for (const std::int16_t column : row.int2_array(Anum_pg_statistic_ext_stxkeys)) {
        columns.emplace_back(reading.column_name(form.stxrelid, column));
    }
    std::sort(columns.begin(), columns.end());
    if (!columns.empty()) structure["on"] = columns;
    if (!row.is_null(Anum_pg_statistic_ext_stxexprs)) {
        structure["expressions"] = statistics_expressions(reading, form.oid);
    }
    if (Json kinds = statistics_kinds(row.char_array(Anum_pg_statistic_ext_stxkind)); !kinds.empty()) {
        structure["kinds"] = std::move(kinds);
    }
    return structure;
}

}  // namespace

void read_statistics(Reading& reading) {
    for_each(
        reading, reading.selection(StatisticExtRelationId), StatisticExtRelationId, Anum_pg_statistic_ext_oid,
        StatisticExtOidIndexId, [&](const pg::Row& row) {
            const auto& form = row.form<FormData_pg_statistic_ext>();
            const Address address{StatisticExtRelationId, form.oid};
            if (!reading.is_wanted(address.catalog, form.oid, form.stxnamespace)) return;
            const Oid table = form.stxrelid;
            // It goes with the session, wherever it lies.
            if (pg::call([=] { return get_rel_persistence(table); }) == RELPERSISTENCE_TEMP) return;
            Json security;
            reading.put_owner(security, form.stxowner);
            Json storage;
            if (const auto target = pg::statistics_target(row.datum(Anum_pg_statistic_ext_stxstattarget))) {
                storage["statistics"] = *target;
            }
            Json definition = {{"structure", statistics_structure(reading, row)},
                               {"security", std::move(security)},
                               {"storage", std::move(storage)},
                               {"comment", reading.comment(address.catalog, form.oid)}};
            reading.add(address, "statistics object",
                        reading.qualified(form.stxnamespace, pg::to_utf8(NameStr(form.stxname))),
                        form.stxnamespace, std::move(definition));
        });
}

}  // namespace schemaver::catalog
