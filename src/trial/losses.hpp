// What a script takes away from the rows and values that were there: dropped with a table or a column,
// emptied out, deleted, or written over.
//
//     ALTER TABLE people DROP COLUMN email
//         {"lost values", "public.people", "column email was dropped", 5}
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "pg/server.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace schemaver::trial {

struct Loss {
    std::string finding;  // "lost rows", "lost values", "changed rows" or "changed values"
    std::string table;    // "public.people"
    std::string what;     // a clause
    std::int64_t count = 0;
    bool is_own = false;  // of what the trial itself has made
};

// What is seen while a script runs.
struct LossesSeen {
    std::vector<Loss> losses;
    std::set<Oid> new_tables;  // made since the trial began
    std::set<std::pair<Oid, AttrNumber>> new_columns;
    // What queries update, by table.
    struct Updated {
        std::set<std::string> old_columns;  // that the trial has not made, and a query names
        std::set<std::string> triggers;     // BEFORE UPDATE, which may set others
    };
    std::map<Oid, Updated> updated;
};

// Of what is about to be dropped; column 0: the table itself.
void note_dropped(LossesSeen& seen, Oid table, AttrNumber column);
void note_truncated(LossesSeen& seen, Oid table);
// Columns that are about to get a type in which not every value stays what it is, or USING.
void note_changed_types(LossesSeen& seen, const AlterTableStmt* alter);
// That a query is about to SET it.
void note_updated(LossesSeen& seen, Oid table, AttrNumber column);

// Rows that were deleted and updated, by the server's own counters of this session.
class RowCounters {
  public:
    RowCounters();
    // Since the last look, but of these tables. Nothing is known while track_counts is off.
    void look(LossesSeen& seen, const std::set<Oid>& left_out);

  private:
    struct Counts {
        std::int64_t inserted = 0;
        std::int64_t deleted = 0;
        std::int64_t updated = 0;
    };
    std::map<Oid, Counts> counts_;
    std::map<Oid, std::int64_t> inserted_;  // since the beginning

    static Counts counts_now(Oid table);
};

}  // namespace schemaver::trial
