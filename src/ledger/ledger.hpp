// The ledger's doors: what the module registers, and what other capabilities read.
#pragma once

#include <set>

#include "books/session_books.hpp"
#include "catalog/catalog.hpp"
#include "core/model.hpp"
#include "ledger/timeline.hpp"

namespace schemaver::ledger {

// While it is true nothing is recorded: a dry run will be undone, and what is remembered of it with it.
extern bool capture_suspended;

// Called at _PG_init: commits are written just before their transaction commits or is prepared.
void register_transaction_callback();

// Called when a commit has been written into the transaction that runs; set at _PG_init.
extern void (*on_commit_written)();

// What a commit has seen of the migration tools. `before` and `after` hold the same object where nothing
// changed.
struct CommittedBooks {
    const Uuid& timeline;
    const std::vector<Stretch>& stretches;  // this timeline, and those that it inherits
    std::int64_t commit;
    const books::SessionBooks& before;
    const books::SessionBooks& after;
    const std::set<catalog::Address>& touched;  // what its commands were about
    const std::vector<std::string>& dropped;    // tables, by their identities
};
// Writes what belongs beside the commit, in the same transaction; set at _PG_init.
extern void (*beside_commit)(const CommittedBooks&);

// A row that is no part of a commit and that seals cover too.
struct RowBeside {
    const char* table;
    std::optional<Uuid> timeline;
    std::int64_t commit;  // that it was written with, in one transaction; 0: with none
    std::string bytes;    // of its digest
};
// All that there are; set at _PG_init.
extern std::vector<RowBeside> (*rows_of_commits)(Snapshot);
extern std::vector<RowBeside> (*rows_of_no_commit)(Snapshot);

// Writes the commit of this transaction, if it recorded any command.
void write_pending_commit();

// A commit that holds every object: the beginning of a timeline.
void write_first_commit(const Uuid& timeline, const char* source);

// What stands in the place of a user where nobody knows who it was.
inline constexpr char uncaptured_author[] = "not captured";

// Writes what these objects are now, where the ledger has something else, as a commit that no command
// explains: its source is "uncaptured". Returns its number; nothing: the ledger has it all, or whatever
// differs is locked. An object that is to be described is compared with its last change as of now, not as of
// a snapshot.
std::optional<std::int64_t> write_uncaptured_commit(const std::set<catalog::Address>& touched,
                                                    const std::string& message);

// Writes an object's definition, canonical JSON, unless the timeline has it. Kind and identity are for an
// error.
void store_definition(const Uuid& timeline, const std::string& kind, const std::string& identity,
                      const std::string& digest, const std::string& document);
// The definition under that digest in any of the stretches' timelines, as canonical JSON, and parsed; throws
// when it is missing.
std::string definition_text(const std::vector<Stretch>& stretches, const std::string& digest,
                            Snapshot snapshot);
core::Json load_definition(const std::vector<Stretch>& stretches, const std::string& digest,
                           Snapshot snapshot);

// An object as the ledger has it.
struct RecordedObject {
    std::string kind;
    std::string identity;
    std::string schema;
    std::string digest;       // 32 bytes
    std::int64_t commit = 0;  // the last one that changed it
    Oid catalog = InvalidOid;
    Oid object = InvalidOid;
};

// What counts at a point: the commits of these stretches up to `commit`, without those that were not to be
// seen yet although their numbers are lower. A number is drawn shortly before the transaction commits, or is
// prepared.
struct Position {
    std::vector<Stretch> stretches;
    std::int64_t commit = 0;
    std::set<std::int64_t> unseen;

    bool counts(std::int64_t id) const { return id <= commit && unseen.count(id) == 0; }
};

// The schema that the commits add up to. Sorted by kind and identity.
std::vector<RecordedObject> recorded_objects(const Position& position, Snapshot snapshot);
core::Schema recorded_schema(const Position& position, Snapshot snapshot);

// The number of the last commit that the snapshot sees; 0: none.
std::int64_t head_commit(const std::vector<Stretch>& stretches, Snapshot snapshot);
// When the last commit was made (TimestampTz); nothing: there is none.
std::optional<std::int64_t> last_commit_time(const std::vector<Stretch>& stretches, Snapshot snapshot);

// Revisions of the migration tool in the order in which commits brought them, the current one last.
std::vector<std::string> revision_history(const std::vector<Stretch>& stretches, Snapshot snapshot);

}  // namespace schemaver::ledger
