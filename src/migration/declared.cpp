// Keeps the session's migration, and what to go back to when a transaction or savepoint is rolled back.
#include "migration/declared.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"
#include "pg/table.hpp"

extern "C" {
#include "access/xact.h"
#include "tcop/utility.h"
#include "utils/timestamp.h"
}

namespace schemaver::migration {

namespace {

std::optional<Declared> current;

// What was declared before a change in a subtransaction that has not ended.
struct Undo {
    SubTransactionId transaction;
    std::optional<Declared> before;
};
std::vector<Undo> undone_by_rollback;

// Nothing in the callbacks can raise.
void at_end(XactEvent event, void*) {
    switch (event) {
        case XACT_EVENT_COMMIT:
            undone_by_rollback.clear();
            break;
        // A prepared transaction is no longer the session's, and may be rolled back after it has gone.
        case XACT_EVENT_PREPARE:
        case XACT_EVENT_ABORT:
            if (!undone_by_rollback.empty()) current = std::move(undone_by_rollback.front().before);
            undone_by_rollback.clear();
            break;
        default:
            break;
    }
}

void at_savepoint(SubXactEvent event, SubTransactionId ended, SubTransactionId parent, void*) {
    if (event == SUBXACT_EVENT_COMMIT_SUB) {
        for (Undo& undo : undone_by_rollback)
            if (undo.transaction == ended) undo.transaction = parent;
    }
    if (event != SUBXACT_EVENT_ABORT_SUB) return;
    while (!undone_by_rollback.empty() && undone_by_rollback.back().transaction >= ended) {
        current = std::move(undone_by_rollback.back().before);
        undone_by_rollback.pop_back();
    }
}

void change_to(std::optional<Declared> next) {
    undone_by_rollback.push_back({GetCurrentSubTransactionId(), current});
    current = std::move(next);
}

std::string session_user() {
    return pg::to_utf8(pg::call([] { return GetUserNameFromId(GetSessionUserId(), true); }));
}

void require_writing(const char* function) {
    pg::call([=] {
        PreventCommandDuringRecovery(function);
        PreventCommandIfReadOnly(function);
        PreventCommandIfParallelMode(function);
    });
}

void insert_act(const ledger::Uuid& timeline, const Declared& migration, const char* act,
                const std::string& description, pg::Value commit) {
    pg::insert_row("migration", {pg::uuid_datum(timeline), Int64GetDatum(migration.id), pg::text_datum(act),
                                 TimestampTzGetDatum(GetCurrentTimestamp()), pg::text_datum(session_user()),
                                 pg::text_datum(migration.name), pg::text_or_null(description), commit});
}

ledger::Uuid current_timeline() { return *ledger::writable_lineage(ledger::write_first_commit).current; }

}  // namespace

std::optional<std::string> declared_migration() {
    if (!current) return std::nullopt;
    return current->name;
}

// A migration that began and ended in this transaction, or ended in it, is its commit's as well.
const Declared* declared() {
    if (current) return &*current;
    const auto ended = std::find_if(undone_by_rollback.rbegin(), undone_by_rollback.rend(),
                                    [](const Undo& undo) { return undo.before.has_value(); });
    return ended == undone_by_rollback.rend() ? nullptr : &*ended->before;
}

void register_declared() {
    pg::call([] {
        RegisterXactCallback(at_end, nullptr);
        RegisterSubXactCallback(at_savepoint, nullptr);
    });
}

void insert_declared_commit(const Declared& migration, const ledger::Uuid& timeline, std::int64_t commit) {
    insert_act(timeline, migration, "commit", "", Int64GetDatum(commit));
}

// begin_migration(name text, description text)
SCHEMAVER_FUNCTION(schemaver_begin_migration)(pg::Arguments arguments) {
    require_writing("schemaver.begin_migration()");
    const std::string name = arguments.required_text(0, "name");
    if (core::trimmed(name).empty())
        throw core::Error(core::sqlstate::invalid_argument, "a migration needs a name", "",
                          "Pass what the migration tool or the release calls it: "
                          "schemaver.begin_migration('018_add_faculty_columns').");
    if (current)
        throw core::Error(core::sqlstate::migration_is_open,
                          fmt::format("this session is in the migration \"{}\" already", current->name), "",
                          "SELECT schemaver.end_migration() ends it.");
    Declared next{pg::next_value("migration_id"), name};
    insert_act(current_timeline(), next, "begin", arguments.text(1), std::nullopt);
    change_to(std::move(next));
    return pg::Result::null();
}

// end_migration()
SCHEMAVER_FUNCTION(schemaver_end_migration)(pg::Arguments) {
    require_writing("schemaver.end_migration()");
    if (!current)
        throw core::Error(core::sqlstate::no_migration_is_open, "this session is in no migration", "",
                          "SELECT schemaver.begin_migration(name) begins one.");
    insert_act(current_timeline(), *current, "end", "", std::nullopt);
    change_to(std::nullopt);
    return pg::Result::null();
}

}  // namespace schemaver::migration
