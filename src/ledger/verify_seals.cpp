// Verifies the chain and its blocks.
#include "ledger/verify_seals.hpp"

#include "core/digest.hpp"
#include "ledger/columns.hpp"
#include "ledger/commit_digest.hpp"
#include "pg/cursor.hpp"

namespace schemaver::ledger {

namespace {

constexpr char compare_hint[] =
    "Restore an older dump into another database, and compare what the views schemaver.seals and "
    "schemaver.log say "
    "there.";

std::string numbers(std::int64_t first, std::int64_t last) {
    return first == last ? fmt::format("Seal {} is", first) : fmt::format("Seals {} to {} are", first, last);
}

}  // namespace

SealCheck::SealCheck(Findings& findings, std::vector<Stretch> own, Snapshot snapshot)
    : findings_(findings), own_(std::move(own)), snapshot_(snapshot) {}

Findings::Place SealCheck::place(const Uuid& timeline, std::int64_t number) const {
    return {timeline, 0, fmt::format("seal {}", number)};
}

// The first of its timeline goes on from a seal of the timeline's parent, or is the first of all.
void SealCheck::check_first(const Seal& seal) {
    progress_[seal.timeline].up_to = seal.number - 1;
    if (seal.number <= 1) {
        if (!seal.previous) return;
        findings_.error("rewritten chain", place(seal.timeline, seal.number),
                        "It is the first seal, and yet goes on from another one.", compare_hint);
        return;
    }
    for (const Stretch& stretch : ancestry(seal.timeline, snapshot_)) {
        if (stretch.timeline == seal.timeline) continue;
        const auto before = find_seal(stretch.timeline, seal.number - 1, snapshot_);
        if (before && seal.previous == before->digest) return;
    }
    findings_.error("missing seal", place(seal.timeline, seal.number - 1),
                    numbers(1, seal.number - 1) + " not there, or not what the next one goes on from.",
                    compare_hint);
}

void SealCheck::check_seal(const Seal& seal) {
    ++count_;
    if (bytes_of(core::sha256(seal.bytes)) != seal.digest) {
        findings_.error("edited seal", place(seal.timeline, seal.number),
                        "The seal's row does not have the digest that it says.", compare_hint);
    }
    const auto before = last_.find(seal.timeline);
    if (before == last_.end()) {
        check_first(seal);
    } else if (seal.number > before->second.number + 1) {
        findings_.error("missing seal", place(seal.timeline, before->second.number + 1),
                        numbers(before->second.number + 1, seal.number - 1) + " not there.", compare_hint);
    } else if (seal.previous != before->second.digest) {
        findings_.error("rewritten chain", place(seal.timeline, before->second.number),
                        fmt::format("Seal {} goes on from a seal {} with another digest.", seal.number,
                                    before->second.number),
                        compare_hint);
    }
}

void SealCheck::read_chain(const std::optional<core::SealText>& kept) {
    std::optional<Seal> found;
    pg::Cursor seals("seal", "seal_key", {}, snapshot_);
    pg::RowMemory scratch;
    while (seals.next()) {
        pg::check_for_interrupts();
        scratch.empty();
        Seal seal = read_seal(seals.row());
        const auto before = last_.find(seal.timeline);
        if (before != last_.end() && before->second.number == seal.number) {
            // A dump that was restored twice stores its rows twice.
            if (before->second.bytes != seal.bytes || before->second.digest != seal.digest) {
                findings_.error("differing duplicate", place(seal.timeline, seal.number),
                                "The seal is there twice, with different contents.", compare_hint);
            }
            continue;
        }
        check_seal(seal);
        if (kept && kept->timeline == seal.timeline && kept->number == seal.number) found = seal;
        if (!newest_ || seal.at >= newest_->at) newest_ = seal;
        last_[seal.timeline] = std::move(seal);
    }
    scratch.leave();
    seals.close();
    own_last_ = last_seal(own_, snapshot_);
    if (kept) check_kept(*kept, found);
}

void SealCheck::check_kept(const core::SealText& kept, const std::optional<Seal>& found) {
    const auto last = last_.find(kept.timeline);
    if (found) {
        if (bytes_of(core::sha256(found->bytes)) == bytes_of(kept.digest)) return;
        findings_.error(
            "rewritten chain", place(kept.timeline, kept.number),
            "It is another seal than the one whose digest was kept: the ledger up to there has been "
            "rewritten.",
            compare_hint);
    } else if (last != last_.end() && last->second.number > kept.number) {
        findings_.error("missing seal", place(kept.timeline, kept.number),
                        "The seal whose digest was kept is not there.", compare_hint);
    } else {
        findings_.error(
            "truncated tail", place(kept.timeline, kept.number),
            last != last_.end()
                ? fmt::format(
                      "{} not there, though the digest of seal {} was kept: what they covered is gone.",
                      numbers(last->second.number + 1, kept.number), kept.number)
                : "The timeline of the digest that was kept has no seal here.",
            compare_hint);
    }
}

void SealCheck::add_leaf(const Uuid& seal_timeline, std::int64_t seal, const Uuid& timeline,
                         std::int64_t commit, const std::string& digest) {
    const Name name{seal_timeline, seal};
    auto block = open_.find(name);
    if (block == open_.end()) {
        auto stored = find_seal(seal_timeline, seal, snapshot_);
        const bool exists = stored.has_value();
        block = open_.emplace(name, Block{exists ? std::move(*stored) : Seal(), {}, exists}).first;
    }
    block->second.tree.add(leaf(timeline, commit, digest));
    if (static_cast<std::int64_t>(block->second.tree.size()) != block->second.seal.commits) return;
    if (bytes_of(block->second.tree.root()) != block->second.seal.root) return;  // finish() reports it
    mark_done(name);
    open_.erase(block);
}

void SealCheck::mark_done(const Name& name) {
    Progress& progress = progress_[name.first];
    progress.beyond.insert(name.second);
    while (progress.beyond.erase(progress.up_to + 1) > 0) ++progress.up_to;
}

void SealCheck::close(const Name& name, const Block& block) {
    mark_done(name);
    if (!block.exists) {
        findings_.error(
            "missing seal", place(name.first, name.second),
            fmt::format("{} commits are listed as covered by a seal that is not there.", block.tree.size()),
            compare_hint);
        return;
    }
    findings_.error(
        "edited seal", place(name.first, name.second),
        fmt::format("The seal was made over {} commits, and the {} that schemaver.sealed lists for it "
                    "are not those.",
                    block.seal.commits, block.tree.size()),
        compare_hint);
}

void SealCheck::finish() {
    for (const auto& [name, block] : open_) close(name, block);
    for (const auto& [timeline, seal] : last_) {
        const Progress& progress = progress_[timeline];
        for (std::int64_t number = progress.up_to + 1; number <= seal.number; ++number) {
            pg::check_for_interrupts();
            if (progress.beyond.count(number) > 0 || !find_seal(timeline, number, snapshot_)) continue;
            findings_.error("edited seal", place(timeline, number),
                            "Of the commits that the seal was made over, schemaver.sealed lists none.",
                            compare_hint);
        }
    }
}

std::optional<std::string> SealCheck::should_cover(const Uuid& timeline, std::uint64_t transaction) const {
    const auto last = last_.find(timeline);
    if (last != last_.end() && last->second.snapshot.sees(transaction))
        return fmt::format("seal {}", last->second.number);
    for (std::size_t i = 0; own_last_ && i < own_.size(); ++i) {
        if (own_[i].timeline == timeline && own_last_->covers(i, transaction))
            return fmt::format("seal {}", own_last_->seal.number);
    }
    return std::nullopt;
}

}  // namespace schemaver::ledger
