// Quoting, shortening and counting, for messages, hints and commands.
#include "core/text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace schemaver::core {

namespace {

// Every key word that the server's grammar does not call unreserved, for those quote_ident() puts in quotes
// too. Sorted. PostgreSQL 15's, and system_user, which 16 made reserved.
// clang-format off
constexpr auto key_words = std::to_array<std::string_view>({
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization",
    "between", "bigint", "binary", "bit", "boolean", "both", "case", "cast", "char", "character",
    "check", "coalesce", "collate", "collation", "column", "concurrently", "constraint", "create",
    "cross", "current_catalog", "current_date", "current_role", "current_schema", "current_time",
    "current_timestamp", "current_user", "dec", "decimal", "default", "deferrable", "desc", "distinct",
    "do", "else", "end", "except", "exists", "extract", "false", "fetch", "float", "for", "foreign",
    "freeze", "from", "full", "grant", "greatest", "group", "grouping", "having", "ilike", "in",
    "initially", "inner", "inout", "int", "integer", "intersect", "interval", "into", "is", "isnull",
    "join", "lateral", "leading", "least", "left", "like", "limit", "localtime", "localtimestamp",
    "national", "natural", "nchar", "none", "normalize", "not", "notnull", "null", "nullif", "numeric",
    "offset", "on", "only", "or", "order", "out", "outer", "overlaps", "overlay", "placing",
    "position", "precision", "primary", "real", "references", "returning", "right", "row", "select",
    "session_user", "setof", "similar", "smallint", "some", "substring", "symmetric", "system_user",
    "table", "tablesample", "then", "time", "timestamp", "to", "trailing", "treat", "trim", "true",
    "union", "unique", "user", "using", "values", "varchar", "variadic", "verbose", "when", "where",
    "window", "with", "xmlattributes", "xmlconcat", "xmlelement", "xmlexists", "xmlforest",
    "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot", "xmlserialize", "xmltable",
});
// clang-format on
static_assert(std::is_sorted(key_words.begin(), key_words.end()));

bool is_lower(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_safe_in_shell(char c) {
    return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '/' || c == '-' ||
           c == '+';
}

std::string doubled(std::string_view text, char quote) {
    std::string result{quote};
    for (const char c : text) {
        if (c == quote) result += c;
        result += c;
    }
    return result + quote;
}

}  // namespace

std::string quote_identifier(std::string_view identifier) {
    const bool is_plain = !identifier.empty() && is_lower(identifier.front()) &&
                          std::all_of(identifier.begin(), identifier.end(),
                                      [](char c) { return is_lower(c) || is_digit(c); }) &&
                          !std::binary_search(key_words.begin(), key_words.end(), identifier);
    return is_plain ? std::string{identifier} : doubled(identifier, '"');
}

std::vector<std::string> identifier_parts(std::string_view qualified) {
    std::vector<std::string> parts(1);
    bool in_quotes = false;
    for (std::size_t at = 0; at < qualified.size(); ++at) {
        const char c = qualified[at];
        if (c == '"' && in_quotes && at + 1 < qualified.size() && qualified[at + 1] == '"')
            parts.back() += qualified[++at];
        else if (c == '"')
            in_quotes = !in_quotes;
        else if (c == '.' && !in_quotes)
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

std::string quote_literal(std::string_view text) {
    if (text.find('\\') == std::string_view::npos) return doubled(text, '\'');
    std::string escaped;
    for (const char c : text) {
        if (c == '\\') escaped += c;
        escaped += c;
    }
    return "E" + doubled(escaped, '\'');
}

std::string shell_word(std::string_view text) {
    if (!text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), is_safe_in_shell))
        return std::string{text};
    const bool has_control = std::any_of(text.begin(), text.end(), is_control);
    std::string result = has_control ? "$'" : "'";
    for (const char c : text) {
        if (has_control && is_control(c))
            result += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
        else if (has_control && (c == '\'' || c == '\\'))
            result += std::string{'\\', c};
        else if (c == '\'')
            result += "'\\''";
        else
            result += c;
    }
    return result + "'";
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\v\f\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string shortened(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return std::string{text};
    std::size_t end = bytes < 3 ? 0 : bytes - 3;
    // a byte 10xxxxxx continues a character: do not cut before one
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return std::string{text.substr(0, end)} + "...";
}

std::string counted(std::size_t number, std::string_view one, std::string_view many) {
    if (number == 1) return fmt::format("1 {}", one);
    return many.empty() ? fmt::format("{} {}s", number, one) : fmt::format("{} {}", number, many);
}

bool contains(const std::vector<std::string>& texts, std::string_view wanted) {
    return std::find(texts.begin(), texts.end(), wanted) != texts.end();
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
    std::string text;
    for (const std::string& part : parts) {
        if (&part != &parts.front()) text += separator;
        text += part;
    }
    return text;
}

std::string in_a_sentence(const std::vector<std::string>& parts) {
    if (parts.size() < 2) return joined(parts, "");
    const std::vector<std::string> before{parts.begin(), parts.end() - 1};
    return joined(before, ", ") + " and " + parts.back();
}

}  // namespace schemaver::core
