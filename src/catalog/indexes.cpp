// Indexes, described from their catalog rows: the deparser is asked only where an expression exists.
#include "catalog/columns.hpp"
#include "catalog/kinds.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_opclass.h"
#include "catalog/dependency.h"
#include "commands/defrem.h"
#include "commands/tablespace.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace schemaver::catalog {

namespace {

struct IndexParts {
    std::unordered_map<Oid, std::map<AttrNumber, ColumnRow>>
        columns;                                           // options and statistics of index columns
    std::unordered_map<Oid, std::string> constraints;      // index -> the constraint it backs
    std::unordered_map<Oid, Oid> parents;                  // index -> the partitioned index it is part of
    std::map<std::pair<Oid, Oid>, Oid> default_opclasses;  // (type, access method) -> its default
    std::unordered_map<Oid, std::string> methods;
};

// Column `position` (from 1) in the server's words.
std::string expression_text(Reading& reading, Oid index, int position) {
    return reading.deparse([=] {
        return TextDatumGetCString(DirectFunctionCall3(pg_get_indexdef_ext, ObjectIdGetDatum(index),
                                                       Int32GetDatum(position), BoolGetDatum(false)));
    });
}

bool is_default_opclass(IndexParts& parts, Oid opclass, Oid method) {
    const Oid type = pg::call([=] { return get_opclass_input_type(opclass); });
    auto [at, fresh] = parts.default_opclasses.try_emplace({type, method});
    if (fresh) at->second = pg::call([=] { return GetDefaultOpClass(type, method); });
    return at->second == opclass;
}

void put_order(Json& key, std::int16_t option) {
    const bool descending = (option & INDOPTION_DESC) != 0;
    const bool nulls_first = (option & INDOPTION_NULLS_FIRST) != 0;
    if (descending) key["order"] = "descending";
    if (nulls_first != descending) key["nulls"] = nulls_first ? "first" : "last";
}

struct IndexVectors {
    std::vector<std::int16_t> columns;
    std::vector<std::int16_t> options;
    std::vector<Oid> opclasses;
    std::vector<Oid> collations;
};

// The collation that a key has when none is written: its column's.
Oid column_collation(Oid table, std::int16_t column) {
    Oid type = InvalidOid;
    Oid collation = InvalidOid;
    std::int32_t modifier = -1;
    pg::call([&] { get_atttypetypmodcoll(table, column, &type, &modifier, &collation); });
    return collation;
}

Json key_document(Reading& reading, IndexParts& parts, const FormData_pg_index& form,
                  const RelationRow& index, const IndexVectors& vectors, std::size_t i) {
    Json key;
    const std::int16_t column = vectors.columns[i];
    if (column != 0) {
        key["column"] = reading.column_name(form.indrelid, column);
    } else {
        key["expression"] = reading.sql(expression_text(reading, form.indexrelid, static_cast<int>(i) + 1));
    }
    const Oid collation = vectors.collations[i];
    if (OidIsValid(collation)) {
        const Oid standard = column != 0 ? column_collation(form.indrelid, column) : DEFAULT_COLLATION_OID;
        if (collation != standard) key["collation"] = reading.identity(CollationRelationId, collation);
    }
    if (!is_default_opclass(parts, vectors.opclasses[i], index.access_method)) {
        key["opclass"] = reading.identity(OperatorClassRelationId, vectors.opclasses[i]);
    }
    if (const auto columns = parts.columns.find(form.indexrelid); columns != parts.columns.end()) {
        const auto own = columns->second.find(static_cast<AttrNumber>(i + 1));
        if (own != columns->second.end() && !own->second.options.empty())
            key["opclass_options"] = own->second.options;
    }
    put_order(key, vectors.options[i]);
    return key;
}

Json index_structure(Reading& reading, IndexParts& parts, const pg::Row& row, const RelationRow& index) {
    const auto& form = row.form<FormData_pg_index>();
    const IndexVectors vectors{row.int2_array(Anum_pg_index_indkey), row.int2_array(Anum_pg_index_indoption),
                               row.oid_array(Anum_pg_index_indclass),
                               row.oid_array(Anum_pg_index_indcollation)};
    auto [method, fresh] = parts.methods.try_emplace(index.access_method);
    if (fresh) method->second = reading.deparse([&] { return get_am_name(index.access_method); });
    Json structure = {{"table", reading.relation_identity(form.indrelid)}, {"method", method->second}};
    Json keys = Json::array();
    for (int i = 0; i < form.indnkeyatts; ++i) {
        keys.push_back(key_document(reading, parts, form, index, vectors, static_cast<std::size_t>(i)));
    }
    structure["keys"] = std::move(keys);
    Json include = Json::array();
    for (int i = form.indnkeyatts; i < form.indnatts; ++i) {
        include.push_back(reading.column_name(form.indrelid, vectors.columns[static_cast<std::size_t>(i)]));
    }
    if (!include.empty()) structure["include"] = std::move(include);
    if (const auto predicate = row.datum(Anum_pg_index_indpred)) {
        structure["where"] = reading.sql_expression(*predicate, form.indrelid);
    }
    if (form.indisunique) structure["unique"] = true;
    if (form.indnullsnotdistinct) structure["nulls_not_distinct"] = true;
    if (!form.indisvalid) structure["invalid"] = true;
    if (form.indisclustered) structure["clustered"] = true;
    if (const auto constraint = parts.constraints.find(form.indexrelid);
        constraint != parts.constraints.end()) {
        structure["constraint"] = constraint->second;
    }
    if (const auto parent = parts.parents.find(form.indexrelid); parent != parts.parents.end()) {
        structure["partition_of"] = reading.relation_identity(parent->second);
    }
    return structure;
}

Json index_storage(Reading& reading, const IndexParts& parts, const RelationRow& index) {
    Json storage;
    if (OidIsValid(index.tablespace)) {
        storage["tablespace"] = reading.deparse([&] { return get_tablespace_name(index.tablespace); });
    }
    if (!index.options.empty()) storage["options"] = index.options;
    Json statistics = Json::array();
    if (const auto columns = parts.columns.find(index.oid); columns != parts.columns.end()) {
        for (const auto& [number, column] : columns->second) {
            if (column.statistics)
                statistics.push_back({{"key", number}, {"statistics", *column.statistics}});
        }
    }
    if (!statistics.empty()) storage["columns"] = std::move(statistics);
    return storage;
}

IndexParts read_parts(Reading& reading) {
    IndexParts parts;
    for (auto& [index, columns] : read_columns(reading, "iI")) {
        for (ColumnRow& column : columns) {
            if (column.statistics || !column.options.empty())
                parts.columns[index][column.number] = std::move(column);
        }
    }
    // The constraint that an index backs depends on nothing else in the catalog than pg_constraint.conindid,
    // which has no index; pg_depend knows it the other way round.
    if (reading.everything()) {
        pg::scan(ConstraintRelationId, {}, reading.snapshot(), [&](const pg::Row& row) {
            const auto& form = row.form<FormData_pg_constraint>();
            if (OidIsValid(form.conindid) && form.contype != CONSTRAINT_FOREIGN) {
                parts.constraints[form.conindid] = pg::to_utf8(NameStr(form.conname));
            }
        });
    } else {
        for (const Oid index : reading.selection(RelationRelationId).oids) {
            const Oid constraint = pg::call([=] { return get_index_constraint(index); });
            if (OidIsValid(constraint)) {
                parts.constraints[index] = reading.deparse([=] { return get_constraint_name(constraint); });
            }
        }
    }
    for_each(reading, reading.selection(RelationRelationId), InheritsRelationId, Anum_pg_inherits_inhrelid,
             InheritsRelidSeqnoIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_inherits>();
                 parts.parents[form.inhrelid] = form.inhparent;
             });
    return parts;
}

}  // namespace

void read_indexes(Reading& reading) {
    if (reading.selection(RelationRelationId).empty()) return;
    IndexParts parts = read_parts(reading);
    const auto& relations = reading.relations();
    for_each(reading, reading.selection(RelationRelationId), IndexRelationId, Anum_pg_index_indexrelid,
             IndexRelidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_index>();
                 const auto index = relations.find(form.indexrelid);
                 if (index == relations.end()) return;
                 Json definition = {{"structure", index_structure(reading, parts, row, index->second)},
                                    {"storage", index_storage(reading, parts, index->second)},
                                    {"comment", reading.comment(RelationRelationId, form.indexrelid)}};
                 reading.add({RelationRelationId, form.indexrelid}, "index",
                             reading.relation_identity(form.indexrelid), index->second.schema,
                             std::move(definition));
             });
}

}  // namespace schemaver::catalog
