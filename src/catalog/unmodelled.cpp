// The probe: user-made rows of the catalogs that no reader claims.
//
// It asks the running server which catalogs there are, so that one that a future version adds is walked too.
// A row is claimed when a reader has described it, or when it is a part of something claimed, as pg_depend
// has it: a table's row type, a type's array type, a foreign key's triggers, a view's rule.
#include "catalog/catalog.hpp"

extern "C" {
#include "access/attnum.h"
#include "catalog/dependency.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_seclabel.h"
#include "commands/extension.h"
#include "utils/lsyscache.h"
}

namespace schemaver::catalog {

namespace {

struct Catalog {
    Oid oid;
    AttrNumber oid_column;
    std::string name;
};

// The catalogs of this database whose rows have OIDs.
std::vector<Catalog> catalogs_with_oids() {
    std::vector<Catalog> found;
    pg::scan(RelationRelationId, {}, nullptr, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_class>();
        if (form.relnamespace != PG_CATALOG_NAMESPACE || form.relkind != RELKIND_RELATION || form.relisshared)
            return;
        const Oid catalog = form.oid;
        if (catalog >= FirstNormalObjectId || catalog == LargeObjectMetadataRelationId) return;  // data
        const AttrNumber column = pg::call([=] { return get_attnum(catalog, "oid"); });
        if (column == InvalidAttrNumber) return;
        found.push_back({catalog, column, pg::to_utf8(NameStr(form.relname))});
    });
    return found;
}

// What a row is a part of, one step up; InvalidOid: it stands for itself.
Address part_of(Address address) {
    if (address.catalog == EnumRelationId) {
        Address owner{InvalidOid, InvalidOid};
        pg::scan(EnumRelationId, EnumOidIndexId,
                 {{Anum_pg_enum_oid, F_OIDEQ, ObjectIdGetDatum(address.object)}}, nullptr,
                 [&](const pg::Row& row) {
                     owner = {TypeRelationId, row.form<FormData_pg_enum>().enumtypid};
                 });
        return owner;
    }
    // An automatic dependency makes these, and only these, a part: other objects use it for DROP alone.
    const bool automatic = address.catalog == AttrDefaultRelationId ||
                           address.catalog == ConstraintRelationId || address.catalog == RelationRelationId;
    Address owner{InvalidOid, InvalidOid};
    pg::scan(DependRelationId, DependDependerIndexId,
             {{Anum_pg_depend_classid, F_OIDEQ, ObjectIdGetDatum(address.catalog)},
              {Anum_pg_depend_objid, F_OIDEQ, ObjectIdGetDatum(address.object)}},
             nullptr, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_depend>();
                 const bool part = form.deptype == DEPENDENCY_INTERNAL ||
                                   form.deptype == DEPENDENCY_PARTITION_PRI ||
                                   (automatic && form.deptype == DEPENDENCY_AUTO);
                 if (part) owner = {form.refclassid, form.refobjid};
             });
    return owner;
}

class Probe {
  public:
    Probe() {
        for (const LocatedObject& located : read_everything()) described_.insert(located.address);
    }

    bool is_claimed(Address address) {
        // Parts of parts: a toast table's index, a foreign key's trigger. Eight steps are more than there
        // are.
        for (int steps = 0; steps < 8 && OidIsValid(address.object); ++steps) {
            if (described_.count(address) > 0 || address.object < FirstNormalObjectId) return true;
            const Address whole = part_of(address);
            if (!OidIsValid(whole.object)) return is_left_out(address);
            address = whole;
        }
        return false;
    }

  private:
    // What is left out on purpose: see docs/fingerprint.md.
    bool is_left_out(Address address) {
        if (OidIsValid(pg::call([=] { return getExtensionOfObject(address.catalog, address.object); })))
            return true;
        const std::string identity = to_identity(address);
        for (const char* prefix : {"pg_temp", "pg_toast", "schemaver", "information_schema", "pg_catalog"}) {
            const std::string name = prefix;
            if (identity == name || identity.rfind(name + ".", 0) == 0 || identity.rfind(name + "_", 0) == 0)
                return true;
            if (identity.find(" on " + name + ".") != std::string::npos) return true;
        }
        return identity.empty();
    }

    std::string to_identity(Address address) {
        return pg::to_utf8(pg::call([=]() -> const char* {
            const ObjectAddress object{address.catalog, address.object, 0};
            return getObjectIdentity(&object, true);
        }));
    }

    std::set<Address> described_;
};

}  // namespace

std::vector<Unmodelled> read_unmodelled() {
    Probe probe;
    std::vector<Unmodelled> found;
    for (const Catalog& catalog : catalogs_with_oids()) {
        std::vector<Oid> rows;
        pg::scan(catalog.oid, {}, nullptr, [&](const pg::Row& row) {
            const Oid oid = row.oid(catalog.oid_column);
            if (oid >= FirstNormalObjectId) rows.push_back(oid);
        });
        for (const Oid oid : rows) {
            const Address address{catalog.oid, oid};
            if (probe.is_claimed(address)) continue;
            const ObjectAddress object{address.catalog, address.object, 0};
            const auto text = [&](char* (*describe)(const ObjectAddress*, bool)) {
                return pg::to_utf8(pg::call([&]() -> const char* { return describe(&object, true); }));
            };
            found.push_back({catalog.name, text(getObjectTypeDescription), text(getObjectIdentity)});
        }
    }
    return found;
}

}  // namespace schemaver::catalog
