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
#include "core/renames.hpp"

namespace schemaver::core {

struct Difference {
    std::string change;    // "added", "removed", "modified", "renamed": of the property, or of the object if
                           // there is none. Renamed are objects and columns: "columns.email", "mail", "email"
    std::string kind;      // the object's
    std::string identity;  // the object's
    std::string property;  // path in words; empty: the whole object
    Json old_value;        // null: there was none
    Json new_value;        // null: there is none now
    std::string facet;     // empty for a whole object
    std::string former_identity = {};  // of an object that has been renamed, in each of its rows
    double likeness = 1;               // below 1: the rename is a guess
};

// Both sorted. Rows come in the order of kind and identity, facets and properties sorted within. Expressions
// are compared by `normalise`, so that two spellings of one expression are no difference; the rows show the
// texts. A list whose elements all have a "name" is compared by name (and, when the names are the same but
// their order is not, gives one "modified" row with the path of the list and the two lists of names, unless
// the list is known to be unordered: "constraints"). Other lists are compared as a whole.
std::vector<Difference> diff(const Schema& from, const Schema& to, const FacetSet& facets,
                             const Normalise& normalise);

// The same with objects that are known to be called otherwise: one "renamed" row, then what else differs.
// What differs by nothing but the new name of something else (an index's table, a column in a CHECK) is no
// row. The paths of a renamed column's properties have its new name.
std::vector<Difference> diff(const Schema& from, const Schema& to, const std::vector<Rename>& renames,
                             const std::vector<ColumnRename>& columns, const FacetSet& facets,
                             const Normalise& normalise);
std::vector<Difference> diff(const Schema& from, const Schema& to, const std::vector<Rename>& renames,
                             const FacetSet& facets, const Normalise& normalise);

// Renames that are likely although nobody saw them: of each kind, removed and added objects whose definitions
// have most in common. Likeness is the share of common columns (of equal structure, where there are none),
// and to a fifth of the name.
std::vector<Rename> guess_renames(const Schema& from, const Schema& to, const Normalise& normalise);

// Which differences are wanted.
struct DiffChoice {
    FacetSet facets;
    std::vector<std::string> kinds;    // none: all
    std::vector<std::string> schemas;  // none: all
    std::vector<std::string> ignored_kinds;
    std::vector<std::string> ignored_schemas;

    bool wants(const Object& object) const;
};

// Takes "facet", "kind" and "schema:name" words into the choice as things to be ignored. Throws Error
// (invalid_argument) with the nearest word.
void ignore(DiffChoice& choice, const std::vector<std::string>& words);
// Throws Error (invalid_argument) with the nearest one when there is no such kind.
void check_kinds(const std::vector<std::string>& kinds);

// Without what comes along with another row by itself: the index of a constraint that is listed, the sequence
// of an identity or serial column that is listed, on a partition what its parent's row says already.
// `from` and `to` are the schemas that were compared.
void fold_noise(std::vector<Difference>& rows, const Schema& from, const Schema& to);

// A value in words for one cell of a psql table: strings bare, {"sql": x} as x, a column as
// "character varying(20) not null default now()", a constraint as "check (a > 0)", a whole definition as the
// start of what is in it (at most 200 bytes), other values as canonical JSON.
std::string in_words(const Json& value);

// The same for what is known to be a column, whatever other properties it has: as CREATE TABLE would have it.
std::string column_in_words(const Json& column);

}  // namespace schemaver::core
