// Types of the user's own: enum, domain, composite and range. A table's row type and the array type that
// comes with every type are part of what they come with.
#include "catalog/columns.hpp"
#include "catalog/constraints.hpp"
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_collation.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_range.h"
#include "catalog/pg_type.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
}

namespace schemaver::catalog {

namespace {

struct TypeParts {
    std::unordered_map<Oid, std::map<float, std::string>> labels;
    Constraints constraints;
};

void read_labels(Reading& reading, TypeParts& parts) {
    for_each(reading, reading.selection(TypeRelationId), EnumRelationId, Anum_pg_enum_enumtypid,
             EnumTypIdLabelIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_enum>();
                 parts.labels[form.enumtypid][form.enumsortorder] = pg::to_utf8(NameStr(form.enumlabel));
             });
}

Json enum_structure(const TypeParts& parts, Oid type) {
    Json labels = Json::array();
    if (const auto at = parts.labels.find(type); at != parts.labels.end()) {
        for (const auto& [order, label] : at->second) labels.push_back(label);
    }
    return {{"type", "enum"}, {"labels", std::move(labels)}};
}

Json domain_structure(Reading& reading, const TypeParts& parts, const pg::Row& row) {
    const auto& form = row.form<FormData_pg_type>();
    Json structure = {{"type", "domain"}, {"base", reading.type_name(form.typbasetype, form.typtypmod)}};
    if (auto collation = special_collation(reading, form.typcollation, form.typbasetype)) {
        structure["collation"] = *std::move(collation);
    }
    if (form.typnotnull) structure["not_null"] = true;
    if (const auto expression = row.datum(Anum_pg_type_typdefaultbin)) {
        structure["default"] = reading.sql_expression(*expression, InvalidOid);
    }
    if (Json constraints = parts.constraints.documents(form.oid); !constraints.empty()) {
        structure["constraints"] = std::move(constraints);
    }
    return structure;
}

// A composite type's columns are its relation's; there are few of them, so each is looked up.
Json composite_structure(Reading& reading, Oid relation) {
    std::map<AttrNumber, Json> columns;
    pg::scan(AttributeRelationId, AttributeRelidNumIndexId,
             {{Anum_pg_attribute_attrelid, F_OIDEQ, ObjectIdGetDatum(relation)}}, reading.snapshot(),
             [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_attribute>();
                 if (form.attnum <= 0 || form.attisdropped) return;
                 ColumnRow column{};
                 column.name = pg::to_utf8(NameStr(form.attname));
                 column.type = form.atttypid;
                 column.modifier = form.atttypmod;
                 column.collation = form.attcollation;
                 columns[form.attnum] = column_document(reading, column);
             });
    Json list = Json::array();
    for (auto& [number, column] : columns) list.push_back(std::move(column));
    return {{"type", "composite"}, {"columns", std::move(list)}};
}

Json range_structure(Reading& reading, Oid type) {
    Json structure = {{"type", "range"}};
    pg::scan(RangeRelationId, RangeTypidIndexId, {{Anum_pg_range_rngtypid, F_OIDEQ, ObjectIdGetDatum(type)}},
             reading.snapshot(), [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_range>();
                 structure["subtype"] = reading.type_name(form.rngsubtype, -1);
                 structure["multirange"] = reading.type_name(form.rngmultitypid, -1);
                 structure["opclass"] = reading.identity(OperatorClassRelationId, form.rngsubopc);
                 if (auto collation = special_collation(reading, form.rngcollation, form.rngsubtype)) {
                     structure["collation"] = *std::move(collation);
                 }
                 if (OidIsValid(form.rngcanonical)) {
                     structure["canonical"] = reading.function_identity(form.rngcanonical);
                 }
                 if (OidIsValid(form.rngsubdiff))
                     structure["subtype_diff"] = reading.function_identity(form.rngsubdiff);
             });
    return structure;
}

bool is_of_its_own(const FormData_pg_type& form) {
    switch (form.typtype) {
        case TYPTYPE_ENUM:
        case TYPTYPE_DOMAIN:
        case TYPTYPE_RANGE:
            return true;
        case TYPTYPE_COMPOSITE:
            return pg::call([&] { return get_rel_relkind(form.typrelid); }) == RELKIND_COMPOSITE_TYPE;
        default:
            return false;
    }
}

Json structure_of(Reading& reading, const TypeParts& parts, const pg::Row& row) {
    const auto& form = row.form<FormData_pg_type>();
    switch (form.typtype) {
        case TYPTYPE_ENUM:
            return enum_structure(parts, form.oid);
        case TYPTYPE_DOMAIN:
            return domain_structure(reading, parts, row);
        case TYPTYPE_RANGE:
            return range_structure(reading, form.oid);
        default:
            return composite_structure(reading, form.typrelid);
    }
}

// Comments on a composite type's columns hang on its relation.
Json comment_of(Reading& reading, const TypeParts& parts, const FormData_pg_type& form) {
    Json comment = reading.comment(TypeRelationId, form.oid);
    if (form.typtype == TYPTYPE_COMPOSITE) {
        Json columns = Json::array();
        for (const auto& [number, text] : reading.comments(RelationRelationId, form.typrelid)) {
            if (number <= 0) continue;
            columns.push_back({{"name", reading.column_name(form.typrelid, static_cast<AttrNumber>(number))},
                               {"text", text}});
        }
        if (!columns.empty()) comment["columns"] = std::move(columns);
    }
    if (Json constraints = parts.constraints.comment_documents(form.oid); !constraints.empty()) {
        comment["constraints"] = std::move(constraints);
    }
    return comment;
}

}  // namespace

void read_types(Reading& reading) {
    const Selection selection = reading.selection(TypeRelationId);
    if (selection.empty()) return;
    TypeParts parts;
    read_labels(reading, parts);
    parts.constraints = read_domain_constraints(reading);
    for_each(reading, selection, TypeRelationId, Anum_pg_type_oid, TypeOidIndexId, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_type>();
        if (!reading.is_wanted(TypeRelationId, form.oid, form.typnamespace) || !is_of_its_own(form)) return;
        Json security;
        reading.put_owner(security, form.typowner);
        reading.put_privileges(security, row.datum(Anum_pg_type_typacl), OBJECT_TYPE, form.typowner);
        Json definition = {{"structure", structure_of(reading, parts, row)},
                           {"security", std::move(security)},
                           {"comment", comment_of(reading, parts, form)}};
        reading.add({TypeRelationId, form.oid}, "type",
                    reading.qualified(form.typnamespace, pg::to_utf8(NameStr(form.typname))),
                    form.typnamespace, std::move(definition));
    });
}

}  // namespace schemaver::catalog
