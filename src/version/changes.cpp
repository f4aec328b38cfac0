// Folds the changes between two commits, or compares two lists of digests.
#include "version/changes.hpp"

#include <algorithm>

#include "catalog/catalog.hpp"
#include "catalog/live.hpp"
#include "core/column_renames.hpp"
#include "version/fingerprint.hpp"

namespace schemaver::version {

namespace {

using ledger::CommittedChange;
using ledger::Position;
using ledger::RecordedObject;

Snapshot query_snapshot() {
    return pg::call([] { return GetActiveSnapshot(); });
}

bool by_key(const RecordedObject& one, const RecordedObject& other) {
    return std::tie(one.kind, one.identity) < std::tie(other.kind, other.identity);
}

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

// Beside another server, which gives portable digests: the same of this side.
Listing portable_listing(const Point& point) {
    Listing list;
    const auto add = [&](const std::string& kind, std::string identity, const std::string& schema,
                         std::string digest) {
        list.push_back({kind, std::move(identity), schema, std::move(digest), 0, InvalidOid, InvalidOid});
    };
    if (point.server) {
        for (const core::ListedObject& object : point.server->listing())
            add(object.kind, object.identity, object.schema, object.digest);
    } else if (point.live) {
        catalog::live_digests().for_each([&](const catalog::DigestedRow& row) {
            add(*row.kind, std::string(row.identity), *row.schema,
                std::string(row.digest.begin(), row.digest.end()));
            list.back().catalog = row.address.catalog;
            list.back().object = row.address.object;
        });
    } else {
        const core::Schema schema = schema_at(point);
        const auto digested = digests(schema, {}, false);
        for (std::size_t i = 0; i < schema.size(); ++i)
            add(schema[i].kind, schema[i].identity, schema[i].schema, digested[i].digest);
    }
    return list;
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

core::Schema load_by_key(const Point& point, const Listing& objects) {
    std::vector<ObjectKey> keys;
    for (const RecordedObject& object : objects) keys.push_back(key_of(object));
    return definitions_at(point, keys);
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

// Columns that were renamed between the points, of the objects that both have and whose columns differ.
class RenamedColumns {
  public:
    RenamedColumns(Changes& changes, const std::vector<ledger::Stretch>& stretches)
        : changes_(changes), reader_(stretches) {
        for (const core::Rename& rename :
             changes.backward ? core::reversed(changes.renames) : changes.renames)
            former_names_[{rename.kind, rename.identity}] = rename.former_identity;
    }

    void find() {
        const core::Schema& later = changes_.backward ? changes_.from : changes_.to;
        const core::Schema& earlier = changes_.backward ? changes_.to : changes_.from;
        for (const core::Object& object : later) {
            const auto story =
                changes_.stories.of_present.find(name_in_ledger({object.kind, object.identity}));
            if (story == changes_.stories.of_present.end()) continue;
            const core::Object* before = core::find(earlier, object.kind, former_name_of(object));
            if (before == nullptr || !core::has_other_columns(before->definition, object.definition))
                continue;
            if (!has_named_columns(story->second)) continue;
            for (const auto& [former, name] :
                 core::renamed_columns(versions_of(changes_.stories, story->second, reader_)))
                changes_.column_renames.push_back({object.kind, object.identity, former, name, 1});
        }
        if (changes_.backward)
            changes_.column_renames =
                core::reversed(changes_.column_renames, core::reversed(changes_.renames));
    }

  private:
    Changes& changes_;
    ledger::HistoryReader reader_;
    std::map<ObjectKey, std::string> former_names_;

    ObjectKey name_in_ledger(const ObjectKey& key) const {
        const auto other = changes_.called_in_ledger.find(key);
        return other == changes_.called_in_ledger.end() ? key : other->second;
    }

    const std::string& former_name_of(const core::Object& object) const {
        const auto former = former_names_.find({object.kind, object.identity});
        return former == former_names_.end() ? object.identity : former->second;
    }

    // Looks at commands alone, before any definition is read.
    bool has_named_columns(const std::vector<std::size_t>& story) {
        return std::any_of(story.begin(), story.end(), [&](std::size_t place) {
            pg::check_for_interrupts();
            const auto& commands = reader_.commands(changes_.stories.changes[place].object.commit);
            return std::any_of(commands.begin(), commands.end(), [](const ledger::CommandFacts& command) {
                return !core::column_names_given_by(command.tag, command.objects, {}).empty();
            });
        });
    }
};

// Where the live schema is the later point: what the ledger calls an object that is called otherwise now.
void put_names_in_ledger(Changes& changes, const Listing& live_side) {
    std::map<std::tuple<std::string, Oid, Oid>, const ObjectKey*> by_address;
    for (const auto& [key, story] : changes.stories.of_present) {
        const RecordedObject& last = changes.stories.changes[story.back()].object;
        by_address[{last.kind, last.catalog, last.object}] = &key;
    }
    for (const RecordedObject& object : live_side) {
        const auto same = by_address.find({object.kind, object.catalog, object.object});
        if (same != by_address.end() && *same->second != key_of(object))
            changes.called_in_ledger[key_of(object)] = *same->second;
    }
}

}  // namespace

void LiveObjects::read() { digests_ = catalog::read_unhashed(false); }

const std::vector<RecordedObject>& LiveObjects::list() {
    if (objects_) return *objects_;
    if (!digests_) digests_ = catalog::read_digests(false);
    digests_->arrange();
    objects_.emplace();
    digests_->for_each([&](const catalog::DigestedRow& row) {
        objects_->push_back({*row.kind, std::string(row.identity), *row.schema,
                             std::string(row.digest.begin(), row.digest.end()), 0, row.address.catalog,
                             row.address.object});
    });
    digests_.reset();
    return *objects_;
}

Changes changes_between(const Point& from, const Point& to, LiveObjects& live) {
    Changes changes;
    const bool is_elsewhere = from.server || to.server;
    changes.one_history =
        !from.schema && !to.schema && !is_elsewhere && same_history(from.position, to.position);
    const bool forward = to.live || (!from.live && is_within(from.position, to.position));
    changes.in_order = changes.one_history && (forward || is_within(to.position, from.position));
    changes.backward = changes.in_order && !forward;
    const Point& earlier = forward ? from : to;
    const Point& later = forward ? to : from;
    Differing differing;
    if (changes.in_order) {
        changes.stories.changes = changes_since(earlier.position, later.position);
        differing = fold(earlier.position, changes.stories, query_snapshot());
        if (changes.backward) differing.swap_sides();
    }
    if (!changes.in_order || later.live) {
        differing = is_elsewhere ? compared(portable_listing(from), portable_listing(to))
                                 : compared(listing(from, live), listing(to, live));
        if (changes.one_history) match_by_address(differing);
        if (changes.in_order) put_names_in_ledger(changes, changes.backward ? differing.from : differing.to);
    }
    changes.renames = std::move(differing.renames);
    changes.from = is_elsewhere ? load_by_key(from, differing.from) : load(from, differing.from);
    changes.to = is_elsewhere ? load_by_key(to, differing.to) : load(to, differing.to);
    if (changes.in_order) RenamedColumns(changes, later.position.stretches).find();
    return changes;
}

std::set<std::string> column_names_given(const ledger::CommittedChange& change, const core::Json& definition,
                                         ledger::HistoryReader& reader) {
    std::set<std::string> relations;
    if (!core::follows_another(definition)) relations = {change.object.identity, change.former_identity};
    std::set<std::string> names;
    for (const ledger::CommandFacts& command : reader.commands(change.object.commit))
        names.merge(core::column_names_given_by(command.tag, command.objects, relations));
    return names;
}

std::vector<core::Version> versions_of(const Stories& stories, const std::vector<std::size_t>& story,
                                       ledger::HistoryReader& reader) {
    std::vector<core::Version> versions;
    versions.push_back({reader.definition(stories.changes[story.front()].digest_before), {}});
    for (const std::size_t place : story) {
        pg::check_for_interrupts();
        const ledger::CommittedChange& change = stories.changes[place];
        core::Json definition = reader.definition(change.object.digest);
        std::set<std::string> names = column_names_given(change, definition, reader);
        versions.push_back({std::move(definition), std::move(names)});
    }
    return versions;
}

}  // namespace schemaver::version
