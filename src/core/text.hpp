// Small helpers for texts that people read: quoting for SQL and for the shell, shortening, counting in words.
//
// Example: quote_identifier("Odd name") is "\"Odd name\"", counted(7, "column") is "7 columns".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace schemaver::core {

// An identifier as SQL needs it: bare where that is safe, otherwise in double quotes. Agrees with the
// server's quote_ident().
std::string quote_identifier(std::string_view identifier);

// The names in a qualified identifier, without their quotes: public."Odd.name" gives public and Odd.name.
std::vector<std::string> identifier_parts(std::string_view qualified);

// A string constant: 'it''s'; with a backslash in it, E'a\\b', which means the same under every setting.
std::string quote_literal(std::string_view text);

// One word of a shell command line: bare, '...', or $'...' where there are control characters.
std::string shell_word(std::string_view text);

// Without blanks, tabs and line breaks at either end.
std::string_view trimmed(std::string_view text);

// At most `bytes` bytes, cut between two characters, with "..." in the place of what is gone.
std::string shortened(std::string_view text, std::size_t bytes);

// "1 column", "7 columns". `many` is for nouns that do not just take an s.
std::string counted(std::size_t number, std::string_view one, std::string_view many = {});

bool contains(const std::vector<std::string>& texts, std::string_view wanted);

std::string joined(const std::vector<std::string>& parts, std::string_view separator);

// "a", "a and b", "a, b and c"
std::string in_a_sentence(const std::vector<std::string>& parts);

}  // namespace schemaver::core
