// Columns of relations (tables, views, composite types), as pg_attribute and pg_attrdef have them.
#pragma once

#include <span>

#include "catalog/output.hpp"
#include "core/oid_map.hpp"
#include "core/texts.hpp"

namespace schemaver::catalog {

class Reading;
struct Deparsed;

struct ColumnRow {
    Oid relation;
    AttrNumber number;
    std::string_view name;
    Oid type;
    std::int32_t modifier;
    Oid collation;
    bool not_null;
    char identity;
    char generated;
    char storage;
    char compression;
    bool is_local;
    const Deparsed* expression = nullptr;  // default or generation expression; owned by the reading
    // What few columns have.
    struct Rare {
        std::optional<int> statistics;
        std::vector<std::string> options;
        std::vector<std::string> foreign_options;
        std::optional<Datum> acl;
    };
    std::unique_ptr<Rare> rare = nullptr;  // nullptr: none of these
};

// The columns of all relations of a read, each relation's in order; dropped and system columns left out. Of
// an index only the columns that have options or a statistics target.
class Columns {
  public:
    std::span<const ColumnRow> of(Oid relation) const;
    const ColumnRow* find(Oid relation, AttrNumber number) const;  // nullptr: not there

    void add(ColumnRow column) {
        column.name = names_.keep(column.name);
        rows_.push_back(std::move(column));
    }
    void reserve(std::size_t count) { rows_.reserve(count); }
    void sort();  // when all have been added
    ColumnRow* find_to_change(Oid relation, AttrNumber number);

  private:
    core::Texts names_;
    std::vector<ColumnRow> rows_;
    core::OidMap<std::pair<std::uint32_t, std::uint32_t>> ranges_;  // first, count
};

// Of one relation's columns that with the number; nullptr: not there.
const ColumnRow* find_column(std::span<const ColumnRow> columns, AttrNumber number);

// Reads pg_attribute into `columns`, which is the reading's own; and then the expressions.
void read_columns(Reading& reading, Columns& columns);
void read_column_expressions(Reading& reading, Columns& columns);

// Name, type and, where it is not the type's own, collation: what columns of every kind of relation have.
void put_column(Reading& reading, core::Properties& document, const ColumnRow& column);
Json column_document(Reading& reading, const ColumnRow& column);

// The collation's qualified name, or nothing where it is the type's default.
std::optional<std::string> special_collation(Reading& reading, Oid collation, Oid type);

// [{name, storage, compression, statistics, options}] of the columns where any of these is not the default,
// [{name, privileges}] of the columns that have any, [{name, text}] of those with a comment.
core::List column_storage(Reading& reading, std::span<const ColumnRow> columns);
core::List column_privileges(Reading& reading, std::span<const ColumnRow> columns);
core::List column_comments(Reading& reading, Oid relation);

}  // namespace schemaver::catalog
