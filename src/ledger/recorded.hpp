// Looking things up in the commits: which there are, what lies between two of them, one object at one of
// them.
//
// All of it by index, so that it costs what is asked for and not what the history is long.
#pragma once

#include "ledger/ledger.hpp"

namespace schemaver::ledger {

struct RecordedCommit {
    std::int64_t id = 0;
    std::int64_t at = 0;  // TimestampTz
    std::string user;
    std::string revision;  // of the migration tool, after it; empty: none
    std::string source;    // ddl, install, copy, uncaptured
};
std::optional<RecordedCommit> find_commit(const std::vector<Stretch>& stretches, std::int64_t id,
                                          Snapshot snapshot);

// The number of the commit `back` commits before the position's; nothing: the history begins later.
std::optional<std::int64_t> commit_before(const Position& position, std::int64_t back, Snapshot snapshot);

// The last commit made at that time (TimestampTz) or before; nothing: the ledger begins later. Looks at all
// commits since.
std::optional<std::int64_t> commit_at_time(const std::vector<Stretch>& stretches, std::int64_t time,
                                           Snapshot snapshot);
std::optional<RecordedCommit> first_commit(const std::vector<Stretch>& stretches, Snapshot snapshot);

// The numbers of the commits after `after` up to `until`, in order.
std::vector<std::int64_t> commits_between(const std::vector<Stretch>& stretches, std::int64_t after,
                                          std::int64_t until, Snapshot snapshot);

// The commits that these transactions made.
std::set<std::int64_t> commits_of(const std::vector<Stretch>& stretches,
                                  const std::set<std::uint64_t>& transactions, Snapshot snapshot);

struct CommittedChange {
    std::int32_t number = 0;
    std::string change;           // added, modified, renamed, rebuilt, removed
    std::string former_identity;  // of a renamed one
    std::string digest_before;    // 32 bytes; empty: it was not there
    RecordedObject object;        // as it was afterwards; of a removed one as it was before, without digest
};
// The changes of the commits after `after` up to `until`, in their order.
std::vector<CommittedChange> recorded_changes(const std::vector<Stretch>& stretches, std::int64_t after,
                                              std::int64_t until, Snapshot snapshot);

// One object at the position; nothing: it was not there.
std::optional<RecordedObject> recorded_object(const Position& position, const std::string& kind,
                                              const std::string& identity, Snapshot snapshot);

}  // namespace schemaver::ledger
