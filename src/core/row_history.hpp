// Which of the changes of an object made a row of a diff: the last one that did that very thing to that very
// property.
//
// Example: people got the column email in step 1, a comment in step 2, and another type of email in step 3.
// "columns.email added" was made by step 1, and "comment added" by step 2.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/diff.hpp"

namespace schemaver::core {

// What one commit did to the object.
struct Step {
    bool came_or_went = false;     // as a whole
    std::vector<Difference> rows;  // otherwise
};

// `row` is about a property, and tells it from the earlier point to the later one. Asks for the last step
// first, and for no more than are needed. Nothing: none of the steps made it.
std::optional<std::size_t> step_that_made(const Difference& row, std::size_t steps,
                                          const std::function<const Step&(std::size_t)>& step);

// The row as it reads on the way from the earlier point to the later one, where `row` is of the way back.
Difference the_other_way(const Difference& row, const std::vector<Difference>& all);

}  // namespace schemaver::core
