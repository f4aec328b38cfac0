// Findings on one table that is there on both sides, each thing said once.
//
// A partition has its parent's columns and constraints: what was found at the parent is not said again for
// each of its partitions. So parents are to be checked first.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

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
};

class TableReport {
  public:
    RuleContext& context;
    const Object& backup;  // the table there
    const Object& target;  // the table here
    TableNotes& notes;

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
};

}  // namespace schemaver::core
