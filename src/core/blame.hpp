// For each element of an object as it is now: which version last changed it, and which brought it.
//
// A version is the object's definition after one commit. Example: a column that came with the first version
// and got another type in the third was changed by the third, and is there since the first.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/elements.hpp"
#include "core/fingerprint.hpp"

namespace schemaver::core {

struct Version {
    Json definition;  // null: the object was gone
    // Names that a command of this version gave to a part of an object: ALTER TABLE ... RENAME COLUMN.
    std::set<std::string> new_names;
};

struct Blamed {
    Element element;      // as it is in the last version
    std::string change;   // the last one: "added", "modified", "renamed"
    std::string former;   // words of a renamed one before: "column mail"
    std::size_t changed;  // the version that did that
    std::size_t since;    // the version that brought it; a part that was renamed is the same part
};

// The elements of the last version, in their order. Oldest version first; none may be missing in between.
std::vector<Blamed> blame(const std::vector<Version>& versions, const Normalise& normalise);

// The names that a command gave to parts of objects, by its tag and objects: ALTER TABLE and
// "table column public.people.email" is email.
std::set<std::string> names_given_by(const std::string& tag, const std::vector<std::string>& objects);

}  // namespace schemaver::core
