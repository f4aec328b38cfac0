// Parts of a canonical JSON text, as the text that they are: equal parts are equal texts, so who only
// compares some of them need not parse the rest.
//
//     const std::string_view columns = member_text(member_text(document, "structure"), "columns");
#pragma once

#include <string_view>
#include <vector>

namespace schemaver::core {

// The text of an object's member. Empty if there is none, and if `object` is no object in canonical form.
std::string_view member_text(std::string_view object, std::string_view key);

// The texts of an array's elements, in order. None if `array` is no array in canonical form.
std::vector<std::string_view> element_texts(std::string_view array);

}  // namespace schemaver::core
