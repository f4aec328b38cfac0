// Constraints: part of the definition of their table or domain.
#pragma once

#include "catalog/reading.hpp"

namespace schemaver::catalog {

struct ColumnRow;

// The constraints of the tables (or domains) of a read: for each the array of constraint documents sorted by
// name, and that of the comments on them, [{name, text}].
class Constraints {
  public:
    void add_to(core::List& list, Oid owner) const;
    core::List comments_of(Oid owner) const;  // empty: none
    // What 18 knows of a NOT NULL constraint beyond that the column has it.
    void put_not_null(core::Properties& column, const ColumnRow& row) const;

    Json documents(Oid owner) const;
    Json comment_documents(Oid owner) const;

    struct NotNull {
        std::string name;  // empty: the one that the server makes up
        bool no_inherit;
        bool not_valid;
    };
    void add(Oid owner, std::string_view name, const core::Properties& document, std::string_view comment);
    void add_not_null(Oid owner, AttrNumber column, NotNull constraint) {
        not_null_.emplace(std::pair(owner, column), std::move(constraint));
    }
    void arrange();  // when all have been added

  private:
    struct Entry {
        Oid owner;
        std::string_view name;
        std::string_view document;
        std::string_view comment;  // empty: none
    };
    template <typename Visit>
    void for_each_of(Oid owner, Visit&& visit) const;

    std::vector<Entry> entries_;
    core::Texts texts_;
    std::string text_;  // of the document at hand; keeps its memory for the next
    std::map<std::pair<Oid, AttrNumber>, NotNull> not_null_;
};

Constraints read_table_constraints(Reading& reading);
Constraints read_domain_constraints(Reading& reading);

}  // namespace schemaver::catalog
