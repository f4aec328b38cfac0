// Names, comments, privileges and memberships: what every kind's reader asks for, each looked up once.
#include "catalog/reading.hpp"

#include "pg/compat.hpp"

#include <algorithm>

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
#include "commands/defrem.h"
#include "commands/tablespace.h"
}

namespace schemaver::catalog {

Reading::Reading(Snapshot snapshot, const std::set<Address>* only, Output& output, Watch* watch)
    : snapshot_(snapshot),
      only_(only),
      output_(output),
      watch_(watch),
      expressions_(*this, output.portable()) {
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

void Reading::add(Address address, std::string_view kind, std::string_view identity, Oid schema,
                  Json definition) {
    put_labels(address, definition);
    if (auto extensions = needed_extensions(address); !extensions.empty())
        definition["structure"]["depends_on_extension"] = std::move(extensions);
    for (auto facet = definition.begin(); facet != definition.end();) {
        facet = facet->empty() ? definition.erase(facet) : std::next(facet);
    }
    if (definition.is_null()) definition = Json::object();
    static const std::string* const none = new std::string;
    output_.add(address, kind, identity, OidIsValid(schema) ? schema_name(schema) : *none,
                std::move(definition));
}

void Reading::add(Address address, std::string_view kind, std::string_view identity, Oid schema,
                  const core::Facets& definition) {
    if (has_labels(address.catalog, address.object) || !needed_extensions(address).empty()) {
        add(address, kind, identity, schema, definition.document());
        return;
    }
    static const std::string* const none = new std::string;
    output_.add(address, kind, identity, OidIsValid(schema) ? schema_name(schema) : *none, definition);
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

Selection Reading::relations_of(std::string_view kinds) {
    if (everything()) return {true, {}};
    Selection selection;
    for (const auto& [oid, relation] : relations()) {
        if (kinds.find(relation.kind) != std::string_view::npos) selection.oids.push_back(oid);
    }
    return selection;
}

const std::vector<Reading::Dependency>& Reading::dependencies(Address address) {
    auto [at, fresh] = some_dependencies_.try_emplace(address);
    if (!fresh) return at->second;
    std::vector<Dependency> found;
    pg::scan(DependRelationId, DependDependerIndexId,
             {{Anum_pg_depend_classid, F_OIDEQ, ObjectIdGetDatum(address.catalog)},
              {Anum_pg_depend_objid, F_OIDEQ, ObjectIdGetDatum(address.object)}},
             snapshot_, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_depend>();
                 found.push_back({{form.refclassid, form.refobjid}, form.refobjsubid, form.deptype});
             });
    return some_dependencies_[address] = std::move(found);
}

bool Reading::is_extension_member(Oid catalog, Oid object) {
    if (!everything()) {
        const auto& known = dependencies({catalog, object});
        return std::any_of(known.begin(), known.end(),
                           [](const auto& dependency) { return dependency.type == DEPENDENCY_EXTENSION; });
    }
    if (!extension_members_) {
        extension_members_.emplace();
        read_dependencies();
    }
    return extension_members_->count({catalog, object}) > 0;
}

// One pass serves for two questions: who is a member of an extension, and which column owns a sequence.
void Reading::read_dependencies() {
    scan(DependRelationId, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_depend>();
        if (form.deptype == DEPENDENCY_EXTENSION) {
            extension_members_->insert({form.classid, form.objid});
        } else if (form.deptype == DEPENDENCY_AUTO_EXTENSION) {
            needed_extensions_[{form.classid, form.objid}].push_back(form.refobjid);
        } else if (form.classid == RelationRelationId && form.refclassid == RelationRelationId &&
                   form.refobjsubid != 0 && form.objsubid == 0 &&
                   (form.deptype == DEPENDENCY_AUTO || form.deptype == DEPENDENCY_INTERNAL)) {
            owning_columns_[form.objid] = {form.refobjid, static_cast<AttrNumber>(form.refobjsubid),
                                           form.deptype == DEPENDENCY_INTERNAL};
        }
    });
}

std::optional<Reading::OwningColumn> Reading::owning_column(Oid sequence) {
    if (everything()) {
        (void)is_extension_member(RelationRelationId, sequence);
        const auto at = owning_columns_.find(sequence);
        return at == owning_columns_.end() ? std::nullopt : std::optional(at->second);
    }
    std::optional<OwningColumn> owner;
    for (const Dependency& dependency : dependencies({RelationRelationId, sequence})) {
        if (dependency.on.catalog != RelationRelationId || dependency.on_column == 0) continue;
        if (dependency.type != DEPENDENCY_AUTO && dependency.type != DEPENDENCY_INTERNAL) continue;
        owner = {dependency.on.object, static_cast<AttrNumber>(dependency.on_column),
                 dependency.type == DEPENDENCY_INTERNAL};
    }
    return owner;
}

std::vector<std::string> Reading::needed_extensions(Address address) {
    std::vector<Oid> extensions;
    if (everything()) {
        (void)is_extension_member(address.catalog, address.object);
        const auto at = needed_extensions_.find(address);
        if (at == needed_extensions_.end()) return {};
        extensions = at->second;
    } else {
        for (const Dependency& dependency : dependencies(address)) {
            if (dependency.type == DEPENDENCY_AUTO_EXTENSION) extensions.push_back(dependency.on.object);
        }
    }
    std::vector<std::string> names;
    for (const Oid extension : extensions)
        names.push_back(deparse([=] { return get_extension_name(extension); }));
    std::sort(names.begin(), names.end());
    return names;
}

bool Reading::is_internal_part(Oid catalog, Oid object) {
    const auto& known = dependencies({catalog, object});
    return std::any_of(known.begin(), known.end(),
                       [](const auto& dependency) { return dependency.type == DEPENDENCY_INTERNAL; });
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
    const std::uint64_t key = (static_cast<std::uint64_t>(type) << 32) | static_cast<std::uint32_t>(modifier);
    auto [at, fresh] = type_names_.try_emplace(key);
    if (fresh) at->second = deparse([=] { return format_type_with_typemod(type, modifier); });
    return at->second;
}

const Reading::TypeDefaults& Reading::type_defaults(Oid type) {
    auto [at, fresh] = type_defaults_.try_emplace(type);
    if (fresh) {
        at->second = pg::call([=]() -> TypeDefaults {
            HeapTuple row = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
            if (!HeapTupleIsValid(row)) return {InvalidOid, TYPSTORAGE_PLAIN};
            const auto* form = reinterpret_cast<Form_pg_type>(GETSTRUCT(row));
            const TypeDefaults defaults{form->typcollation, form->typstorage};
            ReleaseSysCache(row);
            return defaults;
        });
    }
    return at->second;
}

bool Reading::is_default_opclass(Oid opclass, Oid access_method) {
    // The server's own stay what they are, and a type has one default at most: asked once in a session.
    static auto* const of_the_server = new core::OidMap<bool>;
    core::OidMap<bool>& known = opclass < FirstNormalObjectId ? *of_the_server : default_opclasses_;
    if (const auto at = known.find(opclass); at != known.end()) return at->second;
    const bool is_default = pg::call([=] {
        const Oid type = get_opclass_input_type(opclass);
        return GetDefaultOpClass(type, access_method) == opclass;
    });
    known[opclass] = is_default;
    return is_default;
}

std::string_view Reading::constraint_of_index(Oid index) {
    auto at = index_constraints_.find(index);
    if (at != index_constraints_.end()) return at->second;
    if (everything()) return {};
    remember_index_constraint(index, deparse([=]() -> const char* {
                                  const Oid constraint = get_index_constraint(index);
                                  return OidIsValid(constraint) ? get_constraint_name(constraint) : nullptr;
                              }));
    return index_constraints_[index];
}

const std::string& Reading::access_method_name(Oid method) {
    auto [at, fresh] = method_names_.try_emplace(method);
    if (fresh) at->second = deparse([=] { return get_am_name(method); });
    return at->second;
}

const std::string& Reading::tablespace_name(Oid tablespace) {
    auto [at, fresh] = tablespace_names_.try_emplace(tablespace);
    if (fresh) at->second = deparse([=] { return get_tablespace_name(tablespace); });
    return at->second;
}

const std::string& Reading::quoted_schema(Oid schema) {
    auto [at, fresh] = quoted_schemas_.try_emplace(schema);
    if (fresh) at->second = pg::quote_identifier(schema_name(schema));
    return at->second;
}

std::string Reading::qualified(Oid schema, std::string_view name) {
    std::string identity;
    append_qualified(identity, schema, name);
    return identity;
}

void Reading::append_qualified(std::string& out, Oid schema, std::string_view name) {
    out += quoted_schema(schema);
    out += '.';
    pg::append_identifier(out, name);
}

Oid Reading::schema_of_relation(Oid relation) {
    if (relations_) {
        if (const auto at = relations_->find(relation); at != relations_->end()) return at->second.schema;
    }
    return pg::call([=] { return get_rel_namespace(relation); });
}

char Reading::kind_of_relation(Oid relation) {
    if (relations_) {
        if (const auto at = relations_->find(relation); at != relations_->end()) return at->second.kind;
    }
    return pg::call([=] { return get_rel_relkind(relation); });
}

std::string_view Reading::relation_identity(Oid relation) {
    if (relations_) {
        if (const auto at = relations_->find(relation); at != relations_->end()) return at->second.identity;
    }
    auto [at, fresh] = relation_identities_.try_emplace(relation);
    if (fresh) {
        at->second = deparse([=]() -> const char* {
            const char* name = get_rel_name(relation);
            const char* schema = get_namespace_name(get_rel_namespace(relation));
            if (name == nullptr || schema == nullptr) return nullptr;
            return quote_qualified_identifier(schema, name);
        });
    }
    return at->second;
}

std::string_view Reading::plain_identity(Oid relation) {
    if (!relations_) return {};
    const auto at = relations_->find(relation);
    if (at == relations_->end()) return {};
    const std::string_view identity = at->second.identity;
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    };
    return std::all_of(identity.begin(), identity.end(), is_plain) ? identity : std::string_view();
}

