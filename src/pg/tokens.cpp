// Calls core_yylex(), as bison's parser does.
#include "pg/tokens.hpp"

#include "pg/report.hpp"
#include "pg/scratch.hpp"

extern "C" {
#include "common/keywords.h"
#include "parser/scanner.h"
}

namespace schemaver::pg {

namespace {

// The codes of the scanner's tokens: every parser that is built upon it begins with these (see
// parser/scanner.h).
enum ScannerToken {
    token_identifier = 258,
    token_unicode_identifier,
    token_float,
    token_string,
    token_unicode_string,
    token_bits,
    token_hexadecimal
};

// Codes of keywords are each parser's own affair. This one does not tell them apart by their codes.
constexpr std::uint16_t token_keyword = 10000;

const std::uint16_t* keyword_codes() {
    static const auto* const codes =
        new std::vector<std::uint16_t>(static_cast<std::size_t>(ScanKeywords.num_keywords), token_keyword);
    return codes->data();
}

core::Token token_of(int code, const core_YYSTYPE& value, std::size_t start, std::size_t end) {
    switch (code) {
        case token_keyword:
            return {core::TokenKind::word, start, end, value.keyword, true};
        case token_identifier:
        case token_unicode_identifier:
            return {core::TokenKind::word, start, end, value.str, code == token_identifier};
        case token_string:
        case token_unicode_string:
        case token_bits:
        case token_hexadecimal:
            return {core::TokenKind::string, start, end, value.str, code == token_string};
        default:
            return {core::TokenKind::other, start, end, "", false};
    }
}

// U&'...' UESCAPE '!' is one constant.
void join_escapes(std::vector<core::Token>& tokens) {
    if (tokens.size() < 3) return;
    const core::Token& escape = tokens.back();
    const core::Token& word = tokens[tokens.size() - 2];
    core::Token& escaped = tokens[tokens.size() - 3];
    if (escape.kind != core::TokenKind::string || word.kind != core::TokenKind::word ||
        word.value != "uescape" || escaped.value_known || escaped.kind == core::TokenKind::other) {
        return;
    }
    escaped.end = escape.end;
    tokens.resize(tokens.size() - 2);
}

}  // namespace

std::vector<core::Token> tokens_of(const std::string& text) {
    const Scratch scratch;
    const Quiet quiet;
    const char* bytes = text.c_str();
    const std::uint16_t* codes = keyword_codes();
    core_yy_extra_type extra;
    core_yyscan_t scanner = call([&] { return scanner_init(bytes, &extra, &ScanKeywords, codes); });
    extra.escape_string_warning = false;
    std::vector<core::Token> tokens;
    for (;;) {
        core_YYSTYPE value;
        YYLTYPE start = 0;
        const int code = call([&] { return core_yylex(&value, &start, scanner); });
        if (code == 0) break;
        // flex has put a zero byte behind the token.
        const auto at = static_cast<std::size_t>(start);
        tokens.push_back(token_of(code, value, at, at + std::strlen(extra.scanbuf + at)));
        join_escapes(tokens);
    }
    call([&] { scanner_finish(scanner); });
    return tokens;
}

}  // namespace schemaver::pg
