// Rows that are about to go are counted by reading the table; rows that have been deleted or updated, by the
// server's counters.
#include "trial/losses.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/restore_types.hpp"
#include "core/text.hpp"
#include "pg/describe_parts.hpp"
#include "pg/locks.hpp"
#include "pg/scan.hpp"
#include "pg/text.hpp"

extern "C" {
#include "access/relation.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "parser/parse_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
}

namespace schemaver::trial {

namespace {

std::int64_t count_rows(Oid table, AttrNumber column) {
    return pg::call([=] {
        // TRUNCATE says which table it means before it locks it.
        Relation relation = try_relation_open(table, AccessShareLock);
        if (relation == nullptr) return std::int64_t{0};
        Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
        TableScanDesc scan = table_beginscan(relation, snapshot, 0, nullptr);
        TupleTableSlot* slot = table_slot_create(relation, nullptr);
        std::int64_t count = 0;
        while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
            CHECK_FOR_INTERRUPTS();
            if (column == 0 || !slot_attisnull(slot, column)) ++count;
        }
        ExecDropSingleTupleTableSlot(slot);
        table_endscan(scan);
        UnregisterSnapshot(snapshot);
        relation_close(relation, NoLock);
        return count;
    });
}

bool is_plain_table(Oid table) {
    return pg::call([=] { return get_rel_relkind(table); }) == RELKIND_RELATION;
}

// "public.people"; empty: it is not there.
std::string qualified_name(Oid table) {
    struct Names {
        const char* schema;
        const char* name;
    };
    const Names names = pg::call([=] {
        return Names{get_namespace_name(get_rel_namespace(table)), get_rel_name(table)};
    });
    if (names.schema == nullptr || names.name == nullptr) return "";
    return pg::quote_qualified(pg::to_utf8(names.schema), pg::to_utf8(names.name));
}

std::string column_name(Oid table, AttrNumber column) {
    return pg::to_utf8(pg::call([=] { return get_attname(table, column, true); }));
}

// "table" or "column", whichever the trial itself has made; empty: neither.
std::string made_by_trial(const LossesSeen& seen, Oid table, AttrNumber column) {
    if (seen.new_tables.contains(table)) return "table";
    return seen.new_columns.contains({table, column}) ? "column" : "";
}

void add_loss(LossesSeen& seen, Loss loss, const std::string& made) {
    if (!made.empty()) {
        // What is empty and was made in the trial held nobody's data.
        if (loss.count == 0) return;
        loss.what += fmt::format("; the migrations made the {} themselves", made);
        loss.is_own = true;
    }
    seen.losses.push_back(std::move(loss));
}

// What a change of type is about.
struct TypeChange {
    Oid table = InvalidOid;
    AttrNumber column = InvalidAttrNumber;
    std::string from;
    std::string to;
};

// Nothing: there is no such column or type, which the server will say.
std::optional<TypeChange> type_change(Oid table, const AlterTableCmd* command) {
    struct Found {
        AttrNumber column = InvalidAttrNumber;
        const char* from = nullptr;
        const char* to = nullptr;
    };
    const Found found = pg::call([=] {
        Found now;
        const auto* definition = reinterpret_cast<const ColumnDef*>(command->def);
        now.column = get_attnum(table, command->name);
        if (now.column <= 0) return now;
        Oid old_type = InvalidOid;
        Oid collation = InvalidOid;
        std::int32_t old_modifier = -1;
        std::int32_t new_modifier = -1;
        get_atttypetypmodcoll(table, now.column, &old_type, &old_modifier, &collation);
        Type type = LookupTypeName(nullptr, definition->typeName, &new_modifier, true);
        if (type == nullptr) return now;
        now.from = format_type_with_typemod(old_type, old_modifier);
        now.to = format_type_with_typemod(typeTypeId(type), new_modifier);
        ReleaseSysCache(type);
        return now;
    });
    if (found.to == nullptr) return std::nullopt;
    return TypeChange{table, found.column, pg::to_utf8(found.from), pg::to_utf8(found.to)};
}

void note_changed_type(LossesSeen& seen, Oid table, const AlterTableCmd* command) {
    const auto change = type_change(table, command);
    if (!change || !made_by_trial(seen, table, change->column).empty()) return;
    const bool has_using =
        pg::is_more_than_cast(reinterpret_cast<const ColumnDef*>(command->def)->raw_default);
    if (!has_using && core::fit_of(change->from, {}, change->to, {}).fit != core::Fit::narrows) return;
    const std::string column = core::quote_identifier(column_name(table, change->column));
    seen.losses.push_back(
        {"changed values", qualified_name(table),
         change->from == change->to
             ? fmt::format("column {} was written anew by USING: its values may be others", column)
             : fmt::format("column {} became {} from {}{}: its values may be others", column, change->to,
                           change->from, has_using ? " by USING" : ""),
         count_rows(table, change->column)});
}

// A table, and what inherits from it or is a partition of it.
std::vector<Oid> tables_below(Oid table) {
    const List* all = pg::call([=] { return find_all_inheritors(table, NoLock, nullptr); });
    std::vector<Oid> tables;
    for (int i = 0; i < list_length(all); ++i)
        if (is_plain_table(list_nth_oid(all, i))) tables.push_back(list_nth_oid(all, i));
    return tables;
}

// Triggers of rows that run before an update of the column (0: of any), and may set whatever they like.
std::set<std::string> triggers_before_update(Oid table, AttrNumber column) {
    std::set<std::string> names;
    const char not_now = SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA
                             ? TRIGGER_FIRES_ON_ORIGIN
                             : TRIGGER_FIRES_ON_REPLICA;
    pg::scan(TriggerRelationId, TriggerRelidNameIndexId,
             {{Anum_pg_trigger_tgrelid, F_OIDEQ, ObjectIdGetDatum(table)}}, nullptr, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_trigger>();
                 if (!TRIGGER_FOR_ROW(form.tgtype) || !TRIGGER_FOR_BEFORE(form.tgtype) ||
                     !TRIGGER_FOR_UPDATE(form.tgtype) || form.tgenabled == TRIGGER_DISABLED ||
                     form.tgenabled == not_now)
                     return;
                 const int16* first = form.tgattr.values;
                 const int16* last = first + form.tgattr.dim1;
                 if (column == 0 || first == last || std::find(first, last, column) != last)
                     names.insert(pg::to_utf8(NameStr(form.tgname)));
             });
    return names;
}

