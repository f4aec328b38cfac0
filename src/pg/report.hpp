// Messages below ERROR, and what is added to those of an error.
#pragma once

#include <string>

#include "pg/boundary.hpp"

namespace schemaver::pg {

// Empty detail and hint are left out. All UTF-8.
void warn(const std::string& message, const std::string& detail = {}, const std::string& hint = {});
void notice(const std::string& message, const std::string& detail = {}, const std::string& hint = {});

// The error with one more line of CONTEXT, and one more sentence of HINT.
Error annotated(const Error& error, const char* context, const char* hint);

}  // namespace schemaver::pg
