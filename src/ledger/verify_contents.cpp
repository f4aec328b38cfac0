// Verifies commands, texts and definitions.
#include "ledger/verify_contents.hpp"

#include <algorithm>

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "ledger/columns.hpp"
#include "ledger/commit_digest.hpp"
#include "pg/cursor.hpp"

extern "C" {
#include "utils/uuid.h"
#include "utils/xid8.h"
}

namespace schemaver::ledger {

namespace {

constexpr std::size_t remembered = 4096;

bool is_definition(const std::string& document, const std::string& digest) {
    try {
        const core::Json definition = core::parse_json(document, "definition in the ledger");
        std::string hex;
        for (const char byte : digest) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
        return core::definition_digest(definition) == hex && core::canonical(definition) == document;
    } catch (const std::exception&) {
        return false;  // no JSON, or not of a definition's form
    }
}

std::uint64_t transaction_in(const pg::Row& row, AttrNumber column) {
    return U64FromFullTransactionId(DatumGetFullTransactionId(row.datum(column).value_or(0)));
}

Uuid uuid_in(const pg::Row& row, AttrNumber column) {
    Uuid uuid{};
    if (const auto value = row.datum(column))
        std::memcpy(uuid.data(), DatumGetUUIDP(*value)->data, uuid.size());
    return uuid;
}

}  // namespace

bool Rows::add(std::int32_t number, std::string bytes) {
    if (count_ > 0 && number == last_number_) {
        differing_ |= bytes != last_;
        return false;
    }
    bytes_ += bytes;
    last_ = std::move(bytes);
    last_number_ = number;
    ++count_;
    return true;
}

ContentCheck::ContentCheck(Findings& findings, std::vector<Stretch> own, Snapshot snapshot)
    : findings_(findings), own_(std::move(own)), snapshot_(snapshot) {}

bool ContentCheck::is_own(const Uuid& timeline) const {
    return std::any_of(own_.begin(), own_.end(),
                       [&](const Stretch& stretch) { return stretch.timeline == timeline; });
}

Rows ContentCheck::commands_of(const Uuid& timeline, std::uint64_t transaction, std::int64_t commit) {
    Rows rows;
    std::map<std::string, bool> texts;
    pg::Cursor commands(
        "command", "command_key",
        {{command_timeline, F_UUID_EQ, pg::uuid_datum(timeline)},
         {command_transaction, F_XID8EQ, FullTransactionIdGetDatum(FullTransactionIdFromU64(transaction))}},
        snapshot_);
    while (commands.next()) {
        pg::check_for_interrupts();
        const pg::Row row = commands.row();
        if (!rows.add(DatumGetInt32(row.datum(command_number).value_or(0)), command_bytes(row))) continue;
        for (const AttrNumber column : {command_statement, command_script}) {
            // Not every script is kept: see texts.cpp.
            if (const auto digest = row.datum(column))
                texts.insert({pg::bytes_from_datum(*digest), column == command_statement});
        }
    }
    commands.close();
    commands_[timeline] += rows.count();
    for (const auto& [digest, needed] : texts) check_text(timeline, commit, digest, needed);
    return rows;
}

void ContentCheck::check_text(const Uuid& timeline, std::int64_t commit, const std::string& digest,
                              bool needed) {
    if (right_.count({timeline, digest}) > 0) return;
    bool found = false;
    bool right = true;
    pg::scan(pg::our_relation("statement"), pg::our_relation("statement_digest"),
             {{statement_timeline, F_UUID_EQ, pg::uuid_datum(timeline)},
              {statement_digest, F_BYTEAEQ, pg::bytes_datum(digest)}},
             snapshot_, [&](const pg::Row& row) {
                 found = true;
                 const auto salt = row.datum(statement_salt);
                 right &= bytes_of(core::sha256((salt ? pg::bytes_from_datum(*salt) : std::string()) +
                                                row.text(statement_text))) == digest;
             });
    const std::string hint = fmt::format("SELECT * FROM schemaver.commands WHERE commit = {}", commit);
    if (!right) {
        findings_.error("edited statement", {timeline, commit, "statement"},
                        "The text of one of its commands is not the one that was recorded.", hint);
    } else if (!found && needed && is_own(timeline)) {
        // Dumps leave texts out, so those of other timelines need not be here.
        findings_.error("missing statement", {timeline, commit, "statement"},
                        "The text of one of its commands is not there.", hint);
    } else if (found) {
        if (right_.size() >= remembered) right_.clear();
        right_.insert({timeline, digest});
    }
}

const std::vector<Stretch>& ContentCheck::ancestors(const Uuid& timeline) {
    const auto known = ancestors_.find(timeline);
    if (known != ancestors_.end()) return known->second;
    std::vector<Stretch> stretches = ancestry(timeline, snapshot_);
    // The timeline's own row may have been removed; its definitions are there all the same.
    if (stretches.empty()) stretches.push_back({timeline, 0});
    return ancestors_.emplace(timeline, std::move(stretches)).first->second;
}

void ContentCheck::check_definition(const pg::Row& change) {
    const auto datum = change.datum(change_digest_after);
    if (!datum) return;
    const Uuid timeline = uuid_in(change, change_timeline);
    const std::string digest = pg::bytes_from_datum(*datum);
    if (right_.count({timeline, digest}) > 0) return;
    bool found = false;
    bool right = true;
    for (const Stretch& stretch : ancestors(timeline)) {
        pg::scan(pg::our_relation("definition"), pg::our_relation("definition_digest"),
                 {{definition_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)},
                  {definition_digest, F_BYTEAEQ, pg::bytes_datum(digest)}},
                 snapshot_, [&](const pg::Row& row) {
                     found = true;
                     right &= is_definition(row.text(definition_document), digest);
                 });
        if (found) break;
    }
    if (found && right) {
        if (right_.size() >= remembered) right_.clear();
        right_.insert({timeline, digest});
        return;
    }
    const std::int64_t commit = DatumGetInt64(change.datum(change_commit).value_or(0));
    findings_.error(found ? "edited definition" : "missing definition",
                    {timeline, commit, change.text(change_kind) + " " + change.text(change_identity)},
                    found ? "The definition that the commit gave the object is not the one that was recorded."
                          : "The definition that the commit gave the object is not there.",
                    "Restore an older dump into another database: its schemaver.definition has the row under "
                    "the same digest.");
}

