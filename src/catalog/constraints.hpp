// Constraints: part of the definition of their table or domain.
#pragma once

#include "catalog/reading.hpp"

namespace schemaver::catalog {

struct ColumnRow;

// The constraints of the tables (or domains) of a read: for each the array of constraint documents sorted by
// name, and that of the comments on them, [{name, text}].
class Constraints {
  public:
    core::List of(Oid owner) const;           // empty: none
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
    void add(Oid owner, const std::string& name, const core::Properties& document,
             const std::string& comment);
    void add_not_null(Oid owner, AttrNumber column, NotNull constraint) {
        not_null_.emplace(std::pair(owner, column), std::move(constraint));
    }
    void arrange();  // when all have been added

  private:
    struct Entry {
        Oid owner;
        std::size_t name;  // where its name, its document and its end stand in texts_
        std::size_t document;
        std::size_t end;
        std::size_t comment;  // one more than its place in comments_; 0: none
    };
    std::string_view name_of(const Entry& entry) const {
        return std::string_view(texts_).substr(entry.name, entry.document - entry.name);
    }
    template <typename Visit>
    void for_each_of(Oid owner, Visit&& visit) const;

    std::vector<Entry> entries_;
    std::string texts_;
    std::vector<std::string> comments_;
    std::map<std::pair<Oid, AttrNumber>, NotNull> not_null_;
};

Constraints read_table_constraints(Reading& reading);
Constraints read_domain_constraints(Reading& reading);

}  // namespace schemaver::catalog
