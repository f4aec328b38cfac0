// The restore rules on partitioned tables: what is said once of a parent, and which bounds hold which rows.
#include "restore_cases.hpp"

namespace schemaver::core {
namespace {

using namespace test;

const Object t = table("public.t", "a integer");

TEST(RestoreRules, Partitions) {
    const Json by_range = {
        {"partition_by", {{"strategy", "range"}, {"keys", Json::array({{{"column", "a"}}})}}}};
    const Json by_list = {
        {"partition_by", {{"strategy", "list"}, {"keys", Json::array({{{"column", "a"}}})}}}};
    const Object p = table("public.p", "a integer", by_range);
    const Object p1 = partition("public.p1", "a integer", "public.p", "FOR VALUES FROM (1) TO (2)");
    const Object p2 = partition("public.p2", "a integer", "public.p", "FOR VALUES FROM (2) TO (3)");
    const auto more = [&](const char* columns_text) {
        return Schema{table("public.p", columns_text, by_range),
                      partition("public.p1", columns_text, "public.p", "FOR VALUES FROM (1) TO (2)"),
                      partition("public.p2", columns_text, "public.p", "FOR VALUES FROM (2) TO (3)")};
    };
    const auto keyed = [&](const std::vector<Json>& parent, const std::vector<Json>& child) {
        Json own = by_range;
        own.update(constraints(parent));
        return Schema{table("public.p", "a integer", own),
                      partition("public.p1", "a integer", "public.p", "FOR VALUES FROM (1) TO (2)",
                                constraints(child))};
    };
    expect_all({
        {"the same", {p, p1, p2}, {p, p1, p2}, {}},
        {"one missing", {p, p1, p2}, {p, p1}, {"error: missing table: public.p2"}},
        {"one more", {p, p1}, {p, p1, p2}, {"info: extra table: public.p2"}},
        {"all of it missing",
         {p, p1, t},
         {t},
         {"error: missing table: public.p1", "warning: missing table: public.p"}},
        {"a column missing is said once",
         more("a integer; b text"),
         {p, p1, p2},
         {"error: missing column: public.p.b"}},
        {"a column required is said once",
         {p, p1, p2},
         more("a integer; b text!"),
         {"error: required column: public.p.b"}},
        {"a column extra is said once",
         {p, p1, p2},
         more("a integer; b text"),
         {"info: extra column: public.p.b"}},
        {"a column narrowed is said once",
         more("a bigint"),
         {p, p1, p2},
         {"error: column type: public.p.a", "error: partition bound: public.p1",
          "error: partition bound: public.p2"}},
        {"not null on one partition only",
         {p, p1, p2},
         {p, p1, partition("public.p2", "a integer!", "public.p", "FOR VALUES FROM (2) TO (3)")},
         {"error: not null: public.p2.a"}},
        {"a new check is said once",
         keyed({}, {}),
         keyed({check("c", "(a > 0)")}, {with(check("c", "(a > 0)"), "inherited")}),
         {"error: check: c on public.p"}},
        {"a new key is said once",
         keyed({}, {}),
         keyed({unique("k", {"a"})}, {unique("k1", {"a"})}),
         {"error: unique: k on public.p"}},
        {"a check on one partition only",
         keyed({}, {}),
         keyed({}, {check("c", "(a > 0)")}),
         {"error: check: c on public.p1"}},
        {"a wider bound",
         {p, p1},
         {p, partition("public.p1", "a integer", "public.p", "FOR VALUES FROM (1) TO (3)")},
         {}},
        {"a narrower bound",
         {p, partition("public.p1", "a integer", "public.p", "FOR VALUES FROM (1) TO (3)")},
         {p, p1},
         {"error: partition bound: public.p1"}},
        {"a partition here",
         {table("public.p1", "a integer")},
         {p, p1},
         {"error: partition bound: public.p1", "info: extra table: public.p"}},
        {"a table of its own here", {p, p1}, {p, table("public.p1", "a integer")}, {}},
        {"another key",
         {p, p1},
         {table("public.p", "a integer", by_list), p1},
         {"error: partition bound: public.p1", "info: partitions: public.p"}},
        {"the same key", {p, p1}, {table("public.p", "a integer", by_range), p1}, {}},
        {"partitioned here",
         {table("public.p", "a integer")},
         {p, p1},
         {"error: partitions: public.p", "info: extra table: public.p1"}},
        {"no longer partitioned here",
         {p, p1},
         {table("public.p", "a integer")},
         {"error: missing table: public.p1"}},
        {"a ring of partitions, which no server makes",
         {partition("public.x", "a integer", "public.y", ""),
          partition("public.y", "a integer", "public.x", "")},
         {t},
         {"error: missing table: public.x", "error: missing table: public.y", "info: extra table: public.t"}},
    });
}

Schema bounded(const char* bound, const std::vector<const char*>& siblings = {},
               const char* strategy = "range") {
    const Json by = {{"partition_by", {{"strategy", strategy}, {"keys", Json::array({{{"column", "a"}}})}}}};
    Schema schema = {table("public.p", "a integer", by),
                     partition("public.x", "a integer", "public.p", bound)};
    char name = 'a';
    for (const char* sibling : siblings)
        schema.push_back(
            partition((std::string{"public."} + name++).c_str(), "a integer", "public.p", sibling));
    return schema;
}

// One partition, by its bound there and here; its siblings are there on both sides or say otherwise.
TEST(RestoreRules, PartitionBounds) {
    struct BoundCase {
        const char* strategy;
        const char* there;
        const char* here;
        bool is_inside;
    };
    const std::vector<BoundCase> cases = {
        {"range", "FOR VALUES FROM (0) TO (10)", "FOR VALUES FROM (0) TO (10)", true},
        {"range", "FOR VALUES FROM (0) TO (10)", "FOR VALUES FROM (-5) TO (10)", true},
        {"range", "FOR VALUES FROM (0) TO (10)", "FOR VALUES FROM (1) TO (10)", false},
        {"range", "FOR VALUES FROM (0) TO (10)", "FOR VALUES FROM (0) TO (9)", false},
        {"range", "FOR VALUES FROM (9) TO (10)", "FOR VALUES FROM (9) TO (100)", true},
        {"range", "FOR VALUES FROM (0) TO (10)", "FOR VALUES FROM (MINVALUE) TO (MAXVALUE)", true},
        {"range", "FOR VALUES FROM (MINVALUE) TO (10)", "FOR VALUES FROM (0) TO (10)", false},
        {"range", "FOR VALUES FROM (MINVALUE) TO (10)", "FOR VALUES FROM (MINVALUE) TO (11)", true},
        {"range", "FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')",
         "FOR VALUES FROM ('2024-01-01') TO ('2024-04-01')", true},
        {"range", "FOR VALUES FROM ('2024-01-01') TO ('2024-04-01')",
         "FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')", false},
        {"range", "FOR VALUES FROM ('2024-01-01 00:00:00') TO ('2024-02-01 00:00:00')",
         "FOR VALUES FROM ('2023-12-31 12:00:00') TO ('2024-02-01 00:00:01')", true},
        {"range", "FOR VALUES FROM ('a') TO ('b')", "FOR VALUES FROM ('a') TO ('c')",
         false},  // by which collation?
        {"range", "FOR VALUES FROM (1, 5) TO (2, 5)", "FOR VALUES FROM (1, 4) TO (2, 6)", true},
        {"range", "FOR VALUES FROM (1, 5) TO (2, 5)", "FOR VALUES FROM (0, 9) TO (3, 0)", true},
        {"range", "FOR VALUES FROM (1, 5) TO (2, 5)", "FOR VALUES FROM (1, MINVALUE) TO (2, MAXVALUE)", true},
        {"range", "FOR VALUES FROM (1, 5) TO (2, 5)", "FOR VALUES FROM (1, 6) TO (2, 6)", false},
        {"range", "FOR VALUES FROM (1) TO (2)", "FOR VALUES FROM (1, 6) TO (2, 6)", false},
        {"range", "FOR VALUES FROM (0) TO (10)", "DEFAULT", true},
        {"range", "DEFAULT", "FOR VALUES FROM (0) TO (10)", false},
        {"list", "FOR VALUES IN (1, 2)", "FOR VALUES IN (2, 3, 1)", true},
        {"list", "FOR VALUES IN (1, 2)", "FOR VALUES IN (1)", false},
        {"list", "FOR VALUES IN ('a, b')", "FOR VALUES IN ('a', 'b')", false},
        {"list", "FOR VALUES IN (1)", "FOR VALUES IN (1, NULL)", true},
        {"list", "FOR VALUES IN (1, NULL)", "FOR VALUES IN (1)", false},
        {"hash", "FOR VALUES WITH (modulus 4, remainder 3)", "FOR VALUES WITH (modulus 2, remainder 1)",
         true},
        {"hash", "FOR VALUES WITH (modulus 4, remainder 2)", "FOR VALUES WITH (modulus 2, remainder 1)",
         false},
        {"hash", "FOR VALUES WITH (modulus 2, remainder 1)", "FOR VALUES WITH (modulus 4, remainder 1)",
         false},
        {"hash", "FOR VALUES WITH (modulus 0, remainder 0)", "FOR VALUES WITH (modulus 0, remainder 0)",
         false},
    };
    for (const BoundCase& one : cases)
        EXPECT_EQ(
            findings_of(bounded(one.there, {}, one.strategy), bounded(one.here, {}, one.strategy)).empty(),
            one.is_inside)
            << one.there << " -> " << one.here;
    const char* low = "FOR VALUES FROM (0) TO (10)";
    const char* high = "FOR VALUES FROM (10) TO (20)";
    EXPECT_TRUE(findings_of(bounded("DEFAULT", {low, high}), bounded("DEFAULT", {low, high})).empty());
    EXPECT_EQ(findings_of(bounded("DEFAULT", {low}), bounded("DEFAULT", {low, high})),
              (std::vector<std::string>{"error: partition bound: public.x", "info: extra table: public.b"}));
    EXPECT_TRUE(findings_of(bounded(high, {low}), bounded("DEFAULT", {low})).empty());
    EXPECT_FALSE(findings_of(bounded(low, {high}), bounded("DEFAULT", {high, low})).empty());
}

}  // namespace
}  // namespace schemaver::core
