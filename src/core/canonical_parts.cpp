// One look at each character. Whatever the text is, nothing behind its end is looked at.
#include "core/canonical_parts.hpp"

namespace schemaver::core {

namespace {

// Behind the string that begins at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            return at + 1;
        }
    }
    return text.size();
}

// Behind the value that begins at `at`: at the comma or the bracket that follows it.
std::size_t end_of_value(std::string_view text, std::size_t at) {
    std::size_t depth = 0;
    while (at < text.size()) {
        switch (text[at]) {
            case '"':
                at = end_of_string(text, at);
                continue;
            case '{':
            case '[':
                ++depth;
                break;
            case '}':
            case ']':
                if (depth == 0) return at;
                --depth;
                break;
            case ',':
                if (depth == 0) return at;
                break;
            default:
                break;
        }
        ++at;
    }
    return text.size();
}

bool begins(std::string_view text, char bracket) { return !text.empty() && text.front() == bracket; }

}  // namespace

std::string_view member_text(std::string_view object, std::string_view key) {
    if (!begins(object, '{')) return {};
    std::size_t at = 1;
    while (at < object.size() && object[at] == '"') {
        const std::size_t colon = end_of_string(object, at);
        const std::size_t end = end_of_value(object, colon);
        // The key stands between quotes.
        if (colon < end && object.substr(at + 1, colon - at - 2) == key)
            return object.substr(colon + 1, end - colon - 1);
        at = end + 1;
    }
    return {};
}

std::vector<std::string_view> element_texts(std::string_view array) {
    std::vector<std::string_view> elements;
    if (!begins(array, '[')) return elements;
    std::size_t at = 1;
    while (at < array.size() && array[at] != ']') {
        const std::size_t end = end_of_value(array, at);
        elements.push_back(array.substr(at, end - at));
        at = end + 1;
    }
    return elements;
}

}  // namespace schemaver::core
