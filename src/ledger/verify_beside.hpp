// Whether the rows that seals cover beside commits are those that were there: RowBeside in ledger.hpp.
#pragma once

#include "ledger/findings.hpp"

namespace schemaver::ledger {

class BesideCheck {
  public:
    BesideCheck(Findings& findings, Snapshot snapshot) : findings_(findings), snapshot_(snapshot) {}

    // That a seal covers such a row: `commit` is 0, or that of the row, but negative.
    void add_leaf(const Uuid& timeline, std::int64_t commit, const std::string& digest,
                  const Uuid& seal_timeline, std::int64_t seal);
    // After the last one. The commits that are there have been read, and what seals list of them.
    void finish();

  private:
    using CommitKey = std::pair<Uuid, std::int64_t>;
    // Of one commit, by their digests. What is there without a seal, by its table.
    struct Rows {
        std::map<std::string, std::int64_t> missing;  // the seal
        std::map<std::string, const char*> unsealed;
    };

    void check_acts();
    void compare_rows();
    bool is_covered(const Uuid& timeline);
    bool waits_for_seal(const Uuid& timeline, std::int64_t commit) const;
    void report(const CommitKey& key, const Rows& rows);

    Findings& findings_;
    Snapshot snapshot_;
    std::map<std::string, Findings::Place> acts_;  // by their digests
    std::map<CommitKey, Rows> rows_;
    std::set<Uuid> covering_;          // timelines with a seal over a row of a commit, or such a row
    std::map<Uuid, bool> is_covered_;  // whether seals of a timeline's history cover rows of commits
};

}  // namespace schemaver::ledger
