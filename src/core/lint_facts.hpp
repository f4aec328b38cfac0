// What lint knows of the live database: the objects that a script is about, as they are before it runs.
//
//     facts.tables[{"public", "orders"}].rows     12 million
//
// lint/facts reads these from the catalogs; tests write them by hand.
#pragma once

#include <map>
#include <set>

#include "core/lint_statement.hpp"

namespace schemaver::core {

struct LintIndex {
    std::string name = {};
    std::vector<std::string> columns = {};  // "": an expression
    bool is_unique = false;
    bool is_primary = false;
    bool is_valid = true;
    bool is_partial = false;  // with WHERE
    bool is_plain = true;     // all rows, operator classes, collations and orders by default, no INCLUDE
    bool is_replica_identity = false;
    std::string method = "btree";
    std::string constraint = {};  // that it belongs to
};

// A foreign key of another table (or of this one) that points here.
struct LintReference {
    std::string table = {};  // its identity
    std::string constraint = {};
    std::vector<std::string> columns = {};  // of this table
};

struct LintDependant {
    std::string kind = {};
    std::string identity = {};
    std::string column = {};  // that it uses; empty: the table as such
};

// A session that holds a lock on the table.
struct LintHolder {
    int pid = 0;
    std::string mode = {};  // AccessShareLock, ...
    double seconds = -1;    // since its transaction began; negative: not to be told to this user
};

struct LintTable {
    std::string kind = "table";  // partitioned table, view, materialized view, foreign table, index, sequence
    std::string schema = {};
    std::string name = {};
    double rows = -1;  // negative: never counted
    std::int64_t bytes = 0;
    bool is_empty = false;
    bool is_new = false;          // made by the script
    bool has_all_columns = true;  // false: made by the script of something that is not known
    bool is_partition = false;
    bool is_unlogged = false;
    std::vector<LintColumn> columns = {};
    std::vector<LintIndex> indexes = {};
    std::vector<LintConstraint> constraints = {};
    std::vector<LintReference> references = {};
    std::vector<LintDependant> dependants = {};
    std::vector<LintHolder> holders = {};
    std::vector<std::string> publications = {};
    LintName parent = {};             // of an index, its table
    LintName default_partition = {};  // of a partitioned table
};

struct LintTypeFact {
    char kind = 'b';     // b, c, d, e, r, m
    LintType base = {};  // of a domain
    bool is_constrained = false;
    std::vector<std::string> values = {};   // of an enum
    std::vector<LintDependant> users = {};  // columns of this type
    bool is_new = false;
};

struct LintLimits {
    double small_rows = 10000;
    std::int64_t small_bytes = std::int64_t{10} * 1024 * 1024;
};

struct LintFacts {
    int server_version = 150000;
    std::vector<std::string> search_path = {"public"};
    std::map<LintName, LintTable> tables = {};  // and all else that has a row in pg_class
    std::set<std::string> schemas = {"public"};
    std::map<std::string, std::vector<std::string>> schema_contents = {};  // of those that are dropped
    std::map<LintName, LintTypeFact> types = {};
    std::map<LintName, char> functions = {};     // i, s, v: the most volatile of that name
    std::map<LintName, LintBody> routines = {};  // volatile ones that the script calls, of users'
    std::set<std::pair<LintName, LintName>> binary_casts = {};  // from a type to another, as they are stored
    std::set<std::string> reserved_words = {};
    std::vector<std::string> publications_of_all_tables = {};
    bool is_utc = false;
    bool has_lock_timeout = false;
    bool has_statement_timeout = false;
    bool in_transaction = false;  // the whole script runs in one
    bool is_hindsight = false;    // it ran long ago: sizes and locks are those of now
    LintLimits limits = {};
};

}  // namespace schemaver::core
