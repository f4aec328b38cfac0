// What each statement leaves behind.
#include "core/lint_world.hpp"

#include <algorithm>

#include "core/lint_rules.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

template <typename Item>
const Item* find_named(const std::vector<Item>& items, std::string_view name) {
    const auto found =
        std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.name == name; });
    return found == items.end() ? nullptr : &*found;
}

template <typename Item>
void remove_named(std::vector<Item>& items, const std::string& name) {
    std::erase_if(items, [&](const Item& item) { return item.name == name; });
}

void rename_in(std::vector<std::string>& names, const std::string& from, const std::string& to) {
    std::replace(names.begin(), names.end(), from, to);
}

bool is_relation_kind(std::string_view kind) {
    return kind == "table" || kind == "view" || kind == "materialized view" || kind == "index" ||
           kind == "sequence" || kind == "foreign table";
}

}  // namespace

std::string identity_of(const LintName& name) {
    return name.schema.empty() ? quote_identifier(name.name)
                               : quote_identifier(name.schema) + "." + quote_identifier(name.name);
}

std::string identity_of(const LintTable& table) { return identity_of(name_of(table)); }
LintName name_of(const LintTable& table) { return {table.schema, table.name}; }

const LintColumn* find_column(const LintTable& table, std::string_view name) {
    return find_named(table.columns, name);
}
const LintIndex* find_index(const LintTable& table, std::string_view name) {
    return find_named(table.indexes, name);
}
const LintConstraint* find_constraint(const LintTable& table, std::string_view name) {
    return find_named(table.constraints, name);
}

LintWorld::LintWorld(const LintFacts& facts, bool may_roll_back)
    : facts_(facts), may_roll_back_(may_roll_back) {
    now_.search_path = facts.search_path;
    now_.lock_timeout = facts.has_lock_timeout;
    now_.statement_timeout = facts.has_statement_timeout;
    now_.transaction.is_open = facts.in_transaction;
    if (may_roll_back_) before_ = now_;
}

const LintTable* LintWorld::lookup(const LintName& name) const {
    const auto schema = now_.schemas.find(name.schema);
    const bool is_gone = schema != now_.schemas.end() && !schema->second;
    if (const auto found = now_.tables.find(name); found != now_.tables.end())
        return found->second && !is_gone ? &*found->second : nullptr;
    if (is_gone) return nullptr;
    const auto found = facts_.tables.find(name);
    return found == facts_.tables.end() ? nullptr : &found->second;
}

const LintTable* LintWorld::find(const LintName& name) const {
    if (!name.schema.empty()) return lookup(name);
    if (const LintTable* temporary = lookup({"pg_temp", name.name})) return temporary;
    for (const std::string& schema : now_.search_path) {
        if (const LintTable* found = lookup({schema, name.name})) return found;
    }
    return lookup({"pg_catalog", name.name});
}

LintName LintWorld::full_name(const LintName& name) const {
    if (const LintTable* found = find(name)) return name_of(*found);
    return name.schema.empty() ? creation_name(name.name) : name;
}

LintName LintWorld::creation_name(const std::string& name) const {
    for (const std::string& schema : now_.search_path) {
        if (!schema.starts_with("pg_") && has_schema(schema)) return {schema, name};
    }
    return {"", name};
}

const LintTypeFact* LintWorld::find_type(const LintName& name) const {
    const auto exactly = [&](const LintName& full) -> const LintTypeFact* {
        if (const auto found = now_.types.find(full); found != now_.types.end())
            return found->second ? &*found->second : nullptr;
        const auto found = facts_.types.find(full);
        return found == facts_.types.end() ? nullptr : &found->second;
    };
    if (!name.schema.empty()) return exactly(name);
    for (const std::string& schema : now_.search_path) {
        if (const LintTypeFact* found = exactly({schema, name.name})) return found;
    }
    return nullptr;
}

LintName LintWorld::full_type_name(const LintName& name) const {
    if (!name.schema.empty()) return name;
    for (const std::string& schema : now_.search_path) {
        if (find_type({schema, name.name}) != nullptr) return {schema, name.name};
    }
    return full_name({"", name.name});
}

bool LintWorld::is_dropped(const LintName& name) const {
    const auto schema = now_.schemas.find(name.schema);
    if (schema != now_.schemas.end() && !schema->second) return true;
    const auto found = now_.tables.find(name);
    return found != now_.tables.end() && !found->second;
}

