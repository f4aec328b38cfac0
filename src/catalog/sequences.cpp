// Sequences: their settings and the column that owns them. The last value is data.
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_sequence.h"
#include "catalog/pg_type.h"
#include "utils/fmgroids.h"
}

namespace schemaver::catalog {

namespace {

struct Owner {
    Oid table;
    AttrNumber column;
    bool identity;
};

std::unordered_map<Oid, Owner> read_owners(Reading& reading, const std::vector<Oid>& sequences) {
    std::unordered_map<Oid, Owner> owners;
    const auto visit = [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_depend>();
        if (form.classid != RelationRelationId || form.refclassid != RelationRelationId ||
            form.refobjsubid == 0)
            return;
        if (form.deptype != DEPENDENCY_AUTO && form.deptype != DEPENDENCY_INTERNAL) return;
        const auto relation = reading.relations().find(form.objid);
        if (relation == reading.relations().end() || relation->second.kind != RELKIND_SEQUENCE) return;
        owners[form.objid] = {form.refobjid, static_cast<AttrNumber>(form.refobjsubid),
                              form.deptype == DEPENDENCY_INTERNAL};
    };
    for (const Oid sequence : sequences) {
        pg::scan(DependRelationId, DependDependerIndexId,
                 {{Anum_pg_depend_classid, F_OIDEQ, ObjectIdGetDatum(RelationRelationId)},
                  {Anum_pg_depend_objid, F_OIDEQ, ObjectIdGetDatum(sequence)}},
                 reading.snapshot(), visit);
    }
    return owners;
}

std::int64_t largest(Oid type) {
    if (type == INT2OID) return PG_INT16_MAX;
    if (type == INT4OID) return PG_INT32_MAX;
    return PG_INT64_MAX;
}

// 64-bit values are written as text: JSON's numbers are exact only to 2^53.
Json sequence_structure(Reading& reading, const FormData_pg_sequence& form, const Owner* owner) {
    Json structure = {{"type", reading.type_name(form.seqtypid, -1)}};
    const bool ascending = form.seqincrement > 0;
    const std::int64_t minimum = ascending ? 1 : -largest(form.seqtypid) - 1;
    const std::int64_t maximum = ascending ? largest(form.seqtypid) : -1;
    if (form.seqmin != minimum) structure["minimum"] = std::to_string(form.seqmin);
    if (form.seqmax != maximum) structure["maximum"] = std::to_string(form.seqmax);
    if (form.seqstart != (ascending ? form.seqmin : form.seqmax))
        structure["start"] = std::to_string(form.seqstart);
    if (form.seqincrement != 1) structure["increment"] = std::to_string(form.seqincrement);
    if (form.seqcache != 1) structure["cache"] = std::to_string(form.seqcache);
    if (form.seqcycle) structure["cycle"] = true;
    if (owner != nullptr) {
        structure[owner->identity ? "identity_of" : "owned_by"] =
            reading.relation_identity(owner->table) + "." +
            pg::quote_identifier(reading.column_name(owner->table, owner->column));
    }
    return structure;
}

}  // namespace

void read_sequences(Reading& reading) {
    std::vector<Oid> sequences;
    for (const auto& [oid, relation] : reading.relations()) {
        if (relation.kind == RELKIND_SEQUENCE) sequences.push_back(oid);
    }
    if (sequences.empty()) return;
    const auto owners = read_owners(reading, sequences);
    for_each(reading, {reading.everything(), sequences}, SequenceRelationId, Anum_pg_sequence_seqrelid,
             SequenceRelidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_sequence>();
                 const auto at = reading.relations().find(form.seqrelid);
                 if (at == reading.relations().end()) return;
                 const RelationRow& relation = at->second;
                 const auto owner = owners.find(form.seqrelid);
                 Json security;
                 reading.put_owner(security, relation.owner);
                 reading.put_privileges(security, relation.acl, OBJECT_SEQUENCE, relation.owner);
                 Json structure =
                     sequence_structure(reading, form, owner == owners.end() ? nullptr : &owner->second);
                 if (relation.persistence == RELPERSISTENCE_UNLOGGED) structure["unlogged"] = true;
                 Json definition = {{"structure", std::move(structure)},
                                    {"security", std::move(security)},
                                    {"comment", reading.comment(RelationRelationId, form.seqrelid)}};
                 reading.add({RelationRelationId, form.seqrelid}, "sequence",
                             reading.relation_identity(form.seqrelid), relation.schema,
                             std::move(definition));
             });
}

}  // namespace schemaver::catalog
