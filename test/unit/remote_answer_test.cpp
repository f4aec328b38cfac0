// What other servers answer: what is taken, and what is refused.
#include "core/remote_answer.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"

namespace schemaver::core {
namespace {

const std::string digest(64, 'a');

std::string sqlstate_of(const std::function<void()>& read) {
    try {
        read();
    } catch (const Error& error) {
        EXPECT_THAT(error.message, testing::HasSubstr("\"staging\""));
        return error.sqlstate;
    }
    return "";
}

std::string of_fingerprint(const std::vector<AnswerRow>& rows) {
    return sqlstate_of([&] { read_fingerprint("staging", rows); });
}
std::string of_listing(const std::vector<AnswerRow>& rows) {
    return sqlstate_of([&] { read_listing("staging", rows); });
}
std::string of_definitions(const std::string& definition) {
    return sqlstate_of([&] { read_definitions("staging", {{"table", "public.t", "public", definition}}); });
}

TEST(RemoteAnswer, Fingerprints) {
    EXPECT_EQ(read_fingerprint("staging", {{"sv1:" + digest}}), "sv1:" + digest);
    EXPECT_EQ(of_fingerprint({}), "SV043");
    EXPECT_EQ(of_fingerprint({{"sv1:" + digest}, {"sv1:" + digest}}), "SV043");
    EXPECT_EQ(of_fingerprint({{std::nullopt}}), "SV043");
    EXPECT_EQ(of_fingerprint({{"sv1:" + digest, "more"}}), "SV043");
    EXPECT_EQ(of_fingerprint({{"sv1:" + digest + "a"}}), "SV043");
    EXPECT_EQ(of_fingerprint({{"sv1:" + std::string(64, 'G')}}), "SV043");
    EXPECT_EQ(of_fingerprint({{"\xff\xfe"}}), "SV043");
    EXPECT_EQ(of_fingerprint({{"sv2:" + digest}}), "SV042");
}

TEST(RemoteAnswer, ListsAreSortedAndHaveEachObjectOnce) {
    const auto list = read_listing("staging", {{"view", "public.a", "public", digest},
                                               {"table", "public.b", "public", digest},
                                               {"schema", "public", std::nullopt, digest}});
    ASSERT_EQ(list.size(), 3U);
    EXPECT_EQ(list[0].kind, "schema");
    EXPECT_EQ(list[0].schema, "");
    EXPECT_EQ(list[2].kind, "view");
    EXPECT_EQ(of_listing({{"table", "t", "s", digest}, {"table", "t", "s", digest}}), "SV043");
    EXPECT_EQ(of_listing({{"table", "t", "s", "abc"}}), "SV043");
    EXPECT_EQ(of_listing({{std::nullopt, "t", "s", digest}}), "SV043");
    EXPECT_EQ(of_listing({{"table", "t", "s"}}), "SV043");
    EXPECT_EQ(of_listing({}), "");
}

TEST(RemoteAnswer, DefinitionsAreObjectsOfFacets) {
    EXPECT_EQ(of_definitions(R"({"structure": {"columns": []}})"), "");
    EXPECT_EQ(of_definitions("{}"), "");
    EXPECT_EQ(of_definitions("[]"), "SV043");
    EXPECT_EQ(of_definitions("no json"), "SV043");
    EXPECT_EQ(of_definitions(R"({"structure": 1})"), "SV043");
    EXPECT_EQ(of_definitions(R"({"virus": {}})"), "SV043");
    EXPECT_EQ(of_definitions(R"({"structure": {}, "structure": {}})"), "SV043");
    std::string deep;
    for (int i = 0; i < 100; ++i) deep += R"({"structure":)";
    EXPECT_EQ(of_definitions(deep), "SV043");
}

TEST(RemoteAnswer, WhichSchemaver) {
    const auto of_version = [](const std::vector<AnswerRow>& rows) {
        return sqlstate_of([&] { require_schemaver("staging", rows); });
    };
    EXPECT_EQ(of_version({{"1.0", "3", "3"}}), "");
    EXPECT_EQ(of_version({{"1.0", "2", "3"}}), "SV042");
    EXPECT_EQ(of_version({}), "SV042");
    EXPECT_EQ(of_version({{"1.0"}}), "SV043");
}

TEST(RemoteAnswer, ArraysOfTexts) {
    EXPECT_EQ(array_literal({}), "{}");
    EXPECT_EQ(array_literal({"a", "b c", "NULL", R"(say "x" \ {,})"}),
              R"({"a","b c","NULL","say \"x\" \\ {,}"})");
}

}  // namespace
}  // namespace schemaver::core
