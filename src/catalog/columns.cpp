// Reads pg_attribute and pg_attrdef once for all relations of a read.
#include "catalog/columns.hpp"

#include <algorithm>

#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_attrdef.h"
#include "catalog/pg_collation.h"
#include "utils/lsyscache.h"
}

namespace schemaver::catalog {

ColumnMap read_columns(Reading& reading, const std::string& relation_kinds) {
    ColumnMap columns;
    const auto& relations = reading.relations();
    for_each(reading, reading.selection(RelationRelationId), AttributeRelationId, Anum_pg_attribute_attrelid,
             AttributeRelidNumIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_attribute>();
                 if (form.attnum <= 0 || form.attisdropped) return;
                 const auto relation = relations.find(form.attrelid);
                 if (relation == relations.end() ||
                     relation_kinds.find(relation->second.kind) == std::string::npos) {
                     return;
                 }
                 ColumnRow column{form.attnum,
                                  pg::to_utf8(NameStr(form.attname)),
                                  form.atttypid,
                                  form.atttypmod,
                                  form.attcollation,
                                  form.attnotnull,
                                  form.atthasdef,
                                  form.attidentity,
                                  form.attgenerated,
                                  form.attstorage,
                                  form.attcompression,
                                  form.attislocal,
                                  pg::statistics_target(row.datum(Anum_pg_attribute_attstattarget)),
                                  row.text_array(Anum_pg_attribute_attoptions),
                                  row.text_array(Anum_pg_attribute_attfdwoptions),
                                  {}};
                 std::erase_if(column.options, pg::is_internal_column_option);
                 if (const auto acl = row.datum(Anum_pg_attribute_attacl)) column.acl = reading.keep(*acl);
                 reading.remember_column(form.attrelid, column.number, column.name);
                 columns[form.attrelid].push_back(std::move(column));
             });
    for (auto& [relation, list] : columns) {
        std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    }
    return columns;
}

std::optional<std::string> special_collation(Reading& reading, Oid collation, Oid type) {
    if (!OidIsValid(collation)) return std::nullopt;
    if (collation == pg::call([=] { return get_typcollation(type); })) return std::nullopt;
    return reading.identity(CollationRelationId, collation);
}

Json column_document(Reading& reading, const ColumnRow& column) {
    Json document = {{"name", column.name}, {"type", reading.type_name(column.type, column.modifier)}};
    if (auto collation = special_collation(reading, column.collation, column.type)) {
        document["collation"] = *std::move(collation);
    }
    return document;
}

DefaultMap read_defaults(Reading& reading) {
    DefaultMap defaults;
    const auto& relations = reading.relations();
    for_each(reading, reading.selection(RelationRelationId), AttrDefaultRelationId, Anum_pg_attrdef_adrelid,
             AttrDefaultIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_attrdef>();
                 if (relations.find(form.adrelid) == relations.end()) return;
                 defaults[{form.adrelid, form.adnum}] =
                     reading.expression(*row.datum(Anum_pg_attrdef_adbin), form.adrelid);
             });
    return defaults;
}

}  // namespace schemaver::catalog
