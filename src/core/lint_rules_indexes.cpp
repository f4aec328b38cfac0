// Rules about indexes.
#include <algorithm>

#include "core/lint_rules.hpp"
#include "core/lint_text.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

namespace schemaver::core {

namespace {

bool is_partitioned(const LintTable& table) { return table.kind == "partitioned table"; }

void creating_index(const LintCase& now, LintReport& report) {
    const LintTable* table = now.old_table();
    if (now.statement.kind != LintKind::create_index || now.statement.concurrently || table == nullptr)
        return;
    if (is_partitioned(*table)) return;
    report.add({.why = fmt::format("nobody can write to {} until the index is built", identity_of(*table)),
                .instead = with_word_after(now.statement.text, "INDEX", "CONCURRENTLY") + ";",
                .table = table});
}

void partitioned_index(const LintCase& now, LintReport& report) {
    const LintTable* table = now.old_table();
    if (now.statement.kind != LintKind::create_index || table == nullptr || !is_partitioned(*table)) return;
    if (now.statement.is_only && !now.statement.concurrently) return;
    const std::string name =
        quote_identifier(now.statement.new_name.empty() ? table->name + "_idx" : now.statement.new_name);
    report.add({.why = now.statement.concurrently
                           ? fmt::format("the server refuses CONCURRENTLY on the partitioned table {}",
                                         identity_of(*table))
                           : fmt::format(
                                 "nobody can write to any partition of {} until the indexes of all are built",
                                 identity_of(*table)),
                .instead = fmt::format(
                    "CREATE INDEX {0} ON ONLY {1} (...);\n-- then for each partition:\nCREATE INDEX "
                    "CONCURRENTLY partition_idx ON partition (...);\nALTER INDEX {0} ATTACH "
                    "PARTITION partition_idx;",
                    name, identity_of(*table)),
                .table = table,
                .severity = now.statement.concurrently ? std::optional(LintSeverity::error) : std::nullopt});
}

void dropping_index(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::drop || now.statement.object_kind != "index" ||
        now.statement.concurrently) {
        return;
    }
    for (const LintName& name : now.statement.objects) {
        const LintTable* index = now.world.find(name);
        if (index == nullptr || index->is_new) continue;
        const LintTable* table = now.world.find(index->parent);
        if (table == nullptr || table->is_new || is_partitioned(*table)) continue;
        report.add({.why = fmt::format(
                        "DROP INDEX waits until nobody uses {}, and everybody who comes then waits for "
                        "it",
                        identity_of(*table)),
                    .instead = fmt::format("DROP INDEX CONCURRENTLY {};", identity_of(*index)),
                    .table = table,
                    .kind = "index",
                    .identity = identity_of(*index)});
    }
}

bool is_concurrent(const LintStatement& statement) {
    if (statement.concurrently && statement.kind != LintKind::refresh) return true;
    return std::any_of(statement.actions.begin(), statement.actions.end(),
                       [](const LintAction& action) { return action.concurrently; });
}

void concurrently_in_transaction(const LintCase& now, LintReport& report) {
    if (!now.world.transaction().is_open || !is_concurrent(now.statement)) return;
    report.add({.why = "the server refuses CONCURRENTLY in a transaction",
                .instead = now.world.transaction().is_explicit
                               ? "COMMIT;\n" + now.statement.text + ";"
                               : "-- tell the migration tool to run this migration outside of a transaction",
                .kind = now.statement.object_kind,
                .identity = now.statement.objects.empty()
                                ? std::string()
                                : lint_identity(now.statement.objects.front(), now.world)});
}

bool is_plain_btree(const LintStatement& statement) {
    return !statement.is_partial && (statement.method == "btree" || statement.method.empty());
}

void duplicate_index(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::create_index || now.statement.is_partial) return;
    const LintTable* table = now.world.find(now.statement.objects.front());
    if (table == nullptr) return;
    for (const LintIndex& index : table->indexes) {
        if (!index.is_plain || !index.is_valid || index.columns != now.statement.values ||
            index.method != (now.statement.method.empty() ? "btree" : now.statement.method) ||
            (now.statement.is_unique && !index.is_unique) || index.name == now.statement.new_name) {
            continue;
        }
        report.add({.why = fmt::format("{} has the same columns already, and each write has to keep both",
                                       quote_identifier(index.name)),
                    .instead = "-- leave it out",
                    .kind = "table",
                    .identity = identity_of(*table)});
        return;
    }
}

bool is_prefix(const std::vector<std::string>& one, const std::vector<std::string>& other) {
    return one.size() < other.size() && std::equal(one.begin(), one.end(), other.begin());
}

void redundant_index(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::create_index || !is_plain_btree(now.statement)) return;
    const LintTable* table = now.world.find(now.statement.objects.front());
    if (table == nullptr) return;
    for (const LintIndex& index : table->indexes) {
        if (!index.is_plain || !index.is_valid || index.method != "btree") continue;
        if (!now.statement.is_unique && is_prefix(now.statement.values, index.columns)) {
            report.add({.why = fmt::format("{} begins with the same columns and serves what this one would",
                                           quote_identifier(index.name)),
                        .instead = "-- leave it out",
                        .kind = "table",
                        .identity = identity_of(*table)});
        } else if (!index.is_unique && index.constraint.empty() &&
                   is_prefix(index.columns, now.statement.values)) {
            report.add(
                {.why = fmt::format("this one begins with the columns of {} and serves what that one does",
                                    quote_identifier(index.name)),
                 .instead = fmt::format("DROP INDEX CONCURRENTLY {};  -- when this one is there",
                                        identity_of(LintName{table->schema, index.name})),
                 .kind = "table",
                 .identity = identity_of(*table)});
        }
    }
}

