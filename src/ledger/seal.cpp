// seal(): closes a block of the commits that have become visible since the last seal.
//
// Sealers take turns; nobody else waits for them or is waited for. Only commits of transactions that had
// ended are taken, as one snapshot sees them, and that snapshot is kept: the next seal takes what it did not
// see.
#include <algorithm>
#include <limits>

#include "core/digest.hpp"
#include "core/merkle.hpp"
#include "ledger/columns.hpp"
#include "ledger/commit_digest.hpp"
#include "ledger/ledger.hpp"
#include "ledger/recorded.hpp"
#include "ledger/seals.hpp"
#include "pg/cursor.hpp"

extern "C" {
#include "access/transam.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"
}

namespace schemaver::ledger {

std::vector<RowBeside> (*rows_of_commits)(Snapshot) = [](Snapshot) { return std::vector<RowBeside>(); };
std::vector<RowBeside> (*rows_of_no_commit)(Snapshot) = [](Snapshot) { return std::vector<RowBeside>(); };

namespace {

// A seal that knows which transactions had ended, by the active snapshot. This transaction itself counts as
// one that has not.
Seal seal_of_now() {
    Seal now;
    now.next_transaction = U64FromFullTransactionId(pg::call([] { return ReadNextFullTransactionId(); }));
    const std::uint64_t own = U64FromFullTransactionId(pg::call([] { return GetTopFullTransactionId(); }));
    const char* text = pg::call([] {
        const Datum snapshot = DirectFunctionCall1(pg_current_snapshot, Datum{0});
        return DatumGetCString(DirectFunctionCall1(pg_snapshot_out, snapshot));
    });
    now.snapshot = core::parse_snapshot(text).value();
    now.snapshot.exclude(own);
    return now;
}

// Up to this number all commits that the last seal's timeline will ever have are sealed. A commit that the
// last seal did not see has a transaction from its xmin on. A seal before whose end no such transaction had
// begun is older than it, and so the commit's number, drawn at the transaction's end, is above all that were
// sealed then.
std::int64_t settled_up_to(const LastSeal& last, Snapshot snapshot) {
    for (std::int64_t number = last.seal.number - 1; number > 0; --number) {
        pg::check_for_interrupts();
        const std::optional<Seal> seal = find_seal(last.seal.timeline, number, snapshot);
        if (!seal) return 0;
        if (seal->next_transaction <= last.seal.snapshot.xmin) return seal->horizon;
    }
    return 0;
}

// The block that is being closed.
struct Block {
    Uuid timeline;
    std::int64_t number = 1;
    std::int64_t horizon = 0;
    core::MerkleTree tree;
};

void add_commit(Block& block, const Uuid& timeline, std::int64_t commit, const std::string& digest) {
    pg::insert_row("sealed", {pg::uuid_datum(timeline), Int64GetDatum(commit), pg::bytes_datum(digest),
                              pg::uuid_datum(block.timeline), Int64GetDatum(block.number)});
    block.tree.add(leaf(timeline, commit, digest));
    block.horizon = std::max(block.horizon, commit);
}

// The commits of a stretch from a number on that `wanted` says yes to, in order.
template <typename Wanted>
void add_commits(Block& block, const Stretch& stretch, std::int64_t after, Snapshot snapshot,
                 Wanted&& wanted) {
    pg::Cursor commits("commit", "commit_key",
                       {{commit_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)},
                        {commit_id, F_INT8GT, Int64GetDatum(after), BTGreaterStrategyNumber}},
                       snapshot);
    pg::RowMemory scratch;
    std::int64_t last = 0;
    while (commits.next()) {
        pg::check_for_interrupts();
        scratch.empty();
        const pg::Row row = commits.row();
        const std::int64_t id = DatumGetInt64(row.datum(commit_id).value_or(0));
        if (id == last || id > stretch.until) continue;
        const auto transaction =
            U64FromFullTransactionId(DatumGetFullTransactionId(row.datum(commit_transaction).value_or(0)));
        if (!wanted(id, transaction)) continue;
        const auto digest = row.datum(commit_digest);
        add_commit(block, stretch.timeline, id, digest ? pg::bytes_from_datum(*digest) : std::string());
        last = id;
    }
    scratch.leave();
    commits.close();
}

// What these stretches have sealed of the rows beside commits: those of no commit, or those of commits.
std::set<SealedCommit> sealed_beside(const std::vector<Stretch>& stretches, bool of_commits) {
    std::set<SealedCommit> found;
    const pg::Key commit = {
        sealed_commit, static_cast<RegProcedure>(of_commits ? F_INT8LT : F_INT8EQ),
        Int64GetDatum(beside_commits),
        static_cast<StrategyNumber>(of_commits ? BTLessStrategyNumber : BTEqualStrategyNumber)};
    for (const Stretch& stretch : stretches) {
        pg::scan(pg::our_relation("sealed"), pg::our_relation("sealed_key"),
                 {{sealed_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)}, commit},
                 pg::latest_committed(), [&](const pg::Row& row) {
                     if (const auto digest = row.datum(sealed_digest))
                         found.insert({stretch.timeline, DatumGetInt64(*row.datum(sealed_commit)),
                                       pg::bytes_from_datum(*digest)});
                 });
    }
    return found;
}

