// CREATE TABLE and ALTER TABLE, action by action.
#include "pg/describe_parts.hpp"

namespace schemaver::pg {

namespace {

core::LintAction column_action(core::LintActionKind kind, const ColumnDef* column, StatementText& text) {
    core::LintAction action;
    action.kind = kind;
    action.column = described_column(column, text);
    action.name = action.column.name;
    action.offset = text.offset(column->location);
    action.text = text.clause(column->location);
    return action;
}

core::LintAction constraint_action(const Constraint* constraint, StatementText& text) {
    core::LintAction action;
    action.kind = core::LintActionKind::add_constraint;
    action.constraint = described_constraint(constraint, text);
    action.name = action.constraint.name;
    action.offset = text.offset(constraint->location);
    action.text = text.clause(constraint->location);
    return action;
}

core::LintActionKind action_kind(const AlterTableCmd* command) {
    using Kind = core::LintActionKind;
    switch (command->subtype) {
        case AT_AddColumn:
            return Kind::add_column;
        case AT_DropColumn:
            return Kind::drop_column;
        case AT_AlterColumnType:
            return Kind::change_type;
        case AT_SetNotNull:
            return Kind::set_not_null;
        case AT_DropNotNull:
            return Kind::drop_not_null;
        case AT_ColumnDefault:
            return command->def == nullptr ? Kind::drop_default : Kind::set_default;
        case AT_DropExpression:
            return Kind::drop_expression;
#if PG_VERSION_NUM >= 170000
        case AT_SetExpression:
            return Kind::set_expression;
#endif
        case AT_AddIdentity:
            return Kind::add_identity;
        case AT_AddConstraint:
            return Kind::add_constraint;
        case AT_DropConstraint:
            return Kind::drop_constraint;
        case AT_ValidateConstraint:
            return Kind::validate_constraint;
        case AT_SetLogged:
            return Kind::set_logged;
        case AT_SetUnLogged:
            return Kind::set_unlogged;
        case AT_SetAccessMethod:
            return Kind::set_access_method;
        case AT_SetTableSpace:
            return Kind::set_tablespace;
        case AT_AttachPartition:
            return Kind::attach_partition;
        case AT_DetachPartition:
        case AT_DetachPartitionFinalize:
            return Kind::detach_partition;
        case AT_DisableTrig:
        case AT_DisableTrigAll:
        case AT_DisableTrigUser:
            return Kind::disable_trigger;
        case AT_EnableTrig:
        case AT_EnableTrigAll:
        case AT_EnableTrigUser:
        case AT_EnableAlwaysTrig:
        case AT_EnableReplicaTrig:
            return Kind::enable_trigger;
        case AT_DisableRowSecurity:
            return Kind::disable_row_security;
        case AT_ReplicaIdentity:
            return Kind::replica_identity;
        case AT_SetStatistics:
        case AT_SetOptions:
        case AT_ResetOptions:
        case AT_SetRelOptions:
        case AT_ResetRelOptions:
        case AT_ClusterOn:
        case AT_DropCluster:
            return Kind::other_light;
        default:
            return Kind::other;
    }
}

core::LintAction described_action(const AlterTableCmd* command, StatementText& text) {
    const core::LintActionKind kind = action_kind(command);
    core::LintAction action;
    action.kind = kind;
    if (kind == core::LintActionKind::add_column) {
        action = column_action(kind, castNode(ColumnDef, command->def), text);
    } else if (kind == core::LintActionKind::add_constraint) {
        action = constraint_action(castNode(Constraint, command->def), text);
    } else if (kind == core::LintActionKind::change_type) {
        const auto* column = castNode(ColumnDef, command->def);
        action.column.type = described_type(column->typeName);
        if (column->collClause != nullptr)
            action.column.collation = described_name(column->collClause->collname);
        action.has_using = is_more_than_cast(column->raw_default);
        action.offset = text.offset(column->typeName->location);
        action.text = text.clause(column->typeName->location);
        action.name = action.column.name = described_text(command->name);
    } else if (kind == core::LintActionKind::attach_partition ||
               kind == core::LintActionKind::detach_partition) {
        const auto* partition = castNode(PartitionCmd, command->def);
        action.partition = described_name(partition->name);
        action.concurrently = partition->concurrent;
        action.finalize = command->subtype == AT_DetachPartitionFinalize;
        action.offset = text.offset(partition->name == nullptr ? -1 : partition->name->location);
    } else {
        action.name = action.column.name = described_text(command->name);
        if (kind == core::LintActionKind::set_default)
            action.column.default_value = described_expression(command->def);
    }
    action.if_exists = command->missing_ok;
    action.cascade = command->behavior == DROP_CASCADE;
    return action;
}

}  // namespace

bool is_more_than_cast(const Node* expression) {
    if (expression == nullptr) return false;
    if (IsA(expression, TypeCast)) return !IsA(reinterpret_cast<const TypeCast*>(expression)->arg, ColumnRef);
    return !IsA(expression, ColumnRef);
}

void describe_create_table(const CreateStmt* create, StatementText& text, core::LintStatement& statement) {
    statement.kind = core::LintKind::create_table;
    statement.object_kind = "table";
    statement.objects = {described_name(create->relation)};
    statement.if_exists = create->if_not_exists;
    statement.is_temporary = create->relation->relpersistence == 't';
    statement.is_unlogged = create->relation->relpersistence == 'u';
    statement.is_partition = create->partbound != nullptr;
    if (statement.is_partition)
        statement.parent = described_name(static_cast<const RangeVar*>(linitial(create->inhRelations)));
    statement.is_partitioned = create->partspec != nullptr;
    statement.takes_columns = create->inhRelations != nullptr || create->ofTypename != nullptr;
    for_each_in(create->tableElts, [&](Node* node) {
        if (IsA(node, ColumnDef)) {
            statement.actions.push_back(column_action(core::LintActionKind::add_column,
                                                      reinterpret_cast<const ColumnDef*>(node), text));
        } else if (IsA(node, Constraint)) {
            statement.actions.push_back(constraint_action(reinterpret_cast<const Constraint*>(node), text));
        } else {
            statement.takes_columns = true;
        }
    });
}

void describe_alter_table(const AlterTableStmt* alter, StatementText& text, core::LintStatement& statement) {
    statement.kind = core::LintKind::alter_table;
    switch (alter->objtype) {
        case OBJECT_TABLE:
            statement.object_kind = "table";
            break;
        case OBJECT_INDEX:
            statement.object_kind = "index";
            break;
        case OBJECT_VIEW:
            statement.object_kind = "view";
            break;
        case OBJECT_MATVIEW:
            statement.object_kind = "materialized view";
            break;
        case OBJECT_SEQUENCE:
            statement.object_kind = "sequence";
            break;
        case OBJECT_FOREIGN_TABLE:
            statement.object_kind = "foreign table";
            break;
        default:
            statement.object_kind = "type";
            break;
    }
    statement.objects = {described_name(alter->relation)};
    statement.is_only = !alter->relation->inh;
    statement.if_exists = alter->missing_ok;
    for_each_in(alter->cmds, [&](Node* node) {
        statement.actions.push_back(described_action(reinterpret_cast<const AlterTableCmd*>(node), text));
    });
}

}  // namespace schemaver::pg
