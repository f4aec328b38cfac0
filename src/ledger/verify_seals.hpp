// The chain of seals, and whether the commits listed for each are those that it was made over.
#pragma once

#include "core/merkle.hpp"
#include "core/seal_text.hpp"
#include "ledger/findings.hpp"
#include "ledger/seals.hpp"

namespace schemaver::ledger {

class SealCheck {
  public:
    SealCheck(Findings& findings, std::vector<Stretch> own, Snapshot snapshot);

    // Reads the chain: every seal's own digest, each link, and the one that was kept elsewhere.
    void read_chain(const std::optional<core::SealText>& kept);
    // A commit that `sealed` lists, in the order of timelines and numbers.
    void add_leaf(const Uuid& seal_timeline, std::int64_t seal, const Uuid& timeline, std::int64_t commit,
                  const std::string& digest);
    // After the last one: the seals whose lists were not complete.
    void finish();

    // Whether some seal should have covered a commit of this transaction; its name then, or nothing.
    std::optional<std::string> should_cover(const Uuid& timeline, std::uint64_t transaction) const;
    std::int64_t count() const { return count_; }
    const std::optional<Seal>& newest() const { return newest_; }

  private:
    struct Block {
        Seal seal;
        core::MerkleTree tree;
        bool exists = true;
    };
    // Which seals' lists have been seen to their end: nearly in order, so little has to be remembered.
    struct Progress {
        std::int64_t up_to = 0;
        std::set<std::int64_t> beyond;
    };
    using Name = std::pair<Uuid, std::int64_t>;

    void check_seal(const Seal& seal);
    void check_first(const Seal& seal);
    void check_kept(const core::SealText& kept, const std::optional<Seal>& found);
    void close(const Name& name, const Block& block);
    void mark_done(const Name& name);
    Findings::Place place(const Uuid& timeline, std::int64_t number) const;

    Findings& findings_;
    std::vector<Stretch> own_;
    Snapshot snapshot_;
    std::map<Uuid, Seal> last_;  // of each timeline
    std::map<Uuid, Progress> progress_;
    std::map<Name, Block> open_;
    std::optional<LastSeal> own_last_;
    std::optional<Seal> newest_;
    std::int64_t count_ = 0;
};

}  // namespace schemaver::ledger