void wide_index(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::create_index || now.statement.is_unique ||
        !is_plain_btree(now.statement) || now.statement.values.size() < 4) {
        return;
    }
    report.add(
        {.why = fmt::format("an index of {} columns is large, and seldom serves better than one of the first "
                            "two or three",
                            now.statement.values.size()),
         .kind = "table",
         .identity = lint_identity(now.statement.objects.front(), now.world)});
}

void invalid_index_left(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::create_index || now.statement.new_name.empty()) return;
    const LintTable* table = now.world.find(now.statement.objects.front());
    const LintIndex* index = table == nullptr ? nullptr : find_index(*table, now.statement.new_name);
    if (index == nullptr || index->is_valid) return;
    const std::string identity = identity_of(LintName{table->schema, index->name});
    report.add(
        {.why =
             now.statement.if_exists
                 ? fmt::format(
                       "IF NOT EXISTS leaves {} as it is: invalid, of a CREATE INDEX CONCURRENTLY that "
                       "failed, used by no query and kept by each write",
                       identity)
                 : fmt::format("{} is there, invalid: of a CREATE INDEX CONCURRENTLY that failed", identity),
         .instead = fmt::format("DROP INDEX CONCURRENTLY {};\n{};", identity, now.statement.text),
         .kind = "index",
         .identity = identity});
}

void reindexing(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::reindex || now.statement.concurrently) return;
    const LintTable* object =
        now.statement.objects.empty() ? nullptr : now.world.find(now.statement.objects.front());
    const LintTable* table =
        object != nullptr && object->kind == "index" ? now.world.find(object->parent) : object;
    if (!now.statement.objects.empty() && (table == nullptr || table->is_new)) return;
    report.add({.why = "nobody can write to the table until its indexes are built, and queries that would "
                       "use them wait",
                .instead = now.statement.object_kind == "schema"
                               ? std::string("-- REINDEX INDEX CONCURRENTLY, one after another")
                               : fmt::format("REINDEX {} CONCURRENTLY {};",
                                             now.statement.object_kind == "index" ? "INDEX" : "TABLE",
                                             object == nullptr ? "" : identity_of(*object)),
                .table = table});
}

void dropping_identity_index(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::drop || now.statement.object_kind != "index") return;
    for (const LintName& name : now.statement.objects) {
        const LintTable* found = now.world.find(name);
        const LintTable* table = found == nullptr ? nullptr : now.world.find(found->parent);
        const LintIndex* index = table == nullptr ? nullptr : find_index(*table, found->name);
        if (index == nullptr || !index->is_replica_identity) continue;
        report.add(
            {.why =
                 fmt::format("{} is the replica identity of {}: without it, UPDATE and DELETE of a published "
                             "table fail",
                             identity_of(*found), identity_of(*table)),
             .instead = fmt::format("ALTER TABLE {} REPLICA IDENTITY DEFAULT;  -- by the primary key, before",
                                    identity_of(*table)),
             .kind = "index",
             .identity = identity_of(*found)});
    }
}

void dropping_constraint_index(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::drop || now.statement.object_kind != "index") return;
    for (const LintName& name : now.statement.objects) {
        const LintTable* found = now.world.find(name);
        const LintTable* table = found == nullptr ? nullptr : now.world.find(found->parent);
        const LintIndex* index = table == nullptr ? nullptr : find_index(*table, found->name);
        if (index == nullptr || index->constraint.empty()) continue;
        report.add({.why = fmt::format("the server refuses: {} belongs to the constraint {}",
                                       identity_of(*found), quote_identifier(index->constraint)),
                    .instead = fmt::format("ALTER TABLE {} DROP CONSTRAINT {};", identity_of(*table),
                                           quote_identifier(index->constraint)),
                    .kind = "index",
                    .identity = identity_of(*found)});
    }
}

}  // namespace

std::vector<LintRuleEntry> lint_index_rules() {
    return {
        {{"creating-index", LintSeverity::error, true, "CREATE INDEX without CONCURRENTLY: writers wait"},
         creating_index},
        {{"partitioned-index", LintSeverity::error, true,
          "an index of a partitioned table at once: writers of all partitions wait"},
         partitioned_index},
        {{"dropping-index", LintSeverity::warning, true,
          "DROP INDEX without CONCURRENTLY: readers and writers wait behind it"},
         dropping_index},
        {{"concurrently-in-transaction", LintSeverity::error, false,
          "CONCURRENTLY in a transaction: the server refuses"},
         concurrently_in_transaction},
        {{"duplicate-index", LintSeverity::warning, false, "an index of the same columns is there already"},
         duplicate_index},
        {{"redundant-index", LintSeverity::notice, false, "an index whose columns another one begins with"},
         redundant_index},
        {{"wide-index", LintSeverity::notice, false,
          "an index of more than three columns that is not unique"},
         wide_index},
        {{"invalid-index-left", LintSeverity::error, false,
          "the index is there, invalid, of an attempt that failed"},
         invalid_index_left},
        {{"reindexing", LintSeverity::warning, true, "REINDEX without CONCURRENTLY: writers wait"},
         reindexing},
        {{"dropping-identity-index", LintSeverity::error, false,
          "the index is dropped that is the replica identity of a table"},
         dropping_identity_index},
        {{"dropping-constraint-index", LintSeverity::error, false,
          "DROP INDEX of what belongs to a constraint: the server refuses"},
         dropping_constraint_index},
    };
}

}  // namespace schemaver::core
