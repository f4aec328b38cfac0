// A diff as a text: unified, in colours, as Markdown, or side by side.
#pragma once

#include <string>
#include <vector>

#include "core/diff.hpp"

namespace schemaver::core {

enum class DiffFormat { text, color, markdown, side_by_side };

// What stands on the two sides, and what differs.
struct DiffSides {
    std::string from_name;  // the points, as they were written
    std::string to_name;
    const Schema& from;
    const Schema& to;
    const std::vector<Rename>& renames;
    const std::vector<Difference>& differences;  // the objects that are shown
};

// Empty where nothing differs.
std::string diff_text(const DiffSides& sides, DiffFormat format);

}  // namespace schemaver::core
