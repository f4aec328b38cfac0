// Constraints: part of the definition of their table or domain.
#pragma once

#include "catalog/reading.hpp"

namespace schemaver::catalog {

// A JSON array of constraint documents sorted by name, for each table of the read that has any; and the
// comments on them, in the same order.
struct Constraints {
    std::unordered_map<Oid, std::map<std::string, Json>> by_owner;
    std::unordered_map<Oid, std::map<std::string, std::string>> comments;

    // The documents, and the comments as [{name, text}], sorted by name.
    Json documents(Oid owner) const;
    Json comment_documents(Oid owner) const;
};

Constraints read_table_constraints(Reading& reading);
Constraints read_domain_constraints(Reading& reading);

}  // namespace schemaver::catalog
