// Sequences: their settings and the column that owns them. The last value is data.
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_sequence.h"
#include "catalog/pg_type.h"
}

namespace schemaver::catalog {

namespace {

std::int64_t largest(Oid type) {
    if (type == INT2OID) return PG_INT16_MAX;
    if (type == INT4OID) return PG_INT32_MAX;
    return PG_INT64_MAX;
}

// 64-bit values are written as text: JSON's numbers are exact only to 2^53.
void put_sequence_structure(Reading& reading, core::Properties& structure, const FormData_pg_sequence& form) {
    structure.put("type", reading.type_name(form.seqtypid, -1));
    const bool ascending = form.seqincrement > 0;
    const std::int64_t minimum = ascending ? 1 : -largest(form.seqtypid) - 1;
    const std::int64_t maximum = ascending ? largest(form.seqtypid) : -1;
    if (form.seqmin != minimum) structure.put("minimum", std::to_string(form.seqmin));
    if (form.seqmax != maximum) structure.put("maximum", std::to_string(form.seqmax));
    if (form.seqstart != (ascending ? form.seqmin : form.seqmax))
        structure.put("start", std::to_string(form.seqstart));
    if (form.seqincrement != 1) structure.put("increment", std::to_string(form.seqincrement));
    if (form.seqcache != 1) structure.put("cache", std::to_string(form.seqcache));
    if (form.seqcycle) structure.put("cycle", true);
    if (const auto owner = reading.owning_column(form.seqrelid)) {
        structure.put(owner->identity ? "identity_of" : "owned_by",
                      std::string(reading.relation_identity(owner->table)) + "." +
                          pg::quote_identifier(reading.column_name(owner->table, owner->column)));
    }
}

}  // namespace

void read_sequences(Reading& reading) {
    std::vector<Oid> sequences;
    for (const auto& [oid, relation] : reading.relations()) {
        if (relation.kind == RELKIND_SEQUENCE) sequences.push_back(oid);
    }
    if (sequences.empty()) return;
    core::Facets definition;
    for_each(reading, {reading.everything(), sequences}, SequenceRelationId, Anum_pg_sequence_seqrelid,
             SequenceRelidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_sequence>();
                 const auto at = reading.relations().find(form.seqrelid);
                 if (at == reading.relations().end()) return;
                 const RelationRow& relation = at->second;
                 definition.clear();
                 put_sequence_structure(reading, definition.structure, form);
                 if (relation.persistence == RELPERSISTENCE_UNLOGGED)
                     definition.structure.put("unlogged", true);
                 reading.put_owner(definition.security, relation.owner);
                 reading.put_privileges(definition.security, relation.acl(), OBJECT_SEQUENCE, relation.owner);
                 reading.put_comment(definition.comment, RelationRelationId, form.seqrelid);
                 reading.add({RelationRelationId, form.seqrelid}, "sequence", relation.identity,
                             relation.schema, definition);
             });
}

}  // namespace schemaver::catalog
