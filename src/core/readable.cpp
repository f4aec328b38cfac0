// Definitions as lines, and the comparison of two such lists.
#include "core/readable.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "core/diff.hpp"
#include "core/properties.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

// The most a person looks at first.
constexpr std::array<std::string_view, 4> reading_order = {"structure", "storage", "security", "comment"};

constexpr std::size_t largest_table = 4'000'000;  // pairs of lines that are compared one by one

std::vector<std::string> split_lines(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        lines.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    while (!lines.empty() && lines.back().empty()) lines.pop_back();
    return lines;
}

// columns -> column; of others the name as it is
std::string singular(const std::string& list) {
    if (list == "privileges" || !list.ends_with('s')) return list;
    return list.substr(0, list.size() - 1);
}

class Writer {
  public:
    std::vector<std::string> lines;

    void property(const std::string& name, const Json& value) {
        if (value.is_array() && !value.empty() && value.front().is_object())
            for (const Json& element : value) this->element(name, element);
        else if (value.is_array())
            put(name, list_in_words(value));
        else if (value.is_object() && !is_expression(value) && !value.empty())
            for (const auto& [key, part] : value.items()) property(name + " " + key, part);
        else
            put(name, value.is_boolean() ? "" : in_words(value), value.is_boolean() && !value.get<bool>());
    }

  private:
    static std::string list_in_words(const Json& list) {
        std::vector<std::string> words;
        for (const Json& element : list) words.push_back(in_words(element));
        return joined(words, ", ");
    }

    // A text of several lines stands below its name.
    void put(const std::string& name, const std::string& value, bool denied = false) {
        const auto parts = split_lines(value);
        if (parts.size() > 1) {
            lines.push_back("  " + name);
            for (const std::string& part : parts) lines.push_back("    " + part);
            return;
        }
        lines.push_back(
            fmt::format("  {}{}{}{}", denied ? "not " : "", name, value.empty() ? "" : " ", value));
    }

    void element(const std::string& list, const Json& element) {
        if (list == "privileges") {
            put("privileges of " + text_of(element, "grantee"),
                joined(texts_of(element, "privileges"), ", ") +
                    (has(element, "grantable") ? " grantable " + joined(texts_of(element, "grantable"), ", ")
                                               : ""));
            return;
        }
        std::string words =
            has(element, "type") && list == "columns" ? column_in_words(element) : in_words(element);
        const std::string name = text_of(element, "name");
        if (words == canonical(element)) words = rest_in_words(element);
        put(singular(list),
            name.empty() ? words : quote_identifier(name) + (words.empty() ? "" : " " + words));
    }

    static std::string rest_in_words(Json element) {
        element.erase("name");
        std::vector<std::string> words;
        // what an index's key is of needs no word for that
        for (const char* key : {"column", "expression"})
            if (has(element, key)) words.push_back(wording_of(element, key));
        for (const auto& [key, value] : element.items())
            if (key != "column" && key != "expression")
                words.push_back(key + " " + (value.is_array() ? list_in_words(value) : in_words(value)));
        return joined(words, ", ");
    }
};

using Lines = std::vector<std::string>;

// By dynamic programming over what is between the common beginning and the common end.
void compare_middle(std::vector<ComparedLine>& result, const Lines& before, const Lines& after,
                    std::size_t start, std::size_t before_end, std::size_t after_end) {
    const std::size_t rows = before_end - start;
    const std::size_t columns = after_end - start;
    std::size_t i = 0;
    std::size_t j = 0;
    if (rows * columns <= largest_table) {
        std::vector<std::uint32_t> common((rows + 1) * (columns + 1));
        const auto at = [&](std::size_t row, std::size_t column) -> std::uint32_t& {
            return common[row * (columns + 1) + column];
        };
        for (std::size_t row = rows; row-- > 0;)
            for (std::size_t column = columns; column-- > 0;)
                at(row, column) = before[start + row] == after[start + column]
                                      ? at(row + 1, column + 1) + 1
                                      : std::max(at(row + 1, column), at(row, column + 1));
        while (i < rows && j < columns) {
            if (before[start + i] == after[start + j]) {
                result.push_back({' ', before[start + i]});
                ++i;
                ++j;
            } else if (at(i + 1, j) >= at(i, j + 1)) {
                result.push_back({'-', before[start + i++]});
            } else {
                result.push_back({'+', after[start + j++]});
            }
        }
    }
    while (i < rows) result.push_back({'-', before[start + i++]});
    while (j < columns) result.push_back({'+', after[start + j++]});
}

}  // namespace

std::vector<std::string> readable(const Object& object) {
    Writer writer;
    writer.lines.push_back(object.kind + " " + object.identity);
    for (const std::string_view facet : reading_order) {
        const Json* properties = member(object.definition, facet);
        if (properties == nullptr) continue;
        for (const auto& [name, value] : properties->items()) {
            const bool is_comment = facet == "comment";
            writer.property(is_comment ? (name == "text" ? "comment" : "comment of " + singular(name)) : name,
                            value);
        }
    }
    return std::move(writer.lines);
}

std::vector<ComparedLine> compared_lines(const Lines& before, const Lines& after) {
    std::vector<ComparedLine> result;
    std::size_t start = 0;
    while (start < before.size() && start < after.size() && before[start] == after[start])
        result.push_back({' ', before[start++]});
    std::size_t before_end = before.size();
    std::size_t after_end = after.size();
    while (before_end > start && after_end > start && before[before_end - 1] == after[after_end - 1]) {
        --before_end;
        --after_end;
    }
    compare_middle(result, before, after, start, before_end, after_end);
    for (std::size_t i = before_end; i < before.size(); ++i) result.push_back({' ', before[i]});
    return result;
}

}  // namespace schemaver::core
