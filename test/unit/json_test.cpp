// JSON: the canonical form byte for byte, and what the parser refuses.
#include "core/json.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace schemaver::core {
namespace {

std::string round_trip(const std::string& text) { return canonical(parse_json(text, "the input")); }

// The DETAIL of the refusal; "accepted" if there was none.
std::string refusal(const std::string& text) {
    try {
        parse_json(text, "the input");
    } catch (const Error& error) {
        EXPECT_EQ(error.sqlstate, "SV002");
        EXPECT_EQ(error.message, "the input is not acceptable JSON");
        return error.detail;
    }
    return "accepted";
}

TEST(Canonical, ExactTexts) {
    struct Case {
        const char* input;
        const char* expected;
    };
    const std::vector<Case> cases = {
        {"null", "null"},
        {" true ", "true"},
        {"false", "false"},
        {"0", "0"},
        {"-0", "0"},
        {"-17", "-17"},
        {"9007199254740992", "9007199254740992"},
        {"-9007199254740992", "-9007199254740992"},
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"18446744073709551615", "18446744073709551615"},
        {"\"\"", "\"\""},
        {"[]", "[]"},
        {"{}", "{}"},
        {"[ 1 , [ ] , { } ]", "[1,[],{}]"},
        {"{\"b\":1,\"a\":2,\"B\":3,\"\":4}", "{\"\":4,\"B\":3,\"a\":2,\"b\":1}"},
        {R"("\u0000\u0001\u001f\u007f")", "\"\\u0000\\u0001\\u001f\x7f\""},
        {R"("\b\t\n\f\r\"\\\/")", R"("\b\t\n\f\r\"\\/")"},
        {R"("\u0008\u0009\u000a\u000c\u000d\u0022\u005c\u002f")", R"("\b\t\n\f\r\"\\/")"},
        {R"("\u00e9\u20ac\ud83d\ude00")", "\"é€😀\""},
        {R"("\u2028<>&'")", "\"\xE2\x80\xA8<>&'\""},
    };
    for (const Case& one : cases) EXPECT_EQ(round_trip(one.input), one.expected) << one.input;
}

// The example of RFC 8785, section 3.2.3: keys by UTF-16 code units, so the emoji comes before U+FB33.
TEST(Canonical, KeysInTheOrderOfTheRfc) {
    EXPECT_EQ(round_trip("{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,"
                         "\"\\u00f6\":7}"),
              "{\"\\r\":2,\"1\":4,\"\xC2\x80\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\xEF\xAC\xB3\":3}");
}

TEST(Canonical, RefusesWhatHasNoCanonicalForm) {
    EXPECT_THROW(canonical(Json(1.5)), Error);
    EXPECT_THROW(canonical(Json::array({1, {{"a", 2.0}}})), Error);
    EXPECT_THROW(canonical(Json::binary({1, 2})), Error);
    try {
        canonical(Json("ab\xFF"));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.sqlstate, "XX000");
        EXPECT_EQ(error.detail, "Byte 2 is 0xff.");
    }
}

