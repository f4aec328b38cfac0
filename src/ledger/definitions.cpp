// Definitions by digest, and the schema that the commits add up to.
#include <algorithm>
#include <limits>

#include "core/digest.hpp"
#include "core/fingerprint.hpp"
#include "ledger/columns.hpp"
#include "ledger/ledger.hpp"

namespace schemaver::ledger {

namespace {

std::string to_hex(const std::string& bytes) {
    std::string hex;
    for (const char byte : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return hex;
}

std::optional<std::string> find_document(const Uuid& timeline, const std::string& digest, Snapshot snapshot) {
    std::optional<std::string> document;
    pg::scan(pg::our_relation("definition"), pg::our_relation("definition_digest"),
             {{definition_timeline, F_UUID_EQ, pg::uuid_datum(timeline)},
              {definition_digest, F_BYTEAEQ, pg::bytes_datum(digest)}},
             snapshot, [&](const pg::Row& row) {
                 if (!document) document = row.text(definition_document);
             });
    return document;
}

struct Fold {
    std::int64_t commit;
    std::int32_t number;
    std::string change;
    std::string former_identity;
    RecordedObject object;
};

// In the order of commits.
std::vector<Fold> read_changes(const std::vector<Stretch>& stretches, std::int64_t until, Snapshot snapshot) {
    std::vector<Fold> folds;
    for (const Stretch& stretch : stretches) {
        const std::int64_t last = std::min(until, stretch.until);
        pg::scan(
            pg::our_relation("change"), pg::our_relation("change_key"),
            {{change_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)}}, snapshot,
            [&](const pg::Row& row) {
                const std::int64_t commit = DatumGetInt64(*row.datum(change_commit));
                if (commit > last) return;
                const auto digest = row.datum(change_digest_after);
                folds.push_back({commit,
                                 DatumGetInt32(*row.datum(change_number)),
                                 row.text(change_change),
                                 row.text(change_former_identity),
                                 {row.text(change_kind), row.text(change_identity), row.text(change_schema),
                                  digest ? pg::bytes_from_datum(*digest) : std::string(), commit}});
            });
    }
    std::sort(folds.begin(), folds.end(), [](const Fold& a, const Fold& b) {
        return std::tie(a.commit, a.number) < std::tie(b.commit, b.number);
    });
    return folds;
}

}  // namespace

void store_definition(const Uuid& timeline, const std::string& digest, const std::string& document) {
    const Datum key = pg::bytes_datum(digest);
    bool known = false;
    pg::scan(
        pg::our_relation("definition"), pg::our_relation("definition_digest"),
        {{definition_timeline, F_UUID_EQ, pg::uuid_datum(timeline)}, {definition_digest, F_BYTEAEQ, key}},
        pg::latest_committed(), [&](const pg::Row&) { known = true; });
    if (!known) pg::insert_row("definition", {pg::uuid_datum(timeline), key, pg::text_datum(document)});
}

core::Json load_definition(const std::vector<Stretch>& stretches, const std::string& digest,
                           Snapshot snapshot) {
    for (const Stretch& stretch : stretches) {
        if (const auto document = find_document(stretch.timeline, digest, snapshot)) {
            return core::parse_json(*document, "definition in the ledger");
        }
    }
    throw core::Error(
        core::sqlstate::internal, fmt::format("the ledger has no definition {}", to_hex(digest)),
        "A row of schemaver.definition is missing.", "Restore the ledger's tables from a backup.");
}

std::vector<RecordedObject> recorded_objects(const std::vector<Stretch>& stretches, std::int64_t until,
                                             Snapshot snapshot) {
    std::vector<Fold> folds = read_changes(stretches, until, snapshot);
    // Within one commit what goes, goes first: two objects may have swapped names.
    std::map<std::pair<std::string, std::string>, RecordedObject> state;
    for (auto first = folds.begin(); first != folds.end();) {
        const auto last =
            std::find_if(first, folds.end(), [&](const Fold& f) { return f.commit != first->commit; });
        for (auto at = first; at != last; ++at) {
            if (at->change == "removed") state.erase({at->object.kind, at->object.identity});
            if (at->change == "renamed") state.erase({at->object.kind, at->former_identity});
        }
        for (auto at = first; at != last; ++at) {
            if (at->change != "removed") state[{at->object.kind, at->object.identity}] = at->object;
        }
        first = last;
    }
    std::vector<RecordedObject> objects;
    objects.reserve(state.size());
    for (auto& [key, object] : state) objects.push_back(std::move(object));
    return objects;
}

core::Schema recorded_schema(const std::vector<Stretch>& stretches, std::int64_t until, Snapshot snapshot) {
    core::Schema schema;
    for (RecordedObject& object : recorded_objects(stretches, until, snapshot)) {
        schema.push_back({std::move(object.kind), std::move(object.identity), std::move(object.schema),
                          load_definition(stretches, object.digest, snapshot)});
    }
    return schema;
}

namespace {

template <typename Visit>
void for_each_commit(const std::vector<Stretch>& stretches, Snapshot snapshot, Visit&& visit) {
    for (const Stretch& stretch : stretches) {
        pg::scan(pg::our_relation("commit"), pg::our_relation("commit_key"),
                 {{commit_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)}}, snapshot,
                 [&](const pg::Row& row) {
                     const std::int64_t id = DatumGetInt64(*row.datum(commit_id));
                     if (id <= stretch.until) visit(id, row);
                 });
    }
}

}  // namespace

