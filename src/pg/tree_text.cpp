// Statements that the server cannot write itself, field by field; everything below them by nodeToString().
#include "pg/tree_text.hpp"

#include "core/error.hpp"
#include "pg/boundary.hpp"

extern "C" {
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/nodes.h"
#include "nodes/parsenodes.h"
}

namespace schemaver::pg {

namespace {

#if PG_VERSION_NUM >= 160000

std::string as_server_writes(const void* tree) {
    return call([&] { return nodeToString(tree); });
}

#else

// Whether nodeToString() would leave something out.
bool holds_unwritable(Node* node, void* context) {
    if (node == nullptr || IsA(node, NotifyStmt)) return false;
    if (IsA(node, InsertStmt) || IsA(node, UpdateStmt) || IsA(node, DeleteStmt) || IsA(node, MergeStmt))
        return true;
    if (IsA(node, ReturnStmt)) return holds_unwritable(castNode(ReturnStmt, node)->returnval, context);
    // The walker is declared without parameters; the compiler takes void (*)() for any function.
    const auto any_function = reinterpret_cast<void (*)()>(holds_unwritable);
    return raw_expression_tree_walker(node, reinterpret_cast<bool (*)()>(any_function), context);
}

std::string as_server_writes(const void* tree) {
    auto* node = const_cast<Node*>(static_cast<const Node*>(tree));
    if (call([&] { return holds_unwritable(node, nullptr); })) {
        throw core::Error("0A000", "text has no portable normal form",
                          "It holds a statement within an expression.");
    }
    return call([&] { return nodeToString(tree); });
}

#endif

std::string statement(Node* node);

// {LABEL :field value ...}, piece by piece.
class NodeText {
  public:
    explicit NodeText(const char* label) : text_(fmt::format("{{{}", label)) {}
    NodeText& field(const char* key, const void* tree) { return written(key, as_server_writes(tree)); }
    NodeText& boolean(const char* key, bool value) { return written(key, value ? "true" : "false"); }
    NodeText& number(const char* key, int value) { return written(key, fmt::to_string(value)); }
    NodeText& string(const char* key, const char* value) {
        if (value == nullptr) return *this;
        return written(key, call([&] { return nodeToString(makeString(const_cast<char*>(value))); }));
    }
    NodeText& written(const char* key, const std::string& value) {
        text_ += fmt::format(" :{} {}", key, value);
        return *this;
    }
    std::string end() const { return text_ + "}"; }

  private:
    std::string text_;
};

std::string list_of_statements(const List* list) {
    std::string out = "(";
    for (int i = 0; i < list_length(list); ++i) {
        if (i > 0) out += ' ';
        out += statement(static_cast<Node*>(list_nth(list, i)));
    }
    return out + ")";
}

#if PG_VERSION_NUM < 160000

bool is_data_modifying(const Node* node) {
    return IsA(node, InsertStmt) || IsA(node, UpdateStmt) || IsA(node, DeleteStmt) || IsA(node, MergeStmt);
}

std::string table_expression(const CommonTableExpr* table) {
    if (!is_data_modifying(table->ctequery)) return as_server_writes(table);
    CommonTableExpr rest = *table;
    rest.ctequery = nullptr;
    std::string text = as_server_writes(&rest);
    text.pop_back();
    return fmt::format("{} :ctequery {}}}", text, statement(table->ctequery));
}

std::string with_clause(const WithClause* with) {
    if (with == nullptr) return "<>";
    std::string tables = "(";
    for (int i = 0; i < list_length(with->ctes); ++i) {
        if (i > 0) tables += ' ';
        tables += table_expression(list_nth_node(CommonTableExpr, with->ctes, i));
    }
    return NodeText("WITHCLAUSE").written("ctes", tables + ")").boolean("recursive", with->recursive).end();
}

std::string on_conflict(const OnConflictClause* clause) {
    if (clause == nullptr) return "<>";
    std::string inference = "<>";
    if (const InferClause* infer = clause->infer) {
        inference = NodeText("INFERCLAUSE")
                        .field("indexElems", infer->indexElems)
                        .field("whereClause", infer->whereClause)
                        .string("conname", infer->conname)
                        .end();
    }
    return NodeText("ONCONFLICTCLAUSE")
        .number("action", clause->action)
        .written("infer", inference)
        .field("targetList", clause->targetList)
        .field("whereClause", clause->whereClause)
        .end();
}

std::string insert(const InsertStmt* insert) {
    return NodeText("INSERTSTMT")
        .field("relation", insert->relation)
        .field("cols", insert->cols)
        .field("selectStmt", insert->selectStmt)
        .written("onConflictClause", on_conflict(insert->onConflictClause))
        .field("returningList", insert->returningList)
        .written("withClause", with_clause(insert->withClause))
        .number("override", insert->override)
        .end();
}

std::string update(const UpdateStmt* update) {
    return NodeText("UPDATESTMT")
        .field("relation", update->relation)
        .field("targetList", update->targetList)
        .field("whereClause", update->whereClause)
        .field("fromClause", update->fromClause)
        .field("returningList", update->returningList)
        .written("withClause", with_clause(update->withClause))
        .end();
}

std::string delete_from(const DeleteStmt* remove) {
    return NodeText("DELETESTMT")
        .field("relation", remove->relation)
        .field("usingClause", remove->usingClause)
        .field("whereClause", remove->whereClause)
        .field("returningList", remove->returningList)
        .written("withClause", with_clause(remove->withClause))
        .end();
}

std::string merge(const MergeStmt* merge) {
    return NodeText("MERGESTMT")
        .field("relation", merge->relation)
        .field("sourceRelation", merge->sourceRelation)
        .field("joinCondition", merge->joinCondition)
        .field("mergeWhenClauses", merge->mergeWhenClauses)
        .written("withClause", with_clause(merge->withClause))
        .end();
}

std::string select(const SelectStmt* query) {
    SelectStmt rest = *query;
    rest.withClause = nullptr;
    std::string text = as_server_writes(&rest);
    text.pop_back();
    return fmt::format("{} :withClause {}}}", text, with_clause(query->withClause));
}

std::string statement(Node* node) {
    if (node == nullptr) return "<>";
    switch (nodeTag(node)) {
        case T_SelectStmt:
            return select(castNode(SelectStmt, node));
        case T_InsertStmt:
            return insert(castNode(InsertStmt, node));
        case T_UpdateStmt:
            return update(castNode(UpdateStmt, node));
        case T_DeleteStmt:
            return delete_from(castNode(DeleteStmt, node));
        case T_MergeStmt:
            return merge(castNode(MergeStmt, node));
        case T_List:
            return list_of_statements(castNode(List, node));
        default:
            return as_server_writes(node);
    }
}

#else

std::string statement(Node* node) {
    if (node == nullptr) return "<>";
    if (IsA(node, List)) return list_of_statements(castNode(List, node));
    return as_server_writes(node);
}

#endif

std::string rule(const RuleStmt* rule) {
    return NodeText("RULESTMT")
        .string("rulename", rule->rulename)
        .field("relation", rule->relation)
        .number("event", rule->event)
        .boolean("instead", rule->instead)
        .field("whereClause", rule->whereClause)
        .written("actions", list_of_statements(rule->actions))
        .end();
}

}  // namespace

std::string tree_text(Node* tree) {
    if (IsA(tree, RuleStmt)) return rule(castNode(RuleStmt, tree));
    return statement(tree);
}

}  // namespace schemaver::pg