// What is known of the table, and of the partitioned ones that it is part of. Nothing: no query names them.
std::optional<LossesSeen::Updated> updates_of(const LossesSeen& seen, Oid table) {
    std::vector<Oid> tables = {table};
    const bool is_partition = pg::call([=] { return get_rel_relispartition(table); });
    const List* above = is_partition ? pg::call([=] { return get_partition_ancestors(table); }) : NIL;
    for (int i = 0; i < list_length(above); ++i) tables.push_back(list_nth_oid(above, i));
    std::optional<LossesSeen::Updated> all;
    for (const Oid one : tables) {
        const auto found = seen.updated.find(one);
        if (found == seen.updated.end()) continue;
        if (!all) all.emplace();
        all->old_columns.insert(found->second.old_columns.begin(), found->second.old_columns.end());
        all->triggers.insert(found->second.triggers.begin(), found->second.triggers.end());
    }
    if (all && is_partition) all->triggers.merge(triggers_before_update(table, 0));
    return all;
}

std::string in_words(const std::set<std::string>& names) {
    std::vector<std::string> quoted;
    for (const std::string& name : names) quoted.push_back(core::quote_identifier(name));
    return core::in_a_sentence(quoted);
}

void add_update(LossesSeen& seen, Oid table, std::int64_t count, const std::string& made) {
    const auto updates = updates_of(seen, table);
    std::string what = "rows were updated";
    if (updates) {
        // What stands in a column that the trial has made itself was nobody's before.
        if (updates->old_columns.empty() && updates->triggers.empty()) return;
        what += updates->old_columns.empty() ? ", in new columns" : ", in " + in_words(updates->old_columns);
        if (!updates->triggers.empty())
            what += fmt::format("; the trigger{} {} may have changed others",
                                updates->triggers.size() > 1 ? "s" : "", in_words(updates->triggers));
    }
    add_loss(seen, {"changed rows", qualified_name(table), what, count}, made);
}

