// Rules about commands that write a table anew, read it whole, or keep others out of it.
#include <algorithm>

#include "core/lint_rules.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

namespace schemaver::core {

namespace {

void rewriting_table(const LintCase& now, LintReport& report) {
    const LintTable* table = now.old_table();
    if (table == nullptr || now.statement.kind != LintKind::alter_table) return;
    if (table->kind == "partitioned table")
        return;  // it is for new partitions, and leaves those that are there
    for (const LintAction& action : now.statement.actions) {
        const bool changes_logging = (action.kind == LintActionKind::set_logged && table->is_unlogged) ||
                                     (action.kind == LintActionKind::set_unlogged && !table->is_unlogged);
        if (!changes_logging && action.kind != LintActionKind::set_access_method &&
            action.kind != LintActionKind::set_tablespace) {
            continue;
        }
        report.add(
            {.why = fmt::format("{} is written anew, every row, while nobody can read or write it",
                                identity_of(*table)),
             .instead =
                 "-- make a new table as it should be, copy the rows in batches, and exchange the names",
             .table = table});
        return;
    }
}

void clustering(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::cluster) return;
    const LintTable* table =
        now.statement.objects.empty() ? nullptr : now.world.find(now.statement.objects.front());
    if (table != nullptr && table->is_new) return;
    report.add({.why = "CLUSTER writes the table anew while nobody can read or write it",
                .instead = "-- pg_repack or pg_squeeze do it beside the table",
                .table = table});
}

void vacuum_full(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::vacuum || !now.statement.is_full) return;
    const auto tell = [&](const LintTable* table) {
        if (table != nullptr && table->is_new) return;
        report.add({.why = "VACUUM FULL writes the table anew while nobody can read or write it",
                    .instead = table == nullptr ? std::string("VACUUM;")
                                                : fmt::format("VACUUM {};", identity_of(*table)),
                    .table = table});
    };
    if (now.statement.objects.empty()) tell(nullptr);
    for (const LintName& name : now.statement.objects) tell(now.world.find(name));
}

void locking_table(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::lock_table) return;
    for (const LintName& name : now.statement.objects) {
        const LintTable* table = now.world.find(name);
        if (table == nullptr || table->is_new ||
            !conflicts(LintLockMode::row_exclusive, now.statement.method))
            continue;
        report.add({.why = fmt::format("{} on {} keeps others out until the end of the transaction",
                                       now.statement.method, identity_of(*table)),
                    .instead = "-- the lock that the command takes by itself, under a lock_timeout",
                    .table = table});
    }
}

bool has_unique_index(const LintTable& view) {
    return std::any_of(view.indexes.begin(), view.indexes.end(), [](const LintIndex& index) {
        return index.is_unique && index.is_valid && !index.is_partial && !contains(index.columns, "");
    });
}

void refreshing(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::refresh) return;
    const LintTable* view = now.world.find(now.statement.objects.front());
    if (view == nullptr || view->is_new) return;
    const bool has_index = has_unique_index(*view);
    if (now.statement.concurrently && has_index) return;
    std::string instead = fmt::format("REFRESH MATERIALIZED VIEW CONCURRENTLY {};", identity_of(*view));
    if (!has_index)
        instead = fmt::format("CREATE UNIQUE INDEX ON {} (...);  -- of columns that tell its rows apart\n",
                              identity_of(*view)) +
                  instead;
    report.add({.why = now.statement.concurrently
                           ? fmt::format("the server refuses: {} has no unique index of plain columns",
                                         identity_of(*view))
                           : fmt::format("nobody can read {} until its query has run", identity_of(*view)),
                .instead = instead,
                .table = view,
                .severity = now.statement.concurrently ? std::optional(LintSeverity::error) : std::nullopt});
}

