// Reads pg_attribute and pg_attrdef once for all relations of a read.
#include "catalog/columns.hpp"

#include <algorithm>

#include "catalog/reading.hpp"
#include "core/poll.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_attrdef.h"
#include "catalog/pg_collation.h"
}

namespace schemaver::catalog {

std::span<const ColumnRow> Columns::of(Oid relation) const {
    const auto at = ranges_.find(relation);
    if (at == ranges_.end()) return {};
    return {rows_.data() + at->second.first, at->second.second};
}

const ColumnRow* Columns::find(Oid relation, AttrNumber number) const {
    return find_column(of(relation), number);
}

const ColumnRow* find_column(std::span<const ColumnRow> columns, AttrNumber number) {
    // Where no column was dropped before it, it stands at its number.
    const auto guess = static_cast<std::size_t>(number) - 1;
    if (number > 0 && guess < columns.size() && columns[guess].number == number) return &columns[guess];
    for (const ColumnRow& column : columns) {
        if (column.number == number) return &column;
    }
    return nullptr;
}

ColumnRow* Columns::find_to_change(Oid relation, AttrNumber number) {
    return const_cast<ColumnRow*>(find(relation, number));
}

void Columns::sort() {
    const auto before = [](const ColumnRow& a, const ColumnRow& b) {
        core::poll();
        return std::tie(a.relation, a.number) < std::tie(b.relation, b.number);
    };
    if (!std::is_sorted(rows_.begin(), rows_.end(), before)) std::sort(rows_.begin(), rows_.end(), before);
    ranges_ = {};
    for (std::uint32_t i = 0; i < rows_.size(); ++i) {
        auto [range, fresh] = ranges_.try_emplace(rows_[i].relation, i, 0U);
        ++range->second.second;
    }
}

namespace {

std::unique_ptr<ColumnRow::Rare> rare_of(Reading& reading, const pg::Row& row) {
    if (!pg::statistics_target(row) && !pg::has_column_options(row) &&
        row.is_null(Anum_pg_attribute_attfdwoptions) && row.is_null(Anum_pg_attribute_attacl)) {
        return nullptr;
    }
    ColumnRow::Rare rare{pg::statistics_target(row),
                         row.text_array(Anum_pg_attribute_attoptions),
                         row.text_array(Anum_pg_attribute_attfdwoptions),
                         {}};
    std::erase_if(rare.options, pg::is_internal_column_option);
    if (const auto acl = row.datum(Anum_pg_attribute_attacl)) rare.acl = reading.keep(*acl);
    if (!rare.statistics && rare.options.empty() && rare.foreign_options.empty() && !rare.acl) return nullptr;
    return std::make_unique<ColumnRow::Rare>(std::move(rare));
}

// `name` holds the column's name where it is not in the row as it is.
ColumnRow column_of(Reading& reading, const pg::Row& row, std::string& name) {
    const auto& form = row.form<FormData_pg_attribute>();
    ColumnRow column{form.attrelid,   form.attnum,         pg::utf8_view(form.attname, name),
                     form.atttypid,   form.atttypmod,      form.attcollation,
                     form.attnotnull, form.attidentity,    form.attgenerated,
                     form.attstorage, form.attcompression, form.attislocal};
    column.rare = rare_of(reading, row);
    return column;
}

}  // namespace

void read_columns(Reading& reading, Columns& columns) {
    const auto& relations = reading.relations();
    std::size_t count = 0;
    for (const auto& [oid, relation] : relations) {
        if (std::string_view("rpfvmc").find(relation.kind) != std::string_view::npos)
            count += static_cast<std::size_t>(relation.column_count);
    }
    columns.reserve(count);
    std::string name;
    Oid last = InvalidOid;  // a relation's columns mostly stand together
    const RelationRow* relation = nullptr;
    for_each(reading, reading.relations_of("rpfvmciI"), AttributeRelationId, Anum_pg_attribute_attrelid,
             AttributeRelidNumIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_attribute>();
                 if (form.attnum <= 0 || form.attisdropped) return;
                 if (form.attrelid != last) {
                     last = form.attrelid;
                     const auto at = relations.find(last);
                     relation = at == relations.end() ? nullptr : &at->second;
                 }
                 if (relation == nullptr || relation->kind == RELKIND_SEQUENCE) return;
                 const bool is_index =
                     relation->kind == RELKIND_INDEX || relation->kind == RELKIND_PARTITIONED_INDEX;
                 if (is_index && !pg::has_column_options(row) && !pg::statistics_target(row)) return;
                 columns.add(column_of(reading, row, name));
             });
    columns.sort();
}

void read_column_expressions(Reading& reading, Columns& columns) {
    for_each(reading, reading.relations_of("rpfvm"), AttrDefaultRelationId, Anum_pg_attrdef_adrelid,
             AttrDefaultIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_attrdef>();
                 if (ColumnRow* column = columns.find_to_change(form.adrelid, form.adnum)) {
                     column->expression =
                         &reading.expressions().expression(*row.datum(Anum_pg_attrdef_adbin), form.adrelid);
                 }
             });
}

std::optional<std::string> special_collation(Reading& reading, Oid collation, Oid type) {
    if (!OidIsValid(collation) || collation == reading.type_defaults(type).collation) return std::nullopt;
    return reading.identity(CollationRelationId, collation);
}

void put_column(Reading& reading, core::Properties& document, const ColumnRow& column) {
    if (const auto collation = special_collation(reading, column.collation, column.type))
        document.put("collation", *collation);
    document.put("name", column.name);
    document.put("type", reading.type_name(column.type, column.modifier));
}

Json column_document(Reading& reading, const ColumnRow& column) {
    core::Properties document;
    put_column(reading, document, column);
    return Json::parse(document.canonical());
}

namespace {

const char* storage_word(char storage) {
    switch (storage) {
        case TYPSTORAGE_PLAIN:
            return "plain";
        case TYPSTORAGE_EXTERNAL:
            return "external";
        case TYPSTORAGE_MAIN:
            return "main";
        default:
            return "extended";
    }
}

}  // namespace

core::List column_storage(Reading& reading, std::span<const ColumnRow> columns) {
    core::List list;
    core::Properties entry;
    for (const ColumnRow& column : columns) {
        entry.clear();
        if (column.storage != reading.type_defaults(column.type).storage)
            entry.put("storage", storage_word(column.storage));
        if (column.compression != '\0') entry.put("compression", column.compression == 'l' ? "lz4" : "pglz");
        if (column.rare && column.rare->statistics) entry.put("statistics", *column.rare->statistics);
        if (column.rare) entry.put_unless_empty("options", column.rare->options);
        if (entry.empty()) continue;
        entry.put("name", column.name);
        list.add(entry);
    }
    return list;
}

core::List column_privileges(Reading& reading, std::span<const ColumnRow> columns) {
    core::List list;
    for (const ColumnRow& column : columns) {
        if (!column.rare || !column.rare->acl) continue;
        const Json privileges = reading.privileges(*column.rare->acl, 0);
        if (privileges.empty()) continue;
        core::Properties entry;
        entry.put("name", column.name);
        entry.put("privileges", privileges);
        list.add(entry);
    }
    return list;
}

core::List column_comments(Reading& reading, Oid relation) {
    core::List list;
    for (const auto& [number, text] : reading.comments(RelationRelationId, relation)) {
        if (number <= 0) continue;
        core::Properties entry;
        entry.put("name", reading.column_name(relation, static_cast<AttrNumber>(number)));
        entry.put("text", text);
        list.add(entry);
    }
    return list;
}

}  // namespace schemaver::catalog
