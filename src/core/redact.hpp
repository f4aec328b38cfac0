// What a definition may say of options and connection strings: their names always, their values unless these
// may be a secret. A password is no part of a schema, and documents are read by people who must not know it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"

namespace schemaver::core {

inline constexpr char redacted[] = "(redacted)";

// By its name ("password", "api_key", "sslkey"), or because it looks like a connection string with a
// password.
bool may_be_secret(std::string_view name, std::string_view value);

// Of a setting that ALTER SYSTEM, ALTER ROLE ... SET or a function keeps. The server's own parameters hold no
// secrets, but for a few (primary_conninfo, archive_command); those of applications (app.jwt_secret) may.
bool setting_may_be_secret(std::string_view name, std::string_view value);

// "name=value" of options or settings, in their order, "name=(redacted)" where the value may be a secret.
std::vector<std::string> redacted_options(std::vector<std::string> options);
std::vector<std::string> redacted_settings(std::vector<std::string> settings);

// Options as the catalogs keep them, "name=value", as [{"name", "value"}] by name.
Json options_document(const std::vector<std::string>& options);

// Options of a user mapping, which the catalogs show to few: any of them may be what somebody logs in with,
// so only values of names that are known to be harmless are shown, the user's among them.
Json login_document(const std::vector<std::string>& options);

// Settings, as options are.
Json settings_document(const std::vector<std::string>& settings);

// A connection string of libpq, of either form, as [{"name", "value"}] by name: only values of keywords that
// are known to be harmless are shown.
Json connection_document(const std::string& connection);

}  // namespace schemaver::core
