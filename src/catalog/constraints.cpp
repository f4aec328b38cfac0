// Reads pg_constraint. Left out: NOT NULL constraints (they are the column's), constraint triggers
// (they are triggers), and the foreign keys that partitioning clones (they follow from the parent's).
#include "catalog/constraints.hpp"

#include <algorithm>

#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_constraint.h"
#include "catalog/pg_operator.h"
#include "commands/defrem.h"
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

// The constraints of a read, one after another; what is written for each is reused for the next.
class ConstraintWriter {
  public:
    explicit ConstraintWriter(Reading& reading) : reading_(reading) {}

    void add(Constraints& into, Oid owner, const pg::Row& row) {
        const auto& form = row.form<FormData_pg_constraint>();
        const std::string_view name = pg::utf8_view(form.conname, name_);
        put_document(row, form, name);
        const Comments& comments = reading_.comments(ConstraintRelationId, form.oid);
        const auto comment = comments.find(0);
        into.add(owner, name, document_, comment == comments.end() ? std::string_view() : comment->second);
    }

  private:
    const core::List& column_names(Oid relation, const std::vector<std::int16_t>& numbers) {
        list_.clear();
        for (const std::int16_t number : numbers) list_.add(reading_.column_name(relation, number));
        return list_;
    }

    void put_document(const pg::Row& row, const FormData_pg_constraint& form, std::string_view name) {
        document_.clear();
        if (form.contype == CONSTRAINT_CHECK) {
            // The columns of a CHECK follow from its expression.
            const Datum tree = *row.datum(Anum_pg_constraint_conbin);
            document_.put_canonical("expression",
                                    reading_.expressions().expression(tree, form.conrelid).json);
        } else {
            document_.put("columns", column_names(form.conrelid, row.int2_array(Anum_pg_constraint_conkey)));
        }
        if (form.condeferrable) document_.put("deferrable", true);
        if (form.contype == CONSTRAINT_CHECK && !form.conislocal) document_.put("inherited", true);
        if (form.condeferred) document_.put("initially_deferred", true);
        document_.put("name", name);
        if (form.contype == CONSTRAINT_CHECK && form.connoinherit) document_.put("no_inherit", true);
        if (!pg::is_enforced(form))
            document_.put("not_enforced", true);
        else if (!form.convalidated)
            document_.put("not_valid", true);
        if (form.contype == CONSTRAINT_EXCLUSION) put_exclusion_operators(row);
        if (pg::is_temporal(form))
            document_.put(form.contype == CONSTRAINT_FOREIGN ? "period" : "without_overlaps", true);
        if (form.contype == CONSTRAINT_FOREIGN) put_references(row, form);
        document_.put("type", type_word(form.contype));
    }

    void put_references(const pg::Row& row, const FormData_pg_constraint& form) {
        references_.clear();
        references_.put("columns", column_names(form.confrelid, row.int2_array(Anum_pg_constraint_confkey)));
        if (form.confmatchtype == FKCONSTR_MATCH_FULL) references_.put("match", "full");
        if (const char* action = action_word(form.confdeltype)) references_.put("on_delete", action);
        const auto set_columns = row.int2_array(Anum_pg_constraint_confdelsetcols);
        if (!set_columns.empty())
            references_.put("on_delete_columns", column_names(form.conrelid, set_columns));
        if (const char* action = action_word(form.confupdtype)) references_.put("on_update", action);
        references_.put("table", reading_.relation_identity(form.confrelid));
        document_.put("references", references_);
    }

    // What an exclusion constraint adds to its index, which is an object of its own: an operator for each
    // key.
    void put_exclusion_operators(const pg::Row& row) {
        core::List operators;
        for (const Oid operator_oid : row.oid_array(Anum_pg_constraint_conexclop))
            operators.add(reading_.identity(OperatorRelationId, operator_oid));
        document_.put("operators", operators);
    }

    Reading& reading_;
    std::string name_;
    core::Properties document_;
    core::Properties references_;
    core::List list_;
};

