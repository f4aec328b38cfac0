// Privileges that somebody changed on what is no object of ours: what the server brings, and members of
// extensions. pg_dump writes them as GRANT and REVOKE, measured by pg_init_privs; here they are objects of
// kind "privileges", such as "function pg_catalog.pg_ls_dir(pg_catalog.text)". Security labels of extension
// members are carried by the same objects.
#include "catalog/kinds.hpp"

extern "C" {
#include "catalog/pg_extension.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_init_privs.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "utils/acl.h"
}

#include <algorithm>

namespace schemaver::catalog {

namespace {

// Where a catalog keeps owner and privileges.
struct PrivilegeColumns {
    AttrNumber oid;
    Oid oid_index;
    AttrNumber owner;
    AttrNumber acl;
    ObjectType type;
};

PrivilegeColumns privilege_columns(Oid catalog) {
    switch (catalog) {
        case RelationRelationId:
            return {Anum_pg_class_oid, ClassOidIndexId, Anum_pg_class_relowner, Anum_pg_class_relacl,
                    OBJECT_TABLE};
        case ProcedureRelationId:
            return {Anum_pg_proc_oid, ProcedureOidIndexId, Anum_pg_proc_proowner, Anum_pg_proc_proacl,
                    OBJECT_FUNCTION};
        case TypeRelationId:
            return {Anum_pg_type_oid, TypeOidIndexId, Anum_pg_type_typowner, Anum_pg_type_typacl,
                    OBJECT_TYPE};
        case NamespaceRelationId:
            return {Anum_pg_namespace_oid, NamespaceOidIndexId, Anum_pg_namespace_nspowner,
                    Anum_pg_namespace_nspacl, OBJECT_SCHEMA};
        case LanguageRelationId:
            return {Anum_pg_language_oid, LanguageOidIndexId, Anum_pg_language_lanowner,
                    Anum_pg_language_lanacl, OBJECT_LANGUAGE};
        case ForeignDataWrapperRelationId:
            return {Anum_pg_foreign_data_wrapper_oid, ForeignDataWrapperOidIndexId,
                    Anum_pg_foreign_data_wrapper_fdwowner, Anum_pg_foreign_data_wrapper_fdwacl, OBJECT_FDW};
        default:
            return {Anum_pg_foreign_server_oid, ForeignServerOidIndexId, Anum_pg_foreign_server_srvowner,
                    Anum_pg_foreign_server_srvacl, OBJECT_FOREIGN_SERVER};
    }
}

// By object and column (0: the object itself).
using InitialPrivileges = std::map<std::pair<Oid, int>, Datum>;

class PrivilegeReader {
  public:
    PrivilegeReader(Reading& reading, Oid catalog)
        : reading_(reading), catalog_(catalog), columns_(privilege_columns(catalog)) {}

    void read() {
        if (!reading_.everything()) {
            for (const Oid object : reading_.selection(catalog_).oids) {
                if (!is_concerned(object)) continue;
                read_initial({{Anum_pg_init_privs_objoid, F_OIDEQ, ObjectIdGetDatum(object)},
                              {Anum_pg_init_privs_classoid, F_OIDEQ, ObjectIdGetDatum(catalog_)}},
                             InitPrivsObjIndexId);
                read_objects({{columns_.oid, F_OIDEQ, ObjectIdGetDatum(object)}});
                if (catalog_ == RelationRelationId) {
                    read_columns({{Anum_pg_attribute_attrelid, F_OIDEQ, ObjectIdGetDatum(object)}});
                }
            }
        } else {
            read_initial({{Anum_pg_init_privs_classoid, F_OIDEQ, ObjectIdGetDatum(catalog_)}}, InvalidOid);
            // The server's own, a few thousand and no more, by the beginning of the index.
            const Datum first_user_object = ObjectIdGetDatum(FirstNormalObjectId);
            read_objects({{columns_.oid, F_OIDLT, first_user_object, BTLessStrategyNumber}});
            if (catalog_ == RelationRelationId) {
                read_columns(
                    {{Anum_pg_attribute_attrelid, F_OIDLT, first_user_object, BTLessStrategyNumber}});
            }
            for (const Oid object : members()) {
                read_objects({{columns_.oid, F_OIDEQ, ObjectIdGetDatum(object)}});
                if (catalog_ == RelationRelationId) {
                    read_columns({{Anum_pg_attribute_attrelid, F_OIDEQ, ObjectIdGetDatum(object)}});
                }
            }
        }
        for (const auto& [object, columns] : column_documents_) documents_[object]["columns"] = columns;
        for (auto& [object, security] : documents_) add(object, std::move(security));
    }

  private:
    std::string extension_of(Oid object) {
        return reading_.deparse([&]() -> const char* {
            const Oid extension = getExtensionOfObject(catalog_, object);
            return OidIsValid(extension) ? get_extension_name(extension) : nullptr;
        });
    }

    bool is_concerned(Oid object) {
        if (object < FirstNormalObjectId) return true;
        if (catalog_ == RelationRelationId && reading_.gone_relations().count(object) > 0) return false;
        if (!reading_.is_extension_member(catalog_, object)) return false;
        const std::string extension = extension_of(object);
        return !extension.empty() && extension != "schemaver";
    }

    std::vector<Oid> members() {
        const Oid ours = pg::call([] { return get_extension_oid("schemaver", true); });
        std::vector<Oid> found;
        pg::scan(DependRelationId, DependReferenceIndexId,
                 {{Anum_pg_depend_refclassid, F_OIDEQ, ObjectIdGetDatum(ExtensionRelationId)}},
                 reading_.snapshot(), [&](const pg::Row& row) {
                     const auto& form = row.form<FormData_pg_depend>();
                     if (form.classid == catalog_ && form.deptype == DEPENDENCY_EXTENSION &&
                         form.refobjid != ours && form.objid >= FirstNormalObjectId) {
                         found.push_back(form.objid);
                     }
                 });
        return found;
    }

