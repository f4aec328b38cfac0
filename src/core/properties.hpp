// Reading the properties of a definition. A definition may come from a file that anybody can have written, so
// nothing is taken for granted: what is missing or of another type reads as empty.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"

namespace schemaver::core {

// nullptr if `object` is no object or has no such member.
const Json* member(const Json& object, std::string_view key);

bool has(const Json& object, std::string_view key);

// The member if it is a string, otherwise "".
std::string text_of(const Json& object, std::string_view key);

// Whether the member is the boolean true.
bool is_true(const Json& object, std::string_view key);

// The text of a member {"sql": text}, otherwise "".
std::string expression_of(const Json& object, std::string_view key);

// The text of a member that is a string or an {"sql": text}, otherwise "".
std::string wording_of(const Json& object, std::string_view key);

// The elements of a list that are objects, in its order.
std::vector<const Json*> objects_of(const Json& object, std::string_view key);

// The elements of a list that are strings, in its order.
std::vector<std::string> texts_of(const Json& object, std::string_view key);

// The element of a list of objects whose "name" it is, or nullptr.
const Json* named(const Json& object, std::string_view list, std::string_view name);

}  // namespace schemaver::core
