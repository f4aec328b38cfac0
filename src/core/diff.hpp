// The difference of two schemas as rows: one for each object added or removed, one for each property changed.
//
// A property is named by its path in words, in which the elements of a list are named, not numbered:
// "columns.email.type", "constraints.people_pkey.columns". Example: a column added to public.people gives
// {added, table, public.people, columns.phone, "", {"name":"phone","type":"text"}, structure}.
#pragma once

#include <string>
#include <vector>

#include "core/fingerprint.hpp"
#include "core/model.hpp"

namespace schemaver::core {

struct Difference {
    std::string change;  // "added", "removed", "modified": of the property, or of the object if there is none
    std::string kind;    // the object's
    std::string identity;  // the object's
    std::string property;  // path in words; empty: the whole object
    Json old_value;        // null: there was none
    Json new_value;        // null: there is none now
    std::string facet;     // empty for a whole object
};

// Both sorted. Rows come in the order of kind and identity, facets and properties sorted within. Expressions
// are compared by `normalise`, so that two spellings of one expression are no difference; the rows show the
// texts. A list whose elements all have a "name" is compared by name (and, when the names are the same but
// their order is not, gives one "modified" row with the path of the list and the two lists of names, unless
// the list is known to be unordered: "constraints"). Other lists are compared as a whole.
std::vector<Difference> diff(const Schema& from, const Schema& to, const FacetSet& facets,
                             const Normalise& normalise);

// A value in words for one cell of a psql table: strings bare, {"sql": x} as x, a column as
// "character varying(20) not null default now()", a constraint as "check (a > 0)", a whole definition as the
// start of what is in it (at most 200 bytes), other values as canonical JSON.
std::string in_words(const Json& value);

// The same for what is known to be a column, whatever other properties it has: as CREATE TABLE would have it.
std::string column_in_words(const Json& column);

}  // namespace schemaver::core
