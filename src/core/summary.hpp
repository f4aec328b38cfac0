// What happened, in a line that a person reads: a command, a commit, the change of an object.
//
// Example: ALTER TABLE of {"table public.people"} is "ALTER TABLE public.people".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/fingerprint.hpp"
#include "core/model.hpp"

namespace schemaver::core {

// A command by its tag and the object it is about. Of several objects that is the one of the tag's kind:
// CREATE TABLE makes a serial column's sequence first. The kind is said only where the tag does not.
std::string command_in_words(const std::string& tag, const std::vector<std::string>& objects);

// What differs between two definitions of an object, a line for each property: "columns.email.type:
// character varying(50) -> text", "columns.pager added: text", "constraints.people_check removed".
std::string change_in_words(const Object& from, const Object& to, const Normalise& normalise);

// A value in words (core/diff.hpp), without line breaks and not too long.
std::string on_one_line(const Json& value);

// "a -> b"; "a" where nothing changed, "-> b" where there was nothing before.
std::string from_to(const std::string& from, const std::string& to);

}  // namespace schemaver::core
