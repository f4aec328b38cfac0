// Rules about when and with what else: transactions, timeouts, sessions that run now.
#include <algorithm>

#include "core/lint_rules.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

namespace schemaver::core {

namespace {

constexpr double long_seconds = 60;

bool keeps_others_out(LintLockMode mode) { return mode >= LintLockMode::share; }

void missing_lock_timeout(const LintCase& now, LintReport& report) {
    if (now.world.has_lock_timeout()) return;
    for (const LintLock& lock : lint_locks(now.statement, now.world)) {
        if (!keeps_others_out(lock.mode)) continue;
        report.add({.why = fmt::format(
                        "without a lock_timeout it waits for {} as long as anybody uses it, and all who come "
                        "later wait behind it",
                        identity_of(*lock.table)),
                    .instead = fmt::format("{}lock_timeout = '5s';",
                                           now.world.transaction().is_open ? "SET LOCAL " : "SET "),
                    .table = lock.table});
        return;
    }
}

// What reads or writes a whole table.
bool is_long(const LintStatement& statement, const LintWorld& world) {
    switch (statement.kind) {
        case LintKind::create_index:
        case LintKind::update:
        case LintKind::remove:
        case LintKind::refresh:
        case LintKind::cluster:
        case LintKind::reindex:
            return !statement.concurrently;
        case LintKind::alter_table:
            break;
        default:
            return false;
    }
    const LintTable* table = world.find(statement.objects.front());
    return std::any_of(statement.actions.begin(), statement.actions.end(), [&](const LintAction& action) {
        switch (action.kind) {
            case LintActionKind::validate_constraint:
            case LintActionKind::set_not_null:
            case LintActionKind::set_logged:
            case LintActionKind::set_access_method:
            case LintActionKind::set_tablespace:
                return true;
            case LintActionKind::change_type: {
                const LintColumn* column = table == nullptr ? nullptr : find_column(*table, action.name);
                return column != nullptr && lint_type_change(*column, action, world) != LintTypeChange::free;
            }
            case LintActionKind::set_expression: {
                const LintColumn* column = table == nullptr ? nullptr : find_column(*table, action.name);
                return column != nullptr && !column->is_virtual;
            }
            case LintActionKind::add_constraint:
                return action.constraint.is_valid && action.constraint.index.empty();
            default:
                return false;
        }
    });
}

const LintTable* large_table(const LintCase& now) {
    if (now.statement.objects.empty()) return nullptr;
    const LintTable* table = now.world.find(now.statement.objects.front());
    return table == nullptr || table->is_new || is_small(*table, now.world.facts().limits) ? nullptr : table;
}

void missing_statement_timeout(const LintCase& now, LintReport& report) {
    const LintTable* table = large_table(now);
    if (now.world.has_statement_timeout() || table == nullptr || !is_long(now.statement, now.world)) return;
    report.add({.why = fmt::format("it reads or writes all of {} under a lock, for as long as that takes",
                                   identity_of(*table)),
                .instead = fmt::format("{}statement_timeout = '15min';",
                                       now.world.transaction().is_open ? "SET LOCAL " : "SET "),
                .table = table});
}

void conflict_now(const LintCase& now, LintReport& report) {
    for (const LintLock& lock : lint_locks(now.statement, now.world)) {
        std::vector<std::string> holders;
        bool is_long = false;
        for (const LintHolder& holder : lock.table->holders) {
            if (!conflicts(lock.mode, holder.mode)) continue;
            is_long |= holder.seconds >= long_seconds;
            holders.push_back(holder.seconds < 0 ? fmt::format("process {} ({})", holder.pid, holder.mode)
                                                 : fmt::format("process {} ({}, for {:.0f} s)", holder.pid,
                                                               holder.mode, holder.seconds));
        }
        if (holders.empty()) continue;
        report.add({.why = fmt::format("right now it would wait for {} on {}", in_a_sentence(holders),
                                       identity_of(*lock.table)),
                    .instead = "SELECT pid, usename, state, xact_start, query FROM pg_stat_activity WHERE "
                               "pid IN (SELECT pid "
                               "FROM pg_locks WHERE relation = " +
                               quote_literal(identity_of(*lock.table)) + "::regclass);",
                    .table = lock.table,
                    .severity = is_long ? LintSeverity::error : LintSeverity::warning});
    }
}

void many_tables_locked(const LintCase& now, LintReport& report) {
    const LintTransaction& transaction = now.world.transaction();
    if (!transaction.is_open) return;
    std::set<LintName> before;
    std::set<std::size_t> statements;
    for (const auto& [name, statement] : transaction.large_exclusive) {
        before.insert(name);
        statements.insert(statement);
        if (statements.size() > 1) return;  // told already
    }
    if (before.empty()) return;
    for (const LintLock& lock : lint_locks(now.statement, now.world)) {
        if (lock.mode != LintLockMode::access_exclusive || is_small(*lock.table, now.world.facts().limits) ||
            before.contains(name_of(*lock.table))) {
            continue;
        }
        report.add({.why = fmt::format(
                        "the transaction holds {} locked already until its end: each who uses both may "
                        "deadlock with it, and all wait for the sum of the times",
                        identity_of(*before.begin())),
                    .instead = "COMMIT;\nBEGIN;  -- a transaction for each table",
                    .table = lock.table});
        return;
    }
}

void slow_under_lock(const LintCase& now, LintReport& report) {
    const LintTransaction& transaction = now.world.transaction();
    const LintTable* table = large_table(now);
    if (!transaction.is_open || transaction.exclusive.empty() || table == nullptr) return;
    if (!is_long(now.statement, now.world)) return;
    const auto& locked = *transaction.exclusive.begin();
    report.add({.why = fmt::format(
                    "since statement {} the transaction has kept everybody out of {}, and goes on to while "
                    "this reads or writes all of {}",
                    locked.second, identity_of(locked.first), identity_of(*table)),
                .instead = "COMMIT;\n" + now.statement.text + ";",
                .table = table});
}

void data_and_schema(const LintCase& now, LintReport& report) {
    const LintTransaction& transaction = now.world.transaction();
    if (!transaction.is_open || !is_data_change(now.statement) || now.statement.kind == LintKind::insert)
        return;
    if (transaction.exclusive.empty()) return;
    const LintTable* table = large_table(now);
    if (table == nullptr) return;
    report.add({.why = fmt::format(
                    "the rows of {} are changed in a transaction that changes the schema, whose locks last "
                    "until the end of both",
                    identity_of(*table)),
                .instead = "COMMIT;\n-- then change the rows, in batches, in transactions of their own",
                .table = table});
}

void enum_value_used(const LintCase& now, LintReport& report) {
    const LintTransaction& transaction = now.world.transaction();
    if (!transaction.is_open || now.statement.kind == LintKind::add_enum_value) return;
    for (const auto& [type, value] : transaction.enum_values) {
        if (now.statement.text.find(quote_literal(value)) == std::string::npos) continue;
        report.add({.why = fmt::format(
                        "{} was added to {} in this transaction, and cannot be used before it is committed",
                        quote_literal(value), identity_of(type)),
                    .instead = "COMMIT;\n" + now.statement.text + ";",
                    .kind = "type",
                    .identity = identity_of(type)});
    }
}

void not_in_transaction(const LintCase& now, LintReport& report) {
    if (!now.world.transaction().is_open) return;
    const LintKind kind = now.statement.kind;
    if (kind != LintKind::vacuum && kind != LintKind::database && kind != LintKind::alter_system) return;
    report.add({.why = "the server refuses this command in a transaction",
                .instead = "COMMIT;\n" + now.statement.text + ";"});
}

void nested_transaction(const LintCase& now, LintReport& report) {
    const bool is_open = now.world.transaction().is_open;
    if (now.statement.kind == LintKind::begin && is_open) {
        report.add({.why = "a transaction is running already: BEGIN does nothing but warn, and the next "
                           "COMMIT ends the "
                           "outer one",
                    .instead = "SAVEPOINT before;"});
    } else if (now.statement.kind == LintKind::commit && !is_open) {
        report.add(
            {.why = "no transaction is running that could be committed", .instead = "BEGIN;  -- before"});
    }
}

void altering_system(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::alter_system) return;
    report.add({.why = "it changes the whole server, not this database, and outlives a restore of it",
                .instead = "ALTER DATABASE ... SET ...;  -- where the setting allows it"});
}

void unseen_commands(const LintCase& now, LintReport& report) {
    constexpr std::size_t longest = 200;
    const std::string& text = now.caller == nullptr ? now.statement.text : now.caller->text;
    const std::string instead = fmt::format("SELECT * FROM schemaver.dry_run({});  -- runs it, and undoes it",
                                            text.size() > longest ? "'...'" : quote_literal(text));
    if (now.statement.kind == LintKind::do_block && now.statement.body == nullptr)
        report.add({.why = "what a DO block executes is not looked into", .instead = instead});
    if (now.statement.kind == LintKind::dynamic)
        report.add(
            {.why = "what EXECUTE runs is put together then, and not looked into", .instead = instead});
    for (const LintName& name : now.statement.calls) {
        const auto body = now.world.routine(name);
        if (!body || *body != nullptr) continue;
        report.add(
            {.why = fmt::format(
                 "what {} executes is not looked into: it is no text in SQL or plpgsql, or one of several",
                 identity_of(name)),
             .instead = instead,
             .kind = now.statement.kind == LintKind::call ? "procedure" : "function",
             .identity = identity_of(name)});
    }
}

bool can_be_merged(const LintStatement& statement) {
    if (statement.kind != LintKind::alter_table || statement.object_kind != "table") return false;
    return std::none_of(statement.actions.begin(), statement.actions.end(), [](const LintAction& action) {
        return action.kind == LintActionKind::validate_constraint ||
               action.kind == LintActionKind::attach_partition ||
               action.kind == LintActionKind::detach_partition;
    });
}

// Of one ALTER TABLE the server takes what drops first, wherever it stands: SET NOT NULL and PRIMARY KEY
// would read the whole table for want of the CHECK that is dropped.
bool needs_what_is_dropped(const LintStatement& last, const LintStatement& next) {
    const auto is_proven = [](const LintAction& action) {
        return action.kind == LintActionKind::set_not_null ||
               (action.kind == LintActionKind::add_constraint &&
                action.constraint.kind == LintConstraintKind::primary_key);
    };
    const auto drops = [](const LintAction& action) {
        return action.kind == LintActionKind::drop_constraint;
    };
    return std::any_of(last.actions.begin(), last.actions.end(), is_proven) &&
           std::any_of(next.actions.begin(), next.actions.end(), drops);
}

void mergeable_alters(const LintCase& now, LintReport& report) {
    const LintTable* table = now.old_table();
    if (table == nullptr || !can_be_merged(now.statement)) return;
    const LintStatement* last = now.world.last_statement();
    if (last == nullptr || !can_be_merged(*last) || now.world.find(last->objects.front()) != table) return;
    if (needs_what_is_dropped(*last, now.statement)) return;
    report.add(
        {.why = fmt::format("{} is locked, and waited for, once more than need be", identity_of(*table)),
         .instead =
             fmt::format("ALTER TABLE {} ..., ...;  -- the actions of both statements", identity_of(*table)),
         .table = table});
}

}  // namespace

