// The difference of two points: what diff(), diff_text(), changelog() and compatibility() are made of.
#pragma once

#include "version/changes.hpp"

namespace schemaver::version {

struct Comparison {
    Point from;
    Point to;
    Changes changes;
    std::vector<core::Difference> differences;
};

// From the arguments facets, kinds, schemas and ignore of a function, which begin at `first`: text[] each.
core::DiffChoice choice_from(const pg::Arguments& arguments, int first);

enum class Renames { guess, none };  // where no ledger knows them

Comparison compare(Point from, Point to, const core::DiffChoice& choice = {},
                   Renames renames = Renames::guess);
// For several comparisons with the live schema.
Comparison compare(Point from, Point to, LiveObjects& live, const core::DiffChoice& choice = {},
                   Renames renames = Renames::guess);

}  // namespace schemaver::version