std::vector<RecordedObject> last_changes(const std::vector<Stretch>& stretches, std::int64_t until,
                                         Snapshot snapshot) {
    std::map<std::pair<std::string, std::string>, RecordedObject> last;
    for (Fold& fold : read_changes(stretches, until, snapshot)) {
        if (fold.change == "renamed") {
            last.insert_or_assign(
                {fold.object.kind, fold.former_identity},
                RecordedObject{fold.object.kind, fold.former_identity, fold.object.schema, "", fold.commit});
        }
        last.insert_or_assign({fold.object.kind, fold.object.identity}, fold.object);
    }
    std::vector<RecordedObject> list;
    for (auto& [key, object] : last) list.push_back(std::move(object));
    return list;
}

std::map<std::int64_t, std::string> commit_users(const std::vector<Stretch>& stretches, Snapshot snapshot) {
    std::map<std::int64_t, std::string> users;
    for_each_commit(stretches, snapshot,
                    [&](std::int64_t id, const pg::Row& row) { users[id] = row.text(commit_user); });
    return users;
}

std::int64_t head_commit(const std::vector<Stretch>& stretches, Snapshot snapshot) {
    std::int64_t head = 0;
    for_each_commit(stretches, snapshot, [&](std::int64_t id, const pg::Row&) { head = std::max(head, id); });
    return head;
}

std::optional<std::int64_t> last_commit_time(const std::vector<Stretch>& stretches, Snapshot snapshot) {
    std::optional<std::int64_t> latest;
    for_each_commit(stretches, snapshot, [&](std::int64_t, const pg::Row& row) {
        const std::int64_t at = DatumGetInt64(*row.datum(commit_at));
        if (!latest || at > *latest) latest = at;
    });
    return latest;
}

bool has_commit(const std::vector<Stretch>& stretches, std::int64_t commit, Snapshot snapshot) {
    bool found = false;
    for_each_commit(stretches, snapshot, [&](std::int64_t id, const pg::Row&) { found |= id == commit; });
    return found;
}

std::vector<std::string> revision_history(const std::vector<Stretch>& stretches, Snapshot snapshot) {
    std::map<std::int64_t, std::string> by_commit;
    for_each_commit(stretches, snapshot, [&](std::int64_t id, const pg::Row& row) {
        if (auto revision = row.optional_text(commit_revision_after)) by_commit[id] = *std::move(revision);
    });
    std::vector<std::string> history;
    std::string last;
    for (const auto& [id, revision] : by_commit) {
        if (revision == last) continue;
        last = revision;
        // Several heads are written as one text, separated by ", " (see migration::Revision).
        for (std::size_t start = 0; start <= revision.size();) {
            const std::size_t end = std::min(revision.find(", ", start), revision.size());
            history.push_back(revision.substr(start, end - start));
            start = end + 2;
        }
    }
    return history;
}

}  // namespace schemaver::ledger
