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

Comparison compare(const Point& from, const Point& to, const core::DiffChoice& choice = {});

}  // namespace schemaver::version
