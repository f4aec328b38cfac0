// Points as they are written, and names that may have been meant.
#include "core/point.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/nearest.hpp"

namespace schemaver::core {
namespace {

std::string kind_word(PointKind kind) {
    switch (kind) {
        case PointKind::live:
            return "live";
        case PointKind::head:
            return "head";
        case PointKind::version:
            return "version";
        case PointKind::baseline:
            return "baseline";
        case PointKind::commit:
            return "commit";
        case PointKind::time:
            return "time";
        case PointKind::backup:
            return "backup";
        case PointKind::server:
            return "server";
    }
    return "?";
}

std::string read(const std::string& text) {
    try {
        const PointName point = parse_point(text);
        std::string words = kind_word(point.kind);
        if (point.kind == PointKind::commit)
            words += " " + std::to_string(point.commit);
        else if (!point.name.empty())
            words += " " + point.name;
        if (point.back > 0) words += " back " + std::to_string(point.back);
        return words;
    } catch (const Error& error) {
        EXPECT_EQ(error.sqlstate, sqlstate::unknown_point);
        EXPECT_FALSE(error.hint.empty());
        return "error: " + error.detail;
    }
}

TEST(Point, IsReadAsWritten) {
    const std::vector<std::pair<const char*, const char*>> cases = {
        {"live", "live"},
        {"head", "head"},
        {"head~", "head back 1"},
        {"head~3", "head back 3"},
        {"head~2~", "head back 3"},
        {"head~0", "head"},
        {"v1.2.0", "version v1.2.0"},
        {"v1.2.0~1", "version v1.2.0 back 1"},
        {"version:head", "version head"},
        {"baseline:production", "baseline production"},
        {"baseline:production~2", "baseline production back 2"},
        {"commit:1234", "commit 1234"},
        {"commit:1234~1", "commit 1234 back 1"},
        {"backup:nightly ~2", "backup nightly ~2"},
        {"server:staging", "server staging"},
        {"@2026-01-02 10:00+00", "time 2026-01-02 10:00+00"},
        {"@2026-01-02 10:00:30~2", "time 2026-01-02 10:00:30 back 2"},
        {"HEAD", "version HEAD"},
        {"", "error: It is empty."},
        {"  ", "error: A name is missing."},
        {"~2", "error: A name is missing."},
        {"@", "error: A name is missing."},
        {"version:", "error: A name is missing."},
        {"backup: ", "error: A name is missing."},
        {"commit:", "error: A name is missing."},
        {"commit:x", "error: \"x\" is not the number of a commit."},
        {"commit:-1", "error: \"-1\" is not the number of a commit."},
        {"commit:0", "error: \"0\" is not the number of a commit."},
        {"commit:1 ", "error: \"1 \" is not the number of a commit."},
        {"commit:99999999999999999999", "error: \"99999999999999999999\" is not the number of a commit."},
        {"live~1", "error: The live schema is no commit, so there is none before it."},
        {"head~x", "error: Behind ~ stands how many commits to go back."},
        {"head~-1", "error: Behind ~ stands how many commits to go back."},
        {"head~9999999999", "error: Behind ~ stands how many commits to go back."},
        {"head~~x", "error: Behind ~ stands how many commits to go back."},
        {"comit:7", "error: No kind of point is called \"comit\"."},
        {"a:b", "error: No kind of point is called \"a\"."},
    };
    for (const auto& [text, expected] : cases) EXPECT_EQ(read(text), expected) << text;
}

TEST(Point, HintNamesTheKindThatMayHaveBeenMeant) {
    try {
        parse_point("comit:7");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.hint, "Did you mean commit:7?");
    }
}

std::string refused(const std::string& name) {
    try {
        check_ref_name("version", name);
        return "";
    } catch (const Error& error) {
        EXPECT_EQ(error.sqlstate, sqlstate::invalid_argument);
        return error.detail;
    }
}

TEST(Point, NamesOfVersions) {
    for (const char* name : {"v1.2.0", "1", "2026-01-02", "release/2026.1", "v1.0.0-rc.1+build_5"})
        EXPECT_EQ(refused(name), "") << name;
    const std::vector<std::pair<std::string, const char*>> cases = {
        {"", "It is empty."},
        {"-", "It begins with \"-\"."},
        {".hidden", "It begins with \".\"."},
        {"a b", "There is a space in it."},
        {"a\nb", "There is a control character in it."},
        {"head", "That is another point already."},
        {"live", "That is another point already."},
        {"commit:1", "It has the character \":\" in it."},
        {"v1~2", "It has the character \"~\" in it."},
        {"@2026", "It has the character \"@\" in it."},
        {"v1\xC2\xB7"
         "2",
         "It has the character \"\xC2\xB7\" in it."},
        {"\xD1\x85", "It has the character \"\xD1\x85\" in it."},  // Cyrillic, looks like x
        {std::string(300, 'v'), "It is 300 bytes long."},
    };
    for (const auto& [name, expected] : cases) EXPECT_EQ(refused(name), expected) << name;
}

TEST(Nearest, CountsTypingErrors) {
    const std::vector<std::tuple<const char*, const char*, std::size_t>> cases = {
        {"", "", 0},         {"", "abc", 3},           {"abc", "", 3},         {"abc", "abc", 0},
        {"abc", "abd", 1},   {"abc", "ab", 1},         {"abc", "xabc", 1},     {"abc", "acb", 1},
        {"abcd", "badc", 2}, {"kitten", "sitting", 3}, {"v1.2.0", "v1.3.0", 1}};
    for (const auto& [left, right, errors] : cases) {
        EXPECT_EQ(typing_errors(left, right), errors) << left << ' ' << right;
        EXPECT_EQ(typing_errors(right, left), errors) << right << ' ' << left;
    }
}

TEST(Nearest, LikelyNamesOnly) {
    using Names = std::vector<std::string>;
    EXPECT_EQ(nearest("v1.3.0", {"v1.2.0", "v1.30", "production"}), (Names{"v1.2.0", "v1.30"}));
    EXPECT_EQ(nearest("prodution", {"production", "staging"}), Names{"production"});
    EXPECT_EQ(nearest("PRODUCTION", {"production"}), Names{"production"});
    EXPECT_EQ(nearest("v1", {"v1.2.0", "v2.0.0", "v1.0.0", "v1.1.0", "v1.3.0"}),
              (Names{"v1.0.0", "v1.1.0", "v1.2.0"}));
    EXPECT_EQ(nearest("x", {"production"}), Names{});
    EXPECT_EQ(nearest("", {"production", "a"}), Names{"a"});
    EXPECT_EQ(nearest("a", {"b", "b"}), Names{"b"});
    EXPECT_EQ(nearest("a", {}), Names{});
}

}  // namespace
}  // namespace schemaver::core
