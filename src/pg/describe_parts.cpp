// What statements are put together of.
#include "pg/describe_parts.hpp"

#include <algorithm>

#include "pg/text.hpp"
#include "pg/tokens.hpp"

extern "C" {
#include "nodes/nodeFuncs.h"
#include "nodes/value.h"
}

namespace schemaver::pg {

namespace {

using RawWalker = bool (*)(Node*, void*);

bool walk_raw_tree(Node* node, RawWalker walker, void* context) {
#if PG_VERSION_NUM >= 160000
    return raw_expression_tree_walker(node, walker, context);
#else
    // Declared without parameters; the compiler takes void (*)() for any function.
    const auto any_function = reinterpret_cast<void (*)()>(walker);
    return raw_expression_tree_walker(node, reinterpret_cast<bool (*)()>(any_function), context);
#endif
}

// Runs in the server: whatever it collects is a server's list.
struct FoundInExpression {
    List* calls = nullptr;
    bool has_more = false;  // than constants and their casts
};

bool look_into_expression(Node* node, void* context) {
    auto* found = static_cast<FoundInExpression*>(context);
    if (node == nullptr) return false;
    if (IsA(node, FuncCall)) {
        found->calls = lappend(found->calls, node);
        found->has_more = true;
    }
    if (IsA(node, ColumnRef) || IsA(node, SubLink) || IsA(node, SQLValueFunction)) found->has_more = true;
    return walk_raw_tree(node, look_into_expression, context);
}

bool is_null_constant(const Node* node) {
    if (node == nullptr) return true;
    if (IsA(node, TypeCast)) return is_null_constant(reinterpret_cast<const TypeCast*>(node)->arg);
    return IsA(node, A_Const) && reinterpret_cast<const A_Const*>(node)->isnull;
}

void find_not_null_columns(const Node* condition, std::vector<std::string>& columns) {
    if (condition == nullptr) return;
    if (IsA(condition, NullTest)) {
        const auto* test = reinterpret_cast<const NullTest*>(condition);
        if (test->nulltesttype != IS_NOT_NULL || !IsA(test->arg, ColumnRef)) return;
        const auto* column = reinterpret_cast<const ColumnRef*>(test->arg);
        if (list_length(column->fields) == 1 && IsA(linitial(column->fields), String))
            columns.push_back(described_text(strVal(linitial(column->fields))));
        return;
    }
    if (!IsA(condition, BoolExpr)) return;
    const auto* both = reinterpret_cast<const BoolExpr*>(condition);
    if (both->boolop != AND_EXPR) return;
    for_each_in(both->args, [&](Node* part) { find_not_null_columns(part, columns); });
}

core::LintConstraintKind kind_of(const Constraint* constraint) {
    switch (constraint->contype) {
        case CONSTR_NOTNULL:
            return core::LintConstraintKind::not_null;
        case CONSTR_PRIMARY:
            return core::LintConstraintKind::primary_key;
        case CONSTR_UNIQUE:
            return core::LintConstraintKind::unique;
        case CONSTR_FOREIGN:
            return core::LintConstraintKind::foreign_key;
        case CONSTR_EXCLUSION:
            return core::LintConstraintKind::exclusion;
        default:
            return core::LintConstraintKind::check;
    }
}

bool has_overlap_check(const Constraint* key) {
#if PG_VERSION_NUM >= 180000
    return key->without_overlaps;
#else
    (void)key;
    return false;
#endif
}

// ON UPDATE or ON DELETE, in words.
std::string referential_action(const char* event, char action) {
    const char* words = action == FKCONSTR_ACTION_RESTRICT     ? "RESTRICT"
                        : action == FKCONSTR_ACTION_CASCADE    ? "CASCADE"
                        : action == FKCONSTR_ACTION_SETNULL    ? "SET NULL"
                        : action == FKCONSTR_ACTION_SETDEFAULT ? "SET DEFAULT"
                                                               : nullptr;
    return words == nullptr ? std::string() : std::string(event) + words;
}

std::string tail_of(const Constraint* constraint) {
    std::string tail;
    if (constraint->contype == CONSTR_FOREIGN) {
        if (constraint->fk_matchtype == FKCONSTR_MATCH_FULL) tail += " MATCH FULL";
        tail += referential_action(" ON UPDATE ", constraint->fk_upd_action);
        tail += referential_action(" ON DELETE ", constraint->fk_del_action);
    }
    if (constraint->deferrable) tail += " DEFERRABLE";
    if (constraint->initdeferred) tail += " INITIALLY DEFERRED";
    return tail;
}

bool is_stored(const Constraint* generated) {
#if PG_VERSION_NUM >= 180000
    return generated->generated_kind == 's';
#else
    (void)generated;
    return true;
#endif
}

void describe_constraint_of_column(const Constraint* constraint, StatementText& text,
                                   core::LintColumn& column) {
    switch (constraint->contype) {
        case CONSTR_NOTNULL:
            column.not_null = true;
            break;
        case CONSTR_DEFAULT:
            column.default_value = described_expression(constraint->raw_expr);
            break;
        case CONSTR_IDENTITY:
            column.is_identity = true;
            column.not_null = true;
            break;
        case CONSTR_GENERATED:
            (is_stored(constraint) ? column.is_stored : column.is_virtual) = true;
            break;
        // Of the constraint before it.
        case CONSTR_ATTR_DEFERRABLE:
            if (!column.constraints.empty()) column.constraints.back().tail += " DEFERRABLE";
            break;
        case CONSTR_ATTR_DEFERRED:
            if (!column.constraints.empty()) column.constraints.back().tail += " INITIALLY DEFERRED";
            break;
        case CONSTR_PRIMARY:
        case CONSTR_UNIQUE:
        case CONSTR_FOREIGN:
        case CONSTR_CHECK:
        case CONSTR_EXCLUSION: {
            core::LintConstraint described = described_constraint(constraint, text);
            if (described.kind != core::LintConstraintKind::check) {
                described.columns = {column.name};
                described.text.clear();
            }
            if (described.kind == core::LintConstraintKind::primary_key) column.not_null = true;
            column.constraints.push_back(std::move(described));
            break;
        }
        default:
            break;
    }
}

bool is_symbol(const std::string& text, const core::Token& token, char symbol) {
    return token.kind == core::TokenKind::other && text[token.start] == symbol;
}

}  // namespace

std::size_t StatementText::offset(int location) const {
    if (location < 0 || static_cast<std::size_t>(location) < start_) return 0;
    const std::size_t bytes = static_cast<std::size_t>(location) - start_;
    if (bytes > text_.size()) return 0;
    return to_utf8(text_.c_str(), bytes).size();
}

std::string StatementText::clause(int location, bool is_check) {
    if (location < 0 || static_cast<std::size_t>(location) < start_) return "";
    const std::size_t from = static_cast<std::size_t>(location) - start_;
    if (!tokens_) tokens_ = tokens_of(text_);
    auto token = std::find_if(tokens_->begin(), tokens_->end(),
                              [=](const core::Token& each) { return each.start >= from; });
    if (token == tokens_->end()) return "";
    if (token->kind == core::TokenKind::word && token->value == "constraint" && tokens_->end() - token > 2)
        token += 2;
    const std::size_t begin = token->start;
    std::size_t end = begin;
    int depth = 0;
    for (; token != tokens_->end(); ++token) {
        if (is_symbol(text_, *token, '(') || is_symbol(text_, *token, '[')) ++depth;
        if (is_symbol(text_, *token, ')') || is_symbol(text_, *token, ']')) --depth;
        if (depth < 0 || (depth == 0 && is_symbol(text_, *token, ','))) break;
        end = token->end;
        if (is_check && depth == 0 && is_symbol(text_, *token, ')')) break;
    }
    return to_utf8(text_.c_str() + begin, end - begin);
}

std::string described_text(const char* text) { return to_utf8(text); }

core::LintName described_name(const RangeVar* relation) {
    if (relation == nullptr) return {};
    return {to_utf8(relation->schemaname), to_utf8(relation->relname)};
}

core::LintName described_name(const List* names) {
    const int count = list_length(names);
    if (count == 0) return {};
    // DROP CAST has two types in its list, DROP TRANSFORM a type and a language.
    for (int i = 0; i < count; ++i)
        if (!IsA(list_nth(names, i), String)) return {};
    return {count > 1 ? to_utf8(strVal(list_nth(names, count - 2))) : std::string(),
            to_utf8(strVal(list_nth(names, count - 1)))};
}

std::vector<std::string> described_strings(const List* strings) {
    std::vector<std::string> texts;
    for_each_in(strings, [&](Node* node) {
        if (IsA(node, String)) texts.push_back(to_utf8(strVal(node)));
    });
    return texts;
}

core::LintType described_type(const TypeName* type) {
    core::LintType described;
    if (type == nullptr) return described;
    described.name = described_name(type->names);
    described.is_array = type->arrayBounds != nullptr;
    for_each_in(type->typmods, [&](Node* node) {
        if (!IsA(node, A_Const)) return;
        const auto* constant = reinterpret_cast<const A_Const*>(node);
        if (!constant->isnull && IsA(&constant->val, Integer))
            described.modifiers.push_back(constant->val.ival.ival);
    });
    return described;
}

core::LintExpression described_expression(Node* expression) {
    core::LintExpression described;
    described.is_null = is_null_constant(expression);
    FoundInExpression found;
    FoundInExpression* into = &found;
    call([=] { look_into_expression(expression, into); });
    described.is_constant = !found.has_more;
    described.is_call = expression != nullptr && IsA(expression, FuncCall) &&
                        reinterpret_cast<const FuncCall*>(expression)->args == nullptr;
    for_each_in(found.calls, [&](Node* node) {
        described.functions.push_back(described_name(reinterpret_cast<const FuncCall*>(node)->funcname));
    });
    return described;
}

core::LintConstraint described_constraint(const Constraint* constraint, StatementText& text) {
    core::LintConstraint described;
    described.kind = kind_of(constraint);
    described.name = to_utf8(constraint->conname);
    described.columns = described_strings(
        described.kind == core::LintConstraintKind::foreign_key ? constraint->fk_attrs : constraint->keys);
    described.is_valid = !constraint->skip_validation;
    described.index = to_utf8(constraint->indexname);
    described.references = described_name(constraint->pktable);
    described.referenced_columns = described_strings(constraint->pk_attrs);
    described.included = described_strings(constraint->including);
    described.nulls_not_distinct = constraint->nulls_not_distinct;
    described.without_overlaps = has_overlap_check(constraint);
    described.tail = tail_of(constraint);
    if (described.kind == core::LintConstraintKind::check)
        find_not_null_columns(constraint->raw_expr, described.not_null_columns);
    described.text = text.clause(constraint->location, described.kind == core::LintConstraintKind::check);
    return described;
}

void created(core::LintStatement& statement, core::LintKind kind, const char* object_kind,
             const core::LintName& name, bool may_be_there) {
    statement.kind = kind;
    statement.object_kind = object_kind;
    statement.objects = {name};
    statement.if_exists = may_be_there;
}

void on_tables(core::LintStatement& statement, core::LintKind kind,
               const std::vector<core::LintName>& tables) {
    statement.kind = kind;
    statement.object_kind = "table";
    statement.objects = tables;
}

core::LintColumn described_column(const ColumnDef* column, StatementText& text) {
    core::LintColumn described;
    described.name = to_utf8(column->colname);
    described.type = described_type(column->typeName);
    if (column->collClause != nullptr) described.collation = described_name(column->collClause->collname);
    described.not_null = column->is_not_null;
    for_each_in(column->constraints, [&](Node* node) {
        describe_constraint_of_column(reinterpret_cast<const Constraint*>(node), text, described);
    });
    return described;
}

}  // namespace schemaver::pg
