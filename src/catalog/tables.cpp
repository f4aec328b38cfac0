// Tables, partitioned and foreign tables: columns, defaults and constraints are part of the definition.
#include "catalog/columns.hpp"
#include "catalog/constraints.hpp"
#include "catalog/kinds.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_am.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "commands/defrem.h"
#include "commands/tablespace.h"
#include "foreign/foreign.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
}

namespace schemaver::catalog {

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

struct TableParts {
    ColumnMap columns;
    DefaultMap defaults;
    Constraints constraints;
    std::unordered_map<Oid, std::vector<std::pair<std::int32_t, Oid>>> parents;  // (order, parent)
    std::unordered_map<Oid, std::string> replica_indexes;
};

Json column_structure(Reading& reading, const TableParts& parts, Oid table, const ColumnRow& column,
                      bool is_partition) {
    Json document = column_document(reading, column);
    if (column.not_null) document["not_null"] = true;
    if (column.identity == ATTRIBUTE_IDENTITY_ALWAYS) document["identity"] = "always";
    if (column.identity == ATTRIBUTE_IDENTITY_BY_DEFAULT) document["identity"] = "by default";
    if (const auto expression = parts.defaults.find({table, column.number});
        expression != parts.defaults.end()) {
        document[column.generated != '\0' ? "generated" : "default"] = reading.sql(expression->second);
    }
    // 18 has virtual generated columns; stored is what there was before.
    if (column.generated != '\0' && column.generated != ATTRIBUTE_GENERATED_STORED)
        document["virtual"] = true;
    if (!column.is_local && !is_partition) document["inherited"] = true;
    if (!column.foreign_options.empty()) document["options"] = column.foreign_options;
    return document;
}

Json column_storage(const ColumnRow& column) {
    Json document = {{"name", column.name}};
    const char standard = pg::call([&] { return get_typstorage(column.type); });
    if (column.storage != standard) document["storage"] = storage_word(column.storage);
    if (column.compression != '\0') document["compression"] = column.compression == 'l' ? "lz4" : "pglz";
    if (column.statistics) document["statistics"] = *column.statistics;
    if (!column.options.empty()) document["options"] = column.options;
    return document;
}

Json parent_names(Reading& reading, const TableParts& parts, Oid table) {
    Json names = Json::array();
    if (const auto at = parts.parents.find(table); at != parts.parents.end()) {
        std::map<std::int32_t, Oid> ordered(at->second.begin(), at->second.end());
        for (const auto& [order, parent] : ordered) names.push_back(reading.relation_identity(parent));
    }
    return names;
}

void put_replica_identity(Json& structure, const TableParts& parts, const RelationRow& table) {
    if (table.replica_identity == REPLICA_IDENTITY_FULL) structure["replica_identity"] = "full";
    if (table.replica_identity == REPLICA_IDENTITY_NOTHING) structure["replica_identity"] = "nothing";
    if (table.replica_identity == REPLICA_IDENTITY_INDEX) {
        const auto index = parts.replica_indexes.find(table.oid);
        structure["replica_identity"] = {
            {"index", index == parts.replica_indexes.end() ? "" : index->second}};
    }
}

void put_foreign(Reading& reading, Json& structure, const RelationRow& table) {
    pg::scan(ForeignTableRelationId, ForeignTableRelidIndexId,
             {{Anum_pg_foreign_table_ftrelid, F_OIDEQ, ObjectIdGetDatum(table.oid)}}, reading.snapshot(),
             [&](const pg::Row& row) {
                 const Oid server = row.oid(Anum_pg_foreign_table_ftserver);
                 structure["server"] = reading.deparse([=] { return GetForeignServer(server)->servername; });
                 const auto options = row.text_array(Anum_pg_foreign_table_ftoptions);
                 if (!options.empty()) structure["options"] = options;
             });
}

Json table_structure(Reading& reading, const TableParts& parts, const RelationRow& table) {
    Json structure;
    Json columns = Json::array();
    if (const auto list = parts.columns.find(table.oid); list != parts.columns.end()) {
        for (const ColumnRow& column : list->second) {
            columns.push_back(column_structure(reading, parts, table.oid, column, table.is_partition));
        }
    }
    structure["columns"] = std::move(columns);
    if (Json constraints = parts.constraints.documents(table.oid); !constraints.empty()) {
        structure["constraints"] = std::move(constraints);
    }
    const Json parents = parent_names(reading, parts, table.oid);
    if (table.is_partition && !parents.empty()) {
        structure["partition_of"] = parents[0];
        if (table.bound) structure["partition_bound"] = *table.bound;
    } else if (!parents.empty()) {
        structure["inherits"] = parents;
    }
    if (table.kind == RELKIND_PARTITIONED_TABLE) {
        const Oid oid = table.oid;
        structure["partition_by"] = reading.deparse([=] {
            return TextDatumGetCString(DirectFunctionCall1(pg_get_partkeydef, ObjectIdGetDatum(oid)));
        });
    }
    if (table.kind == RELKIND_FOREIGN_TABLE) put_foreign(reading, structure, table);
    if (table.persistence == RELPERSISTENCE_UNLOGGED) structure["unlogged"] = true;
    if (OidIsValid(table.of_type)) structure["of_type"] = reading.type_name(table.of_type, -1);
    put_replica_identity(structure, parts, table);
    return structure;
}

Json table_security(Reading& reading, const TableParts& parts, const RelationRow& table) {
    Json security;
    reading.put_owner(security, table.owner);
    reading.put_privileges(security, table.acl, OBJECT_TABLE, table.owner);
    if (table.row_security) security["row_security"] = true;
    if (table.force_row_security) security["force_row_security"] = true;
    Json columns = Json::array();
    if (const auto list = parts.columns.find(table.oid); list != parts.columns.end()) {
        for (const ColumnRow& column : list->second) {
            if (!column.acl) continue;
            Json privileges = reading.privileges(*column.acl, 0);
            if (!privileges.empty())
                columns.push_back({{"name", column.name}, {"privileges", std::move(privileges)}});
        }
    }
    if (!columns.empty()) security["columns"] = std::move(columns);
    return security;
}

Json table_storage(Reading& reading, const TableParts& parts, const RelationRow& table) {
    Json storage;
    if (OidIsValid(table.access_method) && table.access_method != HEAP_TABLE_AM_OID) {
        const Oid method = table.access_method;
        storage["access_method"] = reading.deparse([=] { return get_am_name(method); });
    }
    if (OidIsValid(table.tablespace)) {
        const Oid tablespace = table.tablespace;
        storage["tablespace"] = reading.deparse([=] { return get_tablespace_name(tablespace); });
    }
    if (!table.options.empty()) storage["options"] = table.options;
    Json columns = Json::array();
    if (const auto list = parts.columns.find(table.oid); list != parts.columns.end()) {
        for (const ColumnRow& column : list->second) {
            if (Json document = column_storage(column); document.size() > 1)
                columns.push_back(std::move(document));
        }
    }
    if (!columns.empty()) storage["columns"] = std::move(columns);
    return storage;
}

Json table_comment(Reading& reading, const TableParts& parts, const RelationRow& table) {
    Json comment = reading.comment(RelationRelationId, table.oid);
    Json columns = Json::array();
    for (const auto& [number, text] : reading.comments(RelationRelationId, table.oid)) {
        if (number <= 0) continue;
        columns.push_back(
            {{"name", reading.column_name(table.oid, static_cast<AttrNumber>(number))}, {"text", text}});
    }
    if (!columns.empty()) comment["columns"] = std::move(columns);
    if (Json constraints = parts.constraints.comment_documents(table.oid); !constraints.empty()) {
        comment["constraints"] = std::move(constraints);
    }
    return comment;
}

void read_parents(Reading& reading, TableParts& parts) {
    for_each(reading, reading.selection(RelationRelationId), InheritsRelationId, Anum_pg_inherits_inhrelid,
             InheritsRelidSeqnoIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_inherits>();
                 parts.parents[form.inhrelid].emplace_back(form.inhseqno, form.inhparent);
             });
}

