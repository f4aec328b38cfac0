// What functions that write begin with.
#pragma once

#include "pg/locks.hpp"
#include "pg/table.hpp"

extern "C" {
#include "storage/lockdefs.h"
#include "tcop/utility.h"
}

namespace schemaver::drift {

// Refuses where nothing can be written; `function` is for the message.
inline void require_writing(const char* function) {
    pg::call([=] {
        PreventCommandDuringRecovery(function);
        PreventCommandIfReadOnly(function);
        PreventCommandIfParallelMode(function);
    });
}

// One writer of the table at a time, until the end of the transaction; nobody else takes this lock but
// VACUUM.
inline void take_turns(const char* table) {
    pg::lock_relation(pg::our_relation(table), ShareUpdateExclusiveLock);
}

}  // namespace schemaver::drift
