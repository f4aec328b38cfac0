// JSON as schemaver uses it: parsed with limits, written in one canonical form.
//
// The canonical form is RFC 8785 (JCS) for the values that definitions and metadata hold: objects with ASCII
// keys in sorted order, arrays, strings, booleans, null and integers within +-2^53. No floating point is ever
// written, so the number rules of the RFC never come into play.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/digest.hpp"

namespace schemaver::core {

using Json = nlohmann::json;  // objects are std::map, so their keys are sorted already

bool is_utf8(std::string_view text);

// Whether the canonical form of a string is the text itself between quotes: nothing in it but ASCII that
// needs no escape.
bool is_canonical(std::string_view text);

// Appends the canonical form of one string, quotes included. Throws Error (internal) on invalid UTF-8.
void append_canonical(std::string& out, std::string_view text);

// The canonical text of a value. Throws Error (internal) on a float or on invalid UTF-8.
std::string canonical(const Json& value);

// The SHA-256 of that text, which is never there as a whole.
DigestBytes canonical_digest(const Json& value);

// Parses JSON text that came from outside. Refuses (Error, invalid_metadata, naming the place) what is not
// JSON, nesting deeper than 64 levels, duplicate keys in one object, and numbers that are no 64-bit integers.
// `what` names the input in the message, for example "backup metadata"; `hint` says what to do about it.
Json parse_json(std::string_view text, std::string_view what, std::string_view hint = {});

}  // namespace schemaver::core
