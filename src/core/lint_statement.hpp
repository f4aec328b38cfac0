// A script as lint sees it: each statement described in plain terms, without the server's parse tree.
//
//     ALTER TABLE a.t ADD COLUMN n int NOT NULL;
//         {kind alter_table, objects {a.t}, actions {{add_column, column {n, int4, not null}}}}
//
// pg/describe_script makes these from the server's own raw parser; tests write them by hand.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace schemaver::core {

// As it was written: without a schema it is found by search_path.
struct LintName {
    std::string schema;
    std::string name;
    bool operator==(const LintName&) const = default;
    bool operator<(const LintName& other) const {
        return std::tie(schema, name) < std::tie(other.schema, other.name);
    }
};

// By the server's own names: int4, varchar, timestamptz. serial stays serial.
struct LintType {
    LintName name;
    std::vector<std::int64_t> modifiers;
    bool is_array = false;
    bool operator==(const LintType&) const = default;
};

struct LintExpression {
    bool is_constant = true;
    bool is_null = false;
    std::vector<LintName> functions;  // that it calls
    bool is_call = false;             // of one function without arguments, and nothing else
};

enum class LintConstraintKind { check, not_null, primary_key, unique, foreign_key, exclusion };

struct LintConstraint {
    LintConstraintKind kind = LintConstraintKind::check;
    std::string name = {};
    std::vector<std::string> columns = {};
    std::vector<std::string> not_null_columns = {};  // of CHECK (x IS NOT NULL AND ...): x, ...
    bool is_valid = true;                            // false: NOT VALID
    std::string index = {};                          // USING INDEX
    std::vector<std::string> included = {};          // INCLUDE (...)
    bool nulls_not_distinct = false;
    bool without_overlaps = false;
    std::string tail = {};  // what a key or foreign key says last: " ON DELETE CASCADE DEFERRABLE"
    LintName references = {};
    std::vector<std::string> referenced_columns = {};  // empty: those of the primary key
    std::string text = {};                             // as written, without its name
};

struct LintColumn {
    std::string name = {};
    LintType type = {};
    LintName collation = {};  // empty: the type's own
    bool not_null = false;
    bool is_identity = false;
    bool is_stored = false;   // GENERATED ALWAYS AS (...) STORED
    bool is_virtual = false;  // ... VIRTUAL
    std::optional<LintExpression> default_value = {};
    std::vector<LintConstraint> constraints = {};  // written behind it
};

enum class LintActionKind {
    other,
    other_light,  // what does not keep readers and writers out: SET STATISTICS, SET (fillfactor = ...)
    add_column,
    drop_column,
    change_type,
    set_not_null,
    drop_not_null,
    set_default,
    drop_default,
    set_expression,  // of a generated column
    drop_expression,
    add_identity,
    add_constraint,
    drop_constraint,
    validate_constraint,
    set_logged,
    set_unlogged,
    set_access_method,
    set_tablespace,
    attach_partition,
    detach_partition,
    disable_trigger,
    enable_trigger,
    disable_row_security,
    replica_identity
};

// Of ALTER TABLE; the columns and constraints of CREATE TABLE are add_column and add_constraint.
struct LintAction {
    LintActionKind kind = LintActionKind::other;
    std::string name = {};  // of the column, constraint, trigger
    LintColumn column = {};
    LintConstraint constraint = {};
    bool has_using = false;  // change_type with an expression that is more than a cast to the type
    LintName partition = {};
    bool if_exists = false;  // IF EXISTS, IF NOT EXISTS
    bool cascade = false;
    bool concurrently = false;
    bool finalize = false;   // of DETACH PARTITION
    std::size_t offset = 0;  // bytes behind the beginning of the statement's text
    std::string text = {};   // the clause as it was written; empty: unknown
};

enum class LintKind {
    other,
    create_table,
    create_view,
    create_materialized_view,
    create_index,
    create_schema,
    create_type,  // of any sort; an enum has its values
    create_domain,
    create_function,
    create_trigger,
    create_rule,
    create_sequence,
    create_other,
    alter_table,
    alter_domain,
    add_enum_value,
    rename_enum_value,
    drop,
    drop_owned,
    rename,
    set_schema,
    truncate,
    insert,
    update,
    remove,
    select,
    begin,
    commit,
    rollback,
    savepoint,
    rollback_to,
    set,
    vacuum,
    analyze,
    cluster,
    reindex,
    refresh,
    lock_table,
    grant,
    alter_system,
    database,  // CREATE or DROP DATABASE or TABLESPACE
    do_block,
    call,
    dynamic  // EXECUTE in a body, of what is put together when it runs
};

struct LintStatement;
// What a function or DO block runs, in SQL or plpgsql; nullptr: nobody looks into it.
using LintBody = std::shared_ptr<const std::vector<LintStatement>>;

struct LintStatement {
    LintKind kind = LintKind::other;
    std::string text = {};  // from its first word on, without the semicolon
    std::size_t line = 1;   // of the script; in a body, of that
    std::size_t column = 1;
    std::size_t position = 1;
    std::string object_kind = {};        // table, index, view, schema, type, ... of what it is about
    std::vector<LintName> objects = {};  // what it is about; of an index that is created, its table
    LintName parent = {};                // of a table that is created: PARTITION OF
    std::string new_name = {};           // of a rename, an index that is created, the schema to move to
    std::string element =
        {};  // the column, constraint or value that is renamed; a setting's, a savepoint's name
    std::vector<std::string> values = {};  // an enum's, a setting's, an index's columns ("": an expression)
    std::vector<LintAction> actions = {};
    bool if_exists = false;  // IF EXISTS, IF NOT EXISTS, OR REPLACE
    bool concurrently = false;
    bool cascade = false;
    bool is_temporary = false;
    bool is_unlogged = false;
    bool is_only = false;  // ON ONLY
    bool is_unique = false;
    bool is_partial = false;      // an index with WHERE, or a key that is more than a column's name
    bool is_full = false;         // VACUUM FULL
    bool is_partition = false;    // PARTITION OF
    bool is_partitioned = false;  // PARTITION BY
    bool takes_columns = false;   // of another table, a type or a query: which they are is not known
    bool has_where = false;
    bool to_public = false;
    bool is_security_definer = false;
    bool sets_search_path = false;
    bool is_local = false;    // SET LOCAL
    bool is_chained = false;  // COMMIT AND CHAIN
    char volatility = 'v';
    std::string method = {};  // of an index; of LOCK TABLE, the mode
    std::vector<LintName> calls =
        {};                       // functions that a SELECT calls for its result, the procedure of a CALL
    LintBody body = {};           // of a function that is created, of a DO block
    bool is_conditional = false;  // in a body: it may run or not
    std::vector<std::string> long_names = {};  // identifiers of more bytes than the server keeps
};

}  // namespace schemaver::core
