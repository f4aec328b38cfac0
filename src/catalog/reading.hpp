// One read of the catalogs: what to read, under which snapshot, and what the readers of the kinds share.
//
// The same readers serve a full read (each catalog once, in heap order, into hash tables) and the read of a
// few objects that a DDL command touched (by index): a Selection says which, and for_each() hides the
// difference. Reading never waits for a lock: a view whose tables somebody else has locked is left out and
// reported as postponed, when the caller asks for that.
#pragma once

#include <span>

#include "catalog/columns.hpp"
#include "catalog/expressions.hpp"
#include "catalog/output.hpp"
#include "catalog/watch.hpp"
#include "core/document.hpp"
#include "core/oid_map.hpp"
#include "core/texts.hpp"
#include "pg/scan.hpp"

extern "C" {
#include "catalog/pg_class.h"
}

namespace schemaver::catalog {

// The rows of one catalog to read: all, or those of the named objects.
struct Selection {
    bool everything = false;
    std::vector<Oid> oids;
    bool empty() const { return !everything && oids.empty(); }
};

// A pg_class row, as far as the kinds that live there share it.
struct RelationRow {
    Oid oid;
    std::string_view name;  // these two are kept by the reading
    std::string_view identity;
    Oid schema;
    Oid type;
    Oid of_type;
    Oid owner;
    Oid access_method;
    Oid tablespace;
    Oid toast;
    char kind;
    char persistence;
    char replica_identity;
    bool row_security;
    bool force_row_security;
    bool is_partition;
    std::int16_t column_count;  // dropped ones counted
    // What few relations have.
    struct Rare {
        std::vector<std::string> options;
        std::string bound;         // deparsed partition bound
        std::optional<Datum> acl;  // copied into the reading's memory
    };
    std::unique_ptr<Rare> rare = nullptr;  // nullptr: none of these

    std::vector<std::string> options() const { return rare ? rare->options : std::vector<std::string>(); }
    std::optional<Datum> acl() const { return rare ? rare->acl : std::nullopt; }
};

// Comments of one object: by sub-object number (0: the object itself; a table's columns from 1).
using Comments = std::map<int, std::string>;

// Security labels of one object, by sub-object number and provider.
using Labels = std::map<std::pair<int, std::string>, std::string>;

class Reading {
  public:
    // Everything, or `only`, as `snapshot` sees it; nullptr: as of now. `output` gets the objects.
    Reading(Snapshot snapshot, const std::set<Address>* only, Output& output, Watch* watch = nullptr);

    Snapshot snapshot() const { return snapshot_; }
    bool everything() const { return only_ == nullptr; }
    Selection selection(Oid catalog) const;
    // The relations of this read that are of these kinds (relkinds): only their rows are worth looking for.
    Selection relations_of(std::string_view kinds);
    // Not to wait for locks, and list what could not be read without waiting.
    bool never_wait = false;
    std::map<Address, Oid> postponed;  // with the relation that is locked

    void add(Address address, std::string_view kind, std::string_view identity, Oid schema, Json definition);
    void add(Address address, std::string_view kind, std::string_view identity, Oid schema,
             const core::Facets& definition);
    Expressions& expressions() { return expressions_; }

    // Schemas whose contents are modelled: not pg_catalog, information_schema, toast, temporary, ours.
    bool is_modelled_schema(Oid schema);
    bool is_extension_member(Oid catalog, Oid object);
    // The column that a sequence belongs to, by OWNED BY or as its identity.
    struct OwningColumn {
        Oid table;
        AttrNumber column;
        bool identity;
    };
    std::optional<OwningColumn> owning_column(Oid sequence);
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
    char kind_of_relation(Oid relation);
    std::string_view relation_identity(Oid relation);
    // The identity of a relation of this reading, where it is the same as SQL text, in a literal and in a
    // parse tree: letters, digits, underscores and the one dot. Empty: it is not, or the relation is not
    // known.
    std::string_view plain_identity(Oid relation);
    std::string_view relation_name(Oid relation);                   // unquoted
    std::string_view column_name(Oid relation, AttrNumber column);  // unquoted
    std::vector<std::string> column_names(Oid relation);  // by number from 1; empty where one was dropped
    const std::string& access_method_name(Oid method);
    const std::string& tablespace_name(Oid tablespace);
    std::string function_identity(Oid function);
    std::string identity(Oid catalog, Oid object);  // as pg_identify_object gives it
    std::string qualified(Oid schema, std::string_view name);
    void append_qualified(std::string& out, Oid schema, std::string_view name);

    // Of the relations that are to be read, those that pg_class does not have.
    const std::set<Oid>& gone_relations() {
        (void)relations();
        return gone_relations_;
    }
    // All relations of the read, by OID. Read from pg_class on first use.
    const core::OidMap<RelationRow>& relations();
    const Columns& columns();
    // Options of a table's toast table, each with "toast." in front as CREATE TABLE takes them.
    std::vector<std::string> toast_options(Oid toast);
    const Comments& comments(Oid catalog, Oid object);
    struct TypeDefaults {
        Oid collation;
        char storage;
    };
    const TypeDefaults& type_defaults(Oid type);
    bool is_default_opclass(Oid opclass, Oid access_method);
    // The name of the constraint that an index backs; empty: none.
    std::string_view constraint_of_index(Oid index);
    void remember_index_constraint(Oid index, std::string_view name) {
        index_constraints_[index] = texts_.keep(name);
    }
    bool has_labels(Oid catalog, Oid object) { return !labels(catalog, object).empty(); }

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
    std::string expression(Datum node_tree, Oid relation) {
        return std::string(expressions_.expression(node_tree, relation).sql);
    }
    Json sql(std::string text) { return Json{{"sql", std::move(text)}}; }
    Json sql_expression(Datum node_tree, Oid relation) { return sql(expression(node_tree, relation)); }

