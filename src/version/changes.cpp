// Folds the changes between two commits, or compares two lists of digests.
#include "version/changes.hpp"

#include <algorithm>

#include "catalog/catalog.hpp"
#include "catalog/live.hpp"
#include "ledger/recorded.hpp"
#include "version/fingerprint.hpp"

namespace schemaver::version {

namespace {

using ledger::CommittedChange;
using ledger::Position;
using ledger::RecordedObject;
using Listing = std::vector<RecordedObject>;  // sorted by kind and identity

Snapshot query_snapshot() {
    return pg::call([] { return GetActiveSnapshot(); });
}

ObjectKey key_of(const RecordedObject& object) { return {object.kind, object.identity}; }

bool by_key(const RecordedObject& one, const RecordedObject& other) {
    return std::tie(one.kind, one.identity) < std::tie(other.kind, other.identity);
}

// What two points differ in, before definitions are loaded.
struct Differing {
    Listing from;
    Listing to;
    std::vector<core::Rename> renames;

    void swap_sides() {
        std::swap(from, to);
        for (core::Rename& rename : renames) std::swap(rename.former_identity, rename.identity);
    }
};

bool same_history(const Position& one, const Position& other) {
    return std::equal(one.stretches.begin(), one.stretches.end(), other.stretches.begin(),
                      other.stretches.end(),
                      [](const auto& left, const auto& right) { return left.timeline == right.timeline; });
}

// Whether whatever counts at the one position counts at the other too.
bool is_within(const Position& one, const Position& other) {
    return one.commit <= other.commit && std::all_of(other.unseen.begin(), other.unseen.end(),
                                                     [&](std::int64_t id) { return !one.counts(id); });
}

// The changes that count at `later` and not at `earlier`, in their order.
std::vector<CommittedChange> changes_since(const Position& earlier, const Position& later) {
    std::int64_t after = earlier.commit;
    if (!earlier.unseen.empty()) after = std::min(after, *earlier.unseen.begin() - 1);
    auto changes = ledger::recorded_changes(later.stretches, after, later.commit, query_snapshot());
    std::erase_if(changes, [&](const CommittedChange& change) {
        return !later.counts(change.object.commit) || earlier.counts(change.object.commit);
    });
    return changes;
}

// What the changes of some commits add up to, each object from before the first of them to after the last.
class Fold {
  public:
    explicit Fold(const Position& earlier) : earlier_(earlier) {}

    void add(const std::vector<CommittedChange>& changes) {
        for (auto first = changes.begin(); first != changes.end();) {
            const auto last = std::find_if(first, changes.end(), [&](const CommittedChange& change) {
                return change.object.commit != first->object.commit;
            });
            add_commit(first, last);
            first = last;
        }
    }

    Differing result() {
        Differing differing;
        for (auto& [key, entry] : alive_) {
            const auto same = gone_.find(key);
            if (!entry.before && same != gone_.end()) {  // dropped and made anew
                entry.before = std::move(same->second);
                gone_.erase(same);
            }
            if (entry.before && entry.before->identity == entry.after.identity &&
                entry.before->digest == entry.after.digest)
                continue;
            differing.to.push_back(entry.after);
            if (!entry.before) continue;
            if (entry.before->identity != entry.after.identity)
                differing.renames.push_back(
                    {entry.after.kind, entry.before->identity, entry.after.identity, 1});
            differing.from.push_back(std::move(*entry.before));
        }
        for (auto& [key, object] : gone_) differing.from.push_back(std::move(object));
        std::sort(differing.from.begin(), differing.from.end(), by_key);
        return differing;
    }

  private:
    using Iterator = std::vector<CommittedChange>::const_iterator;

    struct Entry {
        std::optional<RecordedObject> before;  // nothing: it was not there
        RecordedObject after;
    };

    const Position& earlier_;
    std::map<ObjectKey, Entry> alive_;
    std::map<ObjectKey, RecordedObject> gone_;  // by what it was called before

    // Within one commit what goes, goes first: two objects may have swapped names.
    void add_commit(Iterator first, Iterator last) {
        std::map<ObjectKey, std::optional<RecordedObject>> renamed;  // by the new name
        for (auto change = first; change != last; ++change) {
            if (change->change == "removed") {
                auto before = take(*change, change->object.identity);
                if (before) {
                    ObjectKey key = key_of(*before);
                    gone_[std::move(key)] = std::move(*before);
                }
            }
            if (change->change == "renamed")
                renamed[key_of(change->object)] = take(*change, change->former_identity);
        }
        for (auto change = first; change != last; ++change) {
            if (change->change == "removed") continue;
            const ObjectKey key = key_of(change->object);
            const auto place = alive_.find(key);
            if (change->change == "renamed")
                alive_[key] = {renamed[key], change->object};
            else if (place != alive_.end())
                place->second.after = change->object;
            else if (change->change == "added")
                alive_[key] = {std::nullopt, change->object};
            else
                alive_[key] = {as_before(*change, change->object.identity), change->object};
        }
    }

    // The object as it was before all of these commits, where this one finds it under that name.
    std::optional<RecordedObject> take(const CommittedChange& change, const std::string& identity) {
        const auto place = alive_.find({change.object.kind, identity});
        if (place == alive_.end()) return as_before(change, identity);
        auto before = std::move(place->second.before);
        alive_.erase(place);
        return before;
    }

