// Views and materialized views: the query, and the names and types of the columns. Whether a materialized
// view is populated is data.
#include "catalog/columns.hpp"
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_rewrite.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/parsetree.h"
#include "utils/ruleutils.h"
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

// ALTER VIEW ... RENAME COLUMN leaves the names inside the query as they were; what the deparser prints are
// the view's own. A set operation's names stand in its leaves.
void name_output_columns(Query* query, const std::vector<const char*>& names);

void name_leaves(Query* query, Node* part, const std::vector<const char*>& names) {
    check_stack_depth();
    if (IsA(part, RangeTblRef)) {
        name_output_columns(rt_fetch(castNode(RangeTblRef, part)->rtindex, query->rtable)->subquery, names);
    } else {
        name_leaves(query, castNode(SetOperationStmt, part)->larg, names);
        name_leaves(query, castNode(SetOperationStmt, part)->rarg, names);
    }
}

void name_output_columns(Query* query, const std::vector<const char*>& names) {
    if (query->setOperations != nullptr) name_leaves(query, query->setOperations, names);
    std::size_t next = 0;
    ListCell* cell = nullptr;
    foreach (cell, query->targetList) {
        TargetEntry* target = lfirst_node(TargetEntry, cell);
        if (!target->resjunk && next < names.size()) target->resname = pstrdup(names[next++]);
    }
}

// The query is deparsed from the rule itself: pg_get_viewdef() would look for the rule by a query of its own,
// and open the view.
std::string query_text(Reading& reading, Oid view, Oid rule) {
    std::vector<std::string> texts;
    std::vector<const char*> names;
    for (const ColumnRow& column : reading.columns().of(view)) texts.push_back(pg::from_utf8(column.name));
    for (const std::string& text : texts) names.push_back(text.c_str());
    std::string query;
    pg::scan(RewriteRelationId, RewriteOidIndexId, {{Anum_pg_rewrite_oid, F_OIDEQ, ObjectIdGetDatum(rule)}},
             reading.snapshot(), [&](const pg::Row& row) {
                 const Datum action = *row.datum(Anum_pg_rewrite_ev_action);
                 query = reading.deparse([&]() -> const char* {
                     void* actions = stringToNode(TextDatumGetCString(action));
                     Query* stored = linitial_node(Query, castNode(List, actions));
                     name_output_columns(stored, names);
                     return pg_get_querydef(stored, false);
                 });
             });
    return query;
}

void put_view_structure(Reading& reading, core::Properties& structure, const RelationRow& view, Oid rule) {
    core::List list;
    core::Properties document;
    for (const ColumnRow& column : reading.columns().of(view.oid)) {
        document.clear();
        put_column(reading, document, column);
        // ALTER VIEW ... SET DEFAULT
        if (column.expression != nullptr) document.put_canonical("default", column.expression->json);
        list.add(document);
    }
    structure.put("columns", list);
    structure.put_canonical("query", reading.expressions().json(query_text(reading, view.oid, rule)));
    // security_barrier, security_invoker and check_option change what the view does; they are not storage.
    if (view.kind == RELKIND_VIEW) structure.put_unless_empty("options", view.options());
    // Never an index: columns of a materialized view may be NULL.
    if (view.kind == RELKIND_MATVIEW && view.replica_identity == REPLICA_IDENTITY_FULL)
        structure.put("replica_identity", "full");
    if (view.kind == RELKIND_MATVIEW && view.replica_identity == REPLICA_IDENTITY_NOTHING)
        structure.put("replica_identity", "nothing");
}

void put_view_storage(Reading& reading, core::Properties& storage, const RelationRow& view) {
    if (view.kind != RELKIND_MATVIEW) return;
    if (OidIsValid(view.access_method) && view.access_method != HEAP_TABLE_AM_OID)
        storage.put("access_method", reading.access_method_name(view.access_method));
    if (OidIsValid(view.tablespace)) storage.put("tablespace", reading.tablespace_name(view.tablespace));
    std::vector<std::string> options = view.options();
    for (std::string& option : reading.toast_options(view.toast)) options.push_back(std::move(option));
    storage.put_unless_empty("options", options);
    storage.put_unless_empty("columns", column_storage(reading, reading.columns().of(view.oid)));
}

}  // namespace

void read_views(Reading& reading) {
    std::vector<Oid> views;
    for (const auto& [oid, relation] : reading.relations()) {
        if (relation.kind == RELKIND_VIEW || relation.kind == RELKIND_MATVIEW) views.push_back(oid);
    }
    if (views.empty()) return;
    const auto rules = read_select_rules(reading, views);
    core::Facets definition;
    for (const Oid oid : views) {
        const RelationRow& view = reading.relations().find(oid)->second;
        const Address address{RelationRelationId, oid};
        const auto rule = rules.find(oid);
        if (rule == rules.end() || !reading.may_deparse({RewriteRelationId, rule->second}, address)) continue;
        definition.clear();
        put_view_structure(reading, definition.structure, view, rule->second);
        put_view_storage(reading, definition.storage, view);
        reading.put_owner(definition.security, view.owner);
        reading.put_privileges(definition.security, view.acl(), OBJECT_TABLE, view.owner);
        definition.security.put_unless_empty("columns",
                                             column_privileges(reading, reading.columns().of(oid)));
        reading.put_comment(definition.comment, RelationRelationId, oid);
        definition.comment.put_unless_empty("columns", column_comments(reading, oid));
        reading.add(address, view.kind == RELKIND_VIEW ? "view" : "materialized view", view.identity,
                    view.schema, definition);
    }
}

}  // namespace schemaver::catalog
