// What the changes of some commits add up to: the objects that differ, and of each the changes that it went
// through.
#pragma once

#include <map>

#include "core/renames.hpp"
#include "ledger/recorded.hpp"

namespace schemaver::version {

using ObjectKey = std::pair<std::string, std::string>;  // kind, identity
using Listing = std::vector<ledger::RecordedObject>;    // sorted by kind and identity

inline ObjectKey key_of(const ledger::RecordedObject& object) { return {object.kind, object.identity}; }

// What two points differ in, before definitions are loaded.
struct Differing {
    Listing from;
    Listing to;
    std::vector<core::Rename> renames;

    void swap_sides();
};

// The changes between two points, and which of them each object went through: places in `changes`, the
// earliest first.
struct Stories {
    std::vector<ledger::CommittedChange> changes;
    std::map<ObjectKey, std::vector<std::size_t>> of_present;  // that are there at the later point
    std::map<ObjectKey, std::vector<std::size_t>> of_gone;     // that were there at the earlier one only
};

// `stories.changes` are those that count at the later point and not at the earlier; the rest is filled in.
Differing fold(const ledger::Position& earlier, Stories& stories, Snapshot snapshot);

}  // namespace schemaver::version
