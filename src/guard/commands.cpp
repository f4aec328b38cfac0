// By parse tree, and by a look at the relations that it names.
#include "guard/commands.hpp"

#include "pg/boundary.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "utils/lsyscache.h"
}

namespace schemaver::guard {

namespace {

bool is_temporary(const RangeVar* name) {
    if (name == nullptr) return false;
    if (name->relpersistence == RELPERSISTENCE_TEMP) return true;
    return pg::call([=] {
        const Oid relation = RangeVarGetRelid(name, NoLock, true);
        return OidIsValid(relation) && get_rel_persistence(relation) == RELPERSISTENCE_TEMP;
    });
}

// By the name of what is to be made: a temporary relation of the same name may be there already.
bool makes_temporary(const RangeVar* name) {
    return name->relpersistence == RELPERSISTENCE_TEMP ||
           (name->schemaname != nullptr && std::strcmp(name->schemaname, "pg_temp") == 0);
}

bool drops_relations(const DropStmt& statement) {
    return statement.removeType == OBJECT_TABLE || statement.removeType == OBJECT_SEQUENCE ||
           statement.removeType == OBJECT_VIEW || statement.removeType == OBJECT_MATVIEW ||
           statement.removeType == OBJECT_INDEX || statement.removeType == OBJECT_FOREIGN_TABLE;
}

bool drops_temporary_only(const DropStmt& statement) {
    if (!drops_relations(statement)) return false;
    for (int i = 0; i < list_length(statement.objects); ++i) {
        auto* parts = static_cast<List*>(list_nth(statement.objects, i));
        if (!is_temporary(pg::call([=] { return makeRangeVarFromNameList(parts); }))) return false;
    }
    return true;
}

bool truncates_temporary_only(const TruncateStmt& statement) {
    for (int i = 0; i < list_length(statement.relations); ++i)
        if (!is_temporary(static_cast<const RangeVar*>(list_nth(statement.relations, i)))) return false;
    return true;
}

bool has_foreign_key(const List* constraints) {
    for (int i = 0; i < list_length(constraints); ++i) {
        const auto* node = static_cast<const Node*>(list_nth(constraints, i));
        if (IsA(node, Constraint) && reinterpret_cast<const Constraint*>(node)->contype == CONSTR_FOREIGN)
            return true;
        if (IsA(node, ColumnDef) && has_foreign_key(reinterpret_cast<const ColumnDef*>(node)->constraints))
            return true;
    }
    return false;
}

// Nobody waits for a new table, but for its parent (PARTITION OF) and for those that it points to.
bool locks_other_tables(const CreateStmt& statement) {
    return statement.partbound != nullptr || has_foreign_key(statement.tableElts);
}

bool drops_column(const AlterTableStmt& statement) {
    for (int i = 0; i < list_length(statement.cmds); ++i)
        if (static_cast<const AlterTableCmd*>(list_nth(statement.cmds, i))->subtype == AT_DropColumn)
            return true;
    return false;
}

bool is_shared(ObjectType type) {
    return type == OBJECT_ROLE || type == OBJECT_DATABASE || type == OBJECT_TABLESPACE ||
           type == OBJECT_PARAMETER_ACL;
}

}  // namespace

bool is_destructive(const Node* tree) {
    switch (nodeTag(tree)) {
        case T_TruncateStmt:
        case T_DropOwnedStmt:
        case T_DropRoleStmt:
        case T_DropdbStmt:
        case T_DropTableSpaceStmt:
            return true;
        case T_AlterTableStmt:
            return drops_column(*reinterpret_cast<const AlterTableStmt*>(tree));
        case T_DropStmt: {
            const auto* statement = reinterpret_cast<const DropStmt*>(tree);
            switch (statement->removeType) {
                case OBJECT_TABLE:
                case OBJECT_SCHEMA:
                case OBJECT_SEQUENCE:
                case OBJECT_EXTENSION:
                    return true;
                default:
                    // DROP TYPE ... CASCADE takes the columns of that type along.
                    return statement->behavior == DROP_CASCADE;
            }
        }
        default:
            return false;
    }
}

bool is_on_server(const Node* tree) {
    switch (nodeTag(tree)) {
        case T_CreateRoleStmt:
        case T_AlterRoleStmt:
        case T_AlterRoleSetStmt:
        case T_DropRoleStmt:
        case T_GrantRoleStmt:
        case T_CreatedbStmt:
        case T_AlterDatabaseStmt:
        case T_AlterDatabaseSetStmt:
        case T_DropdbStmt:
        case T_CreateTableSpaceStmt:
        case T_AlterTableSpaceOptionsStmt:
        case T_DropTableSpaceStmt:
        case T_AlterSystemStmt:
            return true;
        case T_RenameStmt:
            return is_shared(reinterpret_cast<const RenameStmt*>(tree)->renameType);
        case T_AlterOwnerStmt:
            return is_shared(reinterpret_cast<const AlterOwnerStmt*>(tree)->objectType);
        case T_GrantStmt:
            return is_shared(reinterpret_cast<const GrantStmt*>(tree)->objtype);
        default:
            return false;
    }
}

bool runs_outside_transactions(const Node* tree) {
    return IsA(tree, CreatedbStmt) || IsA(tree, DropdbStmt) || IsA(tree, CreateTableSpaceStmt) ||
           IsA(tree, DropTableSpaceStmt) || IsA(tree, AlterSystemStmt);
}

bool takes_strong_lock(const Node* tree) {
    switch (nodeTag(tree)) {
        case T_AlterTableStmt:
        case T_RenameStmt:
        case T_AlterObjectSchemaStmt:
        case T_TruncateStmt:
        case T_CreateTrigStmt:
        case T_RuleStmt:
        case T_DropOwnedStmt:
        case T_CreatePolicyStmt:
        case T_AlterPolicyStmt:
            return true;
        case T_IndexStmt:
            return !reinterpret_cast<const IndexStmt*>(tree)->concurrent;
        case T_CreateStmt:
        case T_CreateForeignTableStmt:
            return locks_other_tables(*reinterpret_cast<const CreateStmt*>(tree));
        case T_DropStmt: {
            const auto* statement = reinterpret_cast<const DropStmt*>(tree);
            return !statement->concurrent &&
                   (drops_relations(*statement) || statement->removeType == OBJECT_SCHEMA ||
                    statement->removeType == OBJECT_TRIGGER || statement->removeType == OBJECT_RULE ||
                    statement->removeType == OBJECT_POLICY || statement->behavior == DROP_CASCADE);
        }
        default:
            return false;
    }
}

bool is_free(const Node* tree) {
    switch (nodeTag(tree)) {
        case T_RefreshMatViewStmt:
        case T_ReindexStmt:
            return true;
        case T_CreateStmt:
            return makes_temporary(reinterpret_cast<const CreateStmt*>(tree)->relation);
        case T_CreateTableAsStmt:
            return makes_temporary(reinterpret_cast<const CreateTableAsStmt*>(tree)->into->rel);
        case T_ViewStmt:
            return makes_temporary(reinterpret_cast<const ViewStmt*>(tree)->view);
        case T_CreateSeqStmt:
            return makes_temporary(reinterpret_cast<const CreateSeqStmt*>(tree)->sequence);
        case T_AlterTableStmt:
            return is_temporary(reinterpret_cast<const AlterTableStmt*>(tree)->relation);
        case T_IndexStmt:
            return is_temporary(reinterpret_cast<const IndexStmt*>(tree)->relation);
        case T_RenameStmt:
            return is_temporary(reinterpret_cast<const RenameStmt*>(tree)->relation);
        case T_DropStmt:
            return drops_temporary_only(*reinterpret_cast<const DropStmt*>(tree));
        case T_TruncateStmt:
            return truncates_temporary_only(*reinterpret_cast<const TruncateStmt*>(tree));
        default:
            return false;
    }
}

}  // namespace schemaver::guard
