// Looks through the changes that the objects of a comparison went through.
#include "version/attribution.hpp"

#include "catalog/normalise.hpp"
#include "core/column_renames.hpp"
#include "core/row_history.hpp"

namespace schemaver::version {

namespace {

using ledger::CommittedChange;
using Story = std::vector<std::size_t>;

// What happened to one object, step by step. The last step of a live object is what no commit has.
class ObjectSteps {
  public:
    ObjectSteps(const Stories& stories, const Story& story, const core::Object* live,
                ledger::HistoryReader& reader, const core::Normalise& normalise)
        : stories_(stories), story_(story), live_(live), reader_(reader), normalise_(normalise) {}

    std::size_t count() const { return story_.size() + (live_ == nullptr ? 0 : 1); }
    bool is_commit(std::size_t step) const { return step < story_.size(); }
    std::int64_t commit_of(std::size_t step) const { return change(step).object.commit; }
    const CommittedChange& change(std::size_t step) const { return stories_.changes[story_[step]]; }

    const core::Step& step(std::size_t place) {
        pg::check_for_interrupts();
        const auto known = steps_.find(place);
        return known != steps_.end() ? known->second : steps_.emplace(place, read(place)).first->second;
    }

  private:
    const Stories& stories_;
    const Story& story_;
    const core::Object* live_;
    ledger::HistoryReader& reader_;
    const core::Normalise& normalise_;
    std::map<std::size_t, core::Step> steps_;

    core::Step read(std::size_t place) {
        if (!is_commit(place))
            return compared(reader_.definition(change(place - 1).object.digest), live_->definition, {});
        const CommittedChange& one = change(place);
        const core::Json after = reader_.definition(one.object.digest);
        return compared(reader_.definition(one.digest_before), after,
                        column_names_given(one, after, reader_));
    }

    core::Step compared(const core::Json& before, const core::Json& after,
                        const std::set<std::string>& new_names) const {
        if (before.is_null() || after.is_null()) return {true, {}};
        const std::string kind = change(0).object.kind;
        std::vector<core::ColumnRename> columns;
        if (!new_names.empty())
            for (const auto& [former, name] : core::same_columns(before, after, new_names))
                if (former != name) columns.push_back({kind, "object", former, name, 1});
        return {false, core::diff({{kind, "object", "", before}}, {{kind, "object", "", after}}, {}, columns,
                                  {}, normalise_)};
    }
};

class Attributor {
  public:
    explicit Attributor(const Comparison& comparison)
        : comparison_(comparison),
          changes_(comparison.changes),
          reader_((changes_.backward ? comparison.from : comparison.to).position.stretches),
          normalise_([this](const std::string& sql) { return normaliser_(sql); }) {}

    Attribution of(const core::Difference& row) {
        if (!changes_.in_order) return {};
        const core::Difference forward =
            changes_.backward ? core::the_other_way(row, comparison_.differences) : row;
        const auto commit = commit_of(forward);
        if (!commit) return {false, 0, ""};
        const auto& facts = reader_.commit(*commit);
        // A check for drift has found it, and nobody knows who did it.
        return {facts.source != "uncaptured", *commit, facts.who};
    }

  private:
    const Comparison& comparison_;
    const Changes& changes_;
    ledger::HistoryReader reader_;
    catalog::Normaliser normaliser_;
    core::Normalise normalise_;
    std::map<ObjectKey, std::unique_ptr<ObjectSteps>> steps_;

    bool later_is_live() const { return changes_.backward ? comparison_.from.live : comparison_.to.live; }

    // Nothing: no commit did it.
    std::optional<std::int64_t> commit_of(const core::Difference& row) {
        if (row.property.empty() && row.change == "removed") return removal_of({row.kind, row.identity});
        const ObjectKey key{row.kind, row.identity};
        const auto other = changes_.called_in_ledger.find(key);
        const ObjectKey& in_ledger = other == changes_.called_in_ledger.end() ? key : other->second;
        const auto story = changes_.stories.of_present.find(in_ledger);
        if (story == changes_.stories.of_present.end()) return std::nullopt;
        if (row.property.empty()) return last_change(story->second, row.change, in_ledger == key);
        ObjectSteps& steps = steps_of(key, story->second);
        const auto step = core::step_that_made(
            row, steps.count(), [&](std::size_t place) -> const core::Step& { return steps.step(place); });
        if (!step || !steps.is_commit(*step)) return std::nullopt;
        return steps.commit_of(*step);
    }

    std::optional<std::int64_t> removal_of(const ObjectKey& key) const {
        const auto story = changes_.stories.of_gone.find(key);
        if (story != changes_.stories.of_gone.end())
            return changes_.stories.changes[story->second.back()].object.commit;
        // Renamed into a schema that was not asked for.
        for (const auto& [now, other] : changes_.stories.of_present) {
            const CommittedChange& first = changes_.stories.changes[other.front()];
            const bool was_called_that =
                (first.change == "renamed" ? first.former_identity : first.object.identity) == key.second;
            if (now.first == key.first && now.second != key.second && was_called_that)
                return last_change(other, "renamed", true);
        }
        return std::nullopt;
    }

    // That added or renamed the whole object.
    std::optional<std::int64_t> last_change(const Story& story, const std::string& change,
                                            bool has_name_of_ledger) const {
        if (change == "renamed" && !has_name_of_ledger) return std::nullopt;
        for (auto place = story.rbegin(); place != story.rend(); ++place) {
            const CommittedChange& one = changes_.stories.changes[*place];
            // one that was renamed from a schema that was not asked for is added, for who asks
            if (one.change == change || (change == "added" && one.change == "renamed"))
                return one.object.commit;
        }
        return std::nullopt;
    }

    ObjectSteps& steps_of(const ObjectKey& key, const Story& story) {
        auto& steps = steps_[key];
        if (steps) return *steps;
        const core::Schema& later = changes_.backward ? changes_.from : changes_.to;
        const core::Object* live = later_is_live() ? core::find(later, key.first, key.second) : nullptr;
        steps = std::make_unique<ObjectSteps>(changes_.stories, story, live, reader_, normalise_);
        return *steps;
    }
};

}  // namespace

std::vector<Attribution> attributions(const Comparison& comparison) {
    std::vector<Attribution> all;
    if (comparison.differences.empty()) return all;
    Attributor attributor(comparison);
    for (const core::Difference& difference : comparison.differences)
        all.push_back(attributor.of(difference));
    return all;
}

}  // namespace schemaver::version