void creating_trigger(const LintCase& now, LintReport& report) {
    if (now.statement.kind != LintKind::create_trigger && now.statement.kind != LintKind::create_rule) return;
    const LintTable* table = now.world.find(now.statement.objects.front());
    if (table == nullptr || table->is_new || table->kind == "view") return;
    report.add(
        {.why = now.statement.kind == LintKind::create_rule
                    ? fmt::format(
                          "a rule is created under a lock against readers and writers of {}, and rewrites "
                          "their statements from then on",
                          identity_of(*table))
                    : fmt::format(
                          "the trigger is created when all who write to {} have ended, and new ones wait; "
                          "from then on it runs with each write",
                          identity_of(*table)),
         .instead = "SET lock_timeout = '5s';  -- and try again where it is over",
         .table = table});
}

// Whether a validated CHECK could spare the scan. Which rows it lets through cannot be told from here, so any
// CHECK counts.
bool may_be_proven(const LintTable& partition) {
    return std::any_of(
        partition.constraints.begin(), partition.constraints.end(),
        [](const LintConstraint& one) { return one.kind == LintConstraintKind::check && one.is_valid; });
}

void attaching_partition(const LintCase& now, LintReport& report) {
    for_each_action(now, LintActionKind::attach_partition, [&](const LintAction& action) {
        const LintTable* partition = now.world.find(action.partition);
        if (partition == nullptr || partition->is_new || partition->kind == "index" || partition->is_empty ||
            may_be_proven(*partition)) {
            return;
        }
        report.add(
            {.why =
                 fmt::format("all of {} is read to see that its rows belong there, while nobody can read or "
                             "write it",
                             identity_of(*partition)),
             .instead = fmt::format(
                 "ALTER TABLE {0} ADD CONSTRAINT {1} CHECK (...) NOT VALID;  -- the partition's "
                 "bound\nALTER TABLE {0} VALIDATE CONSTRAINT {1};\n{2};",
                 identity_of(*partition), quote_identifier(partition->name + "_bound"), now.statement.text),
             .table = partition,
             .offset = action.offset});
    });
}

void detaching_partition(const LintCase& now, LintReport& report) {
    const auto tell = [&](const LintTable& table, const LintAction& action) {
        const bool has_default = !table.default_partition.name.empty();
        if (action.finalize || (action.concurrently && !has_default)) return;
        const std::string detach = fmt::format("ALTER TABLE {} DETACH PARTITION {}", identity_of(table),
                                               lint_identity(action.partition, now.world));
        if (action.concurrently) {
            report.add({.why = fmt::format("the server refuses CONCURRENTLY: {} has a default partition",
                                           identity_of(table)),
                        .instead = detach + ";",
                        .kind = table.kind,
                        .identity = identity_of(table),
                        .offset = action.offset,
                        .severity = LintSeverity::error});
            return;
        }
        report.add(
            {.why = fmt::format("nobody can read or write any partition of {} while one is detached",
                                identity_of(table)),
             .instead = has_default
                            ? "SET lock_timeout = '5s';  -- and try again where it is over; there is no "
                              "CONCURRENTLY beside a default partition"
                            : detach + " CONCURRENTLY;",
             .table = &table,
             .offset = action.offset});
    };
    for_each_action_of(now.old_table(), now, LintActionKind::detach_partition, tell);
}

// Whichever rows it has, they must not be the new partition's.
void scanning_default_partition(const LintCase& now, LintReport& report) {
    const auto tell = [&](const LintName& parent, std::size_t offset) {
        const LintTable* table = now.world.find(parent);
        const LintTable* others = table == nullptr || table->default_partition.name.empty()
                                      ? nullptr
                                      : now.world.find(table->default_partition);
        if (others == nullptr || others->is_new || others->is_empty || may_be_proven(*others)) return;
        report.add({.why = fmt::format(
                        "all of the default partition {} is read to see that no row of it belongs to the "
                        "new one, while nobody can read or write it",
                        identity_of(*others)),
                    .instead = fmt::format(
                        "ALTER TABLE {0} ADD CONSTRAINT {1} CHECK (...) NOT VALID;  -- no row is within "
                        "the new bound\nALTER TABLE {0} VALIDATE CONSTRAINT {1};\n{2};",
                        identity_of(*others), quote_identifier(others->name + "_bound"), now.statement.text),
                    .table = others,
                    .offset = offset});
    };
    if (now.statement.kind == LintKind::create_table && now.statement.is_partition)
        tell(now.statement.parent, 0);
    for_each_action(now, LintActionKind::attach_partition,
                    [&](const LintAction& action) { tell(now.statement.objects.front(), action.offset); });
}

