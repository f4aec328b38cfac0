// Reading the live schema: everything, or some objects.
#pragma once

#include <set>
#include <vector>

#include "catalog/reading.hpp"

namespace schemaver::catalog {

// The live schema as the active snapshot sees it, so that a stamp taken in a transaction with an exported
// snapshot describes just what pg_dump --snapshot dumps. Sorted.
std::vector<LocatedObject> read_everything();
core::Schema read_schema();
std::vector<DescribedObject> describe_everything();

// All objects, or `only` those named, as the snapshot (MVCC, active) sees them, into `output`: names and
// deparsed texts too are those of the snapshot, whatever others change meanwhile. Takes no lock that it would
// keep, and waits only for tables that somebody has locked exclusively while a view of theirs is read.
void read(Snapshot snapshot, const std::set<Address>* only, Output& output, Watch* watch = nullptr);

struct SomeObjects {
    std::vector<DescribedObject> objects;  // sorted; those of the addresses that exist and are modelled
    std::set<Address> postponed;           // those that could not be described without waiting for a lock
    std::set<Address> gone;                // relations that no longer exist; of other kinds it is not said
};

// The named objects as they are now, this transaction's own changes included. Never waits for a lock.
SomeObjects read_objects(const std::set<Address>& addresses);

// Addresses of whatever depends directly on the object and has a definition of its own that may name it: a
// table's indexes, triggers, policies, sequences, views and referencing tables, and so on.
std::set<Address> dependents(Address address);

// The address of the object that a sub-object (a column's default, a constraint, a rewrite rule of a view, an
// index's column) belongs to; the address itself when it stands for itself.
Address owner_of(Address address);

// All objects whose definition may say something of this one or of what it is a part of: itself, its
// owner_of(), and what it belongs to internally (a toast table's table, a multirange's range).
std::set<Address> wholes_of(Address address);

// User-made rows of the catalogs that no reader claims.
struct Unmodelled {
    std::string catalog;
    std::string kind;
    std::string identity;
};
std::vector<Unmodelled> read_unmodelled();

}  // namespace schemaver::catalog
