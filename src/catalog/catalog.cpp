// Runs the readers of all kinds under pinned settings.
#include "catalog/catalog.hpp"

#include <algorithm>

#include "catalog/kinds.hpp"
#include "pg/locks.hpp"
#include "pg/pinned_catalogs.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
}

namespace schemaver::catalog {

namespace {

void read_all_kinds(Reading& reading) {
    for (const Kind& kind : kinds()) {
        if (!reading.selection(kind.catalog).empty()) kind.read(reading);
    }
}

// One pass; what it could not read without waiting, with the relation that is locked.
std::map<Address, Oid> read_once(Snapshot snapshot, const std::set<Address>* only, Output& output,
                                 Watch* watch) {
    std::map<Address, Oid> postponed;
    pg::with_catalogs_as_of(snapshot, [&] {
        Reading reading(snapshot, only, output, watch);
        reading.never_wait = true;
        read_all_kinds(reading);
        postponed = std::move(reading.postponed);
        reading.finish();
    });
    return postponed;
}

}  // namespace

// Somebody who changes a table waits for nobody here: all our locks are gone when we wait for theirs, and we
// hold none while we read on.
void read(Snapshot snapshot, const std::set<Address>* only, Output& output, Watch* watch) {
    pg::PinnedSettings settings;
    std::map<Address, Oid> postponed = read_once(snapshot, only, output, watch);
    while (!postponed.empty()) {
        std::set<Address> rest;
        for (const auto& [address, relation] : postponed) {
            const Oid locked = relation;
            pg::lock_relation(locked, AccessShareLock);
            pg::call([=] { UnlockRelationOid(locked, AccessShareLock); });
            rest.insert(address);
        }
        postponed = read_once(snapshot, &rest, output, nullptr);
    }
    settings.restore();
}

std::vector<LocatedObject> read_everything() {
    Documents documents;
    read(pg::call([] { return GetActiveSnapshot(); }), nullptr, documents);
    documents.sort();
    return std::move(documents.objects);
}

std::vector<DescribedObject> describe_everything() {
    Descriptions descriptions;
    read(pg::call([] { return GetActiveSnapshot(); }), nullptr, descriptions);
    descriptions.sort();
    return std::move(descriptions.objects);
}

core::Schema read_schema() {
    core::Schema schema;
    std::vector<LocatedObject> objects = read_everything();
    schema.reserve(objects.size());
    for (LocatedObject& located : objects) schema.push_back(std::move(located.object));
    return schema;
}

SomeObjects read_objects(const std::set<Address>& addresses) {
    pg::PinnedSettings settings;
    Descriptions descriptions;
    Reading reading(nullptr, &addresses, descriptions);
    reading.never_wait = true;
    read_all_kinds(reading);
    SomeObjects result;
    for (const auto& [address, locked] : reading.postponed) result.postponed.insert(address);
    for (const Oid relation : reading.gone_relations()) result.gone.insert({RelationRelationId, relation});
    reading.finish();
    settings.restore();
    descriptions.sort();
    result.objects = std::move(descriptions.objects);
    return result;
}

std::set<Address> wholes_of(Address address) {
    std::set<Address> found = {address, owner_of(address)};
    pg::scan(DependRelationId, DependDependerIndexId,
             {{Anum_pg_depend_classid, F_OIDEQ, ObjectIdGetDatum(address.catalog)},
              {Anum_pg_depend_objid, F_OIDEQ, ObjectIdGetDatum(address.object)}},
             nullptr, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_depend>();
                 if (form.deptype == DEPENDENCY_INTERNAL)
                     found.insert(owner_of({form.refclassid, form.refobjid}));
             });
    std::erase_if(found, [](const Address& whole) { return !OidIsValid(whole.object); });
    return found;
}

namespace {

// An operator names its commutator and its negator without depending on them, and not always are they mutual.
void add_operators_that_name(Oid used, std::set<Address>& found) {
    pg::scan(OperatorRelationId, {}, nullptr, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_operator>();
        if (form.oprcom == used || form.oprnegate == used) found.insert({OperatorRelationId, form.oid});
    });
}

}  // namespace

std::set<Address> dependents(Address address) {
    std::set<Address> found;
    std::set<Address> parts;
    if (address.catalog == OperatorRelationId) add_operators_that_name(address.object, found);
    pg::scan(DependRelationId, DependReferenceIndexId,
             {{Anum_pg_depend_refclassid, F_OIDEQ, ObjectIdGetDatum(address.catalog)},
              {Anum_pg_depend_refobjid, F_OIDEQ, ObjectIdGetDatum(address.object)}},
             nullptr, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_depend>();
                 if (form.deptype == DEPENDENCY_EXTENSION) return;
                 const Address dependent{form.classid, form.objid};
                 const Address owner = owner_of(dependent);
                 if (OidIsValid(owner.object) && owner != address) found.insert(owner);
                 // A part of the object itself, such as its primary key: what hangs on that hangs on the
                 // object.
                 if (owner == address && dependent != address) parts.insert(dependent);
                 // A partition's trigger is described where it differs from its parent.
                 if (dependent.catalog == TriggerRelationId) found.insert(dependent);
             });
    for (const Address& part : parts) {
        const std::set<Address> more = dependents(part);
        found.insert(more.begin(), more.end());
    }
    found.erase(address);
    return found;
}

}  // namespace schemaver::catalog
