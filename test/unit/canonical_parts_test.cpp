// Parts of canonical texts, and that no text is read behind its end.
#include "core/canonical_parts.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/json.hpp"

namespace schemaver::core {
namespace {

TEST(MemberText, ExactTexts) {
    struct Case {
        const char* object;
        const char* key;
        const char* expected;
    };
    const std::vector<Case> cases = {
        {R"({"a":1,"b":[1,{"c":2}],"d":"x"})", "a", "1"},
        {R"({"a":1,"b":[1,{"c":2}],"d":"x"})", "b", R"([1,{"c":2}])"},
        {R"({"a":1,"b":[1,{"c":2}],"d":"x"})", "d", R"("x")"},
        {R"({"a":1,"b":[1,{"c":2}],"d":"x"})", "c", ""},
        {R"({"a":"}","b":"],{\",","c":"\\"})", "b", R"("],{\",")"},
        {R"({"a":"}","b":"],{\",","c":"\\"})", "c", R"("\\")"},
        {R"({"a":{"b":1},"b":2})", "b", "2"},
        {R"({"":3})", "", "3"},
        {"{}", "a", ""},
        {"", "a", ""},
        {"[1,2]", "a", ""},
        {R"("a")", "a", ""},
        {"null", "a", ""},
    };
    for (const Case& one : cases)
        EXPECT_EQ(member_text(one.object, one.key), one.expected) << one.object << ' ' << one.key;
}

TEST(ElementTexts, ExactTexts) {
    struct Case {
        const char* array;
        std::vector<std::string_view> expected;
    };
    const std::vector<Case> cases = {
        {"[]", {}},
        {"[1]", {"1"}},
        {R"([1,"a,b]",{"c":[2,3]},[],null])", {"1", R"("a,b]")", R"({"c":[2,3]})", "[]", "null"}},
        {"", {}},
        {"{}", {}},
    };
    for (const Case& one : cases) EXPECT_EQ(element_texts(one.array), one.expected) << one.array;
}

// The parts are what a parser finds.
TEST(CanonicalParts, AgreeWithTheParser) {
    const Json document = {
        {"structure",
         {{"columns", {{{"name", "a\"],{"}, {"type", "integer"}}, {{"name", "\\"}, {"type", "text"}}}},
          {"constraints", Json::array()}}},
        {"comment", {{"text", "}\n\t\"é"}}}};
    const std::string text = canonical(document);
    for (const auto& [key, value] : document.items()) EXPECT_EQ(member_text(text, key), canonical(value));
    const auto columns = element_texts(member_text(member_text(text, "structure"), "columns"));
    ASSERT_EQ(columns.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i)
        EXPECT_EQ(member_text(columns[i], "name"), canonical(document["structure"]["columns"][i]["name"]));
}

// Every beginning of a text, in memory of just its size, for the sanitizer to watch.
TEST(CanonicalParts, TextsCutAnywhere) {
    const std::string whole = R"({"a":[1,"x\\",{"b":"\""}],"c":{"d":[]}})";
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        const std::string_view text(cut.data(), cut.size());
        EXPECT_LE(member_text(text, "a").size(), length);
        EXPECT_EQ(member_text(text, "none"), "");
        for (const std::string_view element : element_texts(member_text(text, "a")))
            EXPECT_LE(element.size(), length);
    }
}

}  // namespace
}  // namespace schemaver::core
