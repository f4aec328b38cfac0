// A row's digest cannot tell which row it was, but its leaf in the seal's tree tells of which commit.
#include "ledger/verify_beside.hpp"

#include <algorithm>

#include "core/digest.hpp"
#include "ledger/columns.hpp"
#include "ledger/commit_digest.hpp"
#include "ledger/ledger.hpp"
#include "ledger/seals.hpp"

namespace schemaver::ledger {

namespace {

constexpr char migration_tables[] =
    "schemaver.migration, schemaver.revision_change or schemaver.commit_effect";

std::string hint_for_rows(std::int64_t commit) {
    return fmt::format(
        "Restore an older dump into another database, and compare SELECT * FROM schemaver.revision_change "
        "WHERE commit = {0}, the same of schemaver.commit_effect and schemaver.migration.",
        commit);
}

bool has_row(const char* table, const char* index, const Uuid& timeline, std::int64_t commit,
             Snapshot snapshot) {
    bool found = false;
    pg::scan(pg::our_relation(table), pg::our_relation(index),
             {{1, F_UUID_EQ, pg::uuid_datum(timeline)}, {2, F_INT8EQ, Int64GetDatum(commit)}}, snapshot,
             [&](const pg::Row&) {
                 found = true;
                 return false;
             });
    return found;
}

}  // namespace

void BesideCheck::add_leaf(const Uuid& timeline, std::int64_t commit, const std::string& digest,
                           const Uuid& seal_timeline, std::int64_t seal) {
    if (commit == beside_commits) {
        acts_.insert({digest, {seal_timeline, 0, fmt::format("seal {}", seal)}});
        return;
    }
    rows_[{timeline, -commit}].missing.insert({digest, seal});
    covering_.insert({timeline, seal_timeline});
}

void BesideCheck::finish() {
    check_acts();
    compare_rows();
    for (const auto& [key, rows] : rows_) report(key, rows);
}

// One that no seal covers yet says nothing.
void BesideCheck::check_acts() {
    for (const RowBeside& row : rows_of_no_commit(snapshot_))
        acts_.erase(std::string(bytes_of(core::sha256(row.bytes))));
    for (const auto& [digest, place] : acts_) {
        findings_.error("missing act", place,
                        "A confirmation or a lift of the guard, or the begin or end of a migration, that the "
                        "seal covers has been edited or deleted.",
                        "Restore an older dump into another database, and compare what schemaver.guard_act "
                        "and schemaver.migration say there.");
    }
}

void BesideCheck::compare_rows() {
    std::set<std::pair<CommitKey, std::string>> found;  // a dump that was restored twice stores them twice
    for (const RowBeside& row : rows_of_commits(snapshot_)) {
        pg::check_for_interrupts();
        const CommitKey key{*row.timeline, row.commit};
        const std::string digest(bytes_of(core::sha256(row.bytes)));
        if (!found.insert({key, digest}).second) continue;
        const auto sealed = rows_.find(key);
        if (sealed != rows_.end() && sealed->second.missing.erase(digest) > 0) continue;
        if (is_covered(key.first) && !waits_for_seal(key.first, key.second))
            rows_[key].unsealed.insert({digest, row.table});
    }
}

// Where no seal of a history covers such a row, the ledger was sealed when seals did not.
bool BesideCheck::is_covered(const Uuid& timeline) {
    const auto known = is_covered_.find(timeline);
    if (known != is_covered_.end()) return known->second;
    bool covered = covering_.contains(timeline);
    for (const Stretch& stretch : ancestry(timeline, snapshot_))
        covered = covered || covering_.contains(stretch.timeline);
    return is_covered_[timeline] = covered;
}

bool BesideCheck::waits_for_seal(const Uuid& timeline, std::int64_t commit) const {
    return has_row("commit", "commit_key", timeline, commit, snapshot_) &&
           !has_row("sealed", "sealed_key", timeline, commit, snapshot_);
}

// As many as are missing have been edited, as far as there are others in their place.
void BesideCheck::report(const CommitKey& key, const Rows& rows) {
    const std::string hint = hint_for_rows(key.second);
    auto missing = rows.missing.begin();
    for (const auto& [digest, table] : rows.unsealed) {
        const Findings::Place place{key.first, key.second, fmt::format("table schemaver.{}", table)};
        if (missing != rows.missing.end()) {
            findings_.error("edited migration", place,
                            fmt::format("A row of the commit is not what seal {} covers.", missing->second),
                            hint);
            ++missing;
        } else {
            findings_.error("inserted migration", place,
                            "A row of the commit was not there when the commit was sealed.", hint);
        }
    }
    for (; missing != rows.missing.end(); ++missing) {
        findings_.error("missing migration", {key.first, key.second, ""},
                        fmt::format("A row of the commit in {}, which seal {} covers, is not there.",
                                    migration_tables, missing->second),
                        hint);
    }
}

}  // namespace schemaver::ledger