std::string_view Reading::relation_name(Oid relation) {
    if (relations_) {
        if (const auto at = relations_->find(relation); at != relations_->end()) return at->second.name;
    }
    auto [at, fresh] = relation_names_.try_emplace(relation);
    if (fresh) at->second = deparse([=] { return get_rel_name(relation); });
    return at->second;
}

std::string_view Reading::column_name(Oid relation, AttrNumber column) {
    if (columns_) {
        if (const ColumnRow* known = columns_->find(relation, column)) return known->name;
    }
    auto [at, fresh] = column_names_.try_emplace({relation, column});
    if (fresh) at->second = deparse([=] { return get_attname(relation, column, true); });
    return at->second;
}

std::vector<std::string> Reading::column_names(Oid relation) {
    std::vector<std::string> names;
    const auto put = [&](AttrNumber number, std::string_view name) {
        if (names.size() < static_cast<std::size_t>(number)) names.resize(static_cast<std::size_t>(number));
        names[static_cast<std::size_t>(number) - 1] = name;
    };
    if (columns_) {
        for (const ColumnRow& column : columns_->of(relation)) put(column.number, column.name);
    }
    if (!names.empty()) return names;
    pg::scan(AttributeRelationId, AttributeRelidNumIndexId,
             {{Anum_pg_attribute_attrelid, F_OIDEQ, ObjectIdGetDatum(relation)}}, snapshot_,
             [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_attribute>();
                 if (form.attnum > 0 && !form.attisdropped)
                     put(form.attnum, pg::to_utf8(NameStr(form.attname)));
             });
    return names;
}

