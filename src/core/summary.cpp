// Words for commands and changes.
#include "core/summary.hpp"

#include <algorithm>

#include "core/diff.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr std::size_t longest_value = 200;  // bytes: the body of a function is no line

// "materialized view " of CREATE MATERIALIZED VIEW: what objects of the tag's kind begin with.
std::string kind_in(const std::string& tag) {
    const auto space = tag.find(' ');
    if (space == std::string::npos) return {};
    std::string kind = tag.substr(space + 1) + " ";
    std::transform(kind.begin(), kind.end(), kind.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return kind;
}

std::string property_of(const Difference& difference) {
    if (difference.facet != "comment") return difference.property;
    return difference.property == "text" ? "comment" : "comment on " + difference.property;
}

std::string line_of(const Difference& difference) {
    const std::string property = property_of(difference);
    const std::string before = on_one_line(difference.old_value);
    const std::string after = on_one_line(difference.new_value);
    if (difference.change == "removed") return property + " removed";
    if (difference.change == "added") return property + " added: " + after;
    return property + ": " + before + " -> " + after;
}

}  // namespace

std::string on_one_line(const Json& value) {
    std::string line;
    for (const char c : in_words(value)) {
        const bool is_space = c == ' ' || c == '\n' || c == '\t';
        if (!is_space)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    return shortened(line, longest_value);
}

std::string command_in_words(const std::string& tag, const std::vector<std::string>& objects) {
    if (objects.empty()) return tag;
    const std::string kind = kind_in(tag);
    if (kind.empty()) return tag + " " + objects.front();
    const auto own = std::find_if(objects.begin(), objects.end(),
                                  [&](const std::string& object) { return object.starts_with(kind); });
    if (own == objects.end()) return tag + " " + objects.front();
    return tag + " " + own->substr(kind.size());
}

std::string change_in_words(const Object& from, const Object& to, const Normalise& normalise) {
    Object before = from;
    before.identity = to.identity;  // a rename has a column of its own
    std::vector<std::string> lines;
    for (const Difference& difference : diff({before}, {to}, {}, normalise))
        lines.push_back(line_of(difference));
    return joined(lines, "\n");
}

std::string from_to(const std::string& from, const std::string& to) {
    if (from == to) return to;
    return (from.empty() ? "" : from + " ") + "->" + (to.empty() ? "" : " " + to);
}

}  // namespace schemaver::core
