// Columns of relations (tables, views, composite types), as pg_attribute and pg_attrdef have them.
#pragma once

#include "catalog/reading.hpp"

namespace schemaver::catalog {

struct ColumnRow {
    AttrNumber number;
    std::string name;
    Oid type;
    std::int32_t modifier;
    Oid collation;
    bool not_null;
    bool has_default;
    char identity;
    char generated;
    char storage;
    char compression;
    bool is_local;
    std::optional<int> statistics;
    std::vector<std::string> options;
    std::vector<std::string> foreign_options;
    std::optional<Datum> acl;
};

// By relation, in the order of the columns; dropped and system columns left out. For the relations of the
// read.
using ColumnMap = std::unordered_map<Oid, std::vector<ColumnRow>>;
ColumnMap read_columns(Reading& reading, const std::string& relation_kinds);

// Name, type and, where it is not the type's own, collation: what columns of every kind of relation have.
Json column_document(Reading& reading, const ColumnRow& column);

// The collation's qualified name, or nothing where it is the type's default.
std::optional<std::string> special_collation(Reading& reading, Oid collation, Oid type);

// Keys (relation, column) of pg_attrdef with the deparsed expressions.
using DefaultMap = std::map<std::pair<Oid, AttrNumber>, std::string>;
DefaultMap read_defaults(Reading& reading);

}  // namespace schemaver::catalog
