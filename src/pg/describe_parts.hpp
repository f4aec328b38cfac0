// Parts of raw parse trees in core's terms: names, types, expressions, columns, constraints, clauses of text.
//
// For describe_script.cpp and describe_table.cpp, which put statements together of them.
#pragma once

#include <optional>

#include "core/lint_statement.hpp"
#include "core/redact_text.hpp"
#include "pg/boundary.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace schemaver::pg {

// The text of one statement, and where its clauses begin and end.
class StatementText {
  public:
    // `query` is the whole script in the database's encoding, the statement its part from `start` on.
    StatementText(const char* query, std::size_t start, std::size_t length)
        : start_(start), text_(query + start, length) {}

    const std::string& text() const { return text_; }
    // Bytes from the statement's beginning, in UTF-8; 0 where the tree does not say.
    std::size_t offset(int location) const;
    // From there to the comma or the end, in UTF-8. Of a CHECK only as far as its parentheses go, where
    // `is_check`. Without a leading CONSTRAINT and name.
    std::string clause(int location, bool is_check = false);

  private:
    std::size_t start_;
    std::string text_;
    std::optional<std::vector<core::Token>> tokens_;
};

template <typename Visit>
void for_each_in(const List* list, Visit visit) {
    for (int i = 0; i < list_length(list); ++i) visit(static_cast<Node*>(list_nth(list, i)));
}

core::LintName described_name(const RangeVar* relation);
// Of a list of strings: schema.name, or database.schema.name.
core::LintName described_name(const List* names);
std::vector<std::string> described_strings(const List* strings);
std::string described_text(const char* text);
core::LintType described_type(const TypeName* type);
core::LintExpression described_expression(Node* expression);
core::LintConstraint described_constraint(const Constraint* constraint, StatementText& text);
core::LintColumn described_column(const ColumnDef* column, StatementText& text);

template <typename Statement>
const Statement* as(const Node* node) {
    return reinterpret_cast<const Statement*>(node);
}

// What is created, by its name; and what is about tables.
void created(core::LintStatement& statement, core::LintKind kind, const char* object_kind,
             const core::LintName& name, bool may_be_there = false);
void on_tables(core::LintStatement& statement, core::LintKind kind,
               const std::vector<core::LintName>& tables);

// In describe_create.cpp. false: it creates nothing.
bool describe_creation(const Node* node, StatementText& text, core::LintStatement& statement);

// In describe_table.cpp.
void describe_create_table(const CreateStmt* create, StatementText& text, core::LintStatement& statement);
void describe_alter_table(const AlterTableStmt* alter, StatementText& text, core::LintStatement& statement);
// Whether USING does more than the cast that would be done anyway: anything but a column, or a cast of it.
bool is_more_than_cast(const Node* expression);

}  // namespace schemaver::pg
