// The story of one object among the changes in the ledger: through renames, through moves to another schema,
// through being made anew under another OID, and from one life of its name to the next.
//
// Example: people was added, renamed to persons, and modified; later a new people was added. The history of
// persons is the first three, and that of people is the last one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace schemaver::core {

// A row of the ledger's table of changes.
struct RecordedChange {
    std::int64_t commit = 0;
    std::int32_t number = 0;  // within the commit
    std::string change;       // added, modified, renamed, removed, rebuilt
    std::string kind;
    std::string identity;         // after the commit
    std::string former_identity;  // of a renamed one
    std::pair<std::uint32_t, std::uint32_t> address;
    std::string digest_before;    // empty: it was not there
    std::string digest_after;     // empty: it is gone
    std::int32_t command = 0;     // its number in the transaction; 0: the ledger does not say
    bool is_consequence = false;  // the command is about another object
};

// Sorts the changes into the order in which they happened, each once.
void put_in_order(std::vector<RecordedChange>& changes);

// Of changes of one kind, in order, the places of those that belong to the object which was the last to be
// called that; oldest first. Empty: none ever was.
std::vector<std::size_t> follow(const std::vector<RecordedChange>& changes, const std::string& identity);

}  // namespace schemaver::core
