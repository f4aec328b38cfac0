// The difference of two points with all that is known about it: what diff(), diff_text(), changelog() and
// compatibility() are made of.
#pragma once

#include "version/changes.hpp"

namespace schemaver::version {

struct Attribution {
    std::optional<bool> captured;  // nothing: the points are of different databases
    std::int64_t commit = 0;       // 0: not known
    std::string user;
};

struct Comparison {
    Point from;
    Point to;
    Changes changes;
    std::vector<core::Difference> differences;
    std::vector<Attribution> attributions;  // one for each difference
};

Comparison compare(const Point& from, const Point& to, const core::DiffChoice& choice = {});

}  // namespace schemaver::version