void unlogged_table(const LintCase& now, LintReport& report) {
    const bool creates = now.statement.kind == LintKind::create_table && now.statement.is_unlogged;
    const auto is_it = [](const LintAction& action) { return action.kind == LintActionKind::set_unlogged; };
    const bool changes = now.statement.kind == LintKind::alter_table &&
                         std::any_of(now.statement.actions.begin(), now.statement.actions.end(), is_it);
    if (!creates && !changes) return;
    report.add({.why = "an unlogged table is empty after a crash, and on every standby",
                .kind = "table",
                .identity = lint_identity(now.statement.objects.front(), now.world)});
}

void not_for_partitioned(const LintCase& now, LintReport& report) {
    const LintTable* table = now.old_table();
    if (table == nullptr || table->kind != "partitioned table" || now.world.facts().server_version >= 180000)
        return;
    for_each_action(now, LintActionKind::add_constraint, [&](const LintAction& action) {
        if (action.constraint.kind != LintConstraintKind::foreign_key || action.constraint.is_valid) return;
        report.add(
            {.why = fmt::format("this server (version {}) refuses foreign keys that are NOT VALID on the "
                                "partitioned table {}; version 18 knows them",
                                now.world.facts().server_version / 10000, identity_of(*table)),
             .instead =
                 "-- add it to each partition as NOT VALID, validate it there, then add it to the table",
             .table = table,
             .offset = action.offset});
    });
}

}  // namespace

std::vector<LintRuleEntry> lint_rewrite_rules() {
    return {
        {{"rewriting-table", LintSeverity::error, true,
          "SET LOGGED, UNLOGGED, ACCESS METHOD or TABLESPACE: the table is written anew under a lock"},
         rewriting_table},
        {{"clustering", LintSeverity::error, true, "CLUSTER: the table is written anew under a lock"},
         clustering},
        {{"vacuum-full", LintSeverity::error, true, "VACUUM FULL: the table is written anew under a lock"},
         vacuum_full},
        {{"locking-table", LintSeverity::warning, true, "LOCK TABLE in a mode that keeps writers out"},
         locking_table},
        {{"refreshing", LintSeverity::warning, true,
          "REFRESH MATERIALIZED VIEW without CONCURRENTLY, or with it where no unique index is"},
         refreshing},
        {{"creating-trigger", LintSeverity::notice, true, "a trigger or rule on a table that is in use"},
         creating_trigger},
        {{"attaching-partition", LintSeverity::error, true,
          "ATTACH PARTITION of a table without a CHECK: all of it is read under a lock"},
         attaching_partition},
        {{"scanning-default-partition", LintSeverity::error, true,
          "a partition is attached or created beside a default partition: all of that is read under a lock"},
         scanning_default_partition},
        {{"detaching-partition", LintSeverity::warning, true, "DETACH PARTITION without CONCURRENTLY"},
         detaching_partition},
        {{"unlogged-table", LintSeverity::warning, false, "an unlogged table: empty after a crash"},
         unlogged_table},
        {{"not-for-partitioned", LintSeverity::error, false,
          "a foreign key that is NOT VALID on a partitioned table, which servers before 18 refuse"},
         not_for_partitioned},
    };
}

}  // namespace schemaver::core
