// The rows of schemaver.found_drift and schemaver.drift_check: what checks have found, and when they looked.
//
// A row of drift changes twice at most: when the schema returns to what it should be, and when somebody
// accepts it. What a check was like is a row of its own, so a check that finds nothing new leaves one small
// row.
#pragma once

#include "core/drift.hpp"
#include "ledger/timeline.hpp"

namespace schemaver::drift {

inline constexpr char the_ledger[] = "ledger";

struct FoundDrift {
    ledger::Uuid timeline;
    std::int64_t id = 0;
    std::string against;  // the_ledger, or a point: "baseline:production"
    core::DriftKey key;
    std::string former_identity;
    std::string old_value;  // in words; empty: there was none
    std::string new_value;
    std::string facet;
    std::string severity;
    bool captured = false;
    std::int64_t commit = 0;  // 0: none is known
    std::string who;          // empty: nobody knows
    // Between when and when it happened, where it was not captured.
    std::optional<std::int64_t> earliest;  // TimestampTz
    std::optional<std::int64_t> latest;
    std::int64_t first_seen = 0;
    std::optional<std::int64_t> returned_at;
    std::optional<std::int64_t> accepted_at;
    std::string accepted_by;
    std::string reason;

    bool is_over() const { return returned_at.has_value(); }
};

// Of these timelines, as of now: a promoted standby knows what was found before.
std::vector<FoundDrift> found_drift(const std::vector<ledger::Uuid>& timelines);
// Those that are new have no id yet, and get one.
void insert(FoundDrift& drift);
// The row of that timeline and id is replaced.
void update(const FoundDrift& drift);

struct Check {
    std::string against;
    std::int64_t at = 0;      // TimestampTz: the schema was looked at then
    std::string fingerprint;  // of the live schema; empty: it was not what the ledger had
    std::int64_t commit = 0;  // the ledger's head
    std::int32_t opened = 0;
    std::int32_t returned = 0;
};
// In the newest of these timelines that has one.
std::optional<Check> last_check(const std::vector<ledger::Uuid>& timelines, const std::string& against);
void insert(const ledger::Uuid& timeline, const Check& check);

}  // namespace schemaver::drift
