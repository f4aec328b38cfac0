// The text of a single statement, as the client sent it.
#pragma once

#include <optional>
#include <string>

#include "pg/boundary.hpp"

namespace schemaver::pg {

// The statement that the client sent, when it sent just one and that one has this command tag; nothing when
// it sent several, or one that only leads to the command (a DO block, a function call): then there is no text
// that is this command's own.
std::optional<std::string> single_statement_text(const std::string& tag);

}  // namespace schemaver::pg
