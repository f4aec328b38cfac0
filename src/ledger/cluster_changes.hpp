// What a transaction changed of the objects that all databases share: roles, databases, tablespaces.
//
// Another database's commands are in another ledger, so what was there before a command cannot be looked up
// in this one: the utility hook reads it before the command runs. At commit it is compared with what is there
// then, so what a savepoint has undone is no change.
#pragma once

#include <string>
#include <vector>

#include "catalog/catalog.hpp"
#include "ledger/causes.hpp"
#include "ledger/timeline.hpp"

namespace schemaver::ledger {

struct ClusterObject {
    catalog::Address address;
    std::string kind;
    std::string identity;
    core::Json before;  // null: it was not there
    CauseNotes causes = {};
};

// The objects of these shared catalogs as they are now, this transaction's own changes included.
std::vector<catalog::LocatedObject> read_cluster_now(const std::set<Oid>& catalogs);

// The objects that differ, as they were before.
std::vector<ClusterObject> cluster_differences(const std::vector<catalog::LocatedObject>& before,
                                               const std::vector<catalog::LocatedObject>& after);

// Of what an object was before the first note counts; the commands are added up.
void note_cluster_object(std::vector<ClusterObject>& noted, ClusterObject object);

struct ClusterChange {
    std::string change;  // added, modified, renamed, removed
    catalog::Address address;
    std::string kind;
    std::string identity;
    std::string former_identity;
    std::string digest_before;
    std::string digest_after;
    CauseNotes causes;
};

// Compares with now, and stores the definitions.
std::vector<ClusterChange> cluster_changes(const Uuid& timeline, const std::vector<ClusterObject>& noted);

}  // namespace schemaver::ledger
