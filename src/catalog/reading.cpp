// Names, comments, privileges and memberships: what every kind's reader asks for, each looked up once.
#include "catalog/reading.hpp"

#include "pg/compat.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_description.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/syscache.h"
}

namespace schemaver::catalog {

Reading::Reading(Snapshot snapshot, const std::set<Address>* only) : snapshot_(snapshot), only_(only) {
    pg::call([this] {
        memory_ =
            AllocSetContextCreate(CurrentMemoryContext, "schemaver catalog read", ALLOCSET_DEFAULT_SIZES);
        scratch_ = AllocSetContextCreate(memory_, "schemaver deparsing", ALLOCSET_DEFAULT_SIZES);
        outer_ = MemoryContextSwitchTo(memory_);
    });
}

void Reading::finish() {
    MemoryContextSwitchTo(outer_);
    MemoryContext memory = memory_;
    pg::call([=] { MemoryContextDelete(memory); });
}

Selection Reading::selection(Oid catalog) const {
    if (everything()) return {true, {}};
    Selection selection;
    for (auto at = only_->lower_bound({catalog, InvalidOid}); at != only_->end() && at->catalog == catalog;
         ++at) {
        selection.oids.push_back(at->object);
    }
    return selection;
}

void Reading::add(Address address, std::string kind, std::string identity, Oid schema, Json definition) {
    for (auto facet = definition.begin(); facet != definition.end();) {
        facet = facet->empty() ? definition.erase(facet) : std::next(facet);
    }
    if (definition.is_null()) definition = Json::object();
    objects_.push_back({address,
                        {std::move(kind), std::move(identity),
                         OidIsValid(schema) ? schema_name(schema) : std::string(), std::move(definition)}});
}

bool Reading::is_modelled_schema(Oid schema) {
    const auto known = modelled_schemas_.find(schema);
    if (known != modelled_schemas_.end()) return known->second;
    const std::string& name = schema_name(schema);
    const bool modelled =
        !name.empty() && name != "information_schema" && name != "schemaver" && (name.rfind("pg_", 0) != 0);
    modelled_schemas_[schema] = modelled;
    return modelled;
}

bool Reading::is_extension_member(Oid catalog, Oid object) {
    if (!everything()) {
        return OidIsValid(pg::call([=] { return getExtensionOfObject(catalog, object); }));
    }
    if (!extension_members_) {
        extension_members_.emplace();
        pg::scan(DependRelationId, DependReferenceIndexId,
                 {{Anum_pg_depend_refclassid, F_OIDEQ, ObjectIdGetDatum(ExtensionRelationId)}}, snapshot_,
                 [&](const pg::Row& row) {
                     const auto& form = row.form<FormData_pg_depend>();
                     if (form.deptype == DEPENDENCY_EXTENSION)
                         extension_members_->insert({form.classid, form.objid});
                 });
    }
    return extension_members_->count({catalog, object}) > 0;
}

bool Reading::is_internal_part(Oid catalog, Oid object) {
    bool internal = false;
    pg::scan(DependRelationId, DependDependerIndexId,
             {{Anum_pg_depend_classid, F_OIDEQ, ObjectIdGetDatum(catalog)},
              {Anum_pg_depend_objid, F_OIDEQ, ObjectIdGetDatum(object)}},
             snapshot_, [&](const pg::Row& row) {
                 internal |= row.form<FormData_pg_depend>().deptype == DEPENDENCY_INTERNAL;
             });
    return internal;
}

const std::string& Reading::schema_name(Oid schema) {
    auto [at, fresh] = schema_names_.try_emplace(schema);
    if (fresh) at->second = deparse([=] { return get_namespace_name(schema); });
    return at->second;
}

const std::string& Reading::role_name(Oid role) {
    auto [at, fresh] = role_names_.try_emplace(role);
    if (fresh) {
        at->second = OidIsValid(role) ? deparse([=] { return GetUserNameFromId(role, true); }) : "PUBLIC";
        if (at->second.empty()) at->second = fmt::format("unknown role {}", role);
    }
    return at->second;
}

const std::string& Reading::type_name(Oid type, std::int32_t modifier) {
    auto [at, fresh] = type_names_.try_emplace({type, modifier});
    if (fresh) at->second = deparse([=] { return format_type_with_typemod(type, modifier); });
    return at->second;
}

std::string Reading::qualified(Oid schema, const std::string& name) {
    return pg::quote_qualified(schema_name(schema), name);
}

Oid Reading::schema_of_relation(Oid relation) {
    if (relations_) {
        if (const auto at = relations_->find(relation); at != relations_->end()) return at->second.schema;
    }
    return pg::call([=] { return get_rel_namespace(relation); });
}

const std::string& Reading::relation_identity(Oid relation) {
    auto [at, fresh] = relation_identities_.try_emplace(relation);
    if (fresh) {
        at->second = deparse([=]() -> const char* {
            const char* name = get_rel_name(relation);
            if (name == nullptr) return nullptr;
            return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), name);
        });
    }
    return at->second;
}