std::string digest_of_row(const RowBeside& row) { return std::string(bytes_of(core::sha256(row.bytes))); }

bool is_of(const std::vector<Stretch>& stretches, const RowBeside& row) {
    return !row.timeline || std::any_of(stretches.begin(), stretches.end(), [&](const Stretch& stretch) {
        return stretch.timeline == *row.timeline && row.commit <= stretch.until;
    });
}

// The digests of rows of no commit that have no seal. Whose timeline they are, not every one says.
std::set<std::string> unsealed_acts(const std::vector<Stretch>& stretches, Snapshot snapshot) {
    std::set<std::string> digests;
    for (const RowBeside& row : rows_of_no_commit(snapshot))
        if (is_of(stretches, row)) digests.insert(digest_of_row(row));
    if (digests.empty()) return digests;
    for (const SealedCommit& sealed : sealed_beside(stretches, false)) digests.erase(sealed.digest);
    return digests;
}

bool is_to_be_sealed(const Uuid& timeline, std::int64_t commit) {
    bool is_there = false;
    pg::scan(pg::our_relation("commit"), pg::our_relation("commit_key"),
             {{commit_timeline, F_UUID_EQ, pg::uuid_datum(timeline)},
              {commit_id, F_INT8EQ, Int64GetDatum(commit)}},
             pg::latest_committed(), [&](const pg::Row&) { is_there = true; });
    return is_there && !is_sealed(timeline, commit);
}

// The rows of commits that have no seal. One that comes when its commit is sealed was not written with it,
// and stays without: verify_ledger() tells. Unless no such row has a seal yet: the ledger may have been
// sealed when seals did not cover them.
std::set<SealedCommit> unsealed_rows(const std::vector<Stretch>& stretches, Snapshot snapshot) {
    std::set<SealedCommit> found;
    const std::vector<RowBeside> rows = rows_of_commits(snapshot);
    if (rows.empty()) return found;
    const std::set<SealedCommit> sealed = sealed_beside(stretches, true);
    for (const RowBeside& row : rows) {
        if (!is_of(stretches, row)) continue;
        const SealedCommit leaf{*row.timeline, -row.commit, digest_of_row(row)};
        if (sealed.contains(leaf)) continue;
        if (sealed.empty() || is_to_be_sealed(*row.timeline, row.commit)) found.insert(leaf);
    }
    return found;
}

Seal insert_seal(const Block& block, const std::optional<LastSeal>& last, Seal seal) {
    const auto root = block.tree.root();
    const std::string snapshot_text = core::to_text(seal.snapshot);
    const char* text = snapshot_text.c_str();
    const Datum snapshot =
        pg::call([=] { return DirectFunctionCall1(pg_snapshot_in, CStringGetDatum(text)); });
    const char* user = pg::call([] { return GetUserNameFromId(GetSessionUserId(), true); });
    std::vector<pg::Value> values = {pg::uuid_datum(block.timeline),
                                     Int64GetDatum(block.number),
                                     last ? pg::Value(pg::bytes_datum(last->seal.digest)) : pg::Value(),
                                     Int64GetDatum(static_cast<std::int64_t>(block.tree.size())),
                                     pg::bytes_datum(bytes_of(root)),
                                     Int64GetDatum(block.horizon),
                                     snapshot,
                                     Int64GetDatum(static_cast<std::int64_t>(seal.next_transaction)),
                                     TimestampTzGetDatum(GetCurrentTimestamp()),
                                     pg::text_datum(pg::to_utf8(user))};
    seal.timeline = block.timeline;
    seal.number = block.number;
    seal.digest = bytes_of(core::sha256(seal_bytes(values)));
    values.push_back(pg::bytes_datum(seal.digest));
    pg::insert_row("seal", values);
    return seal;
}

}  // namespace

