// What the hooks see while a trial runs, and refuse: also what a function or a DO block of the script runs.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "pg/server.hpp"

namespace schemaver::trial {

// Rows of a table that were dropped with it, or values that were dropped with a column.
struct Loss {
    std::string table;   // "public.people"
    std::string column;  // empty: the rows themselves
    std::string means;   // "dropped" or "truncated"
    std::int64_t count = 0;
    bool is_new = false;  // the trial itself has made the table
};

struct Watch {
    bool is_active = false;
    bool has_changed = false;             // a statement that may have changed a definition has run
    std::set<std::string> new_names;      // that RENAME gave to columns
    std::vector<Loss>* losses = nullptr;  // where they are to be counted
    std::set<Oid> new_tables;             // made since the beginning
    SubTransactionId beginning = InvalidSubTransactionId;
};

Watch& watched();

// Called at _PG_init. The hooks pass everything on unless a trial runs.
void install_hooks();

}  // namespace schemaver::trial
