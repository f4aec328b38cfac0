// What the rules about a publisher and its subscriber share: both schemas by what is asked of them, and the
// table at hand on either side. Not for others; see core/replication.hpp.
#pragma once

#include "core/fingerprint.hpp"
#include "core/properties.hpp"
#include "core/replication.hpp"

namespace schemaver::core {

// What arrives of one table.
struct PublishedTable {
    std::set<std::string> operations;  // insert, update, delete, truncate
    bool all_rows = false;             // by at least one publication
    std::vector<std::string> filters;  // of the others
    bool all_columns = false;          // by at least one publication
    std::set<std::string> columns;     // of the others
    bool generated_columns = false;

    bool updates_or_deletes() const { return operations.contains("update") || operations.contains("delete"); }
};
using PublishedTables = std::map<std::string, PublishedTable>;

const Json& structure_in(const Object& object);
const Json* table_structure(const Schema& schema, const std::string& identity);

// Of a schema, by the identity of a table: its partitions, indexes and triggers. Whoever made the schema up
// may have made a ring of partitions, so nobody goes down further than so many levels.
inline constexpr int most_partition_levels = 32;
class TableParts {
  public:
    explicit TableParts(const Schema& schema);
    const std::vector<const Object*>& partitions(const std::string& table) const;
    const std::vector<const Object*>& indexes(const std::string& table) const;
    const std::vector<const Object*>& triggers(const std::string& table) const;
    // The partitions that hold the rows of a partitioned table, at whatever level.
    std::vector<const Object*> leaves(const std::string& table) const;

  private:
    using Parts = std::map<std::string, std::vector<const Object*>>;
    Parts partitions_;
    Parts indexes_;
    Parts triggers_;
};

// Which tables the publications publish, by the name under which their rows come. Those that there are not
// are written to `missing`.
PublishedTables published_tables(const std::vector<std::string>& publications, const Schema& publisher,
                                 const TableParts& parts, std::vector<std::string>& missing);

struct BothSides {
    const Subscription& subscription;
    const Schema& publisher;
    const Schema& subscriber;
    const TableParts there;
    const TableParts here;
    const Normalise& normalise;
    std::vector<ReplicationFinding>& findings;
};

// A table that is published, and is there on both sides.
struct ReplicatedTable {
    const BothSides& sides;
    const std::string& name;
    const PublishedTable& published;
    const Json& there;
    const Json& here;

    // About it, or about a partition of it.
    void add(std::string severity, std::string check, std::string detail, std::string hint = {}) const {
        add_about(name, std::move(severity), std::move(check), std::move(detail), std::move(hint));
    }
    void add_about(const std::string& table, std::string severity, std::string check, std::string detail,
                   std::string hint = {}) const {
        sides.findings.push_back(
            {std::move(severity), std::move(check), table, std::move(detail), std::move(hint)});
    }
    // Where its rows are here: the table itself, or its partitions.
    std::vector<const Object*> places() const;
};

std::string alter_table(const std::string& table, const std::string& action);

void check_columns(const ReplicatedTable& table);
void check_row_identity(const ReplicatedTable& table);
void check_constraints(const ReplicatedTable& table);
void check_partitions(const ReplicatedTable& table);
void check_triggers(const ReplicatedTable& table);
void check_rights(const ReplicatedTable& table);

}  // namespace schemaver::core