TEST(Utf8, WellFormedOrNot) {
    for (const char* good : {"", "a", "\x7f", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                             "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
        EXPECT_TRUE(is_utf8(good)) << good;
    for (const char* bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF",
                            "\xE2\x82", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF0\x9F\x98",
                            "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF"})
        EXPECT_FALSE(is_utf8(bad)) << bad;
}

TEST(Parse, Refuses) {
    struct Case {
        std::string input;
        std::string detail;
    };
    const std::vector<Case> cases = {
        {"{",
         "parse error at line 1, column 2: syntax error while parsing object key - unexpected end of input; "
         "expected string literal"},
        {"{} {}",
         "parse error at line 1, column 4: syntax error while parsing value - unexpected '{'; expected end "
         "of input"},
        {"[1,]",
         "parse error at line 1, column 4: syntax error while parsing value - unexpected ']'; expected '[', "
         "'{', or a literal"},
        {"// x\n1", "parse error at line 1, column 1: syntax error while parsing value - invalid literal"},
        {"nul", "parse error at line 1, column 4: syntax error while parsing value - invalid literal"},
        {"\"\xC3\x28\"",
         "parse error at line 1, column 3: syntax error while parsing value - invalid string: "
         "ill-formed UTF-8 byte"},
        {"\"\\ud800\"",
         "parse error at line 1, column 8: syntax error while parsing value - invalid string: "
         "surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF"},
        {std::string{"{}\0garbage", 10}, "a zero byte at position 2"},
        {R"({"a":1,"b":{"c":1,"c":2}})", "the key \"c\" occurs twice in one object"},
        {R"({"a":1,"\u0061":2})", "the key \"a\" occurs twice in one object"},
        {"[1.5]", "the number 1.5 is not an integer of at most 64 bits"},
        {"[1e3]", "the number 1e3 is not an integer of at most 64 bits"},
        {"18446744073709551616", "the number 18446744073709551616 is not an integer of at most 64 bits"},
    };
    for (const Case& one : cases)
        EXPECT_EQ(refusal(one.input), "Reading stopped: " + one.detail + ".") << one.input;
    // The JSON library's versions word this one differently.
    EXPECT_EQ(refusal("").rfind("Reading stopped: parse error at line 1, column 1: ", 0), 0U);
}

TEST(Parse, NestingHasALimitAndCostsNoStack) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_EQ(refusal(nested(64)), "accepted");
    EXPECT_EQ(refusal(nested(65)), "Reading stopped: it is nested deeper than 64 levels.");
    EXPECT_EQ(refusal(nested(5'000'000)), "Reading stopped: it is nested deeper than 64 levels.");
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
    EXPECT_EQ(refusal(objects), "Reading stopped: it is nested deeper than 64 levels.");
}

// The DETAIL goes to a client, so it stays short and valid UTF-8 whatever stands in the input.
TEST(Parse, AComplaintDoesNotCarryTheInput) {
    EXPECT_LT(refusal("\"" + std::string(1'000'000, 'x')).size(), 200U);
    const std::string long_key(100'000, 'k');
    EXPECT_LT(refusal("{\"" + long_key + "\":1,\"" + long_key + "\":2}").size(), 200U);
    const std::string umlauts = [] {
        std::string text;
        for (int i = 0; i < 100; ++i) text += "ü";
        return text;
    }();
    EXPECT_TRUE(is_utf8(refusal("{\"" + umlauts + "\":1,\"" + umlauts + "\":2}")));
    EXPECT_TRUE(is_utf8(refusal("[\xFF\xFE]")));
}

TEST(Parse, FiftyMegabytes) {
    std::string text = "{\"members\":[";
    for (int i = 0; text.size() < 50'000'000; ++i)
        text += (i == 0 ? "" : ",") + std::string{R"({"kind":"table","identity":"public.people","n":)"} +
                std::to_string(i) + "}";
    text += "]}";
    EXPECT_EQ(canonical(parse_json(text, "the input")).size(), text.size());
}

// Whatever the size of the text and wherever a portion of it ends.
TEST(Canonical, DigestOfTheTextThatIsNeverThere) {
    Json list = Json::array();
    for (std::size_t size : {0U, 1U, 70U, 65'000U, 200'000U}) {
        list.push_back(
            {{"text", std::string(size, 'x')}, {"empty", Json::object()}, {"none", Json::array()}});
        for (int i = 0; i < 1000; ++i) list.push_back(i);
        EXPECT_EQ(to_hex(canonical_digest(list)), sha256_hex(canonical(list))) << size;
    }
    EXPECT_EQ(to_hex(canonical_digest(Json(nullptr))), sha256_hex("null"));
}

TEST(Parse, RoundTripKeepsTheValue) {
    const Json value = {{"a", {1, -2, "ü\n", nullptr, true}},
                        {"b", {{"c", Json::object()}, {"d", Json::array()}}}};
    EXPECT_EQ(parse_json(canonical(value), "the input"), value);
}

}  // namespace
}  // namespace schemaver::core
