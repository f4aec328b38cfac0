// Reads schemaver.checkpoint.
#include "ledger/checkpoints.hpp"

#include <algorithm>

#include "ledger/columns.hpp"
#include "ledger/commit_digest.hpp"

extern "C" {
#include "utils/uuid.h"
}

namespace schemaver::ledger {

std::vector<Checkpoint> checkpoints(Snapshot snapshot) {
    std::vector<Checkpoint> found;
    pg::scan(pg::our_relation("checkpoint"), {}, snapshot, [&](const pg::Row& row) {
        Checkpoint one;
        std::memcpy(one.timeline.data(), DatumGetUUIDP(*row.datum(checkpoint_timeline))->data,
                    one.timeline.size());
        one.commit = DatumGetInt64(*row.datum(checkpoint_commit));
        one.first_commit = DatumGetInt64(*row.datum(checkpoint_first_commit));
        one.commits = DatumGetInt64(*row.datum(checkpoint_commits));
        one.seal = row.text(checkpoint_seal);
        one.fingerprint = row.text(checkpoint_fingerprint);
        one.at = DatumGetInt64(*row.datum(checkpoint_at));
        one.who = row.text(checkpoint_who);
        one.reason = row.text(checkpoint_reason);
        one.bytes = checkpoint_bytes(row);
        found.push_back(std::move(one));
    });
    std::sort(found.begin(), found.end(), [](const Checkpoint& one, const Checkpoint& other) {
        return std::tie(one.at, one.timeline, one.commit, one.bytes) <
               std::tie(other.at, other.timeline, other.commit, other.bytes);
    });
    // A dump that was restored twice stores its rows twice.
    const auto same = [](const Checkpoint& one, const Checkpoint& other) { return one.bytes == other.bytes; };
    found.erase(std::unique(found.begin(), found.end(), same), found.end());
    return found;
}

std::optional<Checkpoint> last_checkpoint(const std::vector<Stretch>& stretches, Snapshot snapshot) {
    std::optional<Checkpoint> last;
    for (Checkpoint& one : checkpoints(snapshot)) {
        const bool is_own = std::any_of(stretches.begin(), stretches.end(), [&](const Stretch& stretch) {
            return stretch.timeline == one.timeline && one.commit <= stretch.until;
        });
        if (is_own && (!last || one.commit >= last->commit)) last = std::move(one);
    }
    return last;
}

Folded::Folded(Snapshot snapshot) : checkpoints_(checkpoints(snapshot)) {
    for (const Checkpoint& checkpoint : checkpoints_) {
        stretches_.push_back(ancestry(checkpoint.timeline, snapshot));
        // The timeline's own row may have been removed; its commits are there all the same.
        if (stretches_.back().empty()) stretches_.back().push_back({checkpoint.timeline, checkpoint.commit});
    }
}

bool Folded::covers(std::size_t place, const Uuid& timeline, std::int64_t commit) const {
    return std::any_of(stretches_[place].begin(), stretches_[place].end(), [&](const Stretch& stretch) {
        return stretch.timeline == timeline && commit <= std::min(stretch.until, checkpoints_[place].commit);
    });
}

bool Folded::covers(const Uuid& timeline, std::int64_t commit) const {
    for (std::size_t place = 0; place < checkpoints_.size(); ++place)
        if (covers(place, timeline, commit)) return true;
    return false;
}

bool Folded::is_superseded(const Checkpoint& checkpoint) const {
    for (std::size_t place = 0; place < checkpoints_.size(); ++place) {
        if (!checkpoints_[place].is_at(checkpoint.timeline, checkpoint.commit) &&
            covers(place, checkpoint.timeline, checkpoint.commit))
            return true;
    }
    return false;
}

std::string Folded::content(const Uuid& timeline, std::int64_t commit) const {
    for (std::size_t place = 0; place < checkpoints_.size(); ++place) {
        if (!checkpoints_[place].is_at(timeline, commit)) continue;
        std::string bytes;
        for (const Checkpoint& other : checkpoints_)
            if (covers(place, other.timeline, other.commit)) bytes += other.bytes;
        return bytes;
    }
    return {};
}

}  // namespace schemaver::ledger
