// Names that somebody may have meant: those with the fewest typing errors between them and what was typed.
//
// Example: nearest("v1.3.0", {"v1.2.0", "v1.30", "production"}) is {"v1.2.0", "v1.30"}.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace schemaver::core {

// How many single typing errors lie between two texts: a character that is missing, too many, another one, or
// two neighbours that have changed places. Bytes count as characters.
std::size_t typing_errors(std::string_view left, std::string_view right);

// At most three, the nearest first; upper and lower case are alike. A candidate that differs in more than a
// third of its length is no likely meaning, unless one text begins with the other.
std::vector<std::string> nearest(std::string_view typed, const std::vector<std::string>& candidates);

}  // namespace schemaver::core