// Commands are in the order of transactions and commits in that of their numbers, so they are counted, and
// only where the counts differ is it found out which they are.
void ContentCheck::check_stray_commands() {
    std::map<Uuid, std::int64_t> there;
    std::tuple<Uuid, std::uint64_t, std::int32_t> last;
    bool first = true;
    pg::Cursor commands("command", "command_key", {}, snapshot_);
    while (commands.next()) {
        pg::check_for_interrupts();
        const pg::Row row = commands.row();
        const std::tuple key{uuid_in(row, command_timeline), transaction_in(row, command_transaction),
                             DatumGetInt32(row.datum(command_number).value_or(0))};
        if (first || key != last) ++there[std::get<0>(key)];
        first = false;
        last = key;
    }
    commands.close();
    for (const auto& [timeline, count] : there) {
        if (count != commands_[timeline]) report_stray_commands(timeline);
    }
}

// In ascending order.
std::vector<std::uint64_t> ContentCheck::transactions_of_commits(const Uuid& timeline) {
    std::vector<std::uint64_t> transactions;
    pg::scan(pg::our_relation("commit"), pg::our_relation("commit_key"),
             {{commit_timeline, F_UUID_EQ, pg::uuid_datum(timeline)}}, snapshot_, [&](const pg::Row& row) {
                 if (DatumGetInt32(row.datum(commit_commands).value_or(0)) > 0)
                     transactions.push_back(transaction_in(row, commit_transaction));
             });
    std::sort(transactions.begin(), transactions.end());
    return transactions;
}

void ContentCheck::report_stray_commands(const Uuid& timeline) {
    const std::vector<std::uint64_t> known = transactions_of_commits(timeline);
    std::optional<std::uint64_t> reported;
    pg::Cursor commands("command", "command_key", {{command_timeline, F_UUID_EQ, pg::uuid_datum(timeline)}},
                        snapshot_);
    while (commands.next()) {
        pg::check_for_interrupts();
        const pg::Row row = commands.row();
        const std::uint64_t transaction = transaction_in(row, command_transaction);
        if (transaction == reported || std::binary_search(known.begin(), known.end(), transaction)) continue;
        reported = transaction;
        findings_.warning(
            "stray command", {timeline, 0, fmt::format("transaction {}", transaction)},
            fmt::format("{} by {} belongs to no commit: that was deleted, or could not be written while "
                        "schemaver.on_capture_error was warn, or the command was inserted.",
                        row.text(command_tag), row.text(command_effective_user)),
            fmt::format("SELECT * FROM schemaver.command WHERE transaction = '{}'", transaction));
    }
    commands.close();
}

}  // namespace schemaver::ledger