bool LintWorld::is_gone(const LintDependant& user) const {
    const std::vector<std::string> parts = identifier_parts(user.identity.substr(0, user.identity.find('(')));
    if (parts.empty()) return false;
    if (user.kind == "function") return now_.dropped_functions.count(parts.back()) != 0;
    return parts.size() > 1 && is_dropped({parts[0], parts[1]});
}

bool LintWorld::is_gone(const LintReference& reference) const {
    const std::vector<std::string> parts = identifier_parts(reference.table);
    if (parts.size() < 2) return false;
    if (is_dropped({parts[0], parts[1]})) return true;
    // Only of a table that the script changes is it known which constraints it has.
    const auto table = now_.tables.find({parts[0], parts[1]});
    return table != now_.tables.end() && find_constraint(*table->second, reference.constraint) == nullptr;
}

std::optional<char> LintWorld::volatility(const LintName& function) const {
    const auto exactly = [&](const LintName& full) -> std::optional<char> {
        if (const auto found = now_.functions.find(full); found != now_.functions.end()) return found->second;
        const auto found = facts_.functions.find(full);
        return found == facts_.functions.end() ? std::nullopt : std::optional(found->second);
    };
    if (!function.schema.empty()) return exactly(function);
    if (const auto built_in = exactly({"pg_catalog", function.name})) return built_in;
    for (const std::string& schema : now_.search_path) {
        if (const auto found = exactly({schema, function.name})) return found;
    }
    return std::nullopt;
}

std::optional<LintBody> LintWorld::routine(const LintName& name) const {
    const auto exactly = [&](const LintName& full) -> std::optional<LintBody> {
        if (const auto found = now_.routines.find(full); found != now_.routines.end()) return found->second;
        const auto found = facts_.routines.find(full);
        return found == facts_.routines.end() ? std::nullopt : std::optional(found->second);
    };
    if (!name.schema.empty()) return exactly(name);
    for (const std::string& schema : now_.search_path) {
        if (auto found = exactly({schema, name.name})) return found;
    }
    return std::nullopt;
}

bool LintWorld::has_schema(const std::string& name) const {
    if (const auto found = now_.schemas.find(name); found != now_.schemas.end()) return found->second;
    return name == "pg_catalog" || name == "pg_temp" || facts_.schemas.count(name) != 0;
}

LintTable* LintWorld::change(const LintName& name) {
    const LintTable* found = find(name);
    if (found == nullptr) return nullptr;
    const LintName full = name_of(*found);
    auto changed = now_.tables.find(full);
    if (changed == now_.tables.end()) changed = now_.tables.emplace(full, *found).first;
    return &*changed->second;
}

void LintWorld::create_table(const LintStatement& statement) {
    const LintName full = statement.is_temporary ? LintName{"pg_temp", statement.objects.front().name}
                          : statement.objects.front().schema.empty()
                              ? creation_name(statement.objects.front().name)
                              : statement.objects.front();
    if (lookup(full) != nullptr) return;
    LintTable table;
    table.kind = statement.is_partitioned ? "partitioned table" : statement.object_kind;
    table.schema = full.schema;
    table.name = full.name;
    table.rows = 0;
    table.is_empty = true;
    table.is_new = true;
    table.has_all_columns = !statement.takes_columns && !statement.is_partition;
    table.is_partition = statement.is_partition;
    table.is_unlogged = statement.is_unlogged;
    for (const LintAction& action : statement.actions) apply_action(table, action);
    now_.tables.insert_or_assign(full, std::move(table));
}

void LintWorld::create_index(const LintStatement& statement) {
    LintTable* table = change(statement.objects.front());
    if (table == nullptr) return;
    const std::string name = statement.new_name.empty()
                                 ? table->name + "_" + joined(statement.values, "_") + "_idx"
                                 : statement.new_name;
    if (find_index(*table, name) != nullptr) return;
    table->indexes.push_back({.name = name,
                              .columns = statement.values,
                              .is_unique = statement.is_unique,
                              .is_partial = statement.has_where,
                              .is_plain = !statement.is_partial,
                              .method = statement.method});
    LintTable index;
    index.kind = "index";
    index.schema = table->schema;
    index.name = name;
    index.is_new = true;
    index.parent = name_of(*table);
    now_.tables.insert_or_assign(LintName{table->schema, name}, std::move(index));
}

