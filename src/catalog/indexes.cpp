// Indexes, described from their catalog rows: the deparser is asked only where an expression exists.
#include "catalog/columns.hpp"
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_collation.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_opclass.h"
#include "utils/lsyscache.h"
}

namespace schemaver::catalog {

namespace {

// A vector column of pg_index, which is never NULL, compressed or stored elsewhere.
template <typename Vector>
const auto* vector_values(const pg::Row& row, AttrNumber column) {
    return reinterpret_cast<const Vector*>(*row.datum(column))->values;
}

// The indexes of a read, one after another; what is written for each is reused for the next.
class IndexWriter {
  public:
    IndexWriter(Reading& reading, const core::OidMap<Oid>& parents) : reading_(reading), parents_(parents) {}

    void add(const pg::Row& row, const RelationRow& index) {
        const auto& form = row.form<FormData_pg_index>();
        definition_.clear();
        put_structure(row, form, index);
        put_storage(index);
        reading_.put_comment(definition_.comment, RelationRelationId, index.oid);
        reading_.add({RelationRelationId, index.oid}, "index", index.identity, index.schema, definition_);
    }

  private:
    void put_structure(const pg::Row& row, const FormData_pg_index& form, const RelationRow& index) {
        core::Properties& structure = definition_.structure;
        structure.put("table", reading_.relation_identity(form.indrelid));
        structure.put("method", reading_.access_method_name(index.access_method));
        put_keys(row, form, index);
        core::List include;
        for (int i = form.indnkeyatts; i < form.indnatts; ++i)
            include.add(reading_.column_name(form.indrelid, form.indkey.values[i]));
        structure.put_unless_empty("include", include);
        if (const auto predicate = row.datum(Anum_pg_index_indpred)) {
            structure.put_canonical("where",
                                    reading_.expressions().expression(*predicate, form.indrelid).json);
        }
        if (form.indisunique) structure.put("unique", true);
        if (form.indnullsnotdistinct) structure.put("nulls_not_distinct", true);
        if (!form.indisvalid) structure.put("invalid", true);
        if (form.indisclustered) structure.put("clustered", true);
        structure.put_unless_empty("constraint", reading_.constraint_of_index(index.oid));
        if (const auto parent = parents_.find(index.oid); parent != parents_.end())
            structure.put("partition_of", reading_.relation_identity(parent->second));
    }

    void put_keys(const pg::Row& row, const FormData_pg_index& form, const RelationRow& index) {
        std::span<const Deparsed> expressions;
        if (const auto trees = row.datum(Anum_pg_index_indexprs))
            expressions = reading_.expressions().list(*trees, form.indrelid);
        const auto* options = vector_values<int2vector>(row, Anum_pg_index_indoption);
        const auto* opclasses = vector_values<oidvector>(row, Anum_pg_index_indclass);
        const auto* collations = vector_values<oidvector>(row, Anum_pg_index_indcollation);
        const auto columns = reading_.columns().of(form.indrelid);
        const auto own_columns = reading_.columns().of(index.oid);
        std::size_t expression = 0;
        list_.clear();
        for (int i = 0; i < form.indnkeyatts; ++i) {
            const std::int16_t column = form.indkey.values[i];
            const ColumnRow* known = find_column(columns, column);
            key_.clear();
            if (column != 0)
                key_.put("column",
                         known != nullptr ? known->name : reading_.column_name(form.indrelid, column));
            else
                key_.put_canonical("expression", expressions[expression++].json);
            if (OidIsValid(collations[i]) && collations[i] != usual_collation(form.indrelid, column, known))
                key_.put("collation", reading_.identity(CollationRelationId, collations[i]));
            if (!reading_.is_default_opclass(opclasses[i], index.access_method))
                key_.put("opclass", reading_.identity(OperatorClassRelationId, opclasses[i]));
            if (const ColumnRow* own = find_column(own_columns, static_cast<AttrNumber>(i + 1)))
                if (own->rare) key_.put_unless_empty("opclass_options", own->rare->options);
            put_order(options[i]);
            list_.add(key_);
        }
        definition_.structure.put("keys", list_);
    }

    // The collation that a key has when none is written: its column's. `known`: the column, of a table that
    // is being read.
    static Oid usual_collation(Oid table, std::int16_t column, const ColumnRow* known) {
        if (column == 0) return DEFAULT_COLLATION_OID;
        if (known != nullptr) return known->collation;
        Oid type = InvalidOid;
        Oid collation = InvalidOid;
        std::int32_t modifier = -1;
        pg::call([&] { get_atttypetypmodcoll(table, column, &type, &modifier, &collation); });
        return collation;
    }

    void put_order(std::int16_t option) {
        const bool descending = (option & INDOPTION_DESC) != 0;
        const bool nulls_first = (option & INDOPTION_NULLS_FIRST) != 0;
        if (descending) key_.put("order", "descending");
        if (nulls_first != descending) key_.put("nulls", nulls_first ? "first" : "last");
    }

    void put_storage(const RelationRow& index) {
        core::Properties& storage = definition_.storage;
        if (OidIsValid(index.tablespace))
            storage.put("tablespace", reading_.tablespace_name(index.tablespace));
        if (index.rare) storage.put_unless_empty("options", index.rare->options);
        core::List columns;
        for (const ColumnRow& column : reading_.columns().of(index.oid)) {
            if (!column.rare || !column.rare->statistics) continue;
            core::Properties entry;
            entry.put("key", column.number);
            entry.put("statistics", *column.rare->statistics);
            columns.add(entry);
        }
        storage.put_unless_empty("columns", columns);
    }

    Reading& reading_;
    const core::OidMap<Oid>& parents_;
    core::Facets definition_;
    core::Properties key_;
    core::List list_;
};

// index -> the partitioned index that it is a part of
core::OidMap<Oid> read_index_parents(Reading& reading) {
    core::OidMap<Oid> parents;
    // Only a partition of an index has a parent.
    Selection partitions = reading.relations_of("iI");
    std::erase_if(partitions.oids,
                  [&](Oid index) { return !reading.relations().find(index)->second.is_partition; });
    for_each(reading, partitions, InheritsRelationId, Anum_pg_inherits_inhrelid, InheritsRelidSeqnoIndexId,
             [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_inherits>();
                 parents[form.inhrelid] = form.inhparent;
             });
    return parents;
}

}  // namespace

void read_indexes(Reading& reading) {
    if (reading.selection(RelationRelationId).empty()) return;
    const auto parents = read_index_parents(reading);
    IndexWriter writer(reading, parents);
    const auto& relations = reading.relations();
    for_each(reading, reading.relations_of("iI"), IndexRelationId, Anum_pg_index_indexrelid,
             IndexRelidIndexId, [&](const pg::Row& row) {
                 const auto index = relations.find(row.form<FormData_pg_index>().indexrelid);
                 if (index != relations.end()) writer.add(row, index->second);
             });
}

}  // namespace schemaver::catalog
