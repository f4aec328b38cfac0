// verify_ledger(): one pass over commits, changes and the list of what is sealed, merged by timeline and
// number.
//
// Nothing is remembered of a commit once it has been looked at, so memory does not grow with the ledger.
// Texts and definitions are looked up by the digests that commands and changes have, and hashed anew.
#include <algorithm>

#include "core/digest.hpp"
#include "core/fingerprint.hpp"
#include "ledger/checkpoints.hpp"
#include "ledger/columns.hpp"
#include "ledger/commit_digest.hpp"
#include "ledger/verify_beside.hpp"
#include "ledger/verify_contents.hpp"
#include "ledger/verify_seals.hpp"
#include "pg/cursor.hpp"

extern "C" {
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
#include "utils/xid8.h"
}

namespace schemaver::ledger {

namespace {

// Which commit a row is about.
using CommitKey = std::pair<Uuid, std::int64_t>;

// The rows of one table, commit by commit.
class Stream {
  public:
    Stream(const char* table, const char* index, AttrNumber timeline, AttrNumber commit, Snapshot snapshot)
        : cursor_(table, index, {}, snapshot), timeline_(timeline), commit_(commit) {
        advance();
    }
    // Of the row that it stands at; nothing at the end.
    const std::optional<CommitKey>& key() const { return key_; }
    // Calls `visit` for each row of this commit, and moves behind them.
    template <typename Visit>
    void take(const CommitKey& key, Visit&& visit) {
        while (key_ == key) {
            pg::check_for_interrupts();
            visit(cursor_.row());
            advance();
        }
    }
    void close() { cursor_.close(); }

  private:
    void advance() {
        key_.reset();
        if (!cursor_.next()) return;
        const pg::Row row = cursor_.row();
        CommitKey key{{}, DatumGetInt64(row.datum(commit_).value_or(0))};
        if (const auto timeline = row.datum(timeline_))
            std::memcpy(key.first.data(), DatumGetUUIDP(*timeline)->data, key.first.size());
        key_ = key;
    }

    pg::Cursor cursor_;
    AttrNumber timeline_;
    AttrNumber commit_;
    std::optional<CommitKey> key_;
};

std::string stored_digest(const pg::Row& row, AttrNumber column) {
    const auto digest = row.datum(column);
    return digest ? pg::bytes_from_datum(*digest) : std::string();
}

// All that the ledger has of one commit.
struct FoundCommit {
    bool commit = false;  // the row itself
    std::string bytes;
    std::string digest;  // as the row has it
    std::uint64_t transaction = 0;
    std::int32_t commands = 0;
    std::int32_t changes = 0;
    std::string source;
    std::string who;
    std::int64_t at = 0;
    bool differing = false;  // there twice, and not the same
    Rows change_rows;
    std::set<std::tuple<std::string, Uuid, std::int64_t>> sealed;  // digest, and the seal
};

class Verification {
  public:
    Verification(Findings& findings, SealCheck& seals, std::vector<Stretch> own, Snapshot snapshot)
        : findings_(findings),
          seals_(seals),
          contents_(findings, std::move(own), snapshot),
          beside_(findings, snapshot),
          folded_(snapshot),
          snapshot_(snapshot) {}

    void run();
    std::int64_t commits() const { return commits_; }
    std::int64_t unsealed() const { return unsealed_; }

  private:
    // A sealed commit whose contents are not what they were: perhaps another one's.
    struct Edited {
        CommitKey key;
        std::string stored;
        std::string sealed;
        std::string detail;
    };

    static void take_commit(const pg::Row& row, FoundCommit& found);
    void judge(const CommitKey& key, FoundCommit& found);
    void judge_missing(const CommitKey& key, const FoundCommit& found);
    void judge_unsealed(const CommitKey& key, const FoundCommit& found, bool edited,
                        const std::string& detail);
    std::string describe_edit(const FoundCommit& found, const Rows& commands) const;
    bool is_folded(const CommitKey& key, const FoundCommit& found) const;
    void report_edited();
    void report_checkpoints();
    static std::string name_of(const FoundCommit& found);