const Columns& Reading::columns() {
    if (!columns_) {
        columns_.emplace();
        read_columns(*this, *columns_);
        read_column_expressions(*this, *columns_);
    }
    return *columns_;
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

const core::OidMap<RelationRow>& Reading::relations() {
    if (!relations_) read_relations();
    return *relations_;
}

void Reading::read_relations() {
    relations_.emplace();
    std::string converted;
    std::string qualified_name;
    if (!everything()) {
        for (const Oid oid : selection(RelationRelationId).oids) gone_relations_.insert(oid);
    }
    for_each(*this, selection(RelationRelationId), RelationRelationId, Anum_pg_class_oid, ClassOidIndexId,
             [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_class>();
                 if (!everything()) gone_relations_.erase(form.oid);
                 if (watch_ != nullptr) watch_->note_catalog(form);
                 if (form.relkind == RELKIND_TOASTVALUE) {
                     if (!row.is_null(Anum_pg_class_reloptions))
                         toast_options_[form.oid] = row.text_array(Anum_pg_class_reloptions);
                     return;
                 }
                 if (form.relpersistence == RELPERSISTENCE_TEMP ||
                     !is_wanted(RelationRelationId, form.oid, form.relnamespace)) {
                     return;
                 }
                 std::string_view name = pg::utf8_view(form.relname, converted);
                 qualified_name.clear();
                 append_qualified(qualified_name, form.relnamespace, name);
                 const std::string_view identity = texts_.keep(qualified_name);
                 // Mostly the name ends the identity as it is.
                 name = identity.ends_with(name) ? identity.substr(identity.size() - name.size())
                                                 : texts_.keep(name);
                 RelationRow relation{form.oid,
                                      name,
                                      identity,
                                      form.relnamespace,
                                      form.reltype,
                                      form.reloftype,
                                      form.relowner,
                                      form.relam,
                                      form.reltablespace,
                                      form.reltoastrelid,
                                      form.relkind,
                                      form.relpersistence,
                                      form.relreplident,
                                      form.relrowsecurity,
                                      form.relforcerowsecurity,
                                      form.relispartition,
                                      form.relnatts};
                 const auto bound = row.datum(Anum_pg_class_relpartbound);
                 const auto acl = row.datum(Anum_pg_class_relacl);
                 if (bound || acl || !row.is_null(Anum_pg_class_reloptions)) {
                     relation.rare = std::make_unique<RelationRow::Rare>();
                     relation.rare->options = row.text_array(Anum_pg_class_reloptions);
                     if (bound) relation.rare->bound = expression(*bound, InvalidOid);
                     if (acl) relation.rare->acl = keep(*acl);
                 }
                 relations_->try_emplace(form.oid, std::move(relation));
             });
}

std::vector<std::string> Reading::toast_options(Oid toast) {
    std::vector<std::string> options;
    if (everything()) {
        if (const auto at = toast_options_.find(toast); at != toast_options_.end()) options = at->second;
    } else if (OidIsValid(toast)) {
        pg::scan(RelationRelationId, ClassOidIndexId, {{Anum_pg_class_oid, F_OIDEQ, ObjectIdGetDatum(toast)}},
                 snapshot_, [&](const pg::Row& row) { options = row.text_array(Anum_pg_class_reloptions); });
    }
    for (std::string& option : options) option.insert(0, "toast.");
    return options;
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
            scan(DescriptionRelationId, [&](const pg::Row& row) {
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

// Who waits for a relation that we hold a lock on waits for us, and the lock that the deparser takes is
// granted before his: so it is to be had, although a conditional one is not.
static bool lock_is_to_be_had(Oid relation) {
    return pg::call([=] {
        if (ConditionalLockRelationOid(relation, AccessShareLock)) return true;
        Relation opened = RelationIdGetRelation(relation);
        if (opened == nullptr) return false;
        const bool held = CheckRelationLockedByMe(opened, AccessShareLock, true);
        RelationClose(opened);
        return held;
    });
}

bool Reading::may_deparse(Address holder, Address described) {
    if (!never_wait) return true;
    Oid locked = InvalidOid;
    pg::scan(DependRelationId, DependDependerIndexId,
             {{Anum_pg_depend_classid, F_OIDEQ, ObjectIdGetDatum(holder.catalog)},
              {Anum_pg_depend_objid, F_OIDEQ, ObjectIdGetDatum(holder.object)}},
             snapshot_, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_depend>();
                 if (OidIsValid(locked) || form.refclassid != RelationRelationId) return;
                 if (!lock_is_to_be_had(form.refobjid)) locked = form.refobjid;
             });
    if (OidIsValid(locked)) postponed.emplace(described, locked);
    return !OidIsValid(locked);
}

Json Reading::comment(Oid catalog, Oid object) {
    Json facet = Json::object();
    const Comments& known = comments(catalog, object);
    if (const auto own = known.find(0); own != known.end()) facet["text"] = own->second;
    return facet;
}

void Reading::put_comment(core::Properties& comment, Oid catalog, Oid object) {
    const Comments& known = comments(catalog, object);
    if (const auto own = known.find(0); own != known.end()) comment.put("text", own->second);
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

void Reading::put_privileges(core::Properties& security, const std::optional<Datum>& acl, int object_type,
                             Oid owner) {
    if (!acl) return;
    Json entry = Json::object();
    put_privileges(entry, acl, object_type, owner);
    if (!entry.empty()) security.put("privileges", entry["privileges"]);
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
    static constexpr std::array<std::pair<AclMode, const char*>, 15> names = {
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
         {ACL_SET, "SET"},
         {ACL_ALTER_SYSTEM, "ALTER SYSTEM"},
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