void read_replica_indexes(Reading& reading, TableParts& parts) {
    bool any = false;
    for (const auto& [oid, table] : reading.relations())
        any |= table.replica_identity == REPLICA_IDENTITY_INDEX;
    if (!any) return;
    for_each(reading, reading.selection(RelationRelationId), IndexRelationId, Anum_pg_index_indrelid,
             IndexIndrelidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_index>();
                 if (!form.indisreplident) return;
                 const Oid index = form.indexrelid;
                 parts.replica_indexes[form.indrelid] = reading.deparse([=] { return get_rel_name(index); });
             });
}

}  // namespace

void read_tables(Reading& reading) {
    if (reading.selection(RelationRelationId).empty()) return;
    TableParts parts;
    parts.columns = read_columns(reading, "rpf");
    parts.defaults = read_defaults(reading);
    parts.constraints = read_table_constraints(reading);
    read_parents(reading, parts);
    read_replica_indexes(reading, parts);
    for (const auto& [oid, table] : reading.relations()) {
        if (std::string_view("rpf").find(table.kind) == std::string_view::npos) continue;
        Json definition = {{"structure", table_structure(reading, parts, table)},
                           {"security", table_security(reading, parts, table)},
                           {"storage", table_storage(reading, parts, table)},
                           {"comment", table_comment(reading, parts, table)}};
        reading.add({RelationRelationId, oid},
                    table.kind == RELKIND_FOREIGN_TABLE ? "foreign table" : "table",
                    reading.relation_identity(oid), table.schema, std::move(definition));
    }
}

}  // namespace schemaver::catalog
