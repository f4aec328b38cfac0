// A definition as lines that people read and compare, one for each thing that can change by itself.
//
//     table public.people
//       column id integer not null
//       constraint people_pkey primary key (id)
//       owner ann
#pragma once

#include <string>
#include <vector>

#include "core/model.hpp"

namespace schemaver::core {

std::vector<std::string> readable(const Object& object);

// A line of a comparison: ' ' it is on both sides, '-' only before, '+' only after.
struct ComparedLine {
    char mark;
    std::string text;
};

// The shortest way from one text to the other, as diff finds it.
std::vector<ComparedLine> compared_lines(const std::vector<std::string>& before,
                                         const std::vector<std::string>& after);

}  // namespace schemaver::core
