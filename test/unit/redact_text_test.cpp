// Secrets are taken out of texts by place; what does not fit leaves no text.
#include "core/redact_text.hpp"

#include <gtest/gtest.h>

namespace schemaver::core {
namespace {

// A scanner good enough for these texts: words, 'strings', single characters; /* comments */ are no tokens.
std::vector<Token> tokens_of(std::string_view text) {
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at + 1;
        if (text.substr(at, 2) == "/*") {
            at = text.find("*/", at) + 2;
            continue;
        }
        if (text[at] == ' ' || text[at] == '\n') {
            ++at;
            continue;
        }
        if (text[at] == '\'') {
            end = text.find('\'', end) + 1;
            tokens.push_back(
                {TokenKind::string, at, end, std::string(text.substr(at + 1, end - at - 2)), true});
        } else if (std::isalnum(static_cast<unsigned char>(text[at])) != 0) {
            while (end < text.size() && std::isalnum(static_cast<unsigned char>(text[end])) != 0) ++end;
            tokens.push_back({TokenKind::word, at, end, std::string(text.substr(at, end - at)), true});
        } else {
            tokens.push_back({TokenKind::other, at, end, "", false});
        }
        at = end;
    }
    return tokens;
}

struct Case {
    const char* text;
    SecretPlace place;
    const char* at;  // the token at the first place where this stands
    const char* value;
    const char* expected;  // nullptr: no text
};

TEST(RedactText, OneSecret) {
    const Case cases[] = {
        {"ALTER ROLE a PASSWORD 'geheim' LOGIN", SecretPlace::string_from, "PASSWORD", "geheim",
         "ALTER ROLE a PASSWORD '(redacted)' LOGIN"},
        {"ALTER ROLE a ENCRYPTED PASSWORD\n 'geheim'", SecretPlace::string_from, "ENCRYPTED", "geheim",
         "ALTER ROLE a ENCRYPTED PASSWORD\n '(redacted)'"},
        {"SET x = geheim", SecretPlace::at, "geheim", "geheim", "SET x = '(redacted)'"},
        {"SET x = -4711 ", SecretPlace::at, "-", "4711", "SET x = -'(redacted)'"},
        // Comments go, whatever they say, and so does what stands behind the last token.
        {"ALTER ROLE /* geheim */ a PASSWORD 'geheim' /* geheim */", SecretPlace::string_from, "PASSWORD",
         "geheim", "ALTER ROLE a PASSWORD '(redacted)'"},
        // Not known, or empty: nothing that would be given away.
        {"ALTER ROLE a PASSWORD ''", SecretPlace::string_from, "PASSWORD", "",
         "ALTER ROLE a PASSWORD '(redacted)'"},
        // Once more elsewhere.
        {"ALTER ROLE geheim PASSWORD 'geheim'", SecretPlace::string_from, "PASSWORD", "geheim", nullptr},
        // The tree and the tokens do not agree.
        {"ALTER ROLE a PASSWORD 'other'", SecretPlace::string_from, "PASSWORD", "geheim", nullptr},
        {"ALTER ROLE a PASSWORD", SecretPlace::string_from, "PASSWORD", "geheim", nullptr},
        {"ALTER ROLE a PASSWORD 'geheim'", SecretPlace::string_from, "ASSWORD", "geheim", nullptr},
        {"SET x = -", SecretPlace::at, "-", "4711", nullptr}};
    for (const Case& c : cases) {
        const std::string_view text = c.text;
        const auto redacted = without_secrets(text, tokens_of(text), {{c.place, text.find(c.at), c.value}});
        EXPECT_EQ(redacted, c.expected == nullptr ? std::nullopt : std::optional<std::string>(c.expected))
            << c.text;
    }
}

TEST(RedactText, NoSecretLeavesTheTextAsItIs) {
    const std::string text = "CREATE TABLE /* why */ a () ";
    EXPECT_EQ(without_secrets(text, tokens_of(text), {}), text);
}

TEST(RedactText, SeveralSecrets) {
    const std::string text = "OPTIONS (user 'ann', password 'one', secret 'two')";
    EXPECT_EQ(without_secrets(text, tokens_of(text),
                              {{SecretPlace::string_from, text.find("password"), "one"},
                               {SecretPlace::string_from, text.find("secret"), "two"}}),
              "OPTIONS (user 'ann', password '(redacted)', secret '(redacted)')");
}

// U&'...' has its escapes still in it: its place alone counts.
TEST(RedactText, AValueThatIsNotKnown) {
    const std::string text = "PASSWORD 'ge\\0068eim'";
    std::vector<Token> tokens = tokens_of(text);
    tokens.back().value_known = false;
    EXPECT_EQ(without_secrets(text, tokens, {{SecretPlace::string_from, 0, "geheim"}}),
              "PASSWORD '(redacted)'");
}

}  // namespace
}  // namespace schemaver::core
