// The board: what the launcher, its workers and everybody's sessions tell each other in shared memory.
//
// There only where the library is loaded with the server. A session pins a note to it when it has scheduled a
// job or committed DDL; a worker, when its database's next job is due. Everything else the launcher knows it
// keeps to itself, so the board's size does not depend on the number of databases.
#pragma once

#include "core/schedule.hpp"
#include "pg/shared_memory.hpp"

struct Latch;

namespace schemaver::drift {

inline constexpr int most_workers = 2;

// What a worker found in its database.
struct Report {
    bool is_written = false;
    bool has_extension = false;
    core::Moment next_due = 0;          // never_due: nothing is scheduled
    core::Moment due_after_commit = 0;  // the same, should DDL be committed meanwhile
};

struct Note {
    Oid database;
    bool scheduled;  // a job, or the extension was created: worth a look at once
    bool committed;  // DDL
};

struct Board {
    pid_t launcher;
    Latch* latch;  // the launcher's
    core::Moment looked_at;
    core::Moment clock_offset;  // of tests
    int held_hashing;           // of tests: workers stay where they are about to hash for that time
    Report reports[most_workers];
    int notes;
    bool overflowed;  // there were more: any database may have one
    Note note[128];
};

inline constexpr core::Moment never_due = INT64_MAX;

inline Board* board() { return pg::shared_memory<Board>(); }

// When the transaction that runs commits, the launcher is told. Without a board nothing happens.
void note_schedule();
void note_commit();

// Called by _PG_init.
void register_notes();

}  // namespace schemaver::drift
