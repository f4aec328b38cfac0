// Definitions by digest, and the schema that the commits add up to.
#include <algorithm>

#include "core/digest.hpp"
#include "core/fingerprint.hpp"
#include "ledger/columns.hpp"
#include "ledger/recorded.hpp"
#include "pg/limits.hpp"

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

}  // namespace

void store_definition(const Uuid& timeline, const std::string& kind, const std::string& identity,
                      const std::string& digest, const std::string& document) {
    if (!pg::is_storable(document))
        throw pg::too_large(fmt::format("the definition of {} {}", kind, identity), document);
    const Datum key = pg::bytes_datum(digest);
    bool known = false;
    pg::scan(
        pg::our_relation("definition"), pg::our_relation("definition_digest"),
        {{definition_timeline, F_UUID_EQ, pg::uuid_datum(timeline)}, {definition_digest, F_BYTEAEQ, key}},
        pg::latest_committed(), [&](const pg::Row&) { known = true; });
    if (!known) pg::insert_row("definition", {pg::uuid_datum(timeline), key, pg::text_datum(document)});
}

std::string definition_text(const std::vector<Stretch>& stretches, const std::string& digest,
                            Snapshot snapshot) {
    for (const Stretch& stretch : stretches) {
        if (auto document = find_document(stretch.timeline, digest, snapshot)) return *std::move(document);
    }
    throw core::Error(
        core::sqlstate::internal, fmt::format("the ledger has no definition {}", to_hex(digest)),
        "A row of schemaver.definition is missing.", "Restore the ledger's tables from a backup.");
}

core::Json load_definition(const std::vector<Stretch>& stretches, const std::string& digest,
                           Snapshot snapshot) {
    return core::parse_json(definition_text(stretches, digest, snapshot), "definition in the ledger");
}

std::vector<RecordedObject> recorded_objects(const Position& position, Snapshot snapshot) {
    auto changes = recorded_changes(position.stretches, 0, position.commit, snapshot);
    std::erase_if(changes, [&](const auto& change) { return !position.counts(change.object.commit); });
    // Within one commit what goes, goes first: two objects may have swapped names.
    std::map<std::pair<std::string, std::string>, RecordedObject> state;
    for (auto first = changes.begin(); first != changes.end();) {
        const auto last = std::find_if(first, changes.end(), [&](const CommittedChange& change) {
            return change.object.commit != first->object.commit;
        });
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

core::Schema recorded_schema(const Position& position, Snapshot snapshot) {
    core::Schema schema;
    for (RecordedObject& object : recorded_objects(position, snapshot)) {
        schema.push_back({std::move(object.kind), std::move(object.identity), std::move(object.schema),
                          load_definition(position.stretches, object.digest, snapshot)});
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

std::optional<std::int64_t> last_commit_time(const std::vector<Stretch>& stretches, Snapshot snapshot) {
    std::optional<std::int64_t> latest;
    for_each_commit(stretches, snapshot, [&](std::int64_t, const pg::Row& row) {
        const std::int64_t at = DatumGetInt64(*row.datum(commit_at));
        if (!latest || at > *latest) latest = at;
    });
    return latest;
}

std::vector<std::string> revision_history(const std::vector<Stretch>& stretches, Snapshot snapshot) {
    // What a commit began with may have come without DDL, or before the ledger: it is part of the history
    // too.
    std::map<std::int64_t, std::array<std::string, 2>> by_commit;
    for_each_commit(stretches, snapshot, [&](std::int64_t id, const pg::Row& row) {
        std::array<std::string, 2> revisions = {row.text(commit_revision_before),
                                                row.text(commit_revision_after)};
        if (revisions != std::array<std::string, 2>()) by_commit[id] = std::move(revisions);
    });
    std::vector<std::string> history;
    std::string last;
    for (const auto& [id, revisions] : by_commit) {
        for (const std::string& revision : revisions) {
            if (revision.empty() || revision == last) continue;
            last = revision;
            // Several heads are written as one text, separated by ", " (see books::Revision).
            for (std::size_t start = 0; start <= revision.size();) {
                const std::size_t end = std::min(revision.find(", ", start), revision.size());
                history.push_back(revision.substr(start, end - start));
                start = end + 2;
            }
        }
    }
    return history;
}

}  // namespace schemaver::ledger
