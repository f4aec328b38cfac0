// Blanks, comments, words.
#include "core/lint_text.hpp"

#include <algorithm>

namespace schemaver::core {

namespace {

constexpr std::string_view blank_characters = " \t\r\n\f\v";

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

char lower_letter(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool is_word_character(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '_' || byte == '"' || static_cast<unsigned char>(byte) >= 0x80;
}

// Behind the comment that begins at `at`; they nest.
std::size_t behind_block_comment(std::string_view text, std::size_t at) {
    int depth = 0;
    while (at + 1 < text.size()) {
        if (text[at] == '/' && text[at + 1] == '*') {
            ++depth;
            at += 2;
        } else if (text[at] == '*' && text[at + 1] == '/') {
            at += 2;
            if (--depth == 0) return at;
        } else {
            ++at;
        }
    }
    return text.size();
}

}  // namespace

void TextPlace::go_on(std::string_view text) {
    for (const char byte : text) {
        if (is_continuation(byte)) continue;
        ++position;
        ++column;
        if (byte == '\n') {
            ++line;
            column = 1;
        }
    }
}

std::size_t first_word(std::string_view text, std::size_t from) {
    std::size_t at = from;
    while (at < text.size()) {
        const std::string_view rest = text.substr(at);
        if (blank_characters.find(text[at]) != std::string_view::npos) {
            ++at;
        } else if (rest.starts_with("--")) {
            at = std::min(text.find('\n', at), text.size());
        } else if (rest.starts_with("/*")) {
            at = behind_block_comment(text, at);
        } else {
            return at;
        }
    }
    return text.size();
}

std::string_view first_characters(std::string_view utf8, int count) {
    std::size_t at = 0;
    while (at < utf8.size() && (count > 0 || is_continuation(utf8[at]))) {
        if (!is_continuation(utf8[at])) --count;
        ++at;
    }
    return utf8.substr(0, at);
}

bool has_long_word(std::string_view text, std::size_t bytes) {
    std::size_t run = 0;
    for (const char byte : text) {
        run =
            blank_characters.find(byte) == std::string_view::npos && byte != '(' && byte != ')' ? run + 1 : 0;
        if (run >= bytes) return true;
    }
    return false;
}

std::string with_word_after(std::string_view text, std::string_view word, std::string_view added) {
    const auto same = [](char one, char other) { return lower_letter(one) == lower_letter(other); };
    auto from = text.begin();
    for (;;) {
        const auto found = std::search(from, text.end(), word.begin(), word.end(), same);
        if (found == text.end()) return std::string(text);
        const auto behind = found + static_cast<std::ptrdiff_t>(word.size());
        if ((found == text.begin() || !is_word_character(*(found - 1))) &&
            (behind == text.end() || !is_word_character(*behind))) {
            const auto split = static_cast<std::size_t>(behind - text.begin());
            return std::string(text.substr(0, split)) + " " + std::string(added) +
                   std::string(text.substr(split));
        }
        from = behind;
    }
}

}  // namespace schemaver::core