    Findings& findings_;
    SealCheck& seals_;
    ContentCheck contents_;
    BesideCheck beside_;
    Folded folded_;
    Snapshot snapshot_;
    std::vector<Edited> edited_;
    std::set<CommitKey> checkpoints_;  // whose commits are there
    std::int64_t commits_ = 0;
    std::int64_t unsealed_ = 0;
};

std::string hint_for(const CommitKey& key) {
    return fmt::format(
        "Restore an older dump into another database and compare SELECT * FROM schemaver.changes WHERE "
        "commit = {}.",
        key.second);
}

std::string name_of_time(std::int64_t at) {
    return pg::to_utf8(pg::call([=] { return timestamptz_to_str(at); }));
}

void Verification::take_commit(const pg::Row& row, FoundCommit& found) {
    std::string bytes = commit_bytes(row);
    std::string digest = stored_digest(row, commit_digest);
    if (found.commit) {
        // A dump that was restored twice stores its rows twice.
        found.differing |= bytes != found.bytes || digest != found.digest;
        return;
    }
    found.commit = true;
    found.bytes = std::move(bytes);
    found.digest = std::move(digest);
    found.transaction =
        U64FromFullTransactionId(DatumGetFullTransactionId(row.datum(commit_transaction).value_or(0)));
    found.commands = DatumGetInt32(row.datum(commit_commands).value_or(0));
    found.changes = DatumGetInt32(row.datum(commit_changes).value_or(0));
    found.source = row.text(commit_source);
    found.who = row.text(commit_user);
    found.at = DatumGetInt64(row.datum(commit_at).value_or(0));
}

std::string Verification::name_of(const FoundCommit& found) {
    return fmt::format("by {} at {}", found.who, name_of_time(found.at));
}

bool Verification::is_folded(const CommitKey& key, const FoundCommit& found) const {
    return found.source == checkpoint_source && folded_.covers(key.first, key.second);
}

// What can be said of a commit that has another digest than it should.
std::string Verification::describe_edit(const FoundCommit& found, const Rows& commands) const {
    if (found.change_rows.count() != found.changes)
        return fmt::format("The commit {} has {} changes, and {} are there.", name_of(found), found.changes,
                           found.change_rows.count());
    if (commands.count() != found.commands)
        return fmt::format("The commit {} has {} commands, and {} are there.", name_of(found), found.commands,
                           commands.count());
    return fmt::format("The commit {}, or one of its {} commands or {} changes, is not as it was recorded.",
                       name_of(found), found.commands, found.changes);
}

void Verification::judge(const CommitKey& key, FoundCommit& found) {
    for (const auto& [digest, timeline, seal] : found.sealed)
        seals_.add_leaf(timeline, seal, key.first, key.second, digest);
    if (key.second <= beside_commits) {
        for (const auto& [digest, timeline, seal] : found.sealed)
            beside_.add_leaf(key.first, key.second, digest, timeline, seal);
        found.sealed.clear();
        if (!found.commit && found.change_rows.count() == 0) return;
    }
    if (!found.commit) {
        const bool was_folded = found.change_rows.count() == 0 && folded_.covers(key.first, key.second);
        if (!was_folded) judge_missing(key, found);
        return;
    }
    ++commits_;
    Rows commands;
    if (found.commands > 0) commands = contents_.commands_of(key.first, found.transaction, key.second);
    if (found.differing || found.change_rows.differing() || commands.differing()) {
        findings_.error("differing duplicate", {key.first, key.second, ""},
                        fmt::format("The commit {} is there twice, with different contents.", name_of(found)),
                        hint_for(key));
        return;
    }
    std::string content = commands.bytes() + found.change_rows.bytes() + found.bytes;
    const bool folded = is_folded(key, found);
    if (folded) {
        checkpoints_.insert(key);
        content.insert(0, folded_.content(key.first, key.second));
    }
    const auto computed = core::sha256(content);
    const bool edited = bytes_of(computed) != found.digest;
    const std::string detail = edited ? describe_edit(found, commands) : std::string();
    if (found.sealed.empty()) return judge_unsealed(key, found, edited, detail);
    // Older seals were made over the commit that stood there before.
    const bool is_resealed =
        folded && std::any_of(found.sealed.begin(), found.sealed.end(),
                              [&](const auto& seal) { return std::get<0>(seal) == found.digest; });
    if (is_resealed && !edited) return;
    for (const auto& [digest, timeline, seal] : found.sealed) {
        if (!edited && digest == found.digest) continue;
        edited_.push_back(
            {key, found.digest, digest,
             edited ? detail
                    : fmt::format("The commit {} has another digest than seal {} was made over: it "
                                  "was edited, and its digest with it.",
                                  name_of(found), seal)});
        break;
    }
    if (edited_.size() >= 10'000) report_edited();
}

void Verification::judge_missing(const CommitKey& key, const FoundCommit& found) {
    const std::string rest = found.change_rows.count() > 0 ? fmt::format("{} of its changes are still there.",
                                                                         found.change_rows.count())
                                                           : std::string("Neither are its changes.");
    if (!found.sealed.empty()) {
        std::int64_t newest = 0;
        for (const auto& seal : found.sealed) newest = std::max(newest, std::get<2>(seal));
        findings_.error("missing commit", {key.first, key.second, ""},
                        fmt::format("The commit is covered by seal {}, and is not there. {}", newest, rest),
                        hint_for(key));
    } else {
        findings_.error(
            "missing commit", {key.first, key.second, ""},
            fmt::format("{} changes belong to a commit that is not there.", found.change_rows.count()),
            hint_for(key));
    }
}

void Verification::judge_unsealed(const CommitKey& key, const FoundCommit& found, bool edited,
                                  const std::string& detail) {
    ++unsealed_;
    if (const auto seal = seals_.should_cover(key.first, found.transaction)) {
        findings_.error(
            "inserted commit", {key.first, key.second, ""},
            fmt::format("The commit {} would have been there when {} was made, and no seal covers it.",
                        name_of(found), *seal),
            hint_for(key));
    } else if (found.digest.empty()) {
        findings_.error("inserted commit", {key.first, key.second, ""},
                        fmt::format("The commit {} has no digest.", name_of(found)), hint_for(key));
    } else if (edited) {
        findings_.error("edited commit", {key.first, key.second, ""}, detail, hint_for(key));
    }
}

// Two commits whose rows have changed places have each other's digest.
void Verification::report_edited() {
    std::map<std::string, const Edited*> by_seal;
    for (const Edited& edit : edited_) by_seal[edit.sealed] = &edit;
    for (const Edited& edit : edited_) {
        const auto other = by_seal.find(edit.stored);
        if (edit.stored != edit.sealed && other != by_seal.end() && other->second->stored == edit.sealed) {
            findings_.error("swapped commits", {edit.key.first, edit.key.second, ""},
                            fmt::format("It has changed places with commit {}.", other->second->key.second),
                            hint_for(edit.key));
        } else {
            findings_.error("edited commit", {edit.key.first, edit.key.second, ""}, edit.detail,
                            hint_for(edit.key));
        }
    }
    edited_.clear();
}

// The digest of its commit covers a checkpoint's row, so without that commit it says nothing.
void Verification::report_checkpoints() {
    for (const Checkpoint& checkpoint : folded_.all()) {
        const CommitKey key{checkpoint.timeline, checkpoint.commit};
        const std::string name =
            fmt::format("{} at {}: {}", checkpoint.who, name_of_time(checkpoint.at), checkpoint.reason);
        if (folded_.is_superseded(checkpoint) || checkpoints_.contains(key)) {
            findings_.info("checkpoint", {key.first, key.second, ""},
                           fmt::format("The history up to here was folded, {} commits of it taken out, by {}",
                                       checkpoint.commits, name));
        } else {
            findings_.error("missing checkpoint", {key.first, key.second, ""},
                            fmt::format("The commit of the checkpoint by {} is not there.", name),
                            hint_for(key));
        }
    }
}

void Verification::run() {
    Stream commits("commit", "commit_key", commit_timeline, commit_id, snapshot_);
    Stream changes("change", "change_key", change_timeline, change_commit, snapshot_);
    Stream sealed("sealed", "sealed_key", sealed_timeline, sealed_commit, snapshot_);
    pg::RowMemory scratch;
    while (true) {
        std::optional<CommitKey> next;
        for (const Stream* stream : {&commits, &changes, &sealed}) {
            if (stream->key() && (!next || *stream->key() < *next)) next = stream->key();
        }
        if (!next) break;
        const CommitKey key = *next;
        FoundCommit found;
        commits.take(key, [&](const pg::Row& row) { take_commit(row, found); });
        changes.take(key, [&](const pg::Row& row) {
            const bool is_new =
                found.change_rows.add(DatumGetInt32(row.datum(change_number).value_or(0)), change_bytes(row));
            if (is_new) contents_.check_definition(row);
            scratch.empty();
        });
        sealed.take(key, [&](const pg::Row& row) {
            Uuid by{};
            if (const auto timeline = row.datum(sealed_seal_timeline))
                std::memcpy(by.data(), DatumGetUUIDP(*timeline)->data, by.size());
            found.sealed.emplace(stored_digest(row, sealed_digest), by,
                                 DatumGetInt64(row.datum(sealed_seal).value_or(0)));
        });
        judge(key, found);
        scratch.empty();
    }
    scratch.leave();
    commits.close();
    changes.close();
    sealed.close();
    report_edited();
    contents_.check_stray_commands();
    report_checkpoints();
    beside_.finish();
}

std::string summary_of(const Verification& verification, const SealCheck& seals) {
    std::string text =
        fmt::format("Sealed: {} commits in {} seals. Not sealed yet: {}.",
                    verification.commits() - verification.unsealed(), seals.count(), verification.unsealed());
    if (seals.newest()) text += fmt::format(" Last seal: {}.", name_of_time(seals.newest()->at));
    return text;
}

}  // namespace

// verify_ledger(digest text)
SCHEMAVER_FUNCTION(schemaver_verify_ledger)(pg::Arguments arguments) {
    std::optional<core::SealText> kept;
    if (const auto text = arguments.optional_text(0)) kept = core::parse_seal_text(*text);
    require_ledger_tables();
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    const Lineage own = lineage(snapshot);
    Findings findings(arguments,
                      own.stretches.empty() ? std::nullopt : std::optional(own.stretches.front().timeline));
    SealCheck seals(findings, own.stretches, snapshot);
    seals.read_chain(kept);
    Verification verification(findings, seals, own.stretches, snapshot);
    verification.run();
    seals.finish();
    findings.summary(
        summary_of(verification, seals),
        kept ? ""
             : "Pass a digest that seal() returned and that was kept elsewhere: only that tells a "
               "rewritten chain.");
    return pg::Result::null();
}

}  // namespace schemaver::ledger
