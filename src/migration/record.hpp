// What a commit writes down of the migration tools: that their books changed, and what the migration did.
#pragma once

#include "core/revisions.hpp"
#include "ledger/ledger.hpp"

namespace schemaver::migration {

// Beside the commit; nothing is written where no books changed and no migration is declared.
void record(const ledger::CommittedBooks& books);

// What the ledger knows of one tool's books, as of its last commit.
struct RecordedBooks {
    std::string tool;
    std::string schema;
    std::int64_t commit = 0;  // that changed them last
    std::string how;
    std::string revision;                // the current ones, with ", " between
    std::vector<std::string> revisions;  // the same, one by one
    std::string state;
    std::vector<std::string> applied;  // of a tool that keeps heads: those, in the order in which they came
    std::vector<std::string> revisions_seen;  // every one that a commit ever saw

    // What the tool's table had: of a tool that keeps heads, these alone.
    const std::vector<std::string>& applied_rows(const core::MigrationTool& of) const {
        return of.keeps == core::Keeps::heads ? revisions : applied;
    }
};
std::vector<RecordedBooks> recorded_books(const std::vector<ledger::Stretch>& stretches, Snapshot snapshot);

// The revisions of one tool's books, and of no other's, in the order in which commits saw them: 012, 018, 012
// is a detour.
std::vector<std::string> revision_history(std::string_view tool, const std::string& schema,
                                          const std::vector<ledger::Stretch>& stretches, Snapshot snapshot);

// The commits that brought a tool to that revision, or found it there, the last one first.
struct Arrival {
    std::int64_t commit = 0;
    bool was_before = false;  // the commit found it there: what that revision gave is the schema before it
};
std::vector<Arrival> arrivals(const core::MigrationTool& tool, const std::string& schema,
                              const std::string& revision, const std::vector<ledger::Stretch>& stretches,
                              Snapshot snapshot);

}  // namespace schemaver::migration
