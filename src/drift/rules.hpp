// Rules that keep differences from being drift: the rows of schemaver.ignore_rule, which users write.
#pragma once

#include "core/drift.hpp"

namespace schemaver::drift {

std::vector<core::IgnoreRule> read_rules();

// The server's LIKE, by the bytes of both.
bool is_like(const std::string& text, const std::string& pattern);

}  // namespace schemaver::drift