void LintWorld::alter_table(const LintStatement& statement) {
    LintTable* table = change(statement.objects.front());
    if (table == nullptr) return;
    for (const LintAction& action : statement.actions) {
        apply_action(*table, action);
        if (action.kind == LintActionKind::attach_partition) {
            if (LintTable* partition = change(action.partition)) partition->is_partition = true;
        } else if (action.kind == LintActionKind::detach_partition) {
            if (LintTable* partition = change(action.partition)) partition->is_partition = false;
        }
    }
}

void LintWorld::drop(const LintStatement& statement) {
    for (const LintName& name : statement.objects) {
        if (statement.object_kind == "schema") now_.schemas[name.name] = false;
        if (statement.object_kind == "type" || statement.object_kind == "domain")
            now_.types[full_type_name(name)] = std::nullopt;
        if (statement.object_kind == "function" || statement.object_kind == "procedure")
            now_.dropped_functions.insert(name.name);
        if (!is_relation_kind(statement.object_kind)) continue;
        const LintTable* found = find(name);
        if (found == nullptr) continue;
        if (found->kind == "index") {
            if (LintTable* table = change(found->parent)) remove_named(table->indexes, found->name);
        }
        now_.tables.insert_or_assign(name_of(*find(name)), std::nullopt);
    }
}

void LintWorld::move(const LintName& from, const LintName& to) {
    LintTable* table = change(from);
    if (table == nullptr || lookup(to) != nullptr) return;
    LintTable moved = *table;
    now_.tables.insert_or_assign(name_of(moved), std::nullopt);
    moved.schema = to.schema;
    moved.name = to.name;
    now_.tables.insert_or_assign(to, std::move(moved));
}

void LintWorld::rename(const LintStatement& statement) {
    const LintName& object = statement.objects.front();
    if (is_relation_kind(statement.object_kind)) {
        return move(object, {full_name(object).schema, statement.new_name});
    }
    if (statement.object_kind == "schema") {
        now_.schemas[object.name] = false;
        now_.schemas[statement.new_name] = true;
        return;
    }
    LintTable* table = change(object);
    if (table == nullptr) return;
    if (statement.object_kind == "column") {
        for (LintColumn& column : table->columns)
            if (column.name == statement.element) column.name = statement.new_name;
        for (LintIndex& index : table->indexes)
            rename_in(index.columns, statement.element, statement.new_name);
        for (LintConstraint& constraint : table->constraints)
            rename_in(constraint.columns, statement.element, statement.new_name);
    } else if (statement.object_kind == "constraint") {
        for (LintConstraint& constraint : table->constraints)
            if (constraint.name == statement.element) constraint.name = statement.new_name;
    }
}

void LintWorld::set(const LintStatement& statement) {
    const bool is_on = !statement.values.empty() && statement.values.front() != "0";
    const bool is_local = statement.is_local;
    LintTransaction& transaction = now_.transaction;
    if (is_local && !transaction.is_open) return;
    if (statement.element == "search_path" && !statement.values.empty()) {
        if (!is_local)
            transaction.path_afterwards.reset();
        else if (!transaction.path_afterwards)
            transaction.path_afterwards = now_.search_path;
        now_.search_path = statement.values;
    }
    if (statement.element == "lock_timeout")
        (is_local ? transaction.has_local_lock_timeout : now_.lock_timeout) = is_on;
    if (statement.element == "statement_timeout")
        (is_local ? transaction.has_local_statement_timeout : now_.statement_timeout) = is_on;
}

void LintWorld::begin(bool is_explicit, std::size_t number) {
    now_.transaction = {};
    now_.transaction.is_open = is_explicit;
    now_.transaction.is_explicit = is_explicit;
    now_.transaction.begun_at = number;
    savepoints_.clear();
    if (is_explicit && may_roll_back_) before_ = now_;
}

void LintWorld::end_transaction(const LintStatement& statement, std::size_t number) {
    const bool was_open = now_.transaction.is_open;
    if (statement.kind == LintKind::rollback && was_open && may_roll_back_)
        now_ = before_;
    else if (now_.transaction.path_afterwards)
        now_.search_path = *now_.transaction.path_afterwards;
    begin(statement.is_chained && was_open, number);
}

void LintWorld::roll_back_to(const std::string& savepoint) {
    while (!savepoints_.empty() && savepoints_.back().first != savepoint) savepoints_.pop_back();
    if (!savepoints_.empty()) now_ = savepoints_.back().second;
}