    void read_initial(const std::vector<pg::Key>& keys, Oid index) {
        pg::scan(InitPrivsRelationId, index, keys, reading_.snapshot(), [&](const pg::Row& row) {
            const auto& form = row.form<FormData_pg_init_privs>();
            initial_[{form.objoid, form.objsubid}] = reading_.keep(*row.datum(Anum_pg_init_privs_initprivs));
        });
    }

    std::optional<Datum> initial(Oid object, int column) const {
        const auto at = initial_.find({object, column});
        return at == initial_.end() ? std::nullopt : std::optional<Datum>(at->second);
    }

    void read_objects(const std::vector<pg::Key>& keys) {
        pg::scan(catalog_, columns_.oid_index, keys, reading_.snapshot(), [&](const pg::Row& row) {
            const Oid object = row.form<Oid>();  // it comes first in all of these catalogs
            const std::optional<Datum> initially = initial(object, 0);
            const bool labelled = object >= FirstNormalObjectId && reading_.has_labels(catalog_, object);
            if (labelled) documents_[object];
            if (row.is_null(columns_.acl) && !initially) return;
            const std::optional<Datum> acl = row.datum(columns_.acl);
            ObjectType type = columns_.type;
            if (catalog_ == RelationRelationId && row.form<FormData_pg_class>().relkind == RELKIND_SEQUENCE) {
                type = OBJECT_SEQUENCE;
            }
            const Oid owner = row.oid(columns_.owner);
            const Datum standard = pg::call([=] { return PointerGetDatum(acldefault(type, owner)); });
            const AclMode all = pg::call([=] {
                return aclmask(DatumGetAclP(standard), owner, owner, ACLITEM_ALL_PRIV_BITS, ACLMASK_ALL);
            });
            Json changed = difference(reading_.privileges(acl.value_or(standard), all),
                                      reading_.privileges(initially.value_or(standard), all));
            if (!changed.empty()) documents_[object].update(changed);
        });
    }

    void read_columns(const std::vector<pg::Key>& keys) {
        pg::scan(AttributeRelationId, AttributeRelidNumIndexId, keys, reading_.snapshot(),
                 [&](const pg::Row& row) {
                     const auto& form = row.form<FormData_pg_attribute>();
                     const std::optional<Datum> initially = initial(form.attrelid, form.attnum);
                     if ((row.is_null(Anum_pg_attribute_attacl) && !initially) || form.attisdropped) return;
                     const std::optional<Datum> acl = row.datum(Anum_pg_attribute_attacl);
                     Json changed =
                         difference(acl ? reading_.privileges(*acl, 0) : Json::array(),
                                    initially ? reading_.privileges(*initially, 0) : Json::array());
                     if (changed.empty()) return;
                     changed["name"] = pg::to_utf8(NameStr(form.attname));
                     Json& list = column_documents_[form.attrelid];
                     list.push_back(std::move(changed));
                 });
    }

    // The grants that are not in the other list, each way.
    static Json difference(const Json& now, const Json& initially) {
        const auto only_in = [](const Json& one, const Json& other) {
            Json list = Json::array();
            for (const Json& grant : one) {
                if (std::find(other.begin(), other.end(), grant) == other.end()) list.push_back(grant);
            }
            return list;
        };
        Json changed = Json::object();
        if (Json list = only_in(now, initially); !list.empty()) changed["privileges"] = std::move(list);
        if (Json list = only_in(initially, now); !list.empty()) changed["initially"] = std::move(list);
        return changed;
    }

    // Of the server's schemas pg_dump looks at pg_catalog alone. The schema public is an object of ours.
    static bool is_left_alone(Oid object, const std::string& identity) {
        return object < FirstNormalObjectId && (identity == "public" || identity == "information_schema" ||
                                                identity.rfind("information_schema.", 0) == 0);
    }

    void add(Oid object, Json security) {
        const Oid catalog = catalog_;
        const std::string kind = reading_.deparse([=]() -> const char* {
            const ObjectAddress address{catalog, object, 0};
            return getObjectTypeDescription(&address, true);
        });
        const std::string identity = reading_.identity(catalog, object);
        if (kind.empty() || identity.empty() || is_left_alone(object, identity)) return;
        if (const std::string extension = extension_of(object); !extension.empty()) {
            security["extension"] = extension;
        }
        reading_.add({catalog, object}, "privileges", kind + " " + identity, InvalidOid,
                     Json::object({{"security", std::move(security)}}));
    }

    Reading& reading_;
    Oid catalog_;
    PrivilegeColumns columns_;
    InitialPrivileges initial_;
    std::map<Oid, Json> documents_;
    std::map<Oid, Json> column_documents_;
};

}  // namespace

template <Oid catalog>
void read_changed_privileges(Reading& reading) {
    PrivilegeReader(reading, catalog).read();
}

template void read_changed_privileges<RelationRelationId>(Reading&);
template void read_changed_privileges<ProcedureRelationId>(Reading&);
template void read_changed_privileges<TypeRelationId>(Reading&);
template void read_changed_privileges<NamespaceRelationId>(Reading&);
template void read_changed_privileges<LanguageRelationId>(Reading&);
template void read_changed_privileges<ForeignDataWrapperRelationId>(Reading&);
template void read_changed_privileges<ForeignServerRelationId>(Reading&);

}  // namespace schemaver::catalog
