// Each change has at most one that went before it in the object's story: the object is known by its address
// as long as that agrees with its name, and by its name where it has been made anew.
#include "core/follow.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

namespace schemaver::core {

namespace {

using Place = std::optional<std::size_t>;

auto key_of(const RecordedChange& change) { return std::tie(change.commit, change.number); }

const std::string& name_before(const RecordedChange& change) {
    return change.former_identity.empty() ? change.identity : change.former_identity;
}

// The last change of each address and of each name so far.
class Seen {
  public:
    void add(const RecordedChange& change, std::size_t place) {
        by_address_[change.address] = place;
        by_name_[change.identity] = place;
    }

    Place predecessor_of(const RecordedChange& change, const std::vector<RecordedChange>& all) const {
        const auto gone = [&](std::size_t place) { return all[place].change == "removed"; };
        const auto named = by_name_.find(name_before(change));
        // A name that was free again is taken up: a view that was dropped, and made anew later.
        if (change.change == "added")
            return named != by_name_.end() && gone(named->second) ? Place(named->second) : Place();
        const auto own = by_address_.find(change.address);
        if (own != by_address_.end() && !gone(own->second) &&
            all[own->second].identity == name_before(change))
            return own->second;
        // Under another OID; not if what had the name has taken another one since.
        const bool is_made_anew = named != by_name_.end() && !gone(named->second) &&
                                  by_address_.at(all[named->second].address) == named->second;
        return is_made_anew ? Place(named->second) : Place();
    }

  private:
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> by_address_;
    std::map<std::string, std::size_t> by_name_;
};

std::vector<Place> predecessors(const std::vector<RecordedChange>& changes) {
    std::vector<Place> before(changes.size());
    Seen seen;
    for (std::size_t first = 0; first < changes.size();) {
        std::size_t end = first;
        // What a commit changed, it changed at once: two tables may have swapped their names.
        for (; end < changes.size() && changes[end].commit == changes[first].commit; ++end)
            before[end] = seen.predecessor_of(changes[end], changes);
        for (; first < end; ++first) seen.add(changes[first], first);
    }
    return before;
}

// The change that comes next in the story; of several, that of the same address.
Place successor_of(std::size_t place, const std::vector<RecordedChange>& changes,
                   const std::vector<Place>& before) {
    Place next;
    for (std::size_t later = place + 1; later < changes.size(); ++later) {
        if (before[later] != place) continue;
        if (changes[later].address == changes[place].address) return later;
        if (!next) next = later;
    }
    return next;
}

}  // namespace

void put_in_order(std::vector<RecordedChange>& changes) {
    std::stable_sort(changes.begin(), changes.end(),
                     [](const auto& left, const auto& right) { return key_of(left) < key_of(right); });
    changes.erase(
        std::unique(changes.begin(), changes.end(),
                    [](const auto& left, const auto& right) { return key_of(left) == key_of(right); }),
        changes.end());
}

std::vector<std::size_t> follow(const std::vector<RecordedChange>& changes, const std::string& identity) {
    const auto last = std::find_if(changes.rbegin(), changes.rend(),
                                   [&](const RecordedChange& change) { return change.identity == identity; });
    if (last == changes.rend()) return {};
    const std::vector<Place> before = predecessors(changes);
    std::vector<std::size_t> story;
    const auto start = static_cast<std::size_t>(changes.rend() - last) - 1;
    for (Place place = start; place; place = before[*place]) story.push_back(*place);
    std::reverse(story.begin(), story.end());
    for (Place place = successor_of(start, changes, before); place;
         place = successor_of(*place, changes, before))
        story.push_back(*place);
    return story;
}

}  // namespace schemaver::core
