// What the hooks see while a trial runs, and refuse: also what a function or a DO block of the script runs.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "trial/losses.hpp"

namespace schemaver::trial {

struct Watch {
    bool is_active = false;
    bool has_changed = false;         // a statement that may have changed a definition has run
    std::set<std::string> new_names;  // that RENAME gave to columns
    LossesSeen* losses = nullptr;     // where they are to be noted
    SubTransactionId beginning = InvalidSubTransactionId;
};

Watch& watched();

// Called at _PG_init. The hooks pass everything on unless a trial runs.
void install_hooks();

}  // namespace schemaver::trial
