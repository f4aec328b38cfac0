// Compares roles, databases and tablespaces before and after.
#include "ledger/cluster_changes.hpp"

#include <algorithm>

#include "catalog/cluster.hpp"
#include "core/fingerprint.hpp"
#include "ledger/commit_digest.hpp"
#include "ledger/ledger.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_tablespace.h"
}

namespace schemaver::ledger {

namespace {

using catalog::LocatedObject;
using core::Json;
using KindAndIdentity = std::pair<std::string, std::string>;

struct Found {
    catalog::Address address;
    Json definition;
};

// Everybody may read the ledger, but not pg_authid: that a role has a password, and of which kind, is left
// out.
std::map<KindAndIdentity, Found> by_identity(const std::vector<LocatedObject>& objects) {
    std::map<KindAndIdentity, Found> found;
    for (const LocatedObject& located : objects) {
        Json definition = located.object.definition;
        if (located.address.catalog == AuthIdRelationId) {
            if (const auto security = definition.find("security"); security != definition.end())
                security->erase("password");
        }
        found[{located.object.kind, located.object.identity}] = {located.address, std::move(definition)};
    }
    return found;
}

std::string store(const Uuid& timeline, const ClusterObject& object, const Json& definition) {
    const std::string digest(bytes_of(core::definition_digest_bytes(definition)));
    store_definition(timeline, object.kind, object.identity, digest, core::canonical(definition));
    return digest;
}

// Only these have an OID of their own by which a new name is known.
bool is_known_by_address(catalog::Address address) {
    return address.catalog == AuthIdRelationId || address.catalog == DatabaseRelationId ||
           address.catalog == TableSpaceRelationId;
}

}  // namespace

std::vector<LocatedObject> read_cluster_now(const std::set<Oid>& catalogs) {
    pg::PinnedSettings pinned;
    catalog::Documents documents;
    // What hangs on an object, comments and labels, is looked up for each and not read for all of the
    // database.
    const std::set<catalog::Address> not_everything;
    catalog::Reading reading(nullptr, &not_everything, documents);
    for (const catalog::Kind& kind : catalog::cluster_kinds()) {
        if (catalogs.count(kind.catalog) > 0) kind.read(reading);
    }
    reading.finish();
    pinned.restore();
    return std::move(documents.objects);
}

std::vector<ClusterObject> cluster_differences(const std::vector<LocatedObject>& before,
                                               const std::vector<LocatedObject>& after) {
    std::vector<ClusterObject> differences;
    const auto old_ones = by_identity(before);
    const auto new_ones = by_identity(after);
    for (const auto& [key, old_one] : old_ones) {
        const auto same = new_ones.find(key);
        if (same == new_ones.end() || same->second.definition != old_one.definition)
            differences.push_back({old_one.address, key.first, key.second, old_one.definition});
    }
    for (const auto& [key, new_one] : new_ones) {
        if (old_ones.count(key) == 0) differences.push_back({new_one.address, key.first, key.second, Json()});
    }
    return differences;
}

void note_cluster_object(std::vector<ClusterObject>& noted, ClusterObject object) {
    const auto known = std::find_if(noted.begin(), noted.end(), [&](const ClusterObject& other) {
        return other.kind == object.kind && other.identity == object.identity;
    });
    if (known == noted.end()) {
        noted.push_back(std::move(object));
        return;
    }
    for (const CauseNote& note : object.causes) add_note(known->causes, note);
}

std::vector<ClusterChange> cluster_changes(const Uuid& timeline, const std::vector<ClusterObject>& noted) {
    std::vector<ClusterChange> changes;
    std::set<Oid> catalogs;
    for (const ClusterObject& object : noted) catalogs.insert(object.address.catalog);
    if (catalogs.empty()) return changes;
    const auto now = by_identity(read_cluster_now(catalogs));
    for (const ClusterObject& object : noted) {
        const auto found = now.find({object.kind, object.identity});
        const bool was_there = !object.before.is_null();
        const bool is_there = found != now.end();
        if (was_there == is_there && (!is_there || found->second.definition == object.before)) continue;
        ClusterChange change{was_there && is_there ? "modified"
                             : is_there            ? "added"
                                                   : "removed",
                             is_there ? found->second.address : object.address,
                             object.kind,
                             object.identity,
                             "",
                             "",
                             "",
                             object.causes};
        if (was_there) change.digest_before = store(timeline, object, object.before);
        if (is_there) change.digest_after = store(timeline, object, found->second.definition);
        changes.push_back(std::move(change));
    }
    // An object that has gone under one name and come under another.
    for (ClusterChange& added : changes) {
        if (added.change != "added" || !is_known_by_address(added.address)) continue;
        const auto removed = std::find_if(changes.begin(), changes.end(), [&](const ClusterChange& change) {
            return change.change == "removed" && change.address == added.address;
        });
        if (removed == changes.end()) continue;
        added.change = "renamed";
        added.former_identity = removed->identity;
        added.digest_before = removed->digest_before;
        removed->change.clear();
    }
    std::erase_if(changes, [](const ClusterChange& change) { return change.change.empty(); });
    return changes;
}

}  // namespace schemaver::ledger
