// Findings on one table that is there on both sides, each thing said once.
//
// A partition has its parent's columns and constraints: what was found at the parent is not said again for
// each of its partitions. So parents are to be checked first.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/implication.hpp"
#include "core/properties.hpp"
#include "core/restore_rules.hpp"

namespace schemaver::core {

// What is kept over all tables.
struct TableNotes {
    // rule, table and part of all that was said so far
    std::set<std::string> reported;
    // by table: its unique indexes that no constraint stands for
    std::map<std::string, std::vector<const Object*>> backup_indexes;
    std::map<std::string, std::vector<const Object*>> target_indexes;
    // by table: its partitions
    std::map<std::string, std::vector<const Object*>> backup_partitions;
    std::map<std::string, std::vector<const Object*>> target_partitions;
};

class TableReport {
  public:
    TableReport(RuleContext& rule_context, const Object& there, const Object& here, TableNotes& table_notes)
        : context(rule_context), backup(there), target(here), notes(table_notes) {}

    RuleContext& context;
    const Object& backup;  // the table there
    const Object& target;  // the table here
    TableNotes& notes;

    // What the backup says of each of its rows, and what they get in the columns that only this side has.
    const KnownOfRows& known() {
        if (!known_) known_ = known_of_rows();
        return *known_;
    }

    // Whether this is still to be said. `part` is the column, constraint or index by which a partition would
    // repeat its parent.
    bool is_news(const std::string& check, const std::string& part) {
        const auto key = [&](const std::string& table) { return check + '\n' + table + '\n' + part; };
        const std::string parent = text_of(structure_of(backup), "partition_of");
        const bool said = !parent.empty() && parent == text_of(structure_of(target), "partition_of") &&
                          notes.reported.contains(key(parent));
        notes.reported.insert(key(backup.identity));
        return !said;
    }

  private:
    std::optional<KnownOfRows> known_;

    KnownOfRows known_of_rows() const;
    void put_columns(KnownOfRows& known) const;
    void put_extra_columns(KnownOfRows& known) const;
};

// Whether each row gets a value of its own in a column that the backup has not, or NULL, which is no value.
bool fills_with_distinct_values(const Json& column);

}  // namespace schemaver::core
