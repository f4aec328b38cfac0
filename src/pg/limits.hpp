// How large things may become. A test makes them smaller (fault.cpp).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace schemaver::pg {

struct Limits {
    // A value of the server has at most 1 GB, and a row that holds it too.
    std::size_t text = std::size_t{1023} << 20;
    // What another server answers, in memory.
    std::size_t answer = std::size_t{1} << 30;
};
inline Limits limits;

inline bool is_storable(std::string_view text) { return text.size() <= limits.text; }
// For a text that is not. `what` says which: "the definition of table public.people".
core::Error too_large(const std::string& what, std::string_view text, const std::string& hint = {});

}  // namespace schemaver::pg
