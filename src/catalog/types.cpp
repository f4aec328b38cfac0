// Types of the user's own: enum, domain, composite, range, base, and the shells that a base type begins as. A
// table's row type and the array type that comes with every type are part of what they come with.
#include "catalog/columns.hpp"
#include "catalog/constraints.hpp"
#include "catalog/described.hpp"
#include "catalog/kinds.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
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

// The constraint's name is told where it is not the one that the server gives.
void put_domain_not_null(Reading& reading, Json& structure, const FormData_pg_type& form) {
    structure["not_null"] = true;
    if (!pg::domain_not_null_has_name) return;
    const std::string usual = pg::to_utf8(NameStr(form.typname)) + "_not_null";
    pg::scan(ConstraintRelationId, ConstraintTypidIndexId,
             {{Anum_pg_constraint_contypid, F_OIDEQ, ObjectIdGetDatum(form.oid)}}, reading.snapshot(),
             [&](const pg::Row& row) {
                 const auto& constraint = row.form<FormData_pg_constraint>();
                 if (constraint.contype != 'n') return;
                 const std::string name = pg::to_utf8(NameStr(constraint.conname));
                 if (name != usual) structure["not_null_name"] = name;
             });
}

Json domain_structure(Reading& reading, const TypeParts& parts, const pg::Row& row) {
    const auto& form = row.form<FormData_pg_type>();
    Json structure = {{"type", "domain"}, {"base", reading.type_name(form.typbasetype, form.typtypmod)}};
    if (auto collation = special_collation(reading, form.typcollation, form.typbasetype)) {
        structure["collation"] = *std::move(collation);
    }
    if (form.typnotnull) put_domain_not_null(reading, structure, form);
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
                 std::string name;
                 ColumnRow column{};
                 column.name = pg::utf8_view(form.attname, name);
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

const char* alignment_word(char alignment) {
    switch (alignment) {
        case TYPALIGN_CHAR:
            return "char";
        case TYPALIGN_SHORT:
            return "int2";
        case TYPALIGN_DOUBLE:
            return "double";
        default:
            return "int4";
    }
}

const char* type_storage_word(char storage) {
    switch (storage) {
        case TYPSTORAGE_EXTERNAL:
            return "external";
        case TYPSTORAGE_EXTENDED:
            return "extended";
        case TYPSTORAGE_MAIN:
            return "main";
        default:
            return "plain";
    }
}

// What CREATE TYPE (...) says; its defaults are left out.
Json base_structure(Reading& reading, const pg::Row& row) {
    const auto& form = row.form<FormData_pg_type>();
    Json structure = {{"type", "base"}};
    put_function(reading, structure, "input", form.typinput);
    put_function(reading, structure, "output", form.typoutput);
    put_function(reading, structure, "receive", form.typreceive);
    put_function(reading, structure, "send", form.typsend);
    put_function(reading, structure, "type_modifier_input", form.typmodin);
    put_function(reading, structure, "type_modifier_output", form.typmodout);
    put_function(reading, structure, "analyze", form.typanalyze);
    put_function(reading, structure, "subscript", form.typsubscript);
    if (form.typlen != -1) structure["internal_length"] = form.typlen;
    if (form.typbyval) structure["passed_by_value"] = true;
    if (form.typalign != TYPALIGN_INT) structure["alignment"] = alignment_word(form.typalign);
    if (form.typstorage != TYPSTORAGE_PLAIN) structure["storage"] = type_storage_word(form.typstorage);
    if (form.typcategory != TYPCATEGORY_USER) structure["category"] = std::string(1, form.typcategory);
    if (form.typispreferred) structure["preferred"] = true;
    if (const auto value = row.optional_text(Anum_pg_type_typdefault)) structure["default"] = *value;
    if (OidIsValid(form.typelem)) structure["element"] = reading.type_name(form.typelem, -1);
    if (form.typdelim != ',') structure["delimiter"] = std::string(1, form.typdelim);
    if (OidIsValid(form.typcollation)) structure["collatable"] = true;
    return structure;
}

bool is_of_its_own(Reading& reading, const FormData_pg_type& form) {
    switch (form.typtype) {
        case TYPTYPE_ENUM:
        case TYPTYPE_DOMAIN:
        case TYPTYPE_RANGE:
            return true;
        case TYPTYPE_COMPOSITE:
            return reading.kind_of_relation(form.typrelid) == RELKIND_COMPOSITE_TYPE;
        case TYPTYPE_BASE:
            // The server gives this handler to the array types that it makes, and to no other.
            return form.typsubscript != F_ARRAY_SUBSCRIPT_HANDLER;
        default:
            return !form.typisdefined;
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
        case TYPTYPE_COMPOSITE:
            return composite_structure(reading, form.typrelid);
        case TYPTYPE_BASE:
            return base_structure(reading, row);
        default:
            return {{"type", "shell"}};
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
        // Most rows are row types of tables and array types.
        if (!reading.is_modelled_schema(form.typnamespace) || !is_of_its_own(reading, form) ||
            reading.is_extension_member(TypeRelationId, form.oid)) {
            return;
        }
        if (form.typtype == TYPTYPE_DOMAIN && is_of_a_session(form.typbasetype)) return;
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
