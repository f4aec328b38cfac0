// A definition taken apart into what a person would point at: its columns, constraints, labels, options, and
// each other property.
//
// Example: {"structure": {"columns": [{"name": "email", "type": "text"}]}, "security": {"owner": "ann"}} has
// the elements "column email" and "owner".
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/json.hpp"

namespace schemaver::core {

struct Element {
    std::string words;      // "column email", "constraint people_pkey", "label 'day'", "owner"
    Json value;             // what the definition says of it
    std::string list;       // "structure.columns": the list it is in; empty: it is a property
    std::string name;       // in that list
    std::size_t place = 0;  // in that list
};

// Structure first, then storage, security and comments. Each has words of its own.
std::vector<Element> elements_of(const Json& definition);

// What it is, for one cell in psql: "character varying(50) not null", "SELECT to clerk".
std::string in_words(const Element& element);

}  // namespace schemaver::core
