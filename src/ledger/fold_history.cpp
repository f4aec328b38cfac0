// Folds history: many commits become few, without a change of what the schema was at those that stay.
//
//     commit 1 adds a, 2 alters a, 3 adds b, 4 drops a; version v1 is commit 2; checkpoint at 4
//     -> commit 2 adds a as it was then; commit 4 removes a and adds b
//
// What the schema was at each point is put together before and after, and compared: if it were not the same,
// an error would undo all of it.
#include <algorithm>

#include "core/text.hpp"
#include "ledger/checkpoints.hpp"
#include "ledger/columns.hpp"
#include "ledger/commit_digest.hpp"
#include "ledger/ledger.hpp"
#include "ledger/recorded.hpp"
#include "ledger/seals.hpp"
#include "pg/cursor.hpp"

extern "C" {
#include "storage/lmgr.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
#include "utils/xid8.h"
}

namespace schemaver::ledger {

namespace {

using State = std::vector<RecordedObject>;  // by kind and identity

// A row of schemaver.commit that is about to go.
struct OldCommit {
    Uuid timeline;
    std::uint64_t transaction = 0;
    std::int64_t at = 0;
    std::string revision_before;
    std::string revision_after;
};
using OldCommits = std::map<std::int64_t, OldCommit>;
using Transactions = std::set<std::pair<Uuid, std::uint64_t>>;

Uuid timeline_of(const pg::Row& row) {  // the first column of every table of ours
    Uuid timeline;
    std::memcpy(timeline.data(), DatumGetUUIDP(*row.datum(1))->data, timeline.size());
    return timeline;
}

std::uint64_t transaction_of(const pg::Row& row, AttrNumber column) {
    return U64FromFullTransactionId(DatumGetFullTransactionId(*row.datum(column)));
}

std::string digest_of(const pg::Row& row, AttrNumber column) {
    const auto digest = row.datum(column);
    return digest ? pg::bytes_from_datum(*digest) : std::string();
}

class Fold {
  public:
    Fold(const Uuid& timeline, const Folding& folding) : timeline_(timeline), folding_(folding) {}

    std::string run() {
        const std::vector<State> before = states();
        collect();
        require_seals();
        const auto last = seal_finished_commits(timeline_);
        const std::string seal = last ? seal_text(*last) : std::string();
        remove_history();
        insert_checkpoint(seal);
        std::vector<SealedCommit> written;
        for (std::size_t i = 0; i < before.size(); ++i)
            written.push_back(insert_commit(i, i == 0 ? State() : before[i - 1], before[i]));
        pg::call([] { CommandCounterIncrement(); });
        collect_definitions();
        collect_statements();
        require_same(before, states());
        return seal_text(seal_these(timeline_, std::move(written)));
    }

  private:
    const Uuid& timeline_;
    const Folding& folding_;
    OldCommits old_;
    Transactions transactions_;

    std::int64_t end() const { return folding_.points.back(); }

    std::int64_t until(const Uuid& timeline) const {  // 0: none of its commits
        for (const Stretch& stretch : folding_.stretches)
            if (stretch.timeline == timeline) return std::min(stretch.until, end());
        return 0;
    }
    bool is_own(const Uuid& timeline) const {
        return std::any_of(folding_.stretches.begin(), folding_.stretches.end(),
                           [&](const Stretch& stretch) { return stretch.timeline == timeline; });
    }
    bool is_old(const pg::Row& row, AttrNumber commit) const {
        return DatumGetInt64(*row.datum(commit)) <= until(timeline_of(row));
    }

    std::vector<State> states() const {
        std::vector<State> found;
        for (const std::int64_t point : folding_.points)
            found.push_back(recorded_objects({folding_.stretches, point, {}}, pg::latest_committed()));
        return found;
    }

    void collect() {
        pg::scan(pg::our_relation("commit"), {}, pg::latest_committed(), [&](const pg::Row& row) {
            if (!is_old(row, commit_id)) return;
            const OldCommit commit{timeline_of(row), transaction_of(row, commit_transaction),
                                   DatumGetInt64(*row.datum(commit_at)), row.text(commit_revision_before),
                                   row.text(commit_revision_after)};
            transactions_.insert({commit.timeline, commit.transaction});
            old_[DatumGetInt64(*row.datum(commit_id))] = commit;
        });
        for (const std::int64_t point : folding_.points)
            if (!old_.contains(point))
                throw core::Error(core::sqlstate::unknown_point,
                                  fmt::format("there is no commit {} to fold history into", point));
    }

    // The digests of what goes stay in the seals, and only there.
    void require_seals() const {
        (void)seal_finished_commits(timeline_);
        for (const auto& [id, commit] : old_) {
            pg::check_for_interrupts();
            if (is_sealed(commit.timeline, id)) continue;
            throw core::Error(core::sqlstate::invalid_argument,
                              fmt::format("commit {} cannot be sealed, so it cannot be taken out", id),
                              "A seal's snapshot did not see it: verify_ledger() says more.",
                              "SELECT * FROM schemaver.verify_ledger();");
        }
    }

