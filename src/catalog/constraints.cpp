// Reads pg_constraint. Left out: NOT NULL constraints (nullability is the column's), constraint triggers
// (they are triggers), and the foreign keys that partitioning clones (they follow from the parent's).
#include "catalog/constraints.hpp"

extern "C" {
#include "catalog/pg_constraint.h"
#include "utils/fmgrprotos.h"
}

namespace schemaver::catalog {

namespace {

const char* type_word(char type) {
    switch (type) {
        case CONSTRAINT_PRIMARY:
            return "primary key";
        case CONSTRAINT_UNIQUE:
            return "unique";
        case CONSTRAINT_CHECK:
            return "check";
        case CONSTRAINT_FOREIGN:
            return "foreign key";
        case CONSTRAINT_EXCLUSION:
            return "exclusion";
        default:
            return nullptr;
    }
}

const char* action_word(char action) {
    switch (action) {
        case FKCONSTR_ACTION_RESTRICT:
            return "restrict";
        case FKCONSTR_ACTION_CASCADE:
            return "cascade";
        case FKCONSTR_ACTION_SETNULL:
            return "set null";
        case FKCONSTR_ACTION_SETDEFAULT:
            return "set default";
        default:
            return nullptr;  // no action: the default
    }
}

Json column_names(Reading& reading, Oid relation, const std::vector<std::int16_t>& numbers) {
    Json names = Json::array();
    for (const std::int16_t number : numbers) names.push_back(reading.column_name(relation, number));
    return names;
}

Json references(Reading& reading, const pg::Row& row, const FormData_pg_constraint& form) {
    Json document = {
        {"table", reading.relation_identity(form.confrelid)},
        {"columns", column_names(reading, form.confrelid, row.int2_array(Anum_pg_constraint_confkey))}};
    if (const char* action = action_word(form.confupdtype)) document["on_update"] = action;
    if (const char* action = action_word(form.confdeltype)) document["on_delete"] = action;
    if (form.confmatchtype == FKCONSTR_MATCH_FULL) document["match"] = "full";
    const auto set_columns = row.int2_array(Anum_pg_constraint_confdelsetcols);
    if (!set_columns.empty())
        document["on_delete_columns"] = column_names(reading, form.conrelid, set_columns);
    return document;
}

// The whole constraint in the server's words, for what has no parts of its own here.
std::string server_definition(Reading& reading, Oid constraint) {
    return reading.deparse([=] {
        return TextDatumGetCString(DirectFunctionCall1(pg_get_constraintdef, ObjectIdGetDatum(constraint)));
    });
}

Json document_of(Reading& reading, const pg::Row& row) {
    const auto& form = row.form<FormData_pg_constraint>();
    Json document = {{"name", pg::to_utf8(NameStr(form.conname))}, {"type", type_word(form.contype)}};
    const auto columns = row.int2_array(Anum_pg_constraint_conkey);
    if (form.contype == CONSTRAINT_CHECK) {
        // The columns of a CHECK follow from its expression.
        document["expression"] = reading.sql_expression(*row.datum(Anum_pg_constraint_conbin), form.conrelid);
    } else if (form.contype == CONSTRAINT_EXCLUSION) {
        document["definition"] = server_definition(reading, form.oid);
    } else {
        document["columns"] = column_names(reading, form.conrelid, columns);
    }
    if (form.contype == CONSTRAINT_FOREIGN) document["references"] = references(reading, row, form);
    if (form.condeferrable) document["deferrable"] = true;
    if (form.condeferred) document["initially_deferred"] = true;
    if (!form.convalidated) document["not_valid"] = true;
    if (form.contype == CONSTRAINT_CHECK && form.connoinherit) document["no_inherit"] = true;
    if (form.contype == CONSTRAINT_CHECK && !form.conislocal) document["inherited"] = true;
    return document;
}

void remember(Reading& reading, Constraints& into, Oid owner, const pg::Row& row) {
    const auto& form = row.form<FormData_pg_constraint>();
    const std::string name = pg::to_utf8(NameStr(form.conname));
    into.by_owner[owner].insert_or_assign(name, document_of(reading, row));
    const Comments& comments = reading.comments(ConstraintRelationId, form.oid);
    if (const auto own = comments.find(0); own != comments.end()) into.comments[owner][name] = own->second;
}

}  // namespace

Json Constraints::documents(Oid owner) const {
    Json list = Json::array();
    if (const auto at = by_owner.find(owner); at != by_owner.end()) {
        for (const auto& [name, document] : at->second) list.push_back(document);
    }
    return list;
}

Json Constraints::comment_documents(Oid owner) const {
    Json list = Json::array();
    if (const auto at = comments.find(owner); at != comments.end()) {
        for (const auto& [name, text] : at->second) list.push_back({{"name", name}, {"text", text}});
    }
    return list;
}

Constraints read_table_constraints(Reading& reading) {
    Constraints constraints;
    const auto& relations = reading.relations();
    for_each(reading, reading.selection(RelationRelationId), ConstraintRelationId,
             Anum_pg_constraint_conrelid, ConstraintRelidTypidNameIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_constraint>();
                 if (type_word(form.contype) == nullptr || relations.find(form.conrelid) == relations.end())
                     return;
                 if (form.contype == CONSTRAINT_FOREIGN && OidIsValid(form.conparentid)) return;
                 remember(reading, constraints, form.conrelid, row);
             });
    return constraints;
}

Constraints read_domain_constraints(Reading& reading) {
    Constraints constraints;
    for_each(reading, reading.selection(TypeRelationId), ConstraintRelationId, Anum_pg_constraint_contypid,
             ConstraintTypidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_constraint>();
                 if (!OidIsValid(form.contypid) || form.contype != CONSTRAINT_CHECK) return;
                 remember(reading, constraints, form.contypid, row);
             });
    return constraints;
}

}  // namespace schemaver::catalog