void LintWorld::note_in_transaction(const LintStatement& statement, std::size_t number) {
    now_.transaction.has_changed_schema |= is_ddl(statement);
    now_.transaction.has_changed_data |= is_data_change(statement);
    for (const LintLock& lock : lint_locks(statement, *this)) {
        if (lock.mode != LintLockMode::access_exclusive) continue;
        now_.transaction.exclusive.emplace(name_of(*lock.table), number);
        if (!is_small(*lock.table, facts_.limits))
            now_.transaction.large_exclusive.emplace(name_of(*lock.table), number);
    }
    if (statement.kind == LintKind::add_enum_value) {
        const LintTypeFact* type = find_type(statement.objects.front());
        if (type != nullptr && !type->is_new)
            now_.transaction.enum_values.emplace(full_type_name(statement.objects.front()),
                                                 statement.new_name);
    }
    if (statement.kind != LintKind::alter_table) return;
    const LintTable* table = find(statement.objects.front());
    for (const LintAction& action : statement.actions) {
        if (table != nullptr && action.kind == LintActionKind::add_constraint && !action.constraint.is_valid)
            now_.transaction.not_valid.emplace(name_of(*table), constraint_name(*table, action.constraint));
    }
}

namespace {

template <typename Visit>
void for_each_name(const LintStatement& statement, Visit visit) {
    for (const LintName& name : statement.objects) visit(name.name);
    visit(statement.new_name);
    visit(statement.parent.name);
    for (const LintAction& action : statement.actions) {
        visit(action.partition.name);
        visit(action.constraint.references.name);
    }
}

}  // namespace

bool LintWorld::is_uncertain(const LintStatement& statement) const {
    bool found = false;
    if (!now_.uncertain.empty())
        for_each_name(statement, [&](const std::string& name) { found |= now_.uncertain.contains(name); });
    return found;
}

void LintWorld::apply_perhaps(const LintStatement& statement, std::size_t number) {
    if (statement.kind != LintKind::drop) apply(statement, number);
    if (!is_ddl(statement)) return;
    for_each_name(statement, [&](const std::string& name) {
        if (!name.empty()) now_.uncertain.insert(name);
    });
}

bool LintWorld::begin_body(std::size_t number) {
    if (now_.transaction.is_open) return false;
    begin(false, number);
    now_.transaction.is_open = true;
    return true;
}

void LintWorld::end_body() {
    if (now_.transaction.path_afterwards) now_.search_path = *now_.transaction.path_afterwards;
    begin(false, 0);
}

void LintWorld::apply(const LintStatement& statement, std::size_t number) {
    if (!now_.transaction.is_open) begin(false, number);
    note_in_transaction(statement, number);
    last_ = &statement;
    switch (statement.kind) {
        case LintKind::begin:
            return begin(true, number);
        case LintKind::commit:
        case LintKind::rollback:
            return end_transaction(statement, number);
        case LintKind::savepoint:
            if (may_roll_back_ && now_.transaction.is_open) savepoints_.emplace_back(statement.element, now_);
            return;
        case LintKind::rollback_to:
            return roll_back_to(statement.element);
        case LintKind::set:
            return set(statement);
        case LintKind::create_table:
        case LintKind::create_view:
        case LintKind::create_materialized_view:
        case LintKind::create_sequence:
            return create_table(statement);
        case LintKind::create_index:
            return create_index(statement);
        case LintKind::create_schema:
            now_.schemas[statement.objects.front().name] = true;
            return;
        case LintKind::create_type:
        case LintKind::create_domain:
            now_.types[full_name(statement.objects.front())] =
                LintTypeFact{.kind = statement.object_kind == "enum" ? 'e' : 'd',
                             .values = statement.values,
                             .is_new = true};
            return;
        case LintKind::create_function:
            now_.functions[full_name(statement.objects.front())] = statement.volatility;
            if (statement.volatility == 'v')
                now_.routines[full_name(statement.objects.front())] = statement.body;
            return;
        case LintKind::alter_table:
            return alter_table(statement);
        case LintKind::drop:
            return drop(statement);
        case LintKind::rename:
            return rename(statement);
        case LintKind::set_schema:
            if (!is_relation_kind(statement.object_kind)) return;
            return move(statement.objects.front(), {statement.new_name, statement.objects.front().name});
        default:
            return;
    }
}

}  // namespace schemaver::core
