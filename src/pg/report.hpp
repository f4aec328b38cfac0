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
// To the server's log alone, without the statement that is running, which may hold a secret. The texts are in
// the database's encoding: also where an error has broken the transaction.
void log(const char* message, const char* detail);

}  // namespace schemaver::pg
