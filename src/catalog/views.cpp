// Views and materialized views: the query, and the names and types of the columns. Whether a materialized
// view is populated is data.
#include "catalog/columns.hpp"
#include "catalog/kinds.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_am.h"
#include "catalog/pg_rewrite.h"
#include "commands/defrem.h"
#include "commands/tablespace.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rewriteSupport.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
}

namespace schemaver::catalog {

namespace {

// relation -> the OID of its ON SELECT rule, which is what holds the query.
std::unordered_map<Oid, Oid> read_select_rules(Reading& reading, const std::vector<Oid>& views) {
    std::unordered_map<Oid, Oid> rules;
    for_each(reading, {reading.everything(), views}, RewriteRelationId, Anum_pg_rewrite_ev_class,
             RewriteRelRulenameIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_rewrite>();
                 if (form.ev_type == '1') rules[form.ev_class] = form.oid;
             });
    return rules;
}

Json view_structure(Reading& reading, const RelationRow& view, const std::vector<ColumnRow>& columns) {
    Json structure;
    Json list = Json::array();
    for (const ColumnRow& column : columns) list.push_back(column_document(reading, column));
    structure["columns"] = std::move(list);
    const Oid oid = view.oid;
    std::string query = reading.deparse(
        [=] { return TextDatumGetCString(DirectFunctionCall1(pg_get_viewdef, ObjectIdGetDatum(oid))); });
    structure["query"] = reading.sql(std::move(query));
    // security_barrier, security_invoker and check_option change what the view does; they are not storage.
    if (view.kind == RELKIND_VIEW && !view.options.empty()) structure["options"] = view.options;
    return structure;
}

Json view_storage(Reading& reading, const RelationRow& view, const std::vector<ColumnRow>& columns) {
    Json storage;
    if (view.kind != RELKIND_MATVIEW) return storage;
    if (OidIsValid(view.access_method) && view.access_method != HEAP_TABLE_AM_OID) {
        storage["access_method"] = reading.deparse([&] { return get_am_name(view.access_method); });
    }
    if (OidIsValid(view.tablespace)) {
        storage["tablespace"] = reading.deparse([&] { return get_tablespace_name(view.tablespace); });
    }
    if (!view.options.empty()) storage["options"] = view.options;
    Json list = Json::array();
    for (const ColumnRow& column : columns) {
        if (column.statistics) list.push_back({{"name", column.name}, {"statistics", *column.statistics}});
    }
    if (!list.empty()) storage["columns"] = std::move(list);
    return storage;
}

Json view_comment(Reading& reading, const RelationRow& view) {
    Json comment = reading.comment(RelationRelationId, view.oid);
    Json columns = Json::array();
    for (const auto& [number, text] : reading.comments(RelationRelationId, view.oid)) {
        if (number <= 0) continue;
        columns.push_back(
            {{"name", reading.column_name(view.oid, static_cast<AttrNumber>(number))}, {"text", text}});
    }
    if (!columns.empty()) comment["columns"] = std::move(columns);
    return comment;
}

// Defaults that ALTER VIEW ... SET DEFAULT gave to columns of a view.
void put_defaults(Reading& reading, Json& structure, Oid view, const std::vector<ColumnRow>& columns,
                  const DefaultMap& defaults) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto expression = defaults.find({view, columns[i].number});
        if (expression != defaults.end())
            structure["columns"][i]["default"] = reading.sql(expression->second);
    }
}

Json view_security(Reading& reading, const RelationRow& view, const std::vector<ColumnRow>& columns) {
    Json security;
    reading.put_owner(security, view.owner);
    reading.put_privileges(security, view.acl, OBJECT_TABLE, view.owner);
    Json list = Json::array();
    for (const ColumnRow& column : columns) {
        if (!column.acl) continue;
        Json privileges = reading.privileges(*column.acl, 0);
        if (!privileges.empty())
            list.push_back({{"name", column.name}, {"privileges", std::move(privileges)}});
    }
    if (!list.empty()) security["columns"] = std::move(list);
    return security;
}

}  // namespace

void read_views(Reading& reading) {
    std::vector<Oid> views;
    bool any_default = false;
    for (const auto& [oid, relation] : reading.relations()) {
        if (relation.kind == RELKIND_VIEW || relation.kind == RELKIND_MATVIEW) views.push_back(oid);
    }
    if (views.empty()) return;
    const ColumnMap columns = read_columns(reading, "vm");
    for (const auto& [view, list] : columns) {
        for (const ColumnRow& column : list) any_default |= column.has_default;
    }
    const DefaultMap defaults = any_default ? read_defaults(reading) : DefaultMap();
    const auto rules = read_select_rules(reading, views);
    for (const Oid oid : views) {
        const RelationRow& view = reading.relations().at(oid);
        const Address address{RelationRelationId, oid};
        const auto rule = rules.find(oid);
        if (rule == rules.end() || !reading.may_deparse({RewriteRelationId, rule->second}, address)) continue;
        static const std::vector<ColumnRow>* const none = new std::vector<ColumnRow>;
        const auto known = columns.find(oid);
        const auto& list = known == columns.end() ? *none : known->second;
        Json structure = view_structure(reading, view, list);
        put_defaults(reading, structure, oid, list, defaults);
        Json definition = {{"structure", std::move(structure)},
                           {"security", view_security(reading, view, list)},
                           {"storage", view_storage(reading, view, list)},
                           {"comment", view_comment(reading, view)}};
        reading.add(address, view.kind == RELKIND_VIEW ? "view" : "materialized view",
                    reading.relation_identity(oid), view.schema, std::move(definition));
    }
}

}  // namespace schemaver::catalog
