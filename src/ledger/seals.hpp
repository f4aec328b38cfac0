// Seals: blocks of finished commits, each with a Merkle root, chained by their digests.
//
// A seal's snapshot says which transactions had ended when it was made, so it is known of each commit whether
// a seal should cover it: commits get their numbers before they become visible, and a prepared transaction
// may stay open for days. What a seal's snapshot did not see, a later seal covers. A database that was copied
// goes on with the chain of its original, under its own timeline.
#pragma once

#include "core/transaction_snapshot.hpp"
#include "ledger/timeline.hpp"

namespace schemaver::ledger {

struct Seal {
    Uuid timeline;
    std::int64_t number = 0;
    std::optional<std::string> previous;  // 32 bytes; of a first seal, nothing
    std::int64_t commits = 0;
    std::string root;
    std::int64_t horizon = 0;  // the largest number of a commit that is sealed
    core::TransactionSnapshot snapshot;
    // From this one on no transaction had begun. Not the snapshot's xmax: of those from there on, some may
    // have.
    std::uint64_t next_transaction = 0;
    std::int64_t at = 0;  // TimestampTz
    std::string digest;   // as it is stored
    std::string bytes;    // what the digest is computed over

    bool was_running(std::uint64_t transaction) const {
        return transaction < next_transaction && !snapshot.sees(transaction);
    }
    bool was_running_alone() const {
        return snapshot.in_progress.size() + (next_transaction - snapshot.xmax) <= 1;
    }
};

Seal read_seal(const pg::Row& row);
std::optional<Seal> find_seal(const Uuid& timeline, std::int64_t number, Snapshot snapshot);

// The last seal of the newest stretch that has one, and which that is.
struct LastSeal {
    Seal seal;
    std::size_t stretch = 0;
    // Commits of that stretch are sealed when the seal's snapshot sees them. Older ones may have their
    // transaction numbers from another server: all are sealed but those that were running, which a promoted
    // standby can have inherited as prepared ones.
    bool covers(std::size_t of_stretch, std::uint64_t transaction) const {
        if (of_stretch == stretch) return seal.snapshot.sees(transaction);
        return of_stretch > stretch && !seal.was_running(transaction);
    }
};
std::optional<LastSeal> last_seal(const std::vector<Stretch>& stretches, Snapshot snapshot);

// Whether seal() would find anything, without its lock; commits by index.
bool has_unsealed_commits();

// For who holds the lock of seal() already, by the active snapshot. The last seal there is then; nothing:
// there was nothing to seal, now or ever.
std::optional<Seal> seal_finished_commits(const Uuid& timeline);

bool is_sealed(const Uuid& timeline, std::int64_t commit);

// What `sealed` has instead of a commit's number for a row of no commit (RowBeside). A row that was written
// with a commit has that commit's number, but negative. So they come before the commits of their timeline.
inline constexpr std::int64_t beside_commits = 0;

struct SealedCommit {
    Uuid timeline;
    std::int64_t commit = 0;
    std::string digest;
    auto operator<=>(const SealedCommit&) const = default;
};
// A seal over just these, of this transaction. Again where older seals cover other contents of theirs.
Seal seal_these(const Uuid& timeline, std::vector<SealedCommit> commits);

// What the Merkle tree has for a commit.
std::string leaf(const Uuid& timeline, std::int64_t commit, std::string_view digest);

std::string seal_text(const Seal& seal);

}  // namespace schemaver::ledger
