// The model: a schema is a list of objects; an object is a kind, an identity and a definition.
//
// Kind and identity are what the server's own pg_identify_object says, for example "table" and
// "public.people". A definition is a JSON object of up to four facets, each a JSON object of properties; a
// property at its default is left out, and so is a facet without properties. Expressions are {"sql":
// "<deparsed text>"}. docs/fingerprint.md describes the documents kind by kind.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"

namespace schemaver::core {

// In the order of their names, which is the order the canonical form writes them in.
inline constexpr std::array<std::string_view, 4> facet_names = {"comment", "security", "storage",
                                                                "structure"};

struct Object {
    std::string kind;      // "table", "index", "view", "function", ...
    std::string identity;  // quoted where SQL would need it: public."Odd name"
    std::string schema;    // unquoted name of the schema it lives in; empty where it lives in none
    Json definition;       // {facet: {property: value, ...}, ...}
};

// Sorted by kind, then identity, both by bytes; each pair at most once.
using Schema = std::vector<Object>;

void sort(Schema& schema);

// The object, or nullptr. The schema must be sorted.
const Object* find(const Schema& schema, std::string_view kind, std::string_view identity);

}  // namespace schemaver::core
