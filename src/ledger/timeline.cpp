// Finds and starts timelines.
#include "ledger/timeline.hpp"

#include <algorithm>
#include <limits>

#include "core/digest.hpp"

extern "C" {
#include "access/timeline.h"
#include "access/xlog.h"
#include "access/xlogrecovery.h"
#include "commands/dbcommands.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

namespace schemaver::ledger {

namespace {

constexpr std::int64_t forever = std::numeric_limits<std::int64_t>::max();

// Columns of schemaver.timeline, in the order of src/schema.sql.
enum Column : AttrNumber {
    column_timeline = 1,
    column_parent,
    column_parent_commit,
    column_inherits,
    column_system_identifier,
    column_database_oid,
    column_wal_timeline,
    column_ledger,
    column_database,
    column_server_version,
    column_started_at,
    column_source
};

struct Place {
    std::string system_identifier;
    Oid database_oid;
    std::int32_t wal_timeline;
    Oid ledger;
};

// Where this WAL timeline began. Two copies that are promoted each have a second one, and began it elsewhere.
XLogRecPtr begin_of_wal_timeline(std::int32_t wal_timeline) {
    static std::int32_t known = 0;
    static XLogRecPtr begin = InvalidXLogRecPtr;
    if (known == wal_timeline) return begin;
    begin = pg::call([=] {
        const List* history = readTimeLineHistory(static_cast<TimeLineID>(wal_timeline));
        return static_cast<const TimeLineHistoryEntry*>(linitial(history))->begin;
    });
    known = wal_timeline;
    return begin;
}

Place this_place() {
    const auto wal_timeline = pg::call([] {
        if (!RecoveryInProgress()) return GetWALInsertionTimeLine();
        TimeLineID replayed = 0;
        (void)GetXLogReplayRecPtr(&replayed);
        return replayed;
    });
    return {std::to_string(GetSystemIdentifier()), MyDatabaseId, static_cast<std::int32_t>(wal_timeline),
            pg::our_relation("timeline")};
}

Uuid uuid_from_datum(Datum datum) {
    Uuid uuid;
    std::memcpy(uuid.data(), DatumGetUUIDP(datum)->data, uuid.size());
    return uuid;
}

// The same for everyone who finds out at the same time, so nobody has to wait for anybody: the rows are
// equal.
Uuid derived_uuid(const Uuid& parent, const Place& place) {
    const auto digest = core::sha256(fmt::format("{}/{}/{}/{}/{}", to_text(parent), place.system_identifier,
                                                 place.database_oid, place.wal_timeline,
                                                 begin_of_wal_timeline(place.wal_timeline)));
    Uuid uuid;
    std::copy_n(digest.begin(), uuid.size(), uuid.begin());
    uuid[6] = static_cast<unsigned char>((uuid[6] & 0x0F) | 0x80);  // version 8: custom, RFC 9562
    uuid[8] = static_cast<unsigned char>((uuid[8] & 0x3F) | 0x80);
    return uuid;
}

// Started by this very database. A restore may have brought a row of the same place: of an earlier ledger, or
// of another copy that has been promoted too.
bool is_here(const TimelineRow& row, const Place& place) {
    return row.system_identifier == place.system_identifier && row.database_oid == place.database_oid &&
           row.wal_timeline == place.wal_timeline && row.ledger == place.ledger &&
           (!row.parent || row.timeline == derived_uuid(*row.parent, place));
}

const TimelineRow* latest(const std::vector<TimelineRow>& rows,
                          const std::function<bool(const TimelineRow&)>& wanted) {
    const TimelineRow* best = nullptr;
    for (const TimelineRow& row : rows) {
        if (wanted(row) && (best == nullptr || row.started_at >= best->started_at)) best = &row;
    }
    return best;
}

// The timeline that the files of this database were copied from. Beside it there may be others that a restore
// or a publication has brought. What tells them apart is the OID of our table where they were started: a copy
// of the files keeps it, and no other database of the cluster has it. A copy of a copy has several; the last
// one counts.
const TimelineRow* copied_from(const std::vector<TimelineRow>& rows, const Place& place) {
    const auto same_ledger = [&](const TimelineRow& r) { return r.ledger == place.ledger; };
    const auto same_cluster = [&](const TimelineRow& r) {
        return same_ledger(r) && r.system_identifier == place.system_identifier;
    };
    const auto same_database = [&](const TimelineRow& r) {
        return same_cluster(r) && r.database_oid == place.database_oid;
    };
    if (const auto* row = latest(rows, same_database)) return row;
    if (const auto* row = latest(rows, same_cluster)) return row;
    if (const auto* row = latest(rows, same_ledger)) return row;
    return latest(rows, [](const auto&) { return true; });
}

std::int64_t last_commit(const Uuid& timeline, Snapshot snapshot) {
    std::int64_t last = 0;
    pg::scan(pg::our_relation("commit"), pg::our_relation("commit_key"),
             {{1, F_UUID_EQ, pg::uuid_datum(timeline)}}, snapshot,
             [&](const pg::Row& row) { last = std::max(last, DatumGetInt64(*row.datum(2))); });
    return last;
}

void append_ancestors(const std::vector<TimelineRow>& rows, const TimelineRow* row, std::int64_t until,
                      std::vector<Stretch>& stretches) {
    // A dump loaded twice cannot make a circle, but a hand-edited table could: the number of rows bounds the
    // walk.
    for (std::size_t steps = 0; row != nullptr && steps <= rows.size(); ++steps) {
        stretches.push_back({row->timeline, until});
        if (!row->inherits || !row->parent) return;
        until = row->parent_commit;
        const Uuid parent = *row->parent;
        row = latest(rows, [&](const auto& r) { return r.timeline == parent; });
    }
}

Uuid random_uuid() {
    Uuid uuid;
    if (!pg_strong_random(uuid.data(), uuid.size())) {
        throw core::Error(core::sqlstate::internal, "could not generate random bytes for a timeline");
    }
    uuid[6] = static_cast<unsigned char>((uuid[6] & 0x0F) | 0x40);  // version 4
    uuid[8] = static_cast<unsigned char>((uuid[8] & 0x3F) | 0x80);
    return uuid;
}

void insert_timeline(const Uuid& uuid, const TimelineRow* parent, std::int64_t parent_commit, bool inherits,
                     const Place& place, const char* source) {
    const char* database = pg::call([] { return get_database_name(MyDatabaseId); });
    pg::insert_row("timeline",
                   {pg::uuid_datum(uuid), parent == nullptr ? pg::Value() : pg::uuid_datum(parent->timeline),
                    parent == nullptr ? pg::Value() : Int64GetDatum(parent_commit), BoolGetDatum(inherits),
                    pg::text_datum(place.system_identifier), ObjectIdGetDatum(place.database_oid),
                    Int32GetDatum(place.wal_timeline), ObjectIdGetDatum(place.ledger),
                    pg::text_datum(pg::to_utf8(database)), pg::text_datum(PG_VERSION),
                    TimestampTzGetDatum(GetCurrentTimestamp()), pg::text_datum(source)});
    pg::call([] { CommandCounterIncrement(); });
}

}  // namespace

std::string to_text(const Uuid& uuid) {
    std::string text;
    for (std::size_t i = 0; i < uuid.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += fmt::format("{:02x}", uuid[i]);
    }
    return text;
}

namespace {

// What writable_lineage() found last. Good while the table is the same and the server writes to the same WAL
// timeline: nothing but CREATE EXTENSION, a copy or a promotion makes another timeline the current one, and a
// restore only adds timelines that are not.
struct Known {
    Oid table = InvalidOid;
    std::int32_t wal_timeline = 0;
    Lineage lineage;
};
Known* known = nullptr;

void remember(const Place& place, const Lineage& lineage) {
    if (known == nullptr) known = new Known;
    *known = {pg::our_relation("timeline"), place.wal_timeline, lineage};
}

bool is_known(const Place& place) {
    return known != nullptr && known->table == pg::our_relation("timeline") &&
           known->wal_timeline == place.wal_timeline;
}

}  // namespace

std::vector<TimelineRow> timelines(Snapshot snapshot) {
    std::vector<TimelineRow> rows;
    pg::scan(pg::our_relation("timeline"), {}, snapshot, [&](const pg::Row& row) {
        TimelineRow timeline;
        timeline.timeline = uuid_from_datum(*row.datum(column_timeline));
        if (const auto parent = row.datum(column_parent)) timeline.parent = uuid_from_datum(*parent);
        if (const auto commit = row.datum(column_parent_commit))
            timeline.parent_commit = DatumGetInt64(*commit);
        timeline.inherits = DatumGetBool(*row.datum(column_inherits));
        timeline.system_identifier = row.text(column_system_identifier);
        timeline.database_oid = row.oid(column_database_oid);
        timeline.wal_timeline = DatumGetInt32(*row.datum(column_wal_timeline));
        timeline.ledger = row.oid(column_ledger);
        timeline.database = row.text(column_database);
        timeline.started_at = DatumGetInt64(*row.datum(column_started_at));
        timeline.source = row.text(column_source);
        const TransactionId writer = row.xmin();
        timeline.is_decided = !pg::call([=] { return TransactionIdIsCurrentTransactionId(writer); });
        rows.push_back(std::move(timeline));
    });
    return rows;
}

Lineage lineage(Snapshot snapshot) {
    const Place place = this_place();
    const std::vector<TimelineRow> rows = timelines(snapshot);
    Lineage found;
    const TimelineRow* own = latest(rows, [&](const auto& row) { return is_here(row, place); });
    if (own != nullptr) found.current = own->timeline;
    append_ancestors(rows, own != nullptr ? own : copied_from(rows, place), forever, found.stretches);
    return found;
}

std::vector<Stretch> ancestry(const Uuid& timeline, Snapshot snapshot) {
    const std::vector<TimelineRow> rows = timelines(snapshot);
    std::vector<Stretch> stretches;
    append_ancestors(rows, latest(rows, [&](const auto& row) { return row.timeline == timeline; }), forever,
                     stretches);
    return stretches;
}

Lineage writable_lineage(void (*first_commit)(const Uuid&, const char*)) {
    const Place place = this_place();
    if (is_known(place)) return known->lineage;
    const std::vector<TimelineRow> rows = timelines(pg::latest_committed());
    if (const auto* own = latest(rows, [&](const auto& row) { return is_here(row, place); })) {
        Lineage found{own->timeline, {}};
        append_ancestors(rows, own, forever, found.stretches);
        // A row of this transaction may be rolled back yet.
        if (own->is_decided) remember(place, found);
        return found;
    }
    const TimelineRow* parent = copied_from(rows, place);
    if (parent == nullptr) {
        start_timeline("install");
    } else {
        // OIDs survive a copy but not pg_upgrade, which gives the cluster another system identifier.
        const bool inherits = parent->system_identifier == place.system_identifier;
        const Uuid uuid = derived_uuid(parent->timeline, place);
        insert_timeline(uuid, parent, last_commit(parent->timeline, pg::latest_committed()), inherits, place,
                        "copy");
        if (!inherits) first_commit(uuid, "copy");
    }
    return lineage(pg::latest_committed());
}

Uuid start_timeline(const char* source) {
    const Uuid uuid = random_uuid();
    insert_timeline(uuid, nullptr, 0, false, this_place(), source);
    return uuid;
}

}  // namespace schemaver::ledger
