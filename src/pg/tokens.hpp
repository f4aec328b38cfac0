// SQL cut into tokens by the server's own scanner.
#pragma once

#include <string>
#include <vector>

#include "core/redact_text.hpp"

namespace schemaver::pg {

// `text` in the database's encoding; so are the values. Throws pg::Error where it is no SQL.
std::vector<core::Token> tokens_of(const std::string& text);

}  // namespace schemaver::pg
