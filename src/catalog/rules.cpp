// Rewrite rules of the user's own: all but a view's ON SELECT rule, which is the view.
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_rewrite.h"
#include "rewrite/rewriteDefine.h"
#include "rewrite/rewriteSupport.h"
#include "utils/fmgrprotos.h"
}

namespace schemaver::catalog {

namespace {

const char* event_word(char event) {
    switch (event) {
        case '2':
            return "update";
        case '3':
            return "insert";
        case '4':
            return "delete";
        default:
            return "select";
    }
}

}  // namespace

void read_rules(Reading& reading) {
    for_each(reading, reading.selection(RewriteRelationId), RewriteRelationId, Anum_pg_rewrite_oid,
             RewriteOidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_rewrite>();
                 const std::string name = pg::to_utf8(NameStr(form.rulename));
                 if (name == ViewSelectRuleName) return;
                 const Oid rule = form.oid;
                 const Oid schema = reading.schema_of_relation(form.ev_class);
                 const Address address{RewriteRelationId, rule};
                 if (!reading.is_wanted(RewriteRelationId, rule, schema) ||
                     reading.is_extension_member(RelationRelationId, form.ev_class) ||
                     !reading.may_deparse(address, address)) {
                     return;
                 }
                 std::string command = reading.deparse([=] {
                     return TextDatumGetCString(DirectFunctionCall1(pg_get_ruledef, ObjectIdGetDatum(rule)));
                 });
                 Json structure = {{"table", reading.relation_identity(form.ev_class)},
                                   {"event", event_word(form.ev_type)},
                                   {"definition", reading.sql(std::move(command))}};
                 if (form.ev_enabled == RULE_DISABLED) structure["enabled"] = "disabled";
                 if (form.ev_enabled == RULE_FIRES_ALWAYS) structure["enabled"] = "always";
                 if (form.ev_enabled == RULE_FIRES_ON_REPLICA) structure["enabled"] = "replica";
                 Json definition = {{"structure", std::move(structure)},
                                    {"comment", reading.comment(RewriteRelationId, rule)}};
                 reading.add(address, "rule",
                             pg::quote_identifier(name) + " on " +
                                 std::string(reading.relation_identity(form.ev_class)),
                             schema, std::move(definition));
             });
}

}  // namespace schemaver::catalog