// Since 18 NOT NULL is a constraint with a name of its own. Nullability is the column's; the name counts only
// where it is not the one that the server makes up, as for pg_dump.
void remember_not_null(Reading& reading, Constraints& into, const pg::Row& row) {
    const auto& form = row.form<FormData_pg_constraint>();
    const auto columns = row.int2_array(Anum_pg_constraint_conkey);
    if (columns.size() != 1) return;
    const std::string name = pg::to_utf8(NameStr(form.conname));
    const bool inherited = !form.conislocal || form.coninhcount > 0;  // with the parent's name
    const std::string relation = pg::from_utf8(reading.relation_name(form.conrelid));
    const std::string column = pg::from_utf8(reading.column_name(form.conrelid, columns[0]));
    // A number follows where that name was taken.
    const std::string ending = "not_null" + name.substr(name.find_last_not_of("0123456789") + 1);
    const std::string standard =
        reading.deparse([&] { return makeObjectName(relation.c_str(), column.c_str(), ending.c_str()); });
    Constraints::NotNull constraint{inherited || name == standard ? std::string() : name, form.connoinherit,
                                    !form.convalidated};
    if (constraint.name.empty() && !constraint.no_inherit && !constraint.not_valid) return;
    into.add_not_null(form.conrelid, columns[0], std::move(constraint));
}

}  // namespace

void Constraints::add(Oid owner, std::string_view name, const core::Properties& document,
                      std::string_view comment) {
    text_.clear();
    document.append_to(text_);
    entries_.push_back({owner, texts_.keep(name), texts_.keep(text_), texts_.keep(comment)});
}

template <typename Visit>
void Constraints::for_each_of(Oid owner, Visit&& visit) const {
    auto entry = std::lower_bound(entries_.begin(), entries_.end(), owner,
                                  [](const Entry& a, Oid b) { return a.owner < b; });
    for (; entry != entries_.end() && entry->owner == owner; ++entry) visit(*entry);
}

void Constraints::add_to(core::List& list, Oid owner) const {
    for_each_of(owner, [&](const Entry& entry) { list.add_canonical(entry.document); });
}

core::List Constraints::comments_of(Oid owner) const {
    core::List list;
    for_each_of(owner, [&](const Entry& entry) {
        if (entry.comment.empty()) return;
        core::Properties comment;
        comment.put("name", entry.name);
        comment.put("text", entry.comment);
        list.add(comment);
    });
    return list;
}

void Constraints::put_not_null(core::Properties& column, const ColumnRow& row) const {
    const auto at = not_null_.find({row.relation, row.number});
    if (at == not_null_.end()) return;
    column.put_unless_empty("not_null_name", at->second.name);
    if (at->second.no_inherit) column.put("not_null_no_inherit", true);
    if (at->second.not_valid) column.put("not_null_not_valid", true);
}

Json Constraints::documents(Oid owner) const {
    core::List list;
    add_to(list, owner);
    return Json::parse(list.canonical());
}

Json Constraints::comment_documents(Oid owner) const { return Json::parse(comments_of(owner).canonical()); }

void Constraints::arrange() {
    std::sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
        return a.owner != b.owner ? a.owner < b.owner : a.name < b.name;
    });
}

Constraints read_table_constraints(Reading& reading) {
    Constraints constraints;
    ConstraintWriter writer(reading);
    std::string name;
    const auto& relations = reading.relations();
    (void)reading.columns();  // names for what follows
    for_each(reading, reading.relations_of("rpf"), ConstraintRelationId, Anum_pg_constraint_conrelid,
             ConstraintRelidTypidNameIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_constraint>();
                 // A member of an extension is no object, but its index is one.
                 if (OidIsValid(form.conindid) && form.contype != CONSTRAINT_FOREIGN)
                     reading.remember_index_constraint(form.conindid, pg::utf8_view(form.conname, name));
                 if (relations.find(form.conrelid) == relations.end()) return;
                 if (form.contype == pg::not_null_constraint) remember_not_null(reading, constraints, row);
                 if (type_word(form.contype) == nullptr) return;
                 if (form.contype == CONSTRAINT_FOREIGN && OidIsValid(form.conparentid)) return;
                 writer.add(constraints, form.conrelid, row);
             });
    constraints.arrange();
    return constraints;
}

Constraints read_domain_constraints(Reading& reading) {
    Constraints constraints;
    ConstraintWriter writer(reading);
    for_each(reading, reading.selection(TypeRelationId), ConstraintRelationId, Anum_pg_constraint_contypid,
             ConstraintTypidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_constraint>();
                 if (!OidIsValid(form.contypid) || form.contype != CONSTRAINT_CHECK) return;
                 writer.add(constraints, form.contypid, row);
             });
    constraints.arrange();
    return constraints;
}

}  // namespace schemaver::catalog
