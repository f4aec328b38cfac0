// Tables, partitioned and foreign tables: columns, defaults and constraints are part of the definition.
#include "catalog/columns.hpp"
#include "catalog/constraints.hpp"
#include "catalog/kinds.hpp"
#include "core/redact.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_am.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_partitioned_table.h"
#include "foreign/foreign.h"
}

namespace schemaver::catalog {

namespace {

struct TableParts {
    Constraints constraints;
    core::OidMap<std::vector<std::pair<std::int32_t, Oid>>> parents;  // (order, parent)
    std::unordered_map<Oid, std::string> replica_indexes;
};

// The tables of a read, one after another; what is written for each is reused for the next.
class TableWriter {
  public:
    TableWriter(Reading& reading, TableParts& parts) : reading_(reading), parts_(parts) {}

    void add(const RelationRow& table) {
        definition_.clear();
        columns_ = reading_.columns().of(table.oid);
        put_structure(table);
        put_security(table);
        put_storage(table);
        put_comment(table);
        reading_.add({RelationRelationId, table.oid},
                     table.kind == RELKIND_FOREIGN_TABLE ? "foreign table" : "table", table.identity,
                     table.schema, definition_);
    }

  private:
    void put_structure(const RelationRow& table) {
        core::Properties& structure = definition_.structure;
        list_.clear();
        for (const ColumnRow& column : columns_) {
            column_.clear();
            put_column_structure(column, table.is_partition);
            list_.add(column_);
        }
        structure.put("columns", list_);
        list_.clear();
        parts_.constraints.add_to(list_, table.oid);
        structure.put_unless_empty("constraints", list_);
        put_parents(table);
        if (table.kind == RELKIND_PARTITIONED_TABLE) put_partition_key(table.oid);
        if (table.kind == RELKIND_FOREIGN_TABLE) put_foreign(table.oid);
        if (table.persistence == RELPERSISTENCE_UNLOGGED) structure.put("unlogged", true);
        if (OidIsValid(table.of_type)) structure.put("of_type", reading_.type_name(table.of_type, -1));
        put_replica_identity(table);
    }

    void put_column_structure(const ColumnRow& column, bool is_partition) {
        put_column(reading_, column_, column);
        if (column.not_null) {
            column_.put("not_null", true);
            parts_.constraints.put_not_null(column_, column);
        }
        if (column.identity == ATTRIBUTE_IDENTITY_ALWAYS) column_.put("identity", "always");
        if (column.identity == ATTRIBUTE_IDENTITY_BY_DEFAULT) column_.put("identity", "by default");
        if (column.expression != nullptr)
            column_.put_canonical(column.generated != '\0' ? "generated" : "default",
                                  column.expression->json);
        // 18 has virtual generated columns; stored is what there was before.
        if (column.generated != '\0' && column.generated != ATTRIBUTE_GENERATED_STORED)
            column_.put("virtual", true);
        if (!column.is_local && !is_partition) column_.put("inherited", true);
        if (column.rare)
            column_.put_unless_empty("options", core::redacted_options(column.rare->foreign_options));
    }

    void put_parents(const RelationRow& table) {
        const auto at = parts_.parents.find(table.oid);
        if (at == parts_.parents.end()) return;
        const std::map<std::int32_t, Oid> ordered(at->second.begin(), at->second.end());
        if (table.is_partition) {
            definition_.structure.put("partition_of", reading_.relation_identity(ordered.begin()->second));
            if (table.rare) definition_.structure.put_unless_empty("partition_bound", table.rare->bound);
            return;
        }
        core::List names;
        for (const auto& [order, parent] : ordered) names.add(reading_.relation_identity(parent));
        definition_.structure.put("inherits", names);
    }

    void put_partition_key(Oid table);
    void put_foreign(Oid table);
    void put_replica_identity(const RelationRow& table);

    void put_security(const RelationRow& table) {
        core::Properties& security = definition_.security;
        reading_.put_owner(security, table.owner);
        reading_.put_privileges(security, table.acl(), OBJECT_TABLE, table.owner);
        if (table.row_security) security.put("row_security", true);
        if (table.force_row_security) security.put("force_row_security", true);
        security.put_unless_empty("columns", column_privileges(reading_, columns_));
    }

    void put_storage(const RelationRow& table) {
        core::Properties& storage = definition_.storage;
        if (OidIsValid(table.access_method) && table.access_method != HEAP_TABLE_AM_OID)
            storage.put("access_method", reading_.access_method_name(table.access_method));
        if (OidIsValid(table.tablespace))
            storage.put("tablespace", reading_.tablespace_name(table.tablespace));
        std::vector<std::string> options = table.options();
        for (std::string& option : reading_.toast_options(table.toast)) options.push_back(std::move(option));
        storage.put_unless_empty("options", options);
        storage.put_unless_empty("columns", column_storage(reading_, columns_));
    }

