// Names for points: versions, which are kept for ever, and baselines, which move.
//
// A row of schemaver.ref for each act: set, moved, dropped. The last one of a name counts; the others are its
// history. Each keeps the pg_snapshot that it was made under, so the schema at a ref is exact: of the commits
// up to its own, those that were to be seen then. A number is drawn a moment before the transaction commits,
// and PREPARE TRANSACTION can make that moment a day.
#pragma once

#include "ledger/ledger.hpp"

namespace schemaver::version {

struct Ref {
    ledger::Uuid timeline;
    std::string kind;  // "version", "baseline"
    std::string name;
    std::int32_t number = 0;  // of the acts on this name, from 1
    std::string action;       // "set", "moved", "dropped"
    std::int64_t commit = 0;
    std::string snapshot;  // as pg_snapshot writes it
    std::int64_t at = 0;   // TimestampTz
    std::string who;
    std::string database;
    std::string server_version;
    std::string revision;  // empty: none
    std::int32_t migrations = 0;
    std::string fingerprint;
    std::string objects;                     // JSON: how many of each kind
    std::optional<std::string> description;  // of a dropped one: why
    std::string kept;                        // JSON: tables and how many rows of each are kept; empty: none

    bool exists() const { return action != "dropped"; }
};

// The last act on that name in these stretches; nothing: there was none.
std::optional<Ref> find_ref(const std::vector<ledger::Stretch>& stretches, const std::string& kind,
                            const std::string& name, Snapshot snapshot);

// The refs that exist, of this kind, the earliest first.
std::vector<Ref> existing_refs(const std::vector<ledger::Stretch>& stretches, const std::string& kind,
                               Snapshot snapshot);

void insert_ref(const Ref& ref);

// The snapshot of the query that is running, as pg_snapshot writes it.
std::string current_snapshot();

// What counts at the ref.
ledger::Position position_of(const Ref& ref, const std::vector<ledger::Stretch>& stretches,
                             Snapshot snapshot);

}  // namespace schemaver::version
