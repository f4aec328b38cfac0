// Compares two points and finds out who changed what lies between them.
#include "version/compare.hpp"

#include "catalog/normalise.hpp"
#include "ledger/recorded.hpp"

namespace schemaver::version {

namespace {

// Which differences the ledger does not have, because the live schema is not what its head says.
class Uncaptured {
  public:
    Uncaptured(const Comparison& comparison, const core::Normalise& normalise, LiveObjects& live) {
        const bool asks_live = comparison.from.live != comparison.to.live;
        if (!comparison.changes.one_history || !asks_live || comparison.changes.commits.empty()) return;
        const Point head = resolve("head");
        const Changes changes = changes_between(head, resolve("live"), live);
        rows_ = core::diff(changes.from, changes.to, changes.renames, {}, normalise);
    }

    // A property of the live schema is captured when the ledger's head has it too.
    bool has(const core::Difference& difference) const {
        for (const core::Difference& row : rows_) {
            if (row.kind == difference.kind && row.identity == difference.identity &&
                (row.property == difference.property || row.property.empty())) {
                return true;
            }
        }
        return false;
    }

  private:
    std::vector<core::Difference> rows_;
};

class Attributor {
  public:
    explicit Attributor(const Comparison& comparison)
        : comparison_(comparison),
          stretches_(comparison.from.live ? comparison.from.position.stretches
                                          : comparison.to.position.stretches),
          snapshot_(pg::call([] { return GetActiveSnapshot(); })) {}

    Attribution of(const core::Difference& difference, bool is_captured) {
        if (!comparison_.changes.one_history) return {};
        const auto at = comparison_.changes.commits.find({difference.kind, difference.identity});
        if (at == comparison_.changes.commits.end() || !is_captured) return {false, 0, ""};
        return {is_captured_by(at->second), at->second, commit(at->second).user};
    }

  private:
    const Comparison& comparison_;
    const std::vector<ledger::Stretch>& stretches_;
    Snapshot snapshot_;
    std::map<std::int64_t, ledger::RecordedCommit> commits_;

    // A check for drift has found it, and nobody knows who did it.
    bool is_captured_by(std::int64_t id) { return commit(id).source != "uncaptured"; }

    const ledger::RecordedCommit& commit(std::int64_t id) {
        const auto known = commits_.find(id);
        if (known != commits_.end()) return known->second;
        const auto found = ledger::find_commit(stretches_, id, snapshot_);
        return commits_[id] = found.value_or(ledger::RecordedCommit());
    }
};

}  // namespace

Comparison compare(const Point& from, const Point& to, const core::DiffChoice& choice) {
    LiveObjects live;
    Comparison comparison{from, to, changes_between(from, to, live), {}, {}};
    Changes& changes = comparison.changes;
    catalog::Normaliser normaliser;
    const core::Normalise normalise = [&](const std::string& sql) { return normaliser(sql); };
    if (!changes.one_history) changes.renames = core::guess_renames(changes.from, changes.to, normalise);
    const auto is_unwanted = [&](const core::Object& object) { return !choice.wants(object); };
    std::erase_if(changes.from, is_unwanted);
    std::erase_if(changes.to, is_unwanted);
    // Of a rename out of what is wanted, or into it, one side is left: added or removed.
    std::erase_if(changes.renames, [&](const core::Rename& rename) {
        return core::find(changes.from, rename.kind, rename.former_identity) == nullptr ||
               core::find(changes.to, rename.kind, rename.identity) == nullptr;
    });
    comparison.differences = core::diff(changes.from, changes.to, changes.renames, choice.facets, normalise);
    const Uncaptured uncaptured(comparison, normalise, live);
    core::fold_noise(comparison.differences, changes.from, changes.to);
    Attributor attributor(comparison);
    for (const core::Difference& difference : comparison.differences)
        comparison.attributions.push_back(attributor.of(difference, !uncaptured.has(difference)));
    return comparison;
}

}  // namespace schemaver::version
