// What the catalogs hold in the server's own notation, in lint's terms.
#pragma once

#include "core/lint_statement.hpp"

namespace schemaver::core {

// varchar's atttypmod 24 is (20).
std::vector<std::int64_t> type_modifiers(std::string_view type, std::int64_t typmod);

// The numbers of the columns that a stored CHECK says are NOT NULL: a single test, or several joined by AND.
std::vector<int> not_null_attributes(std::string_view condition);

}  // namespace schemaver::core