    void remove_history() const {
        pg::delete_rows("commit", [&](const pg::Row& row) { return is_old(row, commit_id); });
        pg::delete_rows("change", [&](const pg::Row& row) { return is_old(row, change_commit); });
        pg::delete_rows("command", [&](const pg::Row& row) {
            return transactions_.contains({timeline_of(row), transaction_of(row, command_transaction)});
        });
        constexpr AttrNumber connection_transaction = 2;
        pg::delete_rows("connection", [&](const pg::Row& row) {
            return transactions_.contains({timeline_of(row), transaction_of(row, connection_transaction)});
        });
        pg::call([] { CommandCounterIncrement(); });
    }

    void insert_checkpoint(const std::string& seal) const {
        const char* user = pg::call([] { return GetUserNameFromId(GetSessionUserId(), true); });
        pg::insert_row("checkpoint",
                       {pg::uuid_datum(old_.at(end()).timeline), Int64GetDatum(end()),
                        Int64GetDatum(old_.begin()->first), Int64GetDatum(gone()), pg::text_datum(seal),
                        pg::text_datum(folding_.fingerprint), TimestampTzGetDatum(GetCurrentTimestamp()),
                        pg::text_datum(pg::to_utf8(user)), pg::text_datum(folding_.reason)});
        pg::call([] { CommandCounterIncrement(); });
    }

    std::int64_t gone() const { return static_cast<std::int64_t>(old_.size() - folding_.points.size()); }

    SealedCommit insert_commit(std::size_t place, const State& before, const State& after) const {
        const std::int64_t id = folding_.points[place];
        const OldCommit& old = old_.at(id);
        const std::string& revision_before = place == 0 ? old_.begin()->second.revision_before
                                                        : old_.at(folding_.points[place - 1]).revision_after;
        const auto rows = changes(old.timeline, id, before, after);
        pg::insert_rows("change", rows);
        std::string content = Folded(pg::latest_committed()).content(old.timeline, id);
        for (const auto& row : rows) content += change_bytes(row);
        // The transaction and the time stay, so that it stands where it stood: among transactions that refs
        // and seals saw, and in time.
        std::vector<pg::Value> values = {pg::uuid_datum(old.timeline),
                                         Int64GetDatum(id),
                                         FullTransactionIdGetDatum(FullTransactionIdFromU64(old.transaction)),
                                         TimestampTzGetDatum(old.at),
                                         pg::text_datum(checkpoint_source),
                                         pg::text_datum(folded_author),
                                         pg::Value(),
                                         pg::text_or_null(revision_before),
                                         pg::text_or_null(old.revision_after),
                                         pg::text_datum(folding_.reason),
                                         Int32GetDatum(0),
                                         Int32GetDatum(static_cast<std::int32_t>(rows.size())),
                                         pg::Value()};
        content += commit_bytes(values);
        const std::string digest(bytes_of(core::sha256(content)));
        values.push_back(pg::bytes_datum(digest));
        pg::insert_row("commit", values);
        return {old.timeline, id, digest};
    }

