// raw_parser() in scratch memory, told what kind of text it has before it.
#include "pg/parse.hpp"

#include "core/error.hpp"
#include "pg/report.hpp"
#include "pg/scratch.hpp"
#include "pg/text.hpp"
#include "pg/tree_text.hpp"

extern "C" {
#include "nodes/nodes.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
}

namespace schemaver::pg {

namespace {

[[noreturn]] void refuse(const char* detail) {
    throw core::Error("0A000", "text has no portable normal form", detail);
}

bool starts_with_word(std::string_view text, std::string_view word) {
    if (text.size() <= word.size()) return false;
    const auto same = [](char one, char upper) {
        return one == upper || (one >= 'a' && one <= 'z' && one - 'a' + 'A' == upper);
    };
    if (!std::equal(word.begin(), word.end(), text.begin(), same)) return false;
    return std::string_view(" \t\r\n(").find(text[word.size()]) != std::string_view::npos;
}

Node* parse_statement(const std::string& text) {
    const Quiet quiet;
    List* statements = call([&] { return raw_parser(text.c_str(), RAW_PARSE_DEFAULT); });
    if (list_length(statements) != 1) refuse("It is not one statement.");
    return linitial_node(RawStmt, statements)->stmt;
}

// The expression of "SELECT expression"; null when the query says more than that. Then the text was the
// query's own: "(SELECT 1) UNION SELECT 2" is one, "(SELECT 1) = 2" is none, and no word at their beginning
// says so.
Node* only_expression(Node* statement) {
    if (!IsA(statement, SelectStmt)) return nullptr;
    const auto* query = castNode(SelectStmt, statement);
    if (query->op != SETOP_NONE || list_length(query->targetList) != 1 || query->distinctClause != nullptr ||
        query->intoClause != nullptr || query->fromClause != nullptr || query->whereClause != nullptr ||
        query->groupClause != nullptr || query->havingClause != nullptr || query->windowClause != nullptr ||
        query->sortClause != nullptr || query->limitOffset != nullptr || query->limitCount != nullptr ||
        query->lockingClause != nullptr) {
        return nullptr;
    }
    const auto* target = linitial_node(ResTarget, query->targetList);
    return target->name == nullptr ? target->val : nullptr;
}

Node* parse(const std::string& text) {
    const std::size_t start = text.find_first_not_of(" \t\r\n");
    if (start == std::string::npos) refuse("It is empty.");
    const std::string_view rest = std::string_view(text).substr(start);
    for (const char* word : {"SELECT", "WITH", "VALUES", "CREATE"}) {
        if (starts_with_word(rest, word)) return parse_statement(text);
    }
    // A partition's bound: no expression, and there may be very many of them.
    if (starts_with_word(rest, "FOR")) refuse("It is a partition bound.");
    if (starts_with_word(rest, "RETURN") || starts_with_word(rest, "BEGIN")) {
        auto* function = parse_statement("CREATE FUNCTION f() RETURNS int " + text);
        return castNode(CreateFunctionStmt, function)->sql_body;
    }
    Node* expression = only_expression(parse_statement("SELECT " + text));
    if (expression != nullptr) return expression;
    if (rest.front() != '(') refuse("It is not one expression.");
    return parse_statement(text);
}

}  // namespace

std::string parse_tree_text(const std::string& sql) {
    const Scratch scratch;
    Node* tree = parse(from_utf8(sql));
    const std::string text = tree_text(tree);
    return to_utf8(text.c_str(), text.size());
}

}  // namespace schemaver::pg
