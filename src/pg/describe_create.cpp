// What creates: tables of queries, indexes, views, types, functions, triggers.
#include "pg/describe_parts.hpp"

#include "pg/text.hpp"

extern "C" {
#include "nodes/value.h"
}

namespace schemaver::pg {

namespace {

using core::LintKind;
using core::LintStatement;

void describe(const IndexStmt* index, LintStatement& statement) {
    statement.kind = LintKind::create_index;
    statement.object_kind = "index";
    statement.objects = {described_name(index->relation)};
    statement.new_name = to_utf8(index->idxname);
    statement.method = to_utf8(index->accessMethod);
    statement.is_unique = index->unique;
    statement.is_only = !index->relation->inh;
    statement.concurrently = index->concurrent;
    statement.if_exists = index->if_not_exists;
    statement.has_where = index->whereClause != nullptr;
    statement.is_partial = index->whereClause != nullptr || index->indexIncludingParams != nullptr;
    for_each_in(index->indexParams, [&](Node* node) {
        const auto* element = castNode(IndexElem, node);
        statement.values.push_back(to_utf8(element->name));
        statement.is_partial |= element->name == nullptr || element->opclass != nullptr ||
                                element->collation != nullptr || element->ordering != SORTBY_DEFAULT ||
                                element->nulls_ordering != SORTBY_NULLS_DEFAULT;
    });
}

void describe(const CreateFunctionStmt* function, LintStatement& statement) {
    statement.kind = LintKind::create_function;
    statement.object_kind = function->is_procedure ? "procedure" : "function";
    statement.objects = {described_name(function->funcname)};
    statement.if_exists = function->replace;
    for_each_in(function->options, [&](Node* node) {
        const auto* option = castNode(DefElem, node);
        const std::string_view name = option->defname;
        if (name == "security") {
            statement.is_security_definer = boolVal(option->arg);
        } else if (name == "volatility") {
            statement.volatility = strVal(option->arg)[0];
        } else if (name == "set" && IsA(option->arg, VariableSetStmt)) {
            const char* setting = reinterpret_cast<const VariableSetStmt*>(option->arg)->name;
            statement.sets_search_path |= setting != nullptr && std::strcmp(setting, "search_path") == 0;
        }
    });
}

// A table, view or materialized view of a query.
void describe(const CreateTableAsStmt* create, LintStatement& statement) {
    const bool is_view = create->objtype == OBJECT_MATVIEW;
    created(statement, is_view ? LintKind::create_materialized_view : LintKind::create_table,
            is_view ? "materialized view" : "table", described_name(create->into->rel),
            create->if_not_exists);
    statement.is_temporary = create->into->rel->relpersistence == 't';
    statement.is_unlogged = create->into->rel->relpersistence == 'u';
    statement.takes_columns = true;
}

}  // namespace

bool describe_creation(const Node* node, StatementText& text, LintStatement& statement) {
    switch (nodeTag(node)) {
        case T_CreateStmt:
            describe_create_table(as<CreateStmt>(node), text, statement);
            return true;
        case T_CreateForeignTableStmt:
            describe_create_table(&as<CreateForeignTableStmt>(node)->base, text, statement);
            statement.object_kind = "foreign table";
            return true;
        case T_CreateTableAsStmt:
            describe(as<CreateTableAsStmt>(node), statement);
            return true;
        case T_IndexStmt:
            describe(as<IndexStmt>(node), statement);
            return true;
        case T_ViewStmt:
            created(statement, LintKind::create_view, "view", described_name(as<ViewStmt>(node)->view),
                    as<ViewStmt>(node)->replace);
            statement.is_temporary = as<ViewStmt>(node)->view->relpersistence == 't';
            return true;
        case T_CreateSchemaStmt:
            created(statement, LintKind::create_schema, "schema",
                    {"", to_utf8(as<CreateSchemaStmt>(node)->schemaname)},
                    as<CreateSchemaStmt>(node)->if_not_exists);
            return true;
        case T_CreateSeqStmt:
            created(statement, LintKind::create_sequence, "sequence",
                    described_name(as<CreateSeqStmt>(node)->sequence),
                    as<CreateSeqStmt>(node)->if_not_exists);
            return true;
        case T_CreateEnumStmt:
            created(statement, LintKind::create_type, "enum",
                    described_name(as<CreateEnumStmt>(node)->typeName));
            statement.values = described_strings(as<CreateEnumStmt>(node)->vals);
            return true;
        case T_CompositeTypeStmt:
            created(statement, LintKind::create_type, "type",
                    described_name(as<CompositeTypeStmt>(node)->typevar));
            return true;
        case T_CreateRangeStmt:
            created(statement, LintKind::create_type, "type",
                    described_name(as<CreateRangeStmt>(node)->typeName));
            return true;
        case T_CreateDomainStmt:
            created(statement, LintKind::create_domain, "domain",
                    described_name(as<CreateDomainStmt>(node)->domainname));
            return true;
        case T_CreateFunctionStmt:
            describe(as<CreateFunctionStmt>(node), statement);
            return true;
        case T_CreateTrigStmt:
            on_tables(statement, LintKind::create_trigger,
                      {described_name(as<CreateTrigStmt>(node)->relation)});
            statement.element = to_utf8(as<CreateTrigStmt>(node)->trigname);
            return true;
        case T_RuleStmt:
            on_tables(statement, LintKind::create_rule, {described_name(as<RuleStmt>(node)->relation)});
            statement.element = to_utf8(as<RuleStmt>(node)->rulename);
            return true;
        default:
            return false;
    }
}

}  // namespace schemaver::pg
