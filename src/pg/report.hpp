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

// The same at a level, of texts in UTF-8; what is below log_min_messages is not written.
enum class Level { warning, log, notice };
void log(Level level, const std::string& message, const std::string& detail);

// While it lives, what is below ERROR reaches neither client nor log: the server's lexer says "identifier
// will be truncated" of a text each time that it reads it, and the user has been told.
class Quiet {
  public:
    Quiet();
    ~Quiet();
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

  private:
    int client_;
    int log_;
};

}  // namespace schemaver::pg
