// Checkpoints: history up to a commit that somebody has taken out, on record and sealed.
//
// What is left of it are commits of the source "checkpoint", one for the checkpoint itself and one for each
// version, baseline or backup before it. Each holds what changed since the one before, all commits between
// folded into it, under the number of the last of them; so whatever reads the ledger reads them as any other
// commit. The digest of a checkpoint's commit covers the row of schemaver.checkpoint too, and a seal covers
// that. What older seals list of commits that are gone stays, so the chain of seals verifies as before.
#pragma once

#include "ledger/timeline.hpp"

namespace schemaver::ledger {

inline constexpr char checkpoint_source[] = "checkpoint";
// What stands in the place of a user for what several commits of several users did.
inline constexpr char folded_author[] = "not kept";

struct Checkpoint {
    Uuid timeline;                  // of its commit
    std::int64_t commit = 0;        // up to this one history was folded
    std::int64_t first_commit = 0;  // from this one on
    std::int64_t commits = 0;       // that were there, and are not any more
    std::string seal;               // as seal() gave it out before
    std::string fingerprint;        // of the schema at its commit
    std::int64_t at = 0;            // TimestampTz
    std::string who;
    std::string reason;
    std::string bytes;  // what digests cover

    bool is_at(const Uuid& its_timeline, std::int64_t its_commit) const {
        return timeline == its_timeline && commit == its_commit;
    }
};

// All of them, each once, by time.
std::vector<Checkpoint> checkpoints(Snapshot snapshot);

// The last one of these stretches; nothing: their history is whole.
std::optional<Checkpoint> last_checkpoint(const std::vector<Stretch>& stretches, Snapshot snapshot);

// Whose commits these are: of a checkpoint's timeline and those that it inherits, up to its commit.
class Folded {
  public:
    explicit Folded(Snapshot snapshot);
    const std::vector<Checkpoint>& all() const { return checkpoints_; }
    // Whether the commit, if it is not there, was folded into another one.
    bool covers(const Uuid& timeline, std::int64_t commit) const;
    // A later one has taken this one's commit, or made it one of its own.
    bool is_superseded(const Checkpoint& checkpoint) const;
    // What the digest of a checkpoint's commit covers beside changes and commit: its row, and those of the
    // checkpoints before it. Empty: no checkpoint's commit.
    std::string content(const Uuid& timeline, std::int64_t commit) const;

  private:
    std::vector<Checkpoint> checkpoints_;
    std::vector<std::vector<Stretch>> stretches_;  // of each
    bool covers(std::size_t place, const Uuid& timeline, std::int64_t commit) const;
};

struct Folding {
    std::vector<Stretch> stretches;    // this database's own history
    std::vector<std::int64_t> points;  // commits to be kept, ascending; the last one is the checkpoint's
    std::string fingerprint;           // of the schema there
    std::string reason;
};

// Waits for DDL that is running, and keeps out what would write to the ledger, until the end of the
// transaction. Throws where that takes longer than a few seconds. Before the snapshot is taken that all is
// read by.
void close_ledger();

// Seals what is there, folds it, and seals that; returns the digest of the last seal. The active snapshot
// must see all that the ledger has.
std::string fold_history(const Uuid& timeline, const Folding& folding);

}  // namespace schemaver::ledger
