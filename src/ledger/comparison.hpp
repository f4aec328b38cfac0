// What a transaction has changed: each touched object's definition as it is now, against the last one in the
// ledger.
//
// The last one is looked up by the object's address (so a rename is known, not guessed) and by its identity
// (so an index that was rebuilt under another OID is the same index). Where a name, a type or a constraint
// changed, whatever depends on the object is touched too, until nothing more comes.
#pragma once

#include "catalog/catalog.hpp"
#include "core/json.hpp"
#include "ledger/causes.hpp"
#include "ledger/timeline.hpp"

namespace schemaver::ledger {

struct Change {
    std::string change;
    catalog::Address address;
    std::string kind;
    std::string identity;
    std::string schema;
    std::string former_identity;
    std::string digest_before;
    std::string digest_after;
    Cause cause = {};
};

// The last change of an object, or of an identity.
struct LastChange {
    std::int64_t commit = -1;
    std::int32_t number = -1;
    std::string kind;
    std::string identity;
    std::string schema;
    catalog::Address address;
    std::string digest_after;  // empty: the object was gone then
    bool found() const { return commit >= 0; }
    bool alive() const { return !digest_after.empty(); }
};

// Kind and identity, and the address that it had.
using DroppedNames = std::map<std::pair<std::string, std::string>, catalog::Address>;

// The changes of one transaction, found round by round.
class Comparison {
  public:
    // `created`: those that this transaction has made, and of which all that belongs to them was reported
    // too; `dropped`: those that commands have dropped. nullptr: nothing is known of commands.
    Comparison(const Uuid& timeline, std::vector<Stretch> stretches,
               const std::set<catalog::Address>* created, const DroppedNames* dropped, Causes& causes)
        : timeline_(timeline),
          stretches_(std::move(stretches)),
          created_(created),
          dropped_(dropped),
          causes_(causes) {}

    void compare(std::set<catalog::Address> touched);
    // For what was dropped under an OID that the ledger does not know.
    void compare_dropped();
    // REINDEX CONCURRENTLY, of which no event tells, gives an index another OID. It is known by its identity
    // then; where that is another one too by now, what the ledger has is an index that has gone. ALTER COLUMN
    // ... TYPE gives the indexes of partitions other OIDs, and the names that they would be given now.
    void compare_rebuilt_indexes(bool made_anew);

    const std::vector<Change>& changes() const { return changes_; }
    // Those that could not be described without waiting for a lock.
    const std::set<catalog::Address>& postponed() const { return postponed_; }

  private:
    using Addresses = std::set<catalog::Address>;

    bool is_absent(catalog::Address address) const {
        return described_.count(address) == 0 && postponed_.count(address) == 0;
    }
    void compare_object(const catalog::DescribedObject& object, Addresses& next);
    void add_affected(const catalog::DescribedObject& object, const Change& change, Addresses& next);
    void compare_absent(catalog::Address address);
    void add_removed(const LastChange& last, catalog::Address cause);
    bool is_created(catalog::Address address) const {
        return created_ != nullptr && created_->count(address) > 0;
    }
    // Whether a command has dropped the object under this very name.
    bool is_dropped(catalog::Address address, const std::string& kind, const std::string& identity) const {
        if (dropped_ == nullptr) return false;
        const auto at = dropped_->find({kind, identity});
        return at != dropped_->end() && at->second == address;
    }
    LastChange former_self(const std::string& kind, const std::string& identity) const;
    void follow(catalog::Address from, const Addresses& to, Addresses& next);

    Uuid timeline_;
    std::vector<Stretch> stretches_;
    const Addresses* created_;
    const DroppedNames* dropped_;
    Causes& causes_;
    Addresses seen_;
    Addresses described_;
    Addresses postponed_;
    Addresses absent_;
    std::set<std::pair<std::string, std::string>> present_;
    std::set<std::pair<std::string, std::string>> removed_;
    bool unknown_index_ = false;  // one that is older than this transaction and not in the ledger
    bool added_index_ = false;    // one that no command has reported as made by it
    std::vector<Change> changes_;
};

}  // namespace schemaver::ledger
