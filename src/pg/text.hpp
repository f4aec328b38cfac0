// Text in and out of the server: core speaks UTF-8, the database speaks its own encoding.
//
// In a SQL_ASCII database a name or a body may hold bytes that are no UTF-8, and so may a role's name in any
// database. Each such byte is written as the private-use character U+10FF00 + byte, so that different bytes
// stay different and JSON stays valid.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "pg/server.hpp"

namespace schemaver::pg {

// From the database's encoding to UTF-8.
std::string to_utf8(const char* bytes, std::size_t length);
inline std::string to_utf8(const char* text) {
    return text == nullptr ? std::string() : to_utf8(text, std::strlen(text));
}

// The same without a copy where the bytes are UTF-8 already; otherwise `converted` holds what is returned.
std::string_view utf8_view(const char* bytes, std::size_t length, std::string& converted);
inline std::string_view utf8_view(const NameData& name, std::string& converted) {
    return utf8_view(NameStr(name), std::strlen(NameStr(name)), converted);
}

// From UTF-8 to the database's encoding. Throws pg::Error (untranslatable_character) where it has no such
// one.
std::string from_utf8(std::string_view text);

std::string text_from_datum(Datum text);
std::vector<std::string> text_array_from_datum(Datum array);  // NULL elements are left out

// In the current memory context.
Datum text_datum(std::string_view utf8);
Datum name_datum(std::string_view utf8);
Datum text_array_datum(const std::vector<std::string>& texts);
Datum jsonb_datum(const nlohmann::json& value);
// A jsonb as it is, its numbers to the last digit.
std::string text_from_jsonb(Datum jsonb);
Datum jsonb_from_text(std::string_view utf8);

// The server's quote_identifier.
std::string quote_identifier(std::string_view utf8);
// Appends it to `out`.
void append_identifier(std::string& out, std::string_view utf8);
std::string quote_qualified(const std::string& schema, const std::string& name);

}  // namespace schemaver::pg
