// Who made each row of a diff: the commit that last did that very thing to that very property.
//
// Only objects that differ are looked at, and of each only the changes between the two points, the last one
// first, until one is found that made the row.
#pragma once

#include "version/compare.hpp"

namespace schemaver::version {

struct Attribution {
    std::optional<bool> captured;  // nothing: the ledger does not know how one point became the other
    std::int64_t commit = 0;       // 0: not known
    std::string user;
};

// One for each of the comparison's differences.
std::vector<Attribution> attributions(const Comparison& comparison);

}  // namespace schemaver::version