    // Facets that many kinds share. Empty objects are dropped by add().
    Json comment(Oid catalog, Oid object);
    void put_comment(core::Properties& comment, Oid catalog, Oid object);
    void put_owner(Json& security, Oid owner);
    void put_owner(core::Properties& security, Oid owner) { security.put("owner", role_name(owner)); }
    // Privileges spelled out, left out where they are this kind of object's default (object_type: an
    // ObjectType, as acldefault takes it), whether the catalog says so by NULL or in full.
    void put_privileges(Json& security, const std::optional<Datum>& acl, int object_type, Oid owner);
    void put_privileges(core::Properties& security, const std::optional<Datum>& acl, int object_type,
                        Oid owner);
    // `all`: the privileges that this kind of object has, as a bit mask; 0 where ALL is not to be said.
    Json privileges(Datum acl, std::uint64_t all);
    Datum keep(Datum acl);  // a copy that outlives the scan

    // Scratch memory: enter, make the server's calls, copy what they gave, leave.
    MemoryContext enter_scratch() { return MemoryContextSwitchTo(scratch_); }
    void leave_scratch(MemoryContext caller) {
        MemoryContextReset(scratch_);
        MemoryContextSwitchTo(caller);
    }
    Watch* watch() { return watch_; }
    // One pass over a catalog in heap order.
    template <typename Visit>
    void scan(Oid catalog, Visit&& visit);
    void finish();  // frees the memory; to be called when the read went well

  private:
    // What an object depends on: one look serves for all that is asked of it where only some are read.
    struct Dependency {
        Address on;
        std::int32_t on_column;
        char type;
    };
    const std::vector<Dependency>& dependencies(Address address);

    void read_relations();
    void read_dependencies();
    // ALTER ... DEPENDS ON EXTENSION: the names, sorted.
    std::vector<std::string> needed_extensions(Address address);

    const std::string& quoted_schema(Oid schema);
    const Labels& labels(Oid catalog, Oid object);
    void put_labels(Address address, Json& definition);

    Snapshot snapshot_;
    const std::set<Address>* only_;
    Output& output_;
    Watch* watch_;
    MemoryContext memory_;
    MemoryContext scratch_;
    MemoryContext outer_;
    Expressions expressions_;
    core::Texts texts_;
    core::OidMap<std::string> schema_names_;
    core::OidMap<std::string> quoted_schemas_;
    core::OidMap<bool> modelled_schemas_;
    core::OidMap<std::string> role_names_;
    core::OidMap<std::string> method_names_;
    core::OidMap<std::string> tablespace_names_;
    std::unordered_map<std::uint64_t, std::string> type_names_;
    core::OidMap<TypeDefaults> type_defaults_;
    core::OidMap<bool> default_opclasses_;
    core::OidMap<std::string_view> index_constraints_;
    core::OidMap<std::string> relation_identities_;
    core::OidMap<std::string> relation_names_;
    std::map<std::pair<Oid, AttrNumber>, std::string> column_names_;
    std::optional<core::OidMap<RelationRow>> relations_;
    std::set<Oid> gone_relations_;
    std::optional<Columns> columns_;
    core::OidMap<std::vector<std::string>> toast_options_;
    std::optional<std::unordered_set<Address, AddressHash>> extension_members_;
    core::OidMap<OwningColumn> owning_columns_;
    std::unordered_map<Address, std::vector<Oid>, AddressHash> needed_extensions_;
    std::optional<std::unordered_map<Address, Comments, AddressHash>> all_comments_;
    std::unordered_map<Address, Comments, AddressHash> some_comments_;
    std::unordered_map<Address, std::vector<Dependency>, AddressHash> some_dependencies_;
    std::optional<std::unordered_map<Address, Labels, AddressHash>> all_labels_;
    std::unordered_map<Address, Labels, AddressHash> some_labels_;
};

template <typename Visit>
void Reading::scan(Oid catalog, Visit&& visit) {
    Watch::Catalog* watched = watch_ == nullptr ? nullptr : watch_->begin(catalog);
    const auto stamp = pg::scan_pages(catalog, snapshot_, [&](const pg::Row& row, BlockNumber block) {
        if (watched != nullptr) watched->note(row, block);
        visit(row);
    });
    if (watched != nullptr) watched->stamp = stamp;
}

// Calls visit(row) for the rows of `catalog` whose `column` holds one of the selection's OIDs: in one pass in
// heap order when everything is wanted, otherwise by `index`, which must begin with that column.
template <typename Visit>
void for_each(Reading& reading, const Selection& selection, Oid catalog, AttrNumber column, Oid index,
              Visit&& visit) {
    if (selection.everything) {
        reading.scan(catalog, visit);
        return;
    }
    for (Oid oid : selection.oids) {
        pg::scan(catalog, index, {{column, F_OIDEQ, ObjectIdGetDatum(oid)}}, reading.snapshot(), visit);
    }
}

}  // namespace schemaver::catalog
