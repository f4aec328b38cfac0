// Goes through the changes commit by commit, and keeps for each object what it was before the first of them.
#include "version/fold.hpp"

#include <algorithm>

namespace schemaver::version {

namespace {

using ledger::CommittedChange;
using ledger::RecordedObject;

class Fold {
  public:
    Fold(const ledger::Position& earlier, Stories& stories, Snapshot snapshot)
        : earlier_(earlier), stories_(stories), changes_(stories.changes), snapshot_(snapshot) {}

    void run() {
        for (std::size_t first = 0; first < changes_.size();) {
            std::size_t end = first;
            while (end < changes_.size() && commit_of(end) == commit_of(first)) ++end;
            add_commit(first, end);
            first = end;
        }
    }

    Differing result() {
        Differing differing;
        for (auto& [key, entry] : alive_) {
            const auto same = gone_.find(key);
            if (!entry.before && same != gone_.end()) {  // dropped and made anew
                entry.before = std::move(same->second.before);
                entry.story.insert(entry.story.begin(), same->second.story.begin(), same->second.story.end());
                gone_.erase(same);
            }
            add(differing, key, entry);
        }
        for (auto& [key, entry] : gone_) {
            stories_.of_gone[key] = std::move(entry.story);
            differing.from.push_back(std::move(*entry.before));
        }
        std::sort(differing.from.begin(), differing.from.end(),
                  [](const RecordedObject& one, const RecordedObject& other) {
                      return key_of(one) < key_of(other);
                  });
        return differing;
    }

  private:
    struct Entry {
        std::optional<RecordedObject> before;  // nothing: it was not there
        RecordedObject after;                  // of one that is gone: nothing
        std::vector<std::size_t> story;
    };

    const ledger::Position& earlier_;
    Stories& stories_;
    const std::vector<CommittedChange>& changes_;
    Snapshot snapshot_;
    std::map<ObjectKey, Entry> alive_;
    std::map<ObjectKey, Entry> gone_;  // by what it was called before

    std::int64_t commit_of(std::size_t place) const { return changes_[place].object.commit; }

    void add(Differing& differing, const ObjectKey& key, Entry& entry) {
        stories_.of_present[key] = std::move(entry.story);
        if (entry.before && entry.before->identity == entry.after.identity &&
            entry.before->digest == entry.after.digest)
            return;
        differing.to.push_back(entry.after);
        if (!entry.before) return;
        if (entry.before->identity != entry.after.identity)
            differing.renames.push_back({entry.after.kind, entry.before->identity, entry.after.identity, 1});
        differing.from.push_back(std::move(*entry.before));
    }

    // Within one commit what goes, goes first: two objects may have swapped names.
    void add_commit(std::size_t first, std::size_t end) {
        std::map<ObjectKey, Entry> renamed;  // by the new name
        for (std::size_t place = first; place < end; ++place) {
            const CommittedChange& change = changes_[place];
            if (change.change == "removed") remove(place);
            if (change.change == "renamed")
                renamed[key_of(change.object)] = take(change, change.former_identity);
        }
        for (std::size_t place = first; place < end; ++place) {
            const CommittedChange& change = changes_[place];
            if (change.change == "removed") continue;
            Entry& entry = alive_.try_emplace(key_of(change.object)).first->second;
            if (change.change == "renamed")
                entry = std::move(renamed[key_of(change.object)]);
            else if (entry.story.empty() && change.change != "added")
                entry.before = as_before(change, change.object.identity);
            entry.after = change.object;
            entry.story.push_back(place);
        }
    }

    void remove(std::size_t place) {
        const CommittedChange& change = changes_[place];
        Entry entry = take(change, change.object.identity);
        entry.story.push_back(place);
        if (entry.before) {
            ObjectKey key = key_of(*entry.before);
            gone_[std::move(key)] = std::move(entry);
        } else if (const auto former = gone_.find(key_of(change.object)); former != gone_.end()) {
            auto& story = former->second.story;  // it had come again, and goes again
            story.insert(story.end(), entry.story.begin(), entry.story.end());
        }
    }

    // The object as it was before all of these commits, where this one finds it under that name.
    Entry take(const CommittedChange& change, const std::string& identity) {
        const auto place = alive_.find({change.object.kind, identity});
        if (place == alive_.end()) return {as_before(change, identity), {}, {}};
        Entry entry = std::move(place->second);
        alive_.erase(place);
        return entry;
    }

    RecordedObject as_before(const CommittedChange& change, const std::string& identity) const {
        RecordedObject object = change.object;
        object.identity = identity;
        object.digest = change.digest_before;
        if (change.change == "renamed") {  // perhaps out of another schema
            const auto known = ledger::recorded_object(earlier_, object.kind, identity, snapshot_);
            if (known) object.schema = known->schema;
        }
        return object;
    }
};

}  // namespace

void Differing::swap_sides() {
    std::swap(from, to);
    renames = core::reversed(renames);
}

Differing fold(const ledger::Position& earlier, Stories& stories, Snapshot snapshot) {
    Fold folding(earlier, stories, snapshot);
    folding.run();
    return folding.result();
}

}  // namespace schemaver::version
