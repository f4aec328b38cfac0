// By the tag of the parse tree, as the server's own utility.c tells them apart.
#include "ledger/unseen.hpp"

#include "ledger/index_marks.hpp"
#include "pg/text.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_parameter_acl.h"
#include "catalog/pg_shdepend.h"
#include "catalog/pg_tablespace.h"
#include "commands/dbcommands.h"
#include "commands/tablespace.h"
#include "miscadmin.h"
#include "utils/acl.h"
}

namespace schemaver::ledger {

namespace {

const std::set<Oid>& role_catalogs() {
    static const auto* const catalogs =
        new std::set<Oid>{AuthIdRelationId, AuthMemRelationId, DbRoleSettingRelationId};
    return *catalogs;
}

// The object type of those statements that say something about objects of many types; OBJECT_TABLE stands for
// whatever event triggers see.
ObjectType object_type_of(const Node* statement) {
    switch (nodeTag(statement)) {
        case T_GrantStmt:
            return reinterpret_cast<const GrantStmt*>(statement)->objtype;
        case T_DropStmt:
            return reinterpret_cast<const DropStmt*>(statement)->removeType;
        case T_RenameStmt:
            return reinterpret_cast<const RenameStmt*>(statement)->renameType;
        case T_AlterOwnerStmt:
            return reinterpret_cast<const AlterOwnerStmt*>(statement)->objectType;
        case T_CommentStmt:
            return reinterpret_cast<const CommentStmt*>(statement)->objtype;
        case T_SecLabelStmt:
            return reinterpret_cast<const SecLabelStmt*>(statement)->objtype;
        default:
            return OBJECT_TABLE;
    }
}

std::optional<Treatment> treatment_by_type(ObjectType type) {
    Treatment treatment;
    treatment.needs_command = true;
    switch (type) {
        case OBJECT_ROLE:
            treatment.cluster = role_catalogs();
            return treatment;
        case OBJECT_DATABASE:
            treatment.cluster = {DatabaseRelationId, DbRoleSettingRelationId};
            return treatment;
        case OBJECT_TABLESPACE:
            treatment.cluster = {TableSpaceRelationId};
            return treatment;
        case OBJECT_PARAMETER_ACL:
            treatment.cluster = {ParameterAclRelationId};
            return treatment;
        case OBJECT_EVENT_TRIGGER:
            treatment.changes_event_trigger = true;
            return treatment;
        default:
            return std::nullopt;
    }
}

std::string quoted(const char* name) { return pg::quote_identifier(pg::to_utf8(name)); }

std::string role_name_of(const RoleSpec* role) {
    if (role == nullptr) return "ALL";
    switch (role->roletype) {
        case ROLESPEC_CSTRING:
            return quoted(role->rolename);
        case ROLESPEC_SESSION_USER:
            return quoted(pg::call([] { return GetUserNameFromId(GetSessionUserId(), true); }));
        case ROLESPEC_PUBLIC:
            return "PUBLIC";
        default:
            return quoted(pg::call([] { return GetUserNameFromId(GetUserId(), true); }));
    }
}

template <typename Visit>
void for_each_member(const List* list, Visit visit) {
    for (int i = 0; i < list_length(list); ++i) visit(static_cast<Node*>(list_nth(list, i)));
}

std::string word_for(ObjectType type) {
    switch (type) {
        case OBJECT_ROLE:
            return "role ";
        case OBJECT_DATABASE:
            return "database ";
        case OBJECT_TABLESPACE:
            return "tablespace ";
        default:
            return "event trigger ";
    }
}

std::string setting_object(const AlterRoleSetStmt& statement) {
    const std::string database = statement.database != nullptr ? quoted(statement.database) : "";
    if (statement.role == nullptr)
        return database.empty() ? "role settings ALL" : "database settings " + database;
    return "role settings " + role_name_of(statement.role) +
           (database.empty() ? "" : " in database " + database);
}

// SET TABLESPACE moves files.
bool moves_database(const AlterDatabaseStmt& statement) {
    bool moves = false;
    for_each_member(statement.options, [&](Node* option) {
        moves |= std::strcmp(reinterpret_cast<DefElem*>(option)->defname, "tablespace") == 0;
    });
    return moves;
}

std::string relation_object(RangeVar* name) {
    if (name == nullptr) return "";
    const Oid relation = pg::call([=] { return RangeVarGetRelid(name, NoLock, true); });
    if (!OidIsValid(relation)) return "";
    const ObjectAddress address{RelationRelationId, relation, 0};
    return pg::to_utf8(pg::call([&] { return getObjectTypeDescription(&address, true); })) + " " +
           pg::to_utf8(pg::call([&] { return getObjectIdentity(&address, true); }));
}

std::vector<std::string> maintained_objects(const Node* statement) {
    std::vector<std::string> objects;
    const auto add = [&](RangeVar* name) {
        if (std::string object = relation_object(name); !object.empty()) objects.push_back(std::move(object));
    };
    switch (nodeTag(statement)) {
        case T_RefreshMatViewStmt:
            add(reinterpret_cast<const RefreshMatViewStmt*>(statement)->relation);
            break;
        case T_ReindexStmt:
            add(reinterpret_cast<const ReindexStmt*>(statement)->relation);
            break;
        case T_ClusterStmt:
            add(reinterpret_cast<const ClusterStmt*>(statement)->relation);
            break;
        case T_VacuumStmt:
            for_each_member(reinterpret_cast<const VacuumStmt*>(statement)->rels, [&](Node* relation) {
                add(reinterpret_cast<VacuumRelation*>(relation)->relation);
            });
            break;
        default:
            break;
    }
    if (objects.empty())
        objects.push_back("database " + quoted(pg::call([] { return get_database_name(MyDatabaseId); })));
    return objects;
}

std::vector<std::string> memberships(const GrantRoleStmt& statement) {
    std::vector<std::string> objects;
    for_each_member(statement.granted_roles, [&](Node* granted) {
        const std::string role = quoted(reinterpret_cast<AccessPriv*>(granted)->priv_name);
        for_each_member(statement.grantee_roles, [&](Node* grantee) {
            objects.push_back(fmt::format("role membership membership of role {} in role {}",
                                          role_name_of(reinterpret_cast<RoleSpec*>(grantee)), role));
        });
    });
    return objects;
}

std::vector<std::string> named_by_role(const List* roles) {
    std::vector<std::string> objects;
    for_each_member(roles, [&](Node* role) {
        objects.push_back("role " + role_name_of(reinterpret_cast<RoleSpec*>(role)));
    });
    return objects;
}

// Of the statements for which object_type_of() says more than OBJECT_TABLE.
std::vector<std::string> names_by_type(const Node* statement) {
    const auto one = [](const char* name) { return std::vector<std::string>{name}; };
    const auto all = [](const List* list) {
        std::vector<std::string> names;
        for_each_member(list, [&](Node* name) { names.emplace_back(strVal(name)); });
        return names;
    };
    switch (nodeTag(statement)) {
        case T_GrantStmt:
            return all(reinterpret_cast<const GrantStmt*>(statement)->objects);
        case T_DropStmt:
            return all(reinterpret_cast<const DropStmt*>(statement)->objects);
        case T_RenameStmt:
            return one(reinterpret_cast<const RenameStmt*>(statement)->newname);
        case T_AlterOwnerStmt:
            return one(strVal(reinterpret_cast<const AlterOwnerStmt*>(statement)->object));
        case T_CommentStmt:
            return one(strVal(reinterpret_cast<const CommentStmt*>(statement)->object));
        case T_SecLabelStmt:
            return one(strVal(reinterpret_cast<const SecLabelStmt*>(statement)->object));
        default:
            return {};
    }
}

// Objects of this database that the server knows to depend on the role: as owner, by a privilege, in a
// policy.
std::set<catalog::Address> depending_on_role(Oid role) {
    std::set<catalog::Address> found;
    pg::scan(SharedDependRelationId, SharedDependReferenceIndexId,
             {{Anum_pg_shdepend_refclassid, F_OIDEQ, ObjectIdGetDatum(AuthIdRelationId)},
              {Anum_pg_shdepend_refobjid, F_OIDEQ, ObjectIdGetDatum(role)}},
             nullptr, [&](const pg::Row& row) {
                 const auto& form = row.form<FormData_pg_shdepend>();
                 if (form.dbid == MyDatabaseId) found.insert({form.classid, form.objid});
             });
    return found;
}

std::set<catalog::Address> relations_in(Oid tablespace) {
    std::set<catalog::Address> found;
    pg::scan(RelationRelationId, {}, nullptr, [&](const pg::Row& row) {
        const auto& form = row.form<FormData_pg_class>();
        if (form.reltablespace == tablespace) found.insert({RelationRelationId, form.oid});
    });
    return found;
}

}  // namespace

const RangeVar* made_by_explain(const Node* statement) {
    if (!IsA(statement, ExplainStmt)) return nullptr;
    const Node* query = reinterpret_cast<const ExplainStmt*>(statement)->query;
    if (query == nullptr || !IsA(query, Query)) return nullptr;
    const Node* made = reinterpret_cast<const Query*>(query)->utilityStmt;
    if (made == nullptr || !IsA(made, CreateTableAsStmt)) return nullptr;
    const RangeVar* name = reinterpret_cast<const CreateTableAsStmt*>(made)->into->rel;
    return name->relpersistence == RELPERSISTENCE_TEMP ? nullptr : name;
}

std::set<catalog::Address> naming_objects(const Node* statement) {
    if (!IsA(statement, RenameStmt)) return {};
    const char* name = reinterpret_cast<const RenameStmt*>(statement)->newname;
    std::set<catalog::Address> parts;
    if (object_type_of(statement) == OBJECT_ROLE)
        parts = depending_on_role(pg::call([=] { return get_role_oid(name, true); }));
    if (object_type_of(statement) == OBJECT_TABLESPACE)
        parts = relations_in(pg::call([=] { return get_tablespace_oid(name, true); }));
    std::set<catalog::Address> owners;
    for (const catalog::Address& part : parts) {
        const catalog::Address owner = catalog::owner_of(part);
        if (OidIsValid(owner.object)) owners.insert(owner);
    }
    return owners;
}

bool is_worth_a_look(const Node* statement, bool with_maintenance) {
    switch (nodeTag(statement)) {
        case T_TransactionStmt:
        case T_VariableSetStmt:
        case T_VariableShowStmt:
        case T_DeclareCursorStmt:
        case T_ClosePortalStmt:
        case T_FetchStmt:
        case T_CopyStmt:
        case T_PrepareStmt:
        case T_ExecuteStmt:
        case T_DeallocateStmt:
        case T_NotifyStmt:
        case T_ListenStmt:
        case T_UnlistenStmt:
        case T_LoadStmt:
        case T_CallStmt:
        case T_DoStmt:
        case T_TruncateStmt:
        case T_LockStmt:
        case T_ConstraintsSetStmt:
        case T_CheckPointStmt:
        case T_DiscardStmt:
            return false;
        case T_ExplainStmt:
            return made_by_explain(statement) != nullptr;
        case T_VacuumStmt:
            return with_maintenance;
        case T_RefreshMatViewStmt:
        case T_ReindexStmt:
        case T_ClusterStmt:
            return with_maintenance || may_mark_indexes(statement);
        default:
            return true;
    }
}

std::optional<Treatment> treatment_of(const Node* statement) {
    Treatment treatment;
    treatment.needs_command = true;
    switch (nodeTag(statement)) {
        case T_RefreshMatViewStmt:
        case T_ReindexStmt:
        case T_ClusterStmt:
        case T_VacuumStmt:
            treatment.is_maintenance = true;
            treatment.irrevocable = true;  // most of its work has been committed
            return treatment;
        case T_ExplainStmt:
            return treatment;
        case T_CreateRoleStmt:
        case T_AlterRoleStmt:
        case T_DropRoleStmt:
        case T_GrantRoleStmt:
            treatment.cluster = role_catalogs();
            return treatment;
        case T_AlterRoleSetStmt:
        case T_AlterDatabaseSetStmt:
            treatment.cluster = {DbRoleSettingRelationId};
            return treatment;
        case T_AlterSystemStmt:
            treatment.irrevocable = true;
            return treatment;
        case T_AlterDatabaseStmt:
            treatment.irrevocable = moves_database(*reinterpret_cast<const AlterDatabaseStmt*>(statement));
            treatment.cluster = {DatabaseRelationId, DbRoleSettingRelationId};
            return treatment;
        case T_CreatedbStmt:
        case T_DropdbStmt:
            treatment.irrevocable = true;
            treatment.cluster = {DatabaseRelationId, DbRoleSettingRelationId};
            return treatment;
        case T_AlterDatabaseRefreshCollStmt:
            treatment.cluster = {DatabaseRelationId};
            return treatment;
        case T_CreateTableSpaceStmt:
        case T_DropTableSpaceStmt:
            treatment.irrevocable = true;
            treatment.cluster = {TableSpaceRelationId};
            return treatment;
        case T_AlterTableSpaceOptionsStmt:
            treatment.cluster = {TableSpaceRelationId};
            return treatment;
        case T_CreateEventTrigStmt:
        case T_AlterEventTrigStmt:
            treatment.changes_event_trigger = true;
            return treatment;
        case T_ReassignOwnedStmt:
            treatment.cluster = {DatabaseRelationId, TableSpaceRelationId};
            return treatment;
        case T_DropOwnedStmt:
            treatment.needs_command = false;
            treatment.cluster = {DatabaseRelationId, TableSpaceRelationId, ParameterAclRelationId};
            return treatment;
        case T_GrantStmt:
        case T_DropStmt:
        case T_RenameStmt:
        case T_AlterOwnerStmt:
        case T_CommentStmt:
        case T_SecLabelStmt:
            return treatment_by_type(object_type_of(statement));
        default:
            return std::nullopt;
    }
}

std::vector<std::string> named_objects(const Node* statement) {
    switch (nodeTag(statement)) {
        case T_RefreshMatViewStmt:
        case T_ReindexStmt:
        case T_ClusterStmt:
        case T_VacuumStmt:
            return maintained_objects(statement);
        case T_CreateRoleStmt:
            return {"role " + quoted(reinterpret_cast<const CreateRoleStmt*>(statement)->role)};
        case T_AlterRoleStmt:
            return {"role " + role_name_of(reinterpret_cast<const AlterRoleStmt*>(statement)->role)};
        case T_DropRoleStmt:
            return named_by_role(reinterpret_cast<const DropRoleStmt*>(statement)->roles);
        case T_ReassignOwnedStmt:
            return named_by_role(reinterpret_cast<const ReassignOwnedStmt*>(statement)->roles);
        case T_GrantRoleStmt:
            return memberships(*reinterpret_cast<const GrantRoleStmt*>(statement));
        case T_AlterRoleSetStmt:
            return {setting_object(*reinterpret_cast<const AlterRoleSetStmt*>(statement))};
        case T_AlterDatabaseSetStmt:
            return {"database settings " +
                    quoted(reinterpret_cast<const AlterDatabaseSetStmt*>(statement)->dbname)};
        case T_AlterSystemStmt: {
            const char* name = reinterpret_cast<const AlterSystemStmt*>(statement)->setstmt->name;
            return {"setting " + (name != nullptr ? pg::to_utf8(name) : std::string("ALL"))};
        }
        case T_CreatedbStmt:
            return {"database " + quoted(reinterpret_cast<const CreatedbStmt*>(statement)->dbname)};
        case T_DropdbStmt:
            return {"database " + quoted(reinterpret_cast<const DropdbStmt*>(statement)->dbname)};
        case T_AlterDatabaseStmt:
            return {"database " + quoted(reinterpret_cast<const AlterDatabaseStmt*>(statement)->dbname)};
        case T_AlterDatabaseRefreshCollStmt:
            return {"database " +
                    quoted(reinterpret_cast<const AlterDatabaseRefreshCollStmt*>(statement)->dbname)};
        case T_CreateTableSpaceStmt:
            return {"tablespace " +
                    quoted(reinterpret_cast<const CreateTableSpaceStmt*>(statement)->tablespacename)};
        case T_DropTableSpaceStmt:
            return {"tablespace " +
                    quoted(reinterpret_cast<const DropTableSpaceStmt*>(statement)->tablespacename)};
        case T_AlterTableSpaceOptionsStmt:
            return {"tablespace " +
                    quoted(reinterpret_cast<const AlterTableSpaceOptionsStmt*>(statement)->tablespacename)};
        default:
            break;
    }
    std::vector<std::string> objects;
    const ObjectType type = object_type_of(statement);
    if (type == OBJECT_PARAMETER_ACL) {
        for (const std::string& name : names_by_type(statement))
            objects.push_back("parameter ACL " + pg::to_utf8(name.c_str()));
    } else if (treatment_by_type(type)) {
        for (const std::string& name : names_by_type(statement))
            objects.push_back(word_for(type) + quoted(name.c_str()));
    } else {
        for (const std::string& name : named_event_triggers(statement))
            objects.push_back("event trigger " + quoted(name.c_str()));
    }
    return objects;
}

std::vector<std::string> named_event_triggers(const Node* statement) {
    switch (nodeTag(statement)) {
        case T_CreateEventTrigStmt:
            return {reinterpret_cast<const CreateEventTrigStmt*>(statement)->trigname};
        case T_AlterEventTrigStmt:
            return {reinterpret_cast<const AlterEventTrigStmt*>(statement)->trigname};
        case T_RenameStmt:
            if (object_type_of(statement) != OBJECT_EVENT_TRIGGER) return {};
            return {strVal(reinterpret_cast<const RenameStmt*>(statement)->object),
                    reinterpret_cast<const RenameStmt*>(statement)->newname};
        default:
            if (object_type_of(statement) != OBJECT_EVENT_TRIGGER) return {};
            return names_by_type(statement);
    }
}

}  // namespace schemaver::ledger
