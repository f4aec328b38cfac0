// Looks commits and changes up by index.
#include "catalog/cluster.hpp"
#include "ledger/recorded.hpp"

#include <algorithm>
#include <limits>

#include "ledger/columns.hpp"
#include "pg/ordered_scan.hpp"

namespace schemaver::ledger {

namespace {

pg::Key key_of_timeline(AttrNumber column, const Stretch& stretch) {
    return {column, F_UUID_EQ, pg::uuid_datum(stretch.timeline)};
}

pg::Key key_up_to(AttrNumber column, std::int64_t id) {
    return {column, F_INT8LE, Int64GetDatum(id), BTLessEqualStrategyNumber};
}

RecordedCommit commit_from(const pg::Row& row) {
    return {DatumGetInt64(*row.datum(commit_id)), DatumGetInt64(*row.datum(commit_at)), row.text(commit_user),
            row.text(commit_revision_after), row.text(commit_source)};
}

// The newest first, each once, until `visit` returns false.
template <typename Visit>
void for_each_commit_backward(const std::vector<Stretch>& stretches, std::int64_t until, Snapshot snapshot,
                              Visit&& visit) {
    std::int64_t last = -1;
    bool go_on = true;
    for (const Stretch& stretch : stretches) {
        if (!go_on) return;
        pg::scan_ordered(
            pg::our_relation("commit"), pg::our_relation("commit_key"),
            {key_of_timeline(commit_timeline, stretch), key_up_to(commit_id, std::min(until, stretch.until))},
            snapshot, BackwardScanDirection, [&](const pg::Row& row) {
                const std::int64_t id = DatumGetInt64(*row.datum(commit_id));
                if (id == last) return true;  // a dump that was restored twice
                last = id;
                go_on = visit(id, row);
                return go_on;
            });
    }
}

constexpr std::int64_t newest = std::numeric_limits<std::int64_t>::max();

CommittedChange change_from(const pg::Row& row) {
    const auto digest_of = [&](AttrNumber column) {
        const auto digest = row.datum(column);
        return digest ? pg::bytes_from_datum(*digest) : std::string();
    };
    return {DatumGetInt32(*row.datum(change_number)),
            row.text(change_change),
            row.text(change_former_identity),
            digest_of(change_digest_before),
            {row.text(change_kind), row.text(change_identity), row.text(change_schema),
             digest_of(change_digest_after), DatumGetInt64(*row.datum(change_commit)),
             row.oid(change_catalog), row.oid(change_object)}};
}

bool is_later(const CommittedChange& one, const CommittedChange& other) {
    return std::tie(one.object.commit, one.number) > std::tie(other.object.commit, other.number);
}

// The last of those changes that the position counts and `wanted` takes. The index ends with commit and
// number.
template <typename Wanted>
std::optional<CommittedChange> last_counted_change(const Position& position, const char* index,
                                                   const std::vector<pg::Key>& keys, Snapshot snapshot,
                                                   Wanted&& wanted) {
    std::optional<CommittedChange> last;
    for (const Stretch& stretch : position.stretches) {
        std::vector<pg::Key> all = {key_of_timeline(change_timeline, stretch)};
        all.insert(all.end(), keys.begin(), keys.end());
        all.push_back(key_up_to(change_commit, std::min(stretch.until, position.commit)));
        pg::scan_ordered(pg::our_relation("change"), pg::our_relation(index), all, snapshot,
                         BackwardScanDirection, [&](const pg::Row& row) {
                             CommittedChange change = change_from(row);
                             if (position.counts(change.object.commit) && wanted(change))
                                 last = std::move(change);
                             return !last;
                         });
        if (last) break;
    }
    return last;
}

}  // namespace

std::optional<RecordedCommit> find_commit(const std::vector<Stretch>& stretches, std::int64_t id,
                                          Snapshot snapshot) {
    std::optional<RecordedCommit> found;
    for (const Stretch& stretch : stretches) {
        if (id > stretch.until) continue;
        pg::scan(pg::our_relation("commit"), pg::our_relation("commit_key"),
                 {key_of_timeline(commit_timeline, stretch), {commit_id, F_INT8EQ, Int64GetDatum(id)}},
                 snapshot, [&](const pg::Row& row) { found = commit_from(row); });
        if (found) break;
    }
    return found;
}

std::int64_t head_commit(const std::vector<Stretch>& stretches, Snapshot snapshot) {
    std::int64_t head = 0;
    for_each_commit_backward(stretches, newest, snapshot, [&](std::int64_t id, const pg::Row&) {
        head = id;
        return false;
    });
    return head;
}

std::optional<std::int64_t> commit_before(const Position& position, std::int64_t back, Snapshot snapshot) {
    std::optional<std::int64_t> found;
    std::int64_t steps = -1;
    for_each_commit_backward(position.stretches, position.commit, snapshot,
                             [&](std::int64_t id, const pg::Row&) {
                                 if (!position.counts(id) || ++steps < back) return true;
                                 found = id;
                                 return false;
                             });
    return found;
}

std::optional<std::int64_t> commit_at_time(const std::vector<Stretch>& stretches, std::int64_t time,
                                           Snapshot snapshot) {
    std::optional<std::int64_t> found;
    for_each_commit_backward(stretches, newest, snapshot, [&](std::int64_t id, const pg::Row& row) {
        if (DatumGetInt64(*row.datum(commit_at)) > time) return true;
        found = id;
        return false;
    });
    return found;
}

std::optional<RecordedCommit> first_commit(const std::vector<Stretch>& stretches, Snapshot snapshot) {
    std::optional<RecordedCommit> first;
    for (auto stretch = stretches.rbegin(); stretch != stretches.rend() && !first; ++stretch) {
        pg::scan_ordered(pg::our_relation("commit"), pg::our_relation("commit_key"),
                         {key_of_timeline(commit_timeline, *stretch), key_up_to(commit_id, stretch->until)},
                         snapshot, ForwardScanDirection, [&](const pg::Row& row) {
                             first = commit_from(row);
                             return false;
                         });
    }
    return first;
}

std::vector<std::int64_t> commits_between(const std::vector<Stretch>& stretches, std::int64_t after,
                                          std::int64_t until, Snapshot snapshot) {
    std::vector<std::int64_t> commits;
    for_each_commit_backward(stretches, until, snapshot, [&](std::int64_t id, const pg::Row&) {
        if (id <= after) return false;
        commits.push_back(id);
        return true;
    });
    std::reverse(commits.begin(), commits.end());
    return commits;
}

std::set<std::int64_t> commits_of(const std::vector<Stretch>& stretches,
                                  const std::set<std::uint64_t>& transactions, Snapshot snapshot) {
    // Almost always none of them has run DDL: their commands say so at once.
    std::set<std::uint64_t> with_commands;
    for (const Stretch& stretch : stretches) {
        for (const std::uint64_t transaction : transactions) {
            pg::scan(pg::our_relation("command"), pg::our_relation("command_key"),
                     {key_of_timeline(command_timeline, stretch),
                      {command_transaction, F_XID8EQ, UInt64GetDatum(transaction)}},
                     snapshot, [&](const pg::Row&) { with_commands.insert(transaction); });
        }
    }
    std::set<std::int64_t> commits;
    if (with_commands.empty()) return commits;
    for_each_commit_backward(stretches, newest, snapshot, [&](std::int64_t id, const pg::Row& row) {
        if (with_commands.count(DatumGetUInt64(*row.datum(commit_transaction))) > 0) commits.insert(id);
        return true;
    });
    return commits;
}

std::vector<CommittedChange> recorded_changes(const std::vector<Stretch>& stretches, std::int64_t after,
                                              std::int64_t until, Snapshot snapshot) {
    std::vector<CommittedChange> changes;
    for (const Stretch& stretch : stretches) {
        if (std::min(until, stretch.until) <= after) continue;
        pg::scan(pg::our_relation("change"), pg::our_relation("change_key"),
                 {key_of_timeline(change_timeline, stretch),
                  {change_commit, F_INT8GT, Int64GetDatum(after), BTGreaterStrategyNumber},
                  key_up_to(change_commit, std::min(until, stretch.until))},
                 snapshot, [&](const pg::Row& row) {
                     // What all databases share is recorded, but no part of this one's schema.
                     if (!catalog::is_cluster_kind(row.text(change_kind)))
                         changes.push_back(change_from(row));
                 });
    }
    std::sort(changes.begin(), changes.end(),
              [](const CommittedChange& one, const CommittedChange& other) { return is_later(other, one); });
    return changes;
}

std::optional<RecordedObject> recorded_object(const Position& position, const std::string& kind,
                                              const std::string& identity, Snapshot snapshot) {
    const auto last = last_counted_change(position, "change_identity",
                                          {{change_kind, F_TEXTEQ, pg::text_datum(kind)},
                                           {change_identity, F_TEXTEQ, pg::text_datum(identity)}},
                                          snapshot, [](const CommittedChange&) { return true; });
    if (!last || last->object.digest.empty()) return std::nullopt;
    // Since then it may have been given another name.
    const auto renamed =
        last_counted_change(position, "change_object",
                            {{change_catalog, F_OIDEQ, ObjectIdGetDatum(last->object.catalog)},
                             {change_object, F_OIDEQ, ObjectIdGetDatum(last->object.object)}},
                            snapshot, [&](const CommittedChange& change) {
                                return change.change == "renamed" && change.object.kind == kind &&
                                       change.former_identity == identity && is_later(change, *last);
                            });
    if (renamed) return std::nullopt;
    return last->object;
}

}  // namespace schemaver::ledger
