// Which timeline this database is writing to.
//
// A timeline row remembers where it was started: system identifier, database OID, WAL timeline, and the OID
// of schemaver.timeline, another one after each CREATE EXTENSION. Where those are not this database's (CREATE
// DATABASE ... TEMPLATE, a promoted copy, pg_upgrade), the first write starts a new timeline whose parent is
// the one that was copied.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pg/table.hpp"

namespace schemaver::ledger {

using Uuid = std::array<unsigned char, 16>;

std::string to_text(const Uuid& uuid);

// A stretch of a timeline that belongs to this database's history: its commits up to `until`.
struct Stretch {
    Uuid timeline;
    std::int64_t until;  // inclusive; the largest number there is for the timeline itself
};

struct TimelineRow {
    Uuid timeline;
    std::optional<Uuid> parent;
    std::int64_t parent_commit = 0;
    bool inherits = false;
    std::string system_identifier;
    Oid database_oid = InvalidOid;
    std::int32_t wal_timeline = 0;
    Oid ledger = InvalidOid;
    std::string database;
    std::int64_t started_at = 0;  // TimestampTz
    std::string source;
    bool is_decided = false;  // not written by the running transaction
};

std::vector<TimelineRow> timelines(Snapshot snapshot);

// The timeline that this database's next commit goes to, and the ones it inherits, newest first. `current` is
// missing while a copied database has written nothing yet; `lineage` then starts with the copied timeline.
struct Lineage {
    std::optional<Uuid> current;
    std::vector<Stretch> stretches;
};
Lineage lineage(Snapshot snapshot);

// A timeline, whoever's, and the ones it inherits, newest first.
std::vector<Stretch> ancestry(const Uuid& timeline, Snapshot snapshot);

// For writers: the current timeline, started now if need be, and the ones it inherits. `first_commit` is
// called when a timeline is started that inherits nothing, so that a commit with every object is its
// beginning.
Lineage writable_lineage(void (*first_commit)(const Uuid&, const char* source));

// A timeline that inherits nothing, for CREATE EXTENSION.
Uuid start_timeline(const char* source);

}  // namespace schemaver::ledger
