// A name is its parts, up to the first parenthesis or space outside quotes, and what follows.
#include "core/names.hpp"

#include <algorithm>
#include <vector>

#include "core/text.hpp"

namespace schemaver::core {

namespace {

struct Name {
    std::vector<std::string> parts;  // without quotes, in lower case where there were none
    std::string rest;                // "(integer)", "on public.people", ...
};

char in_lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Where the name ends, and its text with what is not quoted in lower case.
std::size_t end_of_name(std::string_view text, std::string& folded) {
    bool in_quotes = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') in_quotes = !in_quotes;
        if (!in_quotes && (c == '(' || c == ' ')) return at;
        folded += in_quotes ? c : in_lower_case(c);
    }
    return text.size();
}

Name parse_name(std::string_view written) {
    const std::string_view text = trimmed(written);
    std::string folded;
    const std::size_t end = end_of_name(text, folded);
    Name name;
    if (end > 0) name.parts = identifier_parts(folded);
    name.rest = trimmed(text.substr(end));
    return name;
}

std::string in_sql(const std::vector<std::string>& parts) {
    std::vector<std::string> quoted;
    for (const std::string& part : parts) quoted.push_back(quote_identifier(part));
    return joined(quoted, ".");
}

// The rest of an identity is the same, or what it is on may be what is meant.
bool rest_may_mean(const std::string& written, const std::string& identity) {
    constexpr std::string_view on = "on ";
    if (written.empty() || written == identity) return true;
    return written.starts_with(on) && identity.starts_with(on) &&
           may_mean(written.substr(on.size()), identity.substr(on.size()));
}

}  // namespace

std::string as_identity(std::string_view written) {
    const Name name = parse_name(written);
    std::string identity = in_sql(name.parts);
    if (!name.rest.empty() && name.rest.front() != '(') identity += ' ';
    return identity + name.rest;
}

bool is_unqualified(std::string_view written) { return parse_name(written).parts.size() == 1; }

std::string bare_name(std::string_view identity) {
    const Name name = parse_name(identity);
    return name.parts.empty() ? std::string{} : quote_identifier(name.parts.back());
}

bool may_mean(std::string_view written, std::string_view identity) {
    if (written == identity) return true;
    const Name typed = parse_name(written);
    const Name whole = parse_name(identity);
    return !typed.parts.empty() && typed.parts.size() <= whole.parts.size() &&
           std::equal(typed.parts.rbegin(), typed.parts.rend(), whole.parts.rbegin()) &&
           rest_may_mean(typed.rest, whole.rest);
}

}  // namespace schemaver::core