    void put_comment(const RelationRow& table) {
        reading_.put_comment(definition_.comment, RelationRelationId, table.oid);
        definition_.comment.put_unless_empty("columns", column_comments(reading_, table.oid));
        definition_.comment.put_unless_empty("constraints", parts_.constraints.comments_of(table.oid));
    }

    Reading& reading_;
    TableParts& parts_;
    std::span<const ColumnRow> columns_;
    core::Facets definition_;
    core::Properties column_;
    core::List list_;
};

void TableWriter::put_replica_identity(const RelationRow& table) {
    core::Properties& structure = definition_.structure;
    if (table.replica_identity == REPLICA_IDENTITY_FULL) structure.put("replica_identity", "full");
    // A foreign table has none, and cannot be given one.
    if (table.replica_identity == REPLICA_IDENTITY_NOTHING && table.kind != RELKIND_FOREIGN_TABLE)
        structure.put("replica_identity", "nothing");
    if (table.replica_identity == REPLICA_IDENTITY_INDEX) {
        const auto index = parts_.replica_indexes.find(table.oid);
        core::Properties identity;
        identity.put("index", index == parts_.replica_indexes.end() ? "" : index->second);
        structure.put("replica_identity", identity);
    }
}

void TableWriter::put_foreign(Oid table) {
    pg::scan(ForeignTableRelationId, ForeignTableRelidIndexId,
             {{Anum_pg_foreign_table_ftrelid, F_OIDEQ, ObjectIdGetDatum(table)}}, reading_.snapshot(),
             [&](const pg::Row& row) {
                 const Oid server = row.oid(Anum_pg_foreign_table_ftserver);
                 definition_.structure.put("server", reading_.deparse([=]() -> const char* {
                     const ForeignServer* found = GetForeignServerExtended(server, FSV_MISSING_OK);
                     return found == nullptr ? nullptr : found->servername;
                 }));
                 definition_.structure.put_unless_empty(
                     "options", core::redacted_options(row.text_array(Anum_pg_foreign_table_ftoptions)));
             });
}

const char* strategy_word(char strategy) {
    switch (strategy) {
        case 'l':
            return "list";
        case 'r':
            return "range";
        default:
            return "hash";
    }
}

void TableWriter::put_partition_key(Oid table) {
    pg::scan(PartitionedRelationId, PartitionedRelidIndexId,
             {{Anum_pg_partitioned_table_partrelid, F_OIDEQ, ObjectIdGetDatum(table)}}, reading_.snapshot(),
             [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_partitioned_table>();
                 const auto columns = row.int2_array(Anum_pg_partitioned_table_partattrs);
                 const auto opclasses = row.oid_array(Anum_pg_partitioned_table_partclass);
                 const auto collations = row.oid_array(Anum_pg_partitioned_table_partcollation);
                 const auto trees = row.datum(Anum_pg_partitioned_table_partexprs);
                 std::size_t expression = 0;
                 core::List keys;
                 for (std::size_t i = 0; i < columns.size(); ++i) {
                     core::Properties key;
                     Oid standard = DEFAULT_COLLATION_OID;
                     if (columns[i] != 0) {
                         key.put("column", reading_.column_name(table, columns[i]));
                         if (const ColumnRow* column = reading_.columns().find(table, columns[i]))
                             standard = column->collation;
                     } else {
                         key.put_canonical("expression",
                                           reading_.expressions().list(*trees, table)[expression++].json);
                     }
                     if (OidIsValid(collations[i]) && collations[i] != standard)
                         key.put("collation", reading_.identity(CollationRelationId, collations[i]));
                     const Oid method =
                         form.partstrat == PARTITION_STRATEGY_HASH ? HASH_AM_OID : BTREE_AM_OID;
                     if (!reading_.is_default_opclass(opclasses[i], method))
                         key.put("opclass", reading_.identity(OperatorClassRelationId, opclasses[i]));
                     keys.add(key);
                 }
                 core::Properties partition_by;
                 partition_by.put("strategy", strategy_word(form.partstrat));
                 partition_by.put("keys", keys);
                 definition_.structure.put("partition_by", partition_by);
             });
}

void read_parents(Reading& reading, TableParts& parts) {
    for_each(reading, reading.relations_of("rpf"), InheritsRelationId, Anum_pg_inherits_inhrelid,
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
    for_each(reading, reading.relations_of("rpf"), IndexRelationId, Anum_pg_index_indrelid,
             IndexIndrelidIndexId, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_index>();
                 if (form.indisreplident)
                     parts.replica_indexes[form.indrelid] = reading.relation_name(form.indexrelid);
             });
}

}  // namespace

void read_tables(Reading& reading) {
    if (reading.selection(RelationRelationId).empty()) return;
    TableParts parts;
    parts.constraints = read_table_constraints(reading);
    read_parents(reading, parts);
    read_replica_indexes(reading, parts);
    TableWriter writer(reading, parts);
    for (const auto& [oid, table] : reading.relations()) {
        if (std::string_view("rpf").find(table.kind) != std::string_view::npos) writer.add(table);
    }
}

}  // namespace schemaver::catalog
