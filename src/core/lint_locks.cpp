// Which locks statements take, as the server's manual has it (Explicit Locking, and each command's page).
#include <algorithm>
#include <array>

#include "core/lint_world.hpp"

namespace schemaver::core {

namespace {

using Mode = LintLockMode;

constexpr std::array<std::string_view, 8> mode_names = {
    "AccessShareLock", "RowShareLock",          "RowExclusiveLock", "ShareUpdateExclusiveLock",
    "ShareLock",       "ShareRowExclusiveLock", "ExclusiveLock",    "AccessExclusiveLock"};

// Of each mode, the weakest mode from which on all conflict; Share and ShareUpdateExclusive have an order of
// their own.
bool do_conflict(Mode one, Mode other) {
    if (one > other) std::swap(one, other);
    switch (one) {
        case Mode::access_share:
            return other == Mode::access_exclusive;
        case Mode::row_share:
            return other >= Mode::exclusive;
        case Mode::row_exclusive:
            return other >= Mode::share;
        case Mode::share:
            return other != Mode::share;
        default:
            return true;
    }
}

Mode mode_of_create_index(const LintStatement& statement) {
    return statement.concurrently ? Mode::share_update_exclusive : Mode::share;
}

// Not a type or a function, whose name may be a table's too.
bool is_about_relations(const LintStatement& statement) {
    constexpr std::array<std::string_view, 9> kinds = {"table",  "view",       "materialized view",
                                                       "index",  "sequence",   "foreign table",
                                                       "column", "constraint", "trigger"};
    return std::find(kinds.begin(), kinds.end(), statement.object_kind) != kinds.end();
}

std::optional<Mode> mode_on_objects(const LintStatement& statement) {
    if (!is_about_relations(statement)) return std::nullopt;
    switch (statement.kind) {
        case LintKind::create_index:
            return mode_of_create_index(statement);
        case LintKind::create_trigger:
            return Mode::share_row_exclusive;
        case LintKind::rename:
            // That of an index locks the index alone, and nobody out.
            return statement.object_kind == "index" ? std::nullopt : std::optional(Mode::access_exclusive);
        case LintKind::create_rule:
        case LintKind::set_schema:
        case LintKind::truncate:
        case LintKind::cluster:
            return Mode::access_exclusive;
        case LintKind::vacuum:
            return statement.is_full ? Mode::access_exclusive : Mode::share_update_exclusive;
        case LintKind::analyze:
            return Mode::share_update_exclusive;
        case LintKind::reindex:
            return mode_of_create_index(statement);
        case LintKind::refresh:
            return statement.concurrently ? Mode::exclusive : Mode::access_exclusive;
        case LintKind::insert:
        case LintKind::update:
        case LintKind::remove:
            return Mode::row_exclusive;
        case LintKind::drop:
            return statement.concurrently ? Mode::share_update_exclusive : Mode::access_exclusive;
        case LintKind::lock_table:
            for (std::size_t i = 0; i < mode_names.size(); ++i)
                if (mode_names[i] == statement.method) return static_cast<Mode>(i);
            return Mode::access_exclusive;
        default:
            return std::nullopt;
    }
}

void add(std::vector<LintLock>& locks, const LintTable* table, Mode mode, const LintWorld& world) {
    if (table == nullptr || table->is_new) return;
    if (table->kind == "index") {
        // What keeps others out is the lock on its table.
        if (const LintTable* parent = world.find(table->parent)) return add(locks, parent, mode, world);
        return;
    }
    for (LintLock& lock : locks) {
        if (lock.table != table) continue;
        lock.mode = std::max(lock.mode, mode);
        return;
    }
    locks.push_back({table, mode});
}

// A foreign key needs a trigger on the table that it points to.
void add_referenced(std::vector<LintLock>& locks, const LintAction& action, const LintWorld& world) {
    const auto referenced = [&](const LintConstraint& constraint) {
        if (constraint.kind == LintConstraintKind::foreign_key)
            add(locks, world.find(constraint.references), Mode::share_row_exclusive, world);
    };
    referenced(action.constraint);
    for (const LintConstraint& constraint : action.column.constraints) referenced(constraint);
}

// Their triggers there go along.
void add_pointed_to(std::vector<LintLock>& locks, const LintConstraint& constraint, const LintWorld& world) {
    if (constraint.kind == LintConstraintKind::foreign_key)
        add(locks, world.find(constraint.references), Mode::access_exclusive, world);
}

// Its bound changes with those of the others.
void add_default_partition(std::vector<LintLock>& locks, const LintTable* table, const LintWorld& world) {
    if (table != nullptr && !table->default_partition.name.empty())
        add(locks, world.find(table->default_partition), Mode::access_exclusive, world);
}

void add_dropped(std::vector<LintLock>& locks, const LintStatement& statement, const LintWorld& world) {
    for (const LintName& name : statement.objects) {
        const LintTable* table = world.find(name);
        if (table == nullptr || table->is_new) continue;
        for (const LintConstraint& constraint : table->constraints) add_pointed_to(locks, constraint, world);
    }
}

}  // namespace

std::string_view to_text(LintLockMode mode) { return mode_names[static_cast<std::size_t>(mode)]; }

bool conflicts(LintLockMode mode, std::string_view held) {
    const auto* found = std::find(mode_names.begin(), mode_names.end(), held);
    return found != mode_names.end() && do_conflict(mode, static_cast<Mode>(found - mode_names.begin()));
}

LintLockMode lint_lock_of(const LintAction& action) {
    switch (action.kind) {
        case LintActionKind::other_light:
        case LintActionKind::validate_constraint:
        case LintActionKind::attach_partition:
            return Mode::share_update_exclusive;
        case LintActionKind::detach_partition:
            return action.concurrently || action.finalize ? Mode::share_update_exclusive
                                                          : Mode::access_exclusive;
        case LintActionKind::disable_trigger:
        case LintActionKind::enable_trigger:
            return Mode::share_row_exclusive;
        case LintActionKind::add_constraint:
            return action.constraint.kind == LintConstraintKind::foreign_key ? Mode::share_row_exclusive
                                                                             : Mode::access_exclusive;
        default:
            return Mode::access_exclusive;
    }
}

std::vector<LintLock> lint_locks(const LintStatement& statement, const LintWorld& world) {
    std::vector<LintLock> locks;
    if (const auto mode = mode_on_objects(statement)) {
        for (const LintName& name : statement.objects) add(locks, world.find(name), *mode, world);
    }
    if (statement.kind == LintKind::alter_table) {
        const LintTable* table = world.find(statement.objects.front());
        for (const LintAction& action : statement.actions) {
            add(locks, table, lint_lock_of(action), world);
            add_referenced(locks, action, world);
            if (action.kind == LintActionKind::attach_partition ||
                action.kind == LintActionKind::detach_partition) {
                add(locks, world.find(action.partition), Mode::access_exclusive, world);
                if (!action.concurrently && !action.finalize) add_default_partition(locks, table, world);
            }
            const LintConstraint* dropped = table == nullptr || action.kind != LintActionKind::drop_constraint
                                                ? nullptr
                                                : find_constraint(*table, action.name);
            if (dropped != nullptr) add_pointed_to(locks, *dropped, world);
        }
    }
    if (statement.kind == LintKind::drop && statement.object_kind == "table")
        add_dropped(locks, statement, world);
    if (statement.kind == LintKind::create_table) {
        if (!statement.parent.name.empty()) {
            const LintTable* parent = world.find(statement.parent);
            add(locks, parent, Mode::access_exclusive, world);
            add_default_partition(locks, parent, world);
        }
        for (const LintAction& action : statement.actions) add_referenced(locks, action, world);
    }
    return locks;
}

bool is_data_change(const LintStatement& statement) {
    return statement.kind == LintKind::insert || statement.kind == LintKind::update ||
           statement.kind == LintKind::remove;
}

bool is_ddl(const LintStatement& statement) {
    return statement.kind >= LintKind::create_table && statement.kind <= LintKind::truncate;
}

}  // namespace schemaver::core