void Reading::remember_column(Oid relation, AttrNumber column, std::string name) {
    column_names_.insert_or_assign({relation, column}, std::move(name));
}

const std::string& Reading::column_name(Oid relation, AttrNumber column) {
    auto [at, fresh] = column_names_.try_emplace({relation, column});
    if (fresh) at->second = deparse([=] { return get_attname(relation, column, true); });
    return at->second;
}

std::string Reading::function_identity(Oid function) {
    return deparse([=] { return format_procedure_qualified(function); });
}

std::string Reading::identity(Oid catalog, Oid object) {
    return deparse([=]() -> const char* {
        const ObjectAddress address{catalog, object, 0};
        return getObjectIdentity(&address, true);
    });
}

const std::map<Oid, RelationRow>& Reading::relations() {
    if (!relations_) read_relations();
    return *relations_;
}

void Reading::read_relations() {
    relations_.emplace();
    for_each(*this, selection(RelationRelationId), RelationRelationId, Anum_pg_class_oid, ClassOidIndexId,
             [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_class>();
                 if (!is_wanted(RelationRelationId, form.oid, form.relnamespace)) return;
                 if (form.relkind == RELKIND_TOASTVALUE || form.relpersistence == RELPERSISTENCE_TEMP) return;
                 RelationRow relation{form.oid,
                                      pg::to_utf8(NameStr(form.relname)),
                                      form.relnamespace,
                                      form.reltype,
                                      form.reloftype,
                                      form.relowner,
                                      form.relam,
                                      form.reltablespace,
                                      form.relkind,
                                      form.relpersistence,
                                      form.relreplident,
                                      form.relrowsecurity,
                                      form.relforcerowsecurity,
                                      form.relispartition,
                                      row.text_array(Anum_pg_class_reloptions),
                                      {},
                                      {}};
                 if (const auto bound = row.datum(Anum_pg_class_relpartbound)) {
                     relation.bound = expression(*bound, form.oid);
                 }
                 if (const auto acl = row.datum(Anum_pg_class_relacl)) relation.acl = keep(*acl);
                 relation_identities_.insert_or_assign(form.oid, qualified(relation.schema, relation.name));
                 relations_->emplace(form.oid, std::move(relation));
             });
}

Datum Reading::keep(Datum acl) {
    MemoryContext memory = memory_;
    return pg::call([=] {
        MemoryContext caller = MemoryContextSwitchTo(memory);
        Datum copy = PointerGetDatum(PG_DETOAST_DATUM_COPY(acl));
        MemoryContextSwitchTo(caller);
        return copy;
    });
}

const Comments& Reading::comments(Oid catalog, Oid object) {
    static const Comments* const none = new Comments;
    const auto collect = [](auto& into, const pg::Row& row) {
        const auto& form = row.form<FormData_pg_description>();
        into[{form.classoid, form.objoid}][form.objsubid] = row.text(Anum_pg_description_description);
    };
    if (everything()) {
        if (!all_comments_) {
            all_comments_.emplace();
            pg::scan(DescriptionRelationId, {}, snapshot_, [&](const pg::Row& row) {
                // initdb's own comments: thousands, and none of them on an object that we model but public's
                const auto& form = row.form<FormData_pg_description>();
                if (form.objoid >= FirstNormalObjectId || form.classoid == NamespaceRelationId) {
                    collect(*all_comments_, row);
                }
            });
        }
        const auto at = all_comments_->find({catalog, object});
        return at == all_comments_->end() ? *none : at->second;
    }
    auto [at, fresh] = some_comments_.try_emplace({catalog, object});
    if (fresh) {
        pg::scan(DescriptionRelationId, DescriptionObjIndexId,
                 {{Anum_pg_description_objoid, F_OIDEQ, ObjectIdGetDatum(object)},
                  {Anum_pg_description_classoid, F_OIDEQ, ObjectIdGetDatum(catalog)}},
                 snapshot_, [&](const pg::Row& row) { collect(some_comments_, row); });
    }
    return some_comments_[{catalog, object}];
}

