// What a statement does to relations below their definitions: which it has locked, how strongly, and which of
// them it has written anew or read through.
//
// Rewritten is what has its rows in another file than before. Read through is what the server's own counters
// of this session say: a sequential scan more than before.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "pg/locks.hpp"

namespace schemaver::trial {

struct LockTaken {
    std::string relation;  // "table public.people"
    std::string mode;
    int strength = 0;
};

struct Work {
    std::string relation;
    std::string what;  // "rewritten", "emptied", "built", "rebuilt", "scanned"
    std::int64_t bytes = 0;
};

struct RelationWork {
    std::vector<LockTaken> locks;
    std::vector<Work> written;
    std::vector<Work> scanned;
};

// "table public.people rewritten (16 kB)"
std::string in_one_line(const Work& work);

class Relations {
  public:
    Relations();
    // What the statement that has just ended did.
    RelationWork look();
    // Sequences that were there at the beginning and from which values may have been drawn: to be asked when
    // all has been undone, for their locks stay.
    std::vector<std::string> drawn_sequences() const;

  private:
    struct Seen {
        std::string name;
        char kind = 0;
        Oid file = InvalidOid;
        std::int64_t scans = 0;
        bool is_new = false;
    };
    std::map<Oid, Seen> seen_;
    std::set<pg::RelationLock> first_held_;
    std::set<pg::RelationLock> held_;

    static Seen seen_now(Oid relation);
    void look_at(Oid relation, RelationWork& work);
};

}  // namespace schemaver::trial
