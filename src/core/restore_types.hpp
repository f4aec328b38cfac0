// Whether the text form of a value of one type is read by another type without loss.
//
// COPY carries values as text, so this is what counts when the rows of an old column are loaded into a new
// one. Example: every integer fits a bigint; a text may be too long for a character varying(20).
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/model.hpp"

namespace schemaver::core {

enum class Fit {
    same,     // the same type
    widens,   // every value fits and means the same
    changes,  // every value loads, but reads or compares otherwise afterwards
    narrows,  // some values would be refused or lost
};

struct TypeFit {
    Fit fit = Fit::same;
    std::string why;  // a clause: "values over 20 characters would be refused"; empty for `same`
};

// The types as format_type() writes them. The schemas hold the enum and domain types that they may name.
TypeFit fit_of(const std::string& from, const Schema& from_schema, const std::string& to,
               const Schema& to_schema);

// Whether a string type takes all texts of at most so many characters as they are.
bool takes_strings_up_to(std::size_t longest, const std::string& type, const Schema& schema);

// Of the type, or of what a domain is over.
bool is_string_type(const std::string& type, const Schema& schema);

// The most characters that a string type takes; nothing: any number, or no string type.
std::optional<int> limit_of_string(const std::string& type, const Schema& schema);

// The name of the type of the elements: "public.mood[]" gives "public.mood". Others stay as they are.
std::string element_type(const std::string& type);

// The structure of a user-made type, or nullptr.
const Json* structure_of_type(const Schema& schema, const std::string& type);

}  // namespace schemaver::core