    static std::vector<std::vector<pg::Value>> changes(const Uuid& timeline, std::int64_t commit,
                                                       const State& before, const State& after);
    void collect_definitions() const;
    void collect_statements() const;
    void require_same(const std::vector<State>& before, const std::vector<State>& after) const;
};

using Key = std::pair<std::string, std::string>;

Key key_of(const RecordedObject& object) { return {object.kind, object.identity}; }

std::map<Key, const RecordedObject*> by_key(const State& state) {
    std::map<Key, const RecordedObject*> objects;
    for (const RecordedObject& object : state) objects[key_of(object)] = &object;
    return objects;
}

// What leads from one state to the next, in the ledger's words. An object that has another name and its
// address from before was renamed.
std::vector<std::vector<pg::Value>> Fold::changes(const Uuid& timeline, std::int64_t commit,
                                                  const State& before, const State& after) {
    std::vector<std::vector<pg::Value>> rows;
    const auto add = [&](const char* change, const RecordedObject& object, const RecordedObject* former,
                         bool is_there) {
        const std::string name =
            former != nullptr && key_of(*former) != key_of(object) ? former->identity : "";
        rows.push_back({pg::uuid_datum(timeline), Int64GetDatum(commit),
                        Int32GetDatum(static_cast<std::int32_t>(rows.size()) + 1), pg::text_datum(change),
                        pg::text_datum(object.kind), pg::text_datum(object.identity),
                        pg::text_datum(object.schema), pg::text_or_null(name),
                        former != nullptr ? pg::Value(pg::bytes_datum(former->digest)) : pg::Value(),
                        is_there ? pg::Value(pg::bytes_datum(object.digest)) : pg::Value(),
                        ObjectIdGetDatum(object.catalog), ObjectIdGetDatum(object.object), pg::Value(),
                        BoolGetDatum(false)});
    };
    const auto old_names = by_key(before);
    const auto new_names = by_key(after);
    std::map<std::tuple<std::string, Oid, Oid>, const RecordedObject*> without_name;
    for (const RecordedObject& object : before)
        if (!new_names.contains(key_of(object)))
            without_name[{object.kind, object.catalog, object.object}] = &object;
    std::map<Key, const RecordedObject*> renamed;
    for (const RecordedObject& object : after) {
        if (old_names.contains(key_of(object))) continue;
        const auto former = without_name.find({object.kind, object.catalog, object.object});
        if (former == without_name.end()) continue;
        renamed[key_of(object)] = former->second;
        without_name.erase(former);
    }
    // Before what is added: a view has the address of the table that a rule made it of.
    for (const auto& [address, object] : without_name) add("removed", *object, object, false);
    for (const RecordedObject& object : after) {
        const auto same = old_names.find(key_of(object));
        if (same != old_names.end()) {
            const RecordedObject& former = *same->second;
            if (former.digest != object.digest)
                add("modified", object, &former, true);
            else if (former.catalog != object.catalog || former.object != object.object)
                add("rebuilt", object, &former, true);
        } else if (const auto former = renamed.find(key_of(object)); former != renamed.end()) {
            add("renamed", object, former->second, true);
        } else {
            add("added", object, nullptr, true);
        }
    }
    return rows;
}

// Definitions that no change has any more. Nobody writes a change meanwhile that would take one up again.
void Fold::collect_definitions() const {
    std::set<std::string> needed;
    pg::scan(pg::our_relation("change"), {}, pg::latest_committed(), [&](const pg::Row& row) {
        if (!is_own(timeline_of(row))) return;
        needed.insert(digest_of(row, change_digest_before));
        needed.insert(digest_of(row, change_digest_after));
    });
    pg::delete_rows("definition", [&](const pg::Row& row) {
        return is_own(timeline_of(row)) && !needed.contains(digest_of(row, definition_digest));
    });
}

void Fold::collect_statements() const {
    std::set<std::pair<Uuid, std::string>> needed;
    pg::scan(pg::our_relation("command"), {}, pg::latest_committed(), [&](const pg::Row& row) {
        needed.insert({timeline_of(row), digest_of(row, command_statement)});
        needed.insert({timeline_of(row), digest_of(row, command_script)});
    });
    pg::delete_rows("statement", [&](const pg::Row& row) {
        const Uuid timeline = timeline_of(row);
        return is_own(timeline) && !needed.contains({timeline, digest_of(row, statement_digest)});
    });
}

void Fold::require_same(const std::vector<State>& before, const std::vector<State>& after) const {
    for (std::size_t i = 0; i < before.size(); ++i) {
        const bool same =
            std::equal(before[i].begin(), before[i].end(), after[i].begin(), after[i].end(),
                       [](const RecordedObject& one, const RecordedObject& other) {
                           return std::tie(one.kind, one.identity, one.schema, one.digest, one.catalog,
                                           one.object) == std::tie(other.kind, other.identity, other.schema,
                                                                   other.digest, other.catalog, other.object);
                       });
        if (same) continue;
        throw core::Error(core::sqlstate::internal,
                          fmt::format("without its history the schema at commit {} would be another one",
                                      folding_.points[i]),
                          "Nothing has been taken out.");
    }
}

}  // namespace

void close_ledger() {
    // Those who seal, check for drift, name points and stamp take turns; nobody else takes these locks but
    // VACUUM.
    for (const char* table : {"seal", "found_drift", "ref", "backup"}) {
        const Oid oid = pg::our_relation(table);
        pg::call([=] { LockRelationOid(oid, ShareUpdateExclusiveLock); });
    }
    // Who has recorded a command holds a lock on these to the end. Not waited for in the queue, where others
    // would then wait behind us.
    constexpr int tries = 100;
    for (const char* table : {"command", "change", "definition", "commit"}) {
        const Oid oid = pg::our_relation(table);
        bool has_it = false;
        for (int i = 0; i < tries && !has_it; ++i) {
            if (i > 0) pg::call([] { pg_usleep(50'000); });
            pg::check_for_interrupts();
            has_it = pg::call([=] { return ConditionalLockRelationOid(oid, ShareRowExclusiveLock); });
        }
        if (has_it) continue;
        throw core::Error("55P03" /* lock_not_available */,
                          "the ledger is being written, so no history can be taken out now",
                          fmt::format("A transaction that ran DDL has not ended, or is prepared, or "
                                      "schemaver.{} is being vacuumed.",
                                      table),
                          fmt::format("SELECT pid FROM pg_locks WHERE relation = 'schemaver.{}'::regclass "
                                      "shows who; then try again.",
                                      table));
    }
}

std::string fold_history(const Uuid& timeline, const Folding& folding) {
    return Fold(timeline, folding).run();
}

}  // namespace schemaver::ledger
