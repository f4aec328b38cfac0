// Digests against values computed from the specification by other means (Python's json and hashlib).
#include "core/fingerprint.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace schemaver::core {
namespace {

const Json people = {{"structure", {{"columns", {{{"name", "id"}, {"type", "integer"}}}}}},
                     {"comment", {{"text", "peöple"}}},
                     {"security", {{"owner", "alice"}}}};

constexpr char digest_of_nothing[] = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

TEST(DefinitionDigest, KnownValues) {
    EXPECT_EQ(definition_digest(people), "178b50f7ca4be7a90528046dc3a701d2dd4046250bdd909a863578c38255fc78");
    EXPECT_EQ(definition_digest(people, {false, false, false, true}),
              "eb131110a7a2e2fce334bc74f9755cc7865a406957ba50dc5cf67c4425fb1203");
    EXPECT_EQ(definition_digest(Json::object()), digest_of_nothing);
}

TEST(DefinitionDigest, AnEmptyFacetIsNoFacet) {
    EXPECT_EQ(definition_digest({{"structure", Json::object()}}), digest_of_nothing);
    EXPECT_EQ(definition_digest(people, {false, false, true, false}), digest_of_nothing);
}

TEST(DefinitionDigest, EachFacetCountsByItself) {
    Json changed = people;
    changed["comment"]["text"] = "persons";
    EXPECT_NE(definition_digest(changed), definition_digest(people));
    EXPECT_EQ(definition_digest(changed, {false, true, true, true}),
              definition_digest(people, {false, true, true, true}));
}

TEST(Facets, FromNames) {
    const FacetSet facets = facets_from_names({"storage", "structure", "storage"});
    EXPECT_TRUE(facets.has("storage"));
    EXPECT_TRUE(facets.has("structure"));
    EXPECT_FALSE(facets.has("comment"));
    EXPECT_FALSE(facets.has("security"));
    EXPECT_FALSE(facets.has("nonsense"));
    EXPECT_FALSE(facets_from_names({}).has("structure"));
    try {
        facets_from_names({"structure", "Comment"});
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.sqlstate, "22023");
        EXPECT_EQ(error.message, "unknown facet \"Comment\"");
        EXPECT_EQ(error.hint, "The facets are comment, security, storage and structure.");
    }
}

TEST(Fingerprint, KnownValues) {
    EXPECT_EQ(fingerprint({}), "sv1:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945");
    std::vector<DigestedObject> objects = {{"table", "public.people", definition_digest(people)},
                                           {"index", "public.people_pkey", digest_of_nothing},
                                           {"table", "public.\"Odd\nname\"", "00"}};
    const char* const expected = "sv1:6f55fe6ec227909009c1275dee37f7ea7989666d638fa18a99baa6f9c4ca4696";
    EXPECT_EQ(fingerprint(objects), expected);
    std::reverse(objects.begin(), objects.end());
    EXPECT_EQ(fingerprint(objects), expected);
}

TEST(Fingerprint, EveryPartCounts) {
    const std::string base = fingerprint({{"table", "public.a", "00"}});
    EXPECT_NE(fingerprint({{"view", "public.a", "00"}}), base);
    EXPECT_NE(fingerprint({{"table", "public.b", "00"}}), base);
    EXPECT_NE(fingerprint({{"table", "public.a", "01"}}), base);
    EXPECT_NE(fingerprint({{"table", "public.a", "00"}, {"table", "public.a", "00"}}), base);
    // no two lists can run together into one text
    EXPECT_NE(fingerprint({{"a", "b\",\"c", "d"}}), fingerprint({{"a", "b", "c\",\"d"}}));
}

std::string without_spaces(const std::string& sql) {
    std::string text = sql;
    text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
    return text;
}

TEST(Portable, ReplacesExpressionsAndNothingElse) {
    const Json definition = {{"structure",
                              {{"query", {{"sql", "a  + b"}}},
                               {"list", {1, {{"sql", "c d"}}, "sql"}},
                               {"sql", "not an expression: it has a neighbour"},
                               {"deep", {{"where", {{"sql", " x"}}}}},
                               {"number", {{"sql", 7}}}}}};
    const Json expected = {{"structure",
                            {{"query", {{"normal", "a+b"}}},
                             {"list", {1, {{"normal", "cd"}}, "sql"}},
                             {"sql", "not an expression: it has a neighbour"},
                             {"deep", {{"where", {{"normal", "x"}}}}},
                             {"number", {{"sql", 7}}}}}};
    EXPECT_EQ(portable(definition, without_spaces), expected);
    EXPECT_EQ(portable({{"a", {{"sql", "b  c"}}}}, nullptr), Json({{"a", {{"normal", "b  c"}}}}));
}

}  // namespace
}  // namespace schemaver::core