std::vector<LintRuleEntry> lint_transaction_rules() {
    return {
        {{"missing-lock-timeout", LintSeverity::warning, false,
          "a lock is waited for without a lock_timeout (told once a script)"},
         missing_lock_timeout},
        {{"missing-statement-timeout", LintSeverity::notice, false,
          "a large table is read or written whole without a statement_timeout (told once a script)"},
         missing_statement_timeout},
        {{"conflict-now", LintSeverity::warning, false,
          "sessions that run now hold locks that the statement would wait for; an error when one has run for "
          "a minute"},
         conflict_now},
        {{"mergeable-alters", LintSeverity::notice, false,
          "several ALTER TABLE of one table in a row that could be one"},
         mergeable_alters},
        {{"many-tables-locked", LintSeverity::warning, false,
          "one transaction keeps everybody out of several large tables"},
         many_tables_locked},
        {{"slow-under-lock", LintSeverity::error, false,
          "a large table is read or written whole while the transaction keeps everybody out of a table"},
         slow_under_lock},
        {{"data-and-schema", LintSeverity::warning, false,
          "rows of a large table are changed in a transaction that changes the schema"},
         data_and_schema},
        {{"enum-value-used", LintSeverity::error, false,
          "a value of an enum is used in the transaction that adds it: the server refuses"},
         enum_value_used},
        {{"not-in-transaction", LintSeverity::error, false,
          "VACUUM, ALTER SYSTEM, CREATE DATABASE and the like in a transaction: the server refuses"},
         not_in_transaction},
        {{"nested-transaction", LintSeverity::warning, false,
          "BEGIN in a transaction, or COMMIT outside of one"},
         nested_transaction},
        {{"altering-system", LintSeverity::warning, false, "ALTER SYSTEM: changes the whole server"},
         altering_system},
        {{"unseen-commands", LintSeverity::notice, false,
          "EXECUTE of a text that is put together, or a body that is neither SQL nor plpgsql: not looked "
          "into"},
         unseen_commands},
    };
}

}  // namespace schemaver::core
