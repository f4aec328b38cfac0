// SQL without the secrets in it, given its tokens and where its parse tree has secrets.
//
//     ALTER ROLE ann PASSWORD /* ge */ 'geheim'   ->   ALTER ROLE ann PASSWORD '(redacted)'
//
// Which literals are secrets is known from the tree, never from what a text looks like. Where tokens and tree
// do not fit together there is no text, rather than one that may still hold a secret.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace schemaver::core {

enum class TokenKind { word, string, other };  // word: a keyword or an identifier

// A string constant in one piece: with its prefix, its continuations on other lines, its UESCAPE.
struct Token {
    TokenKind kind;
    std::size_t start;
    std::size_t end;
    std::string value;  // of a word or a string without its quotes; empty for others
    bool value_known;   // not of U&'...': its escapes are resolved later than by the scanner
};

enum class SecretPlace {
    at,          // the token at the location: the value of SET
    string_from  // the first string constant behind the token at the location: an option's, or CONNECTION's
};

struct Secret {
    SecretPlace place;
    std::size_t location;  // in bytes
    std::string value;     // as the tree has it; empty: not known, or nothing that a text could give away
};

// The text with each secret replaced by '(redacted)' and, if there is any, without its comments, which may
// say it once more. nullopt: a secret is not where the tree says, or its value also stands elsewhere in the
// text.
std::optional<std::string> without_secrets(std::string_view text, const std::vector<Token>& tokens,
                                           const std::vector<Secret>& secrets);

}  // namespace schemaver::core
