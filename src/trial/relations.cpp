// Only relations that are locked can have been worked on, so after each statement those are looked at, and no
// others.
#include "trial/relations.hpp"

#include "pg/scan.hpp"
#include "pg/text.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/catalog.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "storage/lockdefs.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace schemaver::trial {

namespace {

bool has_rows(char kind) { return kind == RELKIND_RELATION || kind == RELKIND_MATVIEW; }

const char* kind_word(char kind) {
    switch (kind) {
        case RELKIND_INDEX:
        case RELKIND_PARTITIONED_INDEX:
            return "index ";
        case RELKIND_SEQUENCE:
            return "sequence ";
        case RELKIND_VIEW:
            return "view ";
        case RELKIND_MATVIEW:
            return "materialized view ";
        case RELKIND_FOREIGN_TABLE:
            return "foreign table ";
        case RELKIND_COMPOSITE_TYPE:
            return "type ";
        default:
            return "table ";
    }
}

std::int64_t scans_of(Oid relation) {
    return DatumGetInt64(
        pg::call([=] { return OidFunctionCall1(F_PG_STAT_GET_XACT_NUMSCANS, ObjectIdGetDatum(relation)); }));
}

std::int64_t bytes_of(Oid relation) {
    return pg::call([=]() -> std::int64_t {
        LOCAL_FCINFO(fcinfo, 1);
        InitFunctionCallInfoData(*fcinfo, nullptr, 1, InvalidOid, nullptr, nullptr);
        fcinfo->args[0].value = ObjectIdGetDatum(relation);
        fcinfo->args[0].isnull = false;
        const Datum size = pg_table_size(fcinfo);
        return fcinfo->isnull ? 0 : DatumGetInt64(size);
    });
}

bool is_of_server(Oid space) {
    return pg::call([=] { return space == PG_CATALOG_NAMESPACE || IsToastNamespace(space); });
}

}  // namespace

std::string in_one_line(const Work& work) {
    if (work.what == "emptied") return work.relation + " emptied";
    const std::int64_t bytes = work.bytes;
    const Datum size = pg::call([=] { return DirectFunctionCall1(pg_size_pretty, Int64GetDatum(bytes)); });
    return fmt::format("{} {} ({})", work.relation, work.what, pg::text_from_datum(size));
}

Relations::Relations() : first_held_(pg::relation_locks_held()), held_(first_held_) {
    std::map<Oid, std::string> schemas;
    pg::scan(RelationRelationId, {}, nullptr, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_class>();
        if (is_of_server(form.relnamespace)) return;
        std::string& schema = schemas[form.relnamespace];
        if (schema.empty()) {
            const Oid space = form.relnamespace;
            schema = pg::to_utf8(pg::call([=] { return get_namespace_name(space); }));
        }
        Seen seen{kind_word(form.relkind) + pg::quote_qualified(schema, pg::to_utf8(NameStr(form.relname))),
                  form.relkind, form.relfilenode, 0, false};
        if (has_rows(form.relkind)) seen.scans = scans_of(form.oid);
        seen_.emplace(form.oid, std::move(seen));
    });
}

Relations::Seen Relations::seen_now(Oid relation) {
    struct Facts {
        const char* name = nullptr;
        const char* schema = nullptr;
        char kind = 0;
        Oid file = InvalidOid;
        Oid space = InvalidOid;
    };
    const Facts facts = pg::call([=] {
        Facts found;
        HeapTuple row = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
        if (!HeapTupleIsValid(row)) return found;
        const auto* form = reinterpret_cast<Form_pg_class>(GETSTRUCT(row));
        found.name = pstrdup(NameStr(form->relname));
        found.kind = form->relkind;
        found.file = form->relfilenode;
        found.space = form->relnamespace;
        ReleaseSysCache(row);
        found.schema = get_namespace_name(found.space);
        return found;
    });
    Seen seen;
    if (facts.name == nullptr || facts.schema == nullptr || is_of_server(facts.space)) return seen;
    seen.name =
        kind_word(facts.kind) + pg::quote_qualified(pg::to_utf8(facts.schema), pg::to_utf8(facts.name));
    seen.kind = facts.kind;
    seen.file = facts.file;
    if (has_rows(seen.kind)) seen.scans = scans_of(relation);
    return seen;
}

void Relations::look_at(Oid relation, RelationWork& work) {
    Seen now = seen_now(relation);
    const auto before = seen_.find(relation);
    if (now.kind == 0) return;  // dropped, or the server's
    if (before == seen_.end()) {
        now.is_new = true;
        if (now.kind == RELKIND_INDEX) {
            const Oid table = pg::call([=] { return IndexGetRelation(relation, true); });
            const auto owner = seen_.find(table);
            if (owner != seen_.end() && !owner->second.is_new)
                work.written.push_back({now.name, "built", bytes_of(relation)});
        }
        seen_.emplace(relation, std::move(now));
        return;
    }
    Seen& known = before->second;
    now.is_new = known.is_new;
    if (!known.is_new && known.file != now.file && known.kind != RELKIND_SEQUENCE) {
        const std::int64_t bytes = bytes_of(relation);
        const bool is_index = now.kind == RELKIND_INDEX;
        work.written.push_back({now.name,
                                is_index     ? "rebuilt"
                                : bytes == 0 ? "emptied"
                                             : "rewritten",
                                bytes});
    }
    if (!known.is_new && now.scans > known.scans)
        work.scanned.push_back({now.name, "scanned", bytes_of(relation)});
    known = std::move(now);
}

RelationWork Relations::look() {
    RelationWork work;
    const std::set<pg::RelationLock> held = pg::relation_locks_held();
    // What is no stronger than what was held already is no news.
    std::map<Oid, int> before;
    for (const pg::RelationLock& lock : held_) before[lock.relation] = lock.mode;  // they come by mode
    std::map<Oid, int> strongest;
    for (const pg::RelationLock& lock : held) {
        if (lock.relation >= FirstNormalObjectId && lock.mode > before[lock.relation])
            strongest[lock.relation] = lock.mode;
    }
    for (const auto& [relation, mode] : strongest) {
        const auto known = seen_.find(relation);
        // What the trial has made itself nobody else can wait for.
        if (known == seen_.end() || known->second.is_new) continue;
        work.locks.push_back({known->second.name, pg::lock_mode_name(mode), mode});
    }
    Oid last = InvalidOid;
    for (const pg::RelationLock& lock : held) {
        if (lock.relation == last || lock.relation < FirstNormalObjectId) continue;
        last = lock.relation;
        look_at(lock.relation, work);
    }
    held_ = held;
    return work;
}

std::vector<std::string> Relations::drawn_sequences() const {
    std::vector<std::string> drawn;
    for (const pg::RelationLock& lock : pg::relation_locks_held()) {
        if (lock.mode != RowExclusiveLock || first_held_.count(lock) > 0) continue;
        const auto known = seen_.find(lock.relation);
        if (known != seen_.end() && known->second.kind == RELKIND_SEQUENCE && !known->second.is_new)
            drawn.push_back(known->second.name);
    }
    return drawn;
}

}  // namespace schemaver::trial
