// One read of the catalogs: what to read, under which snapshot, and what the readers of the kinds share.
//
// The same readers serve a full read (each catalog once, in heap order, into hash tables) and the read of a
// few objects that a DDL command touched (by index): a Selection says which, and for_each() hides the
// difference. Reading never waits for a lock: a view whose tables somebody else has locked is left out and
// reported as postponed, when the caller asks for that.
#pragma once

#include "core/model.hpp"
#include "pg/scan.hpp"

extern "C" {
#include "catalog/pg_class.h"
}

namespace schemaver::catalog {

using core::Json;

// An object's place in this database. OIDs mean nothing outside it, so they never enter a definition.
struct Address {
    Oid catalog;
    Oid object;
    bool operator==(const Address&) const = default;
    auto operator<=>(const Address&) const = default;
};

struct AddressHash {
    std::size_t operator()(const Address& address) const {
        return (static_cast<std::size_t>(address.catalog) << 32) | address.object;
    }
};

struct LocatedObject {
    Address address;
    core::Object object;
};

// The rows of one catalog to read: all, or those of the named objects.
struct Selection {
    bool everything = false;
    std::vector<Oid> oids;
    bool empty() const { return !everything && oids.empty(); }
};

// A pg_class row, as far as the kinds that live there share it.
struct RelationRow {
    Oid oid;
    std::string name;
    Oid schema;
    Oid type;
    Oid of_type;
    Oid owner;
    Oid access_method;
    Oid tablespace;
    char kind;
    char persistence;
    char replica_identity;
    bool row_security;
    bool force_row_security;
    bool is_partition;
    std::vector<std::string> options;
    std::optional<std::string> bound;  // deparsed partition bound
    std::optional<Datum> acl;          // copied into the reading's memory
};

// Comments of one object: by sub-object number (0: the object itself; a table's columns from 1).
using Comments = std::map<int, std::string>;

class Reading {
  public:
    // Everything, as `snapshot` sees it; or only `only`, as of now (`snapshot` nullptr).
    Reading(Snapshot snapshot, const std::set<Address>* only);

    Snapshot snapshot() const { return snapshot_; }
    bool everything() const { return only_ == nullptr; }
    Selection selection(Oid catalog) const;
    // Not to wait for locks, and list what could not be read without waiting.
    bool never_wait = false;
    std::set<Address> postponed;

    std::vector<LocatedObject> take() { return std::move(objects_); }
    void add(Address address, std::string kind, std::string identity, Oid schema, Json definition);

    // Schemas whose contents are modelled: not pg_catalog, information_schema, toast, temporary, ours.
    bool is_modelled_schema(Oid schema);
    bool is_extension_member(Oid catalog, Oid object);
    // Made by the server as a part of something else, such as a range type's constructor functions.
    bool is_internal_part(Oid catalog, Oid object);
    bool is_wanted(Oid catalog, Oid object, Oid schema) {
        return is_modelled_schema(schema) && !is_extension_member(catalog, object);
    }

    // Names, each looked up once. All are UTF-8, quoted where SQL would need it, unless said otherwise.
    const std::string& schema_name(Oid schema);  // unquoted
    const std::string& role_name(Oid role);      // unquoted; "PUBLIC" for 0
    const std::string& type_name(Oid type, std::int32_t modifier);
    Oid schema_of_relation(Oid relation);  // InvalidOid: gone
    const std::string& relation_identity(Oid relation);
    const std::string& column_name(Oid relation, AttrNumber column);  // unquoted
    std::string function_identity(Oid function);
    std::string identity(Oid catalog, Oid object);  // as pg_identify_object gives it
    std::string qualified(Oid schema, const std::string& name);

    // All relations of the read, by OID. Read from pg_class on first use.
    const std::map<Oid, RelationRow>& relations();
    const Comments& comments(Oid catalog, Oid object);
    // Remembers column names that a scan came by anyway.
    void remember_column(Oid relation, AttrNumber column, std::string name);

    // Text from one of the server's deparsers: runs `call_server` in scratch memory and copies what it gives.
    template <typename CallServer>
    std::string deparse(CallServer call_server) {
        MemoryContext caller = MemoryContextSwitchTo(scratch_);
        const char* text = pg::call(call_server);
        std::string out = pg::to_utf8(text);
        MemoryContextReset(scratch_);
        MemoryContextSwitchTo(caller);
        return out;
    }
    // Whether a query that `holder` (a view's rule, a function) stores may be deparsed now: that locks the
    // relations it reads. With never_wait, locks that are not to be had at once make `described` postponed.
    bool may_deparse(Address holder, Address described);
    std::string expression(Datum node_tree, Oid relation);
    Json sql(std::string text) { return Json{{"sql", std::move(text)}}; }
    Json sql_expression(Datum node_tree, Oid relation) { return sql(expression(node_tree, relation)); }

    // Facets that many kinds share. Empty objects are dropped by add().
    Json comment(Oid catalog, Oid object);
    void put_owner(Json& security, Oid owner);
    // Privileges spelled out, left out where they are this kind of object's default (object_type: an
    // ObjectType, as acldefault takes it), whether the catalog says so by NULL or in full.
    void put_privileges(Json& security, const std::optional<Datum>& acl, int object_type, Oid owner);
    // `all`: the privileges that this kind of object has, as a bit mask; 0 where ALL is not to be said.
    Json privileges(Datum acl, std::uint64_t all);
    Datum keep(Datum acl);  // a copy that outlives the scan

    MemoryContext memory() const { return memory_; }
    void finish();  // frees the memory; to be called when the read went well

  private:
    void read_relations();

    Snapshot snapshot_;
    const std::set<Address>* only_;
    MemoryContext memory_;
    MemoryContext scratch_;
    MemoryContext outer_;
    std::vector<LocatedObject> objects_;
    std::unordered_map<Oid, std::string> schema_names_;
    std::unordered_map<Oid, bool> modelled_schemas_;
    std::unordered_map<Oid, std::string> role_names_;
    std::map<std::pair<Oid, std::int32_t>, std::string> type_names_;
    std::unordered_map<Oid, std::string> relation_identities_;
    std::map<std::pair<Oid, AttrNumber>, std::string> column_names_;
    std::optional<std::map<Oid, RelationRow>> relations_;
    std::optional<std::unordered_set<Address, AddressHash>> extension_members_;
    std::optional<std::unordered_map<Address, Comments, AddressHash>> all_comments_;
    std::unordered_map<Address, Comments, AddressHash> some_comments_;
};

// Calls visit(row) for the rows of `catalog` whose `column` holds one of the selection's OIDs: in one pass in
// heap order when everything is wanted, otherwise by `index`, which must begin with that column.
template <typename Visit>
void for_each(const Reading& reading, const Selection& selection, Oid catalog, AttrNumber column, Oid index,
              Visit&& visit) {
    if (selection.everything) {
        pg::scan(catalog, {}, reading.snapshot(), visit);
        return;
    }
    for (Oid oid : selection.oids) {
        pg::scan(catalog, index, {{column, F_OIDEQ, ObjectIdGetDatum(oid)}}, reading.snapshot(), visit);
    }
}

}  // namespace schemaver::catalog
