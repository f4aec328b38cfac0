// Messages below ERROR.
#pragma once

#include <string>

#include "pg/boundary.hpp"

namespace schemaver::pg {

// Empty detail and hint are left out. All UTF-8.
void warn(const std::string& message, const std::string& detail = {}, const std::string& hint = {});
void notice(const std::string& message, const std::string& detail = {}, const std::string& hint = {});

}  // namespace schemaver::pg