    RecordedObject as_before(const CommittedChange& change, const std::string& identity) const {
        RecordedObject object = change.object;
        object.identity = identity;
        object.digest = change.digest_before;
        if (change.change == "renamed") {  // perhaps out of another schema
            const auto known = ledger::recorded_object(earlier_, object.kind, identity, query_snapshot());
            if (known) object.schema = known->schema;
        }
        return object;
    }
};

Differing folded(const Position& earlier, const std::vector<CommittedChange>& changes) {
    Fold fold(earlier);
    fold.add(changes);
    return fold.result();
}

Listing list_of_documents(const core::Schema& schema) {
    Listing list;
    for (const core::Object& object : schema) {
        pg::check_for_interrupts();
        list.push_back({object.kind, object.identity, object.schema,
                        core::definition_digest(object.definition), 0, InvalidOid, InvalidOid});
    }
    return list;
}

// The digests of one list are 32 bytes, those of documents their hexadecimal digits: bring both to one form.
std::string in_hex(const std::string& digest) {
    if (digest.size() != std::tuple_size_v<core::DigestBytes>) return digest;
    core::DigestBytes bytes;
    std::copy(digest.begin(), digest.end(), bytes.begin());
    return core::to_hex(bytes);
}

Listing listing(const Point& point, LiveObjects& live) {
    if (point.live) return live.list();
    if (point.schema) return list_of_documents(*point.schema);
    return ledger::recorded_objects(point.position, query_snapshot());
}

// Objects of one database keep their OIDs when they are renamed.
void match_by_address(Differing& differing) {
    std::map<std::tuple<std::string, Oid, Oid>, const RecordedObject*> before;
    for (const RecordedObject& object : differing.from)
        if (OidIsValid(object.object)) before[{object.kind, object.catalog, object.object}] = &object;
    for (const RecordedObject& object : differing.to) {
        const auto same = before.find({object.kind, object.catalog, object.object});
        if (same != before.end() && same->second->identity != object.identity)
            differing.renames.push_back({object.kind, same->second->identity, object.identity, 1});
    }
}

Differing compared(const Listing& from, const Listing& to) {
    Differing differing;
    auto before = from.begin();
    auto after = to.begin();
    while (before != from.end() || after != to.end()) {
        if (after == to.end() || (before != from.end() && by_key(*before, *after)))
            differing.from.push_back(*before++);
        else if (before == from.end() || by_key(*after, *before))
            differing.to.push_back(*after++);
        else {
            if (in_hex(before->digest) != in_hex(after->digest)) {
                differing.from.push_back(*before);
                differing.to.push_back(*after);
            }
            ++before;
            ++after;
        }
    }
    return differing;
}

core::Schema load_live(const Listing& objects) {
    std::set<catalog::Address> addresses;
    std::set<ObjectKey> wanted;
    for (const RecordedObject& object : objects) {
        addresses.insert({object.catalog, object.object});
        wanted.insert(key_of(object));
    }
    core::Schema schema;
    if (addresses.empty()) return schema;
    catalog::Documents documents;
    catalog::read(query_snapshot(), &addresses, documents);
    documents.sort();
    for (catalog::LocatedObject& located : documents.objects) {
        if (wanted.count({located.object.kind, located.object.identity}) > 0)
            schema.push_back(std::move(located.object));
    }
    return schema;
}

core::Schema load(const Point& point, const Listing& objects) {
    if (point.live) return load_live(objects);
    core::Schema schema;
    for (const RecordedObject& object : objects) {
        pg::check_for_interrupts();
        if (!point.schema) {
            schema.push_back(
                {object.kind, object.identity, object.schema,
                 ledger::load_definition(point.position.stretches, object.digest, query_snapshot())});
        } else if (const core::Object* known = core::find(*point.schema, object.kind, object.identity)) {
            schema.push_back(*known);
        }
    }
    return schema;
}

void put_commits(Changes& changes, const std::vector<CommittedChange>& between) {
    for (const CommittedChange& change : between) {
        changes.commits[key_of(change.object)] = change.object.commit;
        if (!change.former_identity.empty())
            changes.commits[{change.object.kind, change.former_identity}] = change.object.commit;
    }
}

}  // namespace

const std::vector<RecordedObject>& LiveObjects::list() {
    if (objects_) return *objects_;
    objects_.emplace();
    const auto digests = catalog::read_digests(false);
    digests->for_each([&](const catalog::DigestedRow& row) {
        objects_->push_back({*row.kind, std::string(row.identity), *row.schema,
                             std::string(row.digest.begin(), row.digest.end()), 0, row.address.catalog,
                             row.address.object});
    });
    return *objects_;
}

Changes changes_between(const Point& from, const Point& to, LiveObjects& live) {
    Changes changes;
    changes.one_history = !from.schema && !to.schema && same_history(from.position, to.position);
    const bool forward = is_within(from.position, to.position);
    const bool backward = !forward && is_within(to.position, from.position);
    const Position& earlier = forward ? from.position : to.position;
    const Position& later = forward ? to.position : from.position;
    std::vector<CommittedChange> between;
    if (changes.one_history && (forward || backward)) between = changes_since(earlier, later);
    put_commits(changes, between);
    Differing differing;
    if (changes.one_history && from.is_commit() && to.is_commit() && (forward || backward)) {
        differing = folded(earlier, between);
        if (backward) differing.swap_sides();
    } else {
        differing = compared(listing(from, live), listing(to, live));
        if (changes.one_history) match_by_address(differing);
    }
    changes.renames = std::move(differing.renames);
    changes.from = load(from, differing.from);
    changes.to = load(to, differing.to);
    return changes;
}

}  // namespace schemaver::version
