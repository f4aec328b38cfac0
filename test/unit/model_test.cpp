// Order and look-up: by kind, then identity, as bytes.
#include "core/model.hpp"

#include <gtest/gtest.h>

namespace schemaver::core {
namespace {

TEST(Model, SortsByKindThenIdentityAsBytes) {
    Schema schema = {{"view", "public.a", "public", {}},
                     {"table", "public.é", "public", {}},
                     {"table", "public.z", "public", {}},
                     {"table", "public.\"Z\"", "public", {}},
                     {"index", "public.b", "public", {}}};
    sort(schema);
    std::vector<std::string> order;
    for (const Object& object : schema) order.push_back(object.kind + " " + object.identity);
    EXPECT_EQ(order, (std::vector<std::string>{"index public.b", "table public.\"Z\"", "table public.z",
                                               "table public.é", "view public.a"}));
}

TEST(Model, FindsWhatIsThereAndNothingElse) {
    Schema schema = {{"table", "public.a", "public", {}}, {"table", "public.b", "public", {}}};
    EXPECT_EQ(find(schema, "table", "public.b"), &schema[1]);
    EXPECT_EQ(find(schema, "table", "public.c"), nullptr);
    EXPECT_EQ(find(schema, "table", "public."), nullptr);
    EXPECT_EQ(find(schema, "view", "public.a"), nullptr);
    EXPECT_EQ(find({}, "table", "public.a"), nullptr);
}

}  // namespace
}  // namespace schemaver::core
