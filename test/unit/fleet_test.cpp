// Groups of databases with the same schema, and the sentence about them.
#include "core/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace schemaver::core {
namespace {

using testing::ElementsAre;

TEST(Fleet, LargestGroupsFirstAndThoseWithoutAnAnswerLast) {
    const auto groups = group_fleet({{"d", "", "refused"},
                                     {"e", "", "refused"},
                                     {"c", "sv1:2222", ""},
                                     {"b", "sv1:1111", ""},
                                     {"a", "sv1:1111", ""},
                                     {"f", "", "too late"}},
                                    "sv1:1111");
    ASSERT_EQ(groups.size(), 4U);
    EXPECT_EQ(groups[0].fingerprint, "sv1:1111");
    EXPECT_THAT(groups[0].servers, ElementsAre("a", "b"));
    EXPECT_TRUE(groups[0].is_live);
    EXPECT_THAT(groups[1].servers, ElementsAre("c"));
    EXPECT_FALSE(groups[1].is_live);
    EXPECT_THAT(groups[2].servers, ElementsAre("d", "e"));
    EXPECT_EQ(groups[2].error, "refused");
    EXPECT_FALSE(groups[2].is_live);
    EXPECT_EQ(groups[3].error, "too late");
}

TEST(Fleet, Sentences) {
    const std::string here = "sv1:0123456789abcdef";
    const std::string other = "sv1:fedcba9876543210";
    const auto sentence = [&](const std::vector<FleetAnswer>& answers) {
        return in_a_sentence(group_fleet(answers, here));
    };
    EXPECT_EQ(sentence({}), "no servers");
    EXPECT_EQ(sentence({{"a", here, ""}, {"b", here, ""}}), "2 at sv1:0123456789ab (as here)");
    EXPECT_EQ(sentence({{"a", here, ""}, {"b", other, ""}, {"c", other, ""}, {"d", "", "refused"}}),
              "2 at sv1:fedcba987654, 1 at sv1:0123456789ab (as here), 1 without an answer: d");
    EXPECT_EQ(sentence({{"b", "", "refused"}, {"a", "", "too late"}}), "2 without an answer: a and b");
    EXPECT_EQ(
        sentence(
            {{"1", "", "x"}, {"2", "", "x"}, {"3", "", "x"}, {"4", "", "x"}, {"5", "", "x"}, {"6", "", "x"}}),
        "6 without an answer");
}

}  // namespace
}  // namespace schemaver::core
