// Writes each object that differs as lines of its definition, before and after.
#include "core/diff_text.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/readable.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr std::size_t lines_around = 3;
constexpr std::size_t widest_side = 72;  // characters

struct ObjectPair {
    const Object* before;
    const Object* after;
};

std::vector<ObjectPair> pairs_of(const DiffSides& sides) {
    std::vector<ObjectPair> pairs;
    std::set<std::pair<std::string, std::string>> seen;
    for (const Difference& row : sides.differences) {
        if (!seen.insert({row.kind, row.identity}).second) continue;
        const std::string& before = row.former_identity.empty() ? row.identity : row.former_identity;
        pairs.push_back({find(sides.from, row.kind, before), find(sides.to, row.kind, row.identity)});
    }
    return pairs;
}

std::vector<std::string> lines_of(const Object* object) {
    return object == nullptr ? std::vector<std::string>{} : readable(*object);
}

// The lines that differ and some around them; a gap is a line with the mark 0.
std::vector<ComparedLine> hunks(const std::vector<ComparedLine>& all) {
    std::vector<bool> wanted(all.size(), false);
    for (std::size_t at = 0; at < all.size(); ++at) {
        if (all[at].mark == ' ') continue;
        const std::size_t first = at < lines_around ? 0 : at - lines_around;
        const std::size_t last = std::min(at + lines_around, all.size() - 1);
        for (std::size_t near = first; near <= last; ++near) wanted[near] = true;
    }
    std::vector<ComparedLine> lines;
    for (std::size_t at = 0; at < all.size(); ++at) {
        if (wanted[at])
            lines.push_back(all[at]);
        else if (at > 0 && wanted[at - 1])
            lines.push_back({0, ""});
    }
    while (!lines.empty() && lines.back().mark == 0) lines.pop_back();
    return lines;
}

std::string title_of(const ObjectPair& pair) {
    if (pair.before != nullptr && pair.after != nullptr && pair.before->identity != pair.after->identity)
        return fmt::format("{} {} -> {}", pair.after->kind, pair.before->identity, pair.after->identity);
    const Object& object = pair.after != nullptr ? *pair.after : *pair.before;
    return object.kind + " " + object.identity;
}

std::string unified(const DiffSides& sides, const ObjectPair& pair) {
    std::string text = fmt::format("--- {}\n+++ {}\n", pair.before == nullptr ? "/dev/null" : sides.from_name,
                                   pair.after == nullptr ? "/dev/null" : sides.to_name);
    text += fmt::format("@@ {} @@\n", title_of(pair));
    for (const ComparedLine& line : hunks(compared_lines(lines_of(pair.before), lines_of(pair.after))))
        text += line.mark == 0 ? "@@ ... @@\n" : fmt::format("{}{}\n", line.mark, line.text);
    return text;
}

std::string in_colours(const std::string& text) {
    std::string coloured;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        const std::string line = text.substr(start, end - start);
        const char* colour = line.starts_with("---") || line.starts_with("+++") ? "\x1b[1m"
                             : line.starts_with('@')                            ? "\x1b[36m"
                             : line.starts_with('-')                            ? "\x1b[31m"
                             : line.starts_with('+')                            ? "\x1b[32m"
                                                                                : "";
        coloured += *colour == 0 ? line + "\n" : fmt::format("{}{}\x1b[0m\n", colour, line);
        start = end + 1;
    }
    return coloured;
}

// A fence longer than any run of backquotes in the text.
std::string fence_for(const std::string& text) {
    std::string fence = "```";
    while (text.find(fence) != std::string::npos) fence += '`';
    return fence;
}

std::string as_markdown(const ObjectPair& pair) {
    std::string lines;
    for (const ComparedLine& line : hunks(compared_lines(lines_of(pair.before), lines_of(pair.after))))
        lines += line.mark == 0 ? "...\n" : fmt::format("{}{}\n", line.mark, line.text);
    const std::string fence = fence_for(lines);
    return fmt::format("### {}\n\n{}diff\n{}{}\n", title_of(pair), fence, lines, fence);
}

std::size_t characters_in(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(const std::string& text, std::size_t width) {
    const std::size_t length = characters_in(text);
    return length >= width ? text : text + std::string(width - length, ' ');
}

struct SideLine {
    std::string left;
    char mark;  // ' ' the same, '|' changed, '<' only left, '>' only right
    std::string right;
};

// Removed and added lines that follow each other stand side by side.
std::vector<SideLine> side_lines(const std::vector<ComparedLine>& lines) {
    std::vector<SideLine> sides;
    for (std::size_t at = 0; at < lines.size();) {
        if (lines[at].mark == ' ') {
            sides.push_back({lines[at].text, ' ', lines[at].text});
            ++at;
            continue;
        }
        std::vector<std::string> left;
        std::vector<std::string> right;
        for (; at < lines.size() && lines[at].mark != ' '; ++at)
            (lines[at].mark == '-' ? left : right).push_back(lines[at].text);
        for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
            const bool both = i < left.size() && i < right.size();
            sides.push_back({i < left.size() ? left[i] : "",
                             both              ? '|'
                             : i < left.size() ? '<'
                                               : '>',
                             i < right.size() ? right[i] : ""});
        }
    }
    return sides;
}

std::string side_by_side(const DiffSides& sides, const ObjectPair& pair) {
    const auto lines = side_lines(compared_lines(lines_of(pair.before), lines_of(pair.after)));
    std::size_t width = characters_in(sides.from_name);
    for (const SideLine& line : lines) width = std::max(width, characters_in(line.left));
    width = std::min(width, widest_side);
    std::string text = fmt::format("{}   {}\n", padded(sides.from_name, width), sides.to_name);
    for (const SideLine& line : lines) {
        std::string row = fmt::format("{} {} {}", padded(line.left, width), line.mark, line.right);
        row.erase(row.find_last_not_of(' ') + 1);
        text += row + "\n";
    }
    return text;
}

}  // namespace

std::string diff_text(const DiffSides& sides, DiffFormat format) {
    std::string text;
    for (const ObjectPair& pair : pairs_of(sides)) {
        if (pair.before == nullptr && pair.after == nullptr) continue;
        if (!text.empty() && format != DiffFormat::text && format != DiffFormat::color) text += "\n";
        switch (format) {
            case DiffFormat::text:
                text += unified(sides, pair);
                break;
            case DiffFormat::color:
                text += in_colours(unified(sides, pair));
                break;
            case DiffFormat::markdown:
                text += as_markdown(pair);
                break;
            case DiffFormat::side_by_side:
                text += side_by_side(sides, pair);
                break;
        }
    }
    return text;
}

}  // namespace schemaver::core
