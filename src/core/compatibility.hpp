// Whether applications that know one schema work on another: expand and contract made checkable.
//
// One question, asked twice. Old applications on the new schema: nothing that they use may be missing,
// nothing that they read may come otherwise, nothing that they write may be refused. Then the same of new
// applications on the old schema. No to neither is "backward compatible"; only old ones break: "forward
// compatible"; both: "breaking".
//
// Example: a column added that may be NULL breaks no old application; one that is NOT NULL without a default
// does, because their INSERTs leave it out. Values that only new applications write (a wider type, another
// enum label, a NULL) do not count against a schema: an old application meets them only when a new one is at
// work.
#pragma once

#include <string>
#include <vector>

#include "core/diff.hpp"

namespace schemaver::core {

struct Break {
    std::string breaks;  // "old applications" or "new applications"
    std::string kind;
    std::string identity;
    std::string property;  // path in words; empty: the whole object
    std::string reason;    // what is so in the schema that they would work on
    std::string hint;      // how to do it compatibly; may be empty
};

struct Compatibility {
    std::string verdict;        // identical, backward compatible, forward compatible, breaking
    std::vector<Break> breaks;  // those of old applications first
};

// `from` and `to` need hold no more than the objects that differ, and of the others the types and tables that
// these name. Renames of objects are for the wording; a renamed column is one that is missing, and no new
// one.
Compatibility compatibility(const Schema& from, const Schema& to, const std::vector<Rename>& renames,
                            const std::vector<ColumnRename>& columns, const Normalise& normalise);

// What applications that know `known` meet on `found`: the one question, for one side.
std::vector<Break> breaks_on(const Schema& known, const Schema& found, const std::vector<Rename>& renames,
                             const std::vector<ColumnRename>& columns, const Normalise& normalise);

}  // namespace schemaver::core
