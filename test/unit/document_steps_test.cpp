// The way from one version of a document to another, and what is missing where there is none.
#include "core/document_steps.hpp"

#include <gtest/gtest.h>

namespace schemaver::core {
namespace {

using Versions = std::vector<std::string>;

struct Case {
    const char* what;
    std::vector<DocumentStep> steps;
    std::string from;
    std::string to;
    std::optional<Versions> functions;
    Versions reached = {};
    Versions leading = {};
};

const std::vector<DocumentStep> chain = {
    {"1", "2", "a"}, {"2", "3", "b"}, {"3", "4", "c"}, {"2", "1", "back"}};

TEST(DocumentSteps, ShortestWayOrGap) {
    const std::vector<Case> cases = {
        {"already there", chain, "2", "2", Versions{}},
        {"along a chain", chain, "1", "4", Versions{"a", "b", "c"}},
        {"back", chain, "2", "1", Versions{"back"}},
        {"a short cut", {{"1", "2", "a"}, {"2", "3", "b"}, {"1", "3", "c"}}, "1", "3", Versions{"c"}},
        {"the first of two as short",
         {{"1", "2", "a"}, {"1", "3", "b"}, {"2", "4", "c"}, {"3", "4", "d"}},
         "1",
         "4",
         Versions{"a", "c"}},
        {"a circle ends", {{"1", "2", "a"}, {"2", "1", "b"}}, "1", "3", std::nullopt, {"2"}, {}},
        {"a step that leads nowhere else", {{"1", "1", "a"}}, "1", "2", std::nullopt, {}, {}},
        {"a gap",
         {{"1", "2", "a"}, {"3", "4", "b"}, {"4", "5", "c"}},
         "1",
         "5",
         std::nullopt,
         {"2"},
         {"3", "4"}},
        {"against the direction", {{"1", "2", "a"}}, "2", "1", std::nullopt, {}, {}},
        {"a version that nobody knows", chain, "9", "4", std::nullopt, {}, {"1", "2", "3"}},
        {"no steps", {}, "1", "2", std::nullopt, {}, {}},
    };
    for (const Case& one : cases) {
        SCOPED_TRACE(one.what);
        const auto way = shortest_way(one.steps, one.from, one.to);
        ASSERT_EQ(way.has_value(), one.functions.has_value());
        if (way) {
            Versions functions;
            for (const DocumentStep& step : *way) functions.push_back(step.function);
            EXPECT_EQ(functions, *one.functions);
        } else {
            const Gap gap = gap_between(one.steps, one.from, one.to);
            EXPECT_EQ(gap.reached, one.reached);
            EXPECT_EQ(gap.leading, one.leading);
        }
    }
}

}  // namespace
}  // namespace schemaver::core
