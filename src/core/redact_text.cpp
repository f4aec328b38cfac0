// Replaces secret tokens.
#include "core/redact_text.hpp"

#include <algorithm>
#include <set>

#include "core/redact.hpp"

namespace schemaver::core {

namespace {

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

std::size_t token_at(const std::vector<Token>& tokens, std::size_t location) {
    const auto found = std::lower_bound(tokens.begin(), tokens.end(), location,
                                        [](const Token& token, std::size_t at) { return token.start < at; });
    if (found == tokens.end() || found->start != location) return nowhere;
    return static_cast<std::size_t>(found - tokens.begin());
}

// The token that holds the secret.
std::size_t find_secret(std::string_view text, const std::vector<Token>& tokens, const Secret& secret) {
    std::size_t at = token_at(tokens, secret.location);
    if (at == nowhere) return nowhere;
    if (secret.place == SecretPlace::at) {
        const char first = text[tokens[at].start];
        if (first == '-' || first == '+') ++at;
        return at < tokens.size() ? at : nowhere;
    }
    for (++at; at < tokens.size(); ++at) {
        if (tokens[at].kind != TokenKind::string) continue;
        return !tokens[at].value_known || tokens[at].value == secret.value ? at : nowhere;
    }
    return nowhere;
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

}  // namespace

std::optional<std::string> without_secrets(std::string_view text, const std::vector<Token>& tokens,
                                           const std::vector<Secret>& secrets) {
    if (secrets.empty()) return std::string(text);
    std::set<std::size_t> hidden;
    for (const Secret& secret : secrets) {
        const std::size_t at = find_secret(text, tokens, secret);
        if (at == nowhere) return std::nullopt;
        hidden.insert(at);
    }
    std::string out;
    std::size_t end = 0;  // of the last token
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const std::string_view gap = text.substr(end, tokens[i].start - end);
        out += is_blank(gap) ? gap : " ";
        end = tokens[i].end;
        if (hidden.count(i) > 0) {
            out.append("'").append(redacted).append("'");
        } else {
            out += text.substr(tokens[i].start, end - tokens[i].start);
        }
    }
    for (const Secret& secret : secrets) {
        if (!secret.value.empty() && out.find(secret.value) != std::string::npos) return std::nullopt;
    }
    return out;
}

}  // namespace schemaver::core