std::int64_t counter(Oid function, Oid table) {
    return DatumGetInt64(pg::call([=] { return OidFunctionCall1(function, ObjectIdGetDatum(table)); }));
}

// TRUNCATE sets the counters to zero.
std::int64_t grown(std::int64_t before, std::int64_t now) { return now < before ? now : now - before; }

}  // namespace

void note_dropped(LossesSeen& seen, Oid table, AttrNumber column) {
    if (!is_plain_table(table)) return;
    const std::string name = qualified_name(table);
    if (name.empty()) return;
    add_loss(seen,
             {column == 0 ? "lost rows" : "lost values", name,
              column == 0
                  ? "the table was dropped"
                  : fmt::format("column {} was dropped", core::quote_identifier(column_name(table, column))),
              count_rows(table, column)},
             made_by_trial(seen, table, column));
}

void note_truncated(LossesSeen& seen, Oid table) {
    if (!is_plain_table(table)) return;
    add_loss(seen, {"lost rows", qualified_name(table), "the table was truncated", count_rows(table, 0)},
             made_by_trial(seen, table, 0));
}

void note_changed_types(LossesSeen& seen, const AlterTableStmt* alter) {
    if (alter->relation == nullptr) return;
    std::vector<const AlterTableCmd*> changes;
    for (int i = 0; i < list_length(alter->cmds); ++i) {
        const auto* command = static_cast<const AlterTableCmd*>(list_nth(alter->cmds, i));
        if (command->subtype == AT_AlterColumnType) changes.push_back(command);
    }
    if (changes.empty()) return;
    const Oid named = pg::call([=] { return RangeVarGetRelid(alter->relation, NoLock, true); });
    if (!OidIsValid(named)) return;
    for (const Oid table : tables_below(named))
        for (const AlterTableCmd* change : changes) note_changed_type(seen, table, change);
}

void note_updated(LossesSeen& seen, Oid table, AttrNumber column) {
    LossesSeen::Updated& updated = seen.updated[table];
    updated.triggers.merge(triggers_before_update(table, column));
    if (!made_by_trial(seen, table, column).empty()) return;
    const std::string name = column_name(table, column);
    if (!name.empty()) updated.old_columns.insert(name);
}

RowCounters::RowCounters() {
    pg::scan(RelationRelationId, {}, nullptr, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_class>();
        if (form.relkind == RELKIND_RELATION && form.oid >= FirstNormalObjectId)
            counts_.emplace(form.oid, counts_now(form.oid));
    });
}

RowCounters::Counts RowCounters::counts_now(Oid table) {
    return {counter(F_PG_STAT_GET_XACT_TUPLES_INSERTED, table),
            counter(F_PG_STAT_GET_XACT_TUPLES_DELETED, table),
            counter(F_PG_STAT_GET_XACT_TUPLES_UPDATED, table)};
}

void RowCounters::look(LossesSeen& seen, const std::set<Oid>& left_out) {
    for (const pg::RelationLock& lock : pg::relation_locks_held()) {
        const Oid table = lock.relation;
        if (lock.mode != RowExclusiveLock || table < FirstNormalObjectId || !is_plain_table(table)) continue;
        const Counts now = counts_now(table);
        const Counts before = std::exchange(counts_[table], now);
        const std::int64_t deleted = grown(before.deleted, now.deleted);
        const std::int64_t updated = grown(before.updated, now.updated);
        std::int64_t& inserted = inserted_[table];
        const std::int64_t inserted_before = inserted;
        inserted += grown(before.inserted, now.inserted);
        if (left_out.contains(table)) continue;
        const std::string made = made_by_trial(seen, table, 0);
        if (deleted > 0) {
            Loss loss{"lost rows", qualified_name(table), "rows were deleted", deleted};
            loss.is_own = deleted <= inserted_before;
            if (inserted_before > 0 && made.empty())
                loss.what += fmt::format("; the migrations had inserted {} there", inserted_before);
            add_loss(seen, std::move(loss), made);
        }
        if (updated > 0) add_update(seen, table, updated, made);
    }
    seen.updated.clear();
}

}  // namespace schemaver::trial