bool Reading::may_deparse(Address holder, Address described) {
    if (!never_wait) return true;
    bool free = true;
    pg::scan(DependRelationId, DependDependerIndexId,
             {{Anum_pg_depend_classid, F_OIDEQ, ObjectIdGetDatum(holder.catalog)},
              {Anum_pg_depend_objid, F_OIDEQ, ObjectIdGetDatum(holder.object)}},
             snapshot_, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_depend>();
                 if (!free || form.refclassid != RelationRelationId) return;
                 const Oid relation = form.refobjid;
                 free = pg::call([=] { return ConditionalLockRelationOid(relation, AccessShareLock); });
             });
    if (!free) postponed.insert(described);
    return free;
}

std::string Reading::expression(Datum node_tree, Oid relation) {
    return deparse([=] {
        return TextDatumGetCString(DirectFunctionCall2(pg_get_expr, node_tree, ObjectIdGetDatum(relation)));
    });
}

Json Reading::comment(Oid catalog, Oid object) {
    Json facet = Json::object();
    const Comments& known = comments(catalog, object);
    if (const auto own = known.find(0); own != known.end()) facet["text"] = own->second;
    return facet;
}

void Reading::put_owner(Json& security, Oid owner) { security["owner"] = role_name(owner); }

void Reading::put_privileges(Json& security, const std::optional<Datum>& acl, int object_type, Oid owner) {
    if (!acl) return;
    const Datum standard =
        pg::call([=] { return PointerGetDatum(acldefault(static_cast<ObjectType>(object_type), owner)); });
    // All rights that this kind of object has on this server are written ALL, as GRANT writes them: a server
    // version that adds a privilege must not change what was granted before.
    const AclMode all = pg::call(
        [=] { return aclmask(DatumGetAclP(standard), owner, owner, ACLITEM_ALL_PRIV_BITS, ACLMASK_ALL); });
    Json list = privileges(*acl, all);
    if (list != privileges(standard, all)) security["privileges"] = std::move(list);
}

Json Reading::privileges(Datum acl, std::uint64_t all) {
    struct Items {
        const AclItem* first;
        int count;
    };
    const Items items = pg::call([=] {
        Acl* list = DatumGetAclP(acl);
        return Items{ACL_DAT(list), ACL_NUM(list)};
    });
    static constexpr std::array<std::pair<AclMode, const char*>, 13> names = {
        {{ACL_SELECT, "SELECT"},
         {ACL_INSERT, "INSERT"},
         {ACL_UPDATE, "UPDATE"},
         {ACL_DELETE, "DELETE"},
         {ACL_TRUNCATE, "TRUNCATE"},
         {ACL_REFERENCES, "REFERENCES"},
         {ACL_TRIGGER, "TRIGGER"},
         {ACL_EXECUTE, "EXECUTE"},
         {ACL_USAGE, "USAGE"},
         {ACL_CREATE, "CREATE"},
         {ACL_CREATE_TEMP, "TEMPORARY"},
         {ACL_CONNECT, "CONNECT"},
         {pg::acl_maintain, "MAINTAIN"}}};
    const auto spelled = [&](AclMode bits) {
        Json list = Json::array();
        if (bits != 0 && bits == static_cast<AclMode>(all)) {
            list.push_back("ALL");
            return list;
        }
        for (const auto& [bit, name] : names) {
            if ((bits & bit) != 0) list.push_back(name);
        }
        return list;
    };
    // The order of the items is the order of the GRANTs, which says nothing; so they are sorted.
    std::map<std::pair<std::string, std::string>, Json> sorted;
    for (int i = 0; i < items.count; ++i) {
        const AclItem& item = items.first[i];
        Json granted = spelled(ACLITEM_GET_PRIVS(item));
        Json grantable = spelled(ACLITEM_GET_GOPTIONS(item));
        if (granted.empty()) continue;
        const std::pair<std::string, std::string> key{role_name(item.ai_grantee), role_name(item.ai_grantor)};
        Json entry = {{"grantee", key.first}, {"grantor", key.second}, {"privileges", std::move(granted)}};
        if (!grantable.empty()) entry["grantable"] = std::move(grantable);
        sorted.insert_or_assign(key, std::move(entry));
    }
    Json list = Json::array();
    for (auto& [key, entry] : sorted) list.push_back(std::move(entry));
    return list;
}

}  // namespace schemaver::catalog
