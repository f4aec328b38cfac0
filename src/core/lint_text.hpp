// Texts of scripts, for lint: where words begin, how statements are changed into safer ones.
//
//     with_word_after("CREATE INDEX i ON t (a)", "INDEX", "CONCURRENTLY")     CREATE INDEX CONCURRENTLY i ON
//     t (a)
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace schemaver::core {

// Line, column and position from 1, in characters; `bytes` is the caller's.
struct TextPlace {
    std::size_t bytes = 0;
    std::size_t line = 1;
    std::size_t column = 1;
    std::size_t position = 1;
    // Over this UTF-8 text.
    void go_on(std::string_view text);
};

// Where the first word is at `from` or after: behind blanks and comments, of both sorts.
std::size_t first_word(std::string_view text, std::size_t from);

std::string_view first_characters(std::string_view utf8, int count);

// Whether there are `bytes` bytes without a blank or a parenthesis between them.
bool has_long_word(std::string_view text, std::size_t bytes);

// Inserts `added` behind the first occurrence of the word, in upper or lower case; unchanged without one.
std::string with_word_after(std::string_view text, std::string_view word, std::string_view added);

}  // namespace schemaver::core
