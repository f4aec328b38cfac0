// What this transaction has done so far, until its commit is written.
//
// Only a hint of where to look: the rows in schemaver.command, which savepoints undo, say whether there is
// anything to commit, and the catalogs say what the objects are now. So a rolled-back savepoint costs a look
// at an object that has not changed, and no more.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "catalog/catalog.hpp"
#include "ledger/causes.hpp"
#include "ledger/cluster_changes.hpp"
#include "ledger/comparison.hpp"
#include "ledger/timeline.hpp"
#include "books/session_books.hpp"

namespace schemaver::ledger {

struct Pending {
    Oid ledger = InvalidOid;  // of schemaver.timeline: another one after DROP and CREATE EXTENSION
    Uuid timeline;
    int next_number = 1;  // of the command that is running
    std::set<catalog::Address> touched;
    // Those of them that this transaction has made, and of which all that belongs to them was reported too.
    std::set<catalog::Address> created;
    // Kind and identity: the ledger may know the object under an OID that it had before REINDEX CONCURRENTLY.
    DroppedNames dropped;
    Causes causes;
    bool touched_unknown = false;              // a command whose event names no object, such as GRANT
    std::vector<std::string> dropped_objects;  // "kind identity", by sql_drop, for the command that now ends
    books::SessionBooks books_before;          // of the migration tools, when the first command was recorded
    bool indexes_made_anew = false;  // those of partitions, maybe under other names: ALTER COLUMN ... TYPE
    bool owners_changed = false;     // REASSIGN OWNED, DROP OWNED
    bool irrevocable = false;        // a command has done what a rollback would not undo: CREATE DATABASE
    std::vector<ClusterObject> cluster;  // what roles, databases and the like were before

    // By the command that is running; named: it is about this object, and not one that goes or changes along.
    void touch(catalog::Address address, bool is_named) {
        touched.insert(address);
        causes.note(address, {next_number, is_named});
    }
    void touch_along(const std::set<catalog::Address>& addresses) {
        for (const catalog::Address& address : addresses) touch(address, false);
    }
};

// nullptr: nothing was recorded in this transaction.
Pending* pending();
// DROP EXTENSION and CREATE EXTENSION in this transaction begin another ledger; a savepoint may bring the
// former one back.
void use_present_ledger(Pending& pending);

// Runs `record`; an error of it says what failed, and how to go on without.
void explaining(const std::string& what, const std::function<void()>& record);

Pending& start_pending(const Uuid& timeline);
void forget_pending();

// A command that commits on its way: CREATE INDEX CONCURRENTLY leaves an index that is invalid so far, and if
// it fails later, for good. So what stands there halfway is recorded too.
bool commits_halfway();
void record_halfway();  // starts what is pending, if the transaction that ends has changed an index
void forget_halfway();
// Whether the command that has begun last, of this parse tree, drops temporary tables and nothing else.
bool drops_temporary_alone(const void* tree);

}  // namespace schemaver::ledger