bool is_sealed(const Uuid& timeline, std::int64_t commit) {
    bool found = false;
    pg::scan(pg::our_relation("sealed"), pg::our_relation("sealed_key"),
             {{sealed_timeline, F_UUID_EQ, pg::uuid_datum(timeline)},
              {sealed_commit, F_INT8EQ, Int64GetDatum(commit)}},
             pg::latest_committed(), [&](const pg::Row&) { found = true; });
    return found;
}

std::optional<Seal> seal_finished_commits(const Uuid& timeline) {
    std::vector<Stretch> stretches = lineage(pg::latest_committed()).stretches;
    const Seal now = seal_of_now();
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    const std::optional<LastSeal> last = last_seal(stretches, pg::latest_committed());
    const std::int64_t settled = last ? settled_up_to(*last, pg::latest_committed()) : 0;
    Block block{timeline, 1, 0, {}};
    if (last) {
        block.number = last->seal.number + 1;
        block.horizon = last->seal.horizon;
    }
    std::set<SealedCommit> beside = unsealed_rows(stretches, snapshot);
    for (const std::string& digest : unsealed_acts(stretches, snapshot))
        beside.insert({timeline, beside_commits, digest});
    // In the order of the tree's leaves: by timeline, then number.
    std::vector<std::size_t> order(stretches.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return stretches[a].timeline < stretches[b].timeline; });
    for (const std::size_t i : order) {
        const bool is_current = stretches[i].timeline == timeline;
        const bool is_history = last && i > last->stretch;
        for (const SealedCommit& row : beside)
            if (row.timeline == stretches[i].timeline)
                add_commit(block, row.timeline, row.commit, row.digest);
        if (is_history && last->seal.was_running_alone()) continue;
        add_commits(block, stretches[i], last && i == last->stretch ? settled : 0, snapshot,
                    [&](std::int64_t commit, std::uint64_t transaction) {
                        if (is_current ? !now.snapshot.sees(transaction) : now.was_running(transaction))
                            return false;
                        if (last && last->covers(i, transaction)) return false;
                        return !is_history || !is_sealed(stretches[i].timeline, commit);
                    });
    }
    if (block.tree.size() > 0) return insert_seal(block, last, now);
    if (last) return last->seal;
    return std::nullopt;
}

Seal seal_these(const Uuid& timeline, std::vector<SealedCommit> commits) {
    const std::optional<LastSeal> last =
        last_seal(lineage(pg::latest_committed()).stretches, pg::latest_committed());
    Block block{timeline, last ? last->seal.number + 1 : 1, last ? last->seal.horizon : 0, {}};
    std::sort(commits.begin(), commits.end());  // in the order of the tree's leaves
    for (const SealedCommit& commit : commits)
        add_commit(block, commit.timeline, commit.commit, commit.digest);
    return insert_seal(block, last, seal_of_now());
}

// There are none if no number above the last seal's is there, and no transaction that was running then has
// come with a number below.
bool has_unsealed_commits() {
    const std::vector<Stretch> stretches = lineage(pg::latest_committed()).stretches;
    const std::int64_t head = head_commit(stretches, pg::latest_committed());
    if (head == 0) return false;
    const std::optional<LastSeal> last = last_seal(stretches, pg::latest_committed());
    if (!last || head > last->seal.horizon) return true;
    std::set<std::uint64_t> running(last->seal.snapshot.in_progress.begin(),
                                    last->seal.snapshot.in_progress.end());
    for (std::uint64_t id = last->seal.snapshot.xmax; id < last->seal.next_transaction; ++id)
        running.insert(id);
    // A row of a commit has no seal only where the commit has none.
    return !commits_of(stretches, running, pg::latest_committed()).empty() ||
           !unsealed_acts(stretches, pg::latest_committed()).empty();
}

// seal()
SCHEMAVER_FUNCTION(schemaver_seal)(pg::Arguments) {
    pg::call([] {
        PreventCommandDuringRecovery("schemaver.seal()");
        PreventCommandIfReadOnly("schemaver.seal()");
        PreventCommandIfParallelMode("schemaver.seal()");
    });
    require_ledger_tables();
    // Until the end of the transaction, so that the chain has no fork. Nobody else takes this lock but
    // VACUUM.
    const Oid seals = pg::our_relation("seal");
    pg::call([=] { LockRelationOid(seals, ShareUpdateExclusiveLock); });
    const Uuid timeline = *writable_lineage(write_first_commit).current;
    pg::call([] {
        (void)GetTopFullTransactionId();
        PushActiveSnapshot(GetLatestSnapshot());
    });
    const std::optional<Seal> seal = seal_finished_commits(timeline);
    pg::call([] { PopActiveSnapshot(); });
    if (!seal) return pg::Result::null();
    return {pg::text_datum(seal_text(*seal))};
}

}  // namespace schemaver::ledger
