// What a check for drift decides: how bad a difference is, which rules cover it, and what is new.
#include "core/drift.hpp"

#include <gtest/gtest.h>

namespace schemaver::core {
namespace {

std::string as_it_is(const std::string& sql) { return sql; }

Json column(const char* name, const char* type) { return {{"name", name}, {"type", type}}; }

Object table(const char* identity, const Json& columns, const Json& more = Json::object()) {
    Json definition = {{"structure", {{"columns", columns}}}};
    definition.merge_patch(more);
    return {"table", identity, "public", definition};
}

struct SeverityCase {
    const char* name;
    Schema from;
    Schema to;
    std::vector<std::string> severities;  // of the rows of the difference, in its order
};

class Severities : public testing::TestWithParam<SeverityCase> {};

TEST_P(Severities, AreThoseOfWhoKnowsTheSchemaAsItWas) {
    const SeverityCase& test = GetParam();
    const auto rows = diff(test.from, test.to, {}, as_it_is);
    std::vector<std::string> found;
    for (const Severity severity : severities(rows, breaks_on(test.from, test.to, {}, {}, as_it_is)))
        found.emplace_back(to_text(severity));
    EXPECT_EQ(found, test.severities);
}

const Json two_columns = {column("a", "integer"), column("b", "text")};
const Json one_column = {column("a", "integer")};

INSTANTIATE_TEST_SUITE_P(
    Drift, Severities,
    testing::Values(
        SeverityCase{
            "ColumnAdded", {table("public.t", one_column)}, {table("public.t", two_columns)}, {"warning"}},
        SeverityCase{
            "ColumnDropped", {table("public.t", two_columns)}, {table("public.t", one_column)}, {"critical"}},
        SeverityCase{"TableDropped", {table("public.t", one_column)}, {}, {"critical"}},
        SeverityCase{"TableAdded", {}, {table("public.t", one_column)}, {"warning"}},
        SeverityCase{"Comment",
                     {table("public.t", one_column)},
                     {table("public.t", one_column, {{"comment", {{"text", "hi"}}}})},
                     {"info"}},
        SeverityCase{"Storage",
                     {table("public.t", one_column)},
                     {table("public.t", one_column, {{"storage", {{"tablespace", "fast"}}}})},
                     {"info"}},
        SeverityCase{"Owner",
                     {table("public.t", one_column, {{"security", {{"owner", "app"}}}})},
                     {table("public.t", one_column, {{"security", {{"owner", "eve"}}}})},
                     {"critical"}}),
    [](const auto& one) { return std::string(one.param.name); });

// Text and pattern are the same, or the pattern ends with %.
bool begins_or_is(const std::string& text, const std::string& pattern) {
    if (!pattern.ends_with('%')) return text == pattern;
    return text.starts_with(pattern.substr(0, pattern.size() - 1));
}

TEST(IgnoreRules, AllConditionsMustHold) {
    const Schema from;
    const Schema to = {
        {"index", "public.log_1_at", "public", {{"structure", {{"table", "public.log_1"}}}}},
        {"table", "public.log_1", "public", {{"structure", {{"partition_of", "public.log"}}}}},
        {"table", "public.log_1_a", "public", {{"structure", {{"partition_of", "public.log_1"}}}}},
        {"table", "public.other", "public", {{"structure", {{"columns", one_column}}}}}};
    const auto covered = [&](const IgnoreRule& rule, const Difference& row) {
        return covers(rule, row, from, to, begins_or_is);
    };
    const Difference index{"added", "index", "public.log_1_at", "", {}, {}, ""};
    const Difference part{"added", "table", "public.log_1", "", {}, {}, ""};
    const Difference part_of_part{"added", "table", "public.log_1_a", "", {}, {}, ""};
    const Difference other{"added", "table", "public.other", "", {}, {}, ""};
    const Difference owner{"modified", "table", "public.other", "owner", "app", "eve", "security"};

    const IgnoreRule partitions{{}, {}, {}, {}, "public.log"};
    EXPECT_TRUE(covered(partitions, index));
    EXPECT_TRUE(covered(partitions, part));
    EXPECT_TRUE(covered(partitions, part_of_part));
    EXPECT_FALSE(covered(partitions, other));

    EXPECT_TRUE(covered({"security", {}, {}, {}, {}}, owner));
    EXPECT_FALSE(covered({"security", {}, {}, {}, {}}, other)) << "a whole object has all facets";
    EXPECT_TRUE(covered({{}, "table", "public", "public.oth%", {}}, other));
    EXPECT_FALSE(covered({{}, "index", "public", "public.oth%", {}}, other));
    EXPECT_FALSE(covered({{}, "table", "app", "public.oth%", {}}, other));
    EXPECT_FALSE(covered({{}, "table", "public", "public.log%", {}}, other));
    EXPECT_TRUE(covered({{}, {}, "Odd name", {}, {}}, {"added", "schema", "\"Odd name\"", "", {}, {}, ""}));
}

TEST(Reconcile, TellsOnceAndNoticesTheReturn) {
    const DriftKey email{"modified", "table", "public.people", "columns.email.type", "1"};
    const DriftKey email_again{"modified", "table", "public.people", "columns.email.type", "2"};
    const DriftKey phone{"added", "table", "public.people", "columns.phone", "3"};
    EXPECT_EQ(reconcile({}, {email, phone}).opened, (std::vector<std::size_t>{0, 1}));
    EXPECT_TRUE(reconcile({email, phone}, {phone, email}).opened.empty());
    EXPECT_TRUE(reconcile({email, phone}, {phone, email}).returned.empty());
    EXPECT_EQ(reconcile({email, phone}, {phone}).returned, (std::vector<std::size_t>{0}));
    const Reconciled once_more = reconcile({email}, {email_again});
    EXPECT_EQ(once_more.opened, (std::vector<std::size_t>{0}));
    EXPECT_EQ(once_more.returned, (std::vector<std::size_t>{0}));
    EXPECT_TRUE(email.is_about_the_same(email_again));
    EXPECT_FALSE(email.is_about_the_same(phone));
}

TEST(DriftPayload, StaysBelowTheLimit) {
    DriftNews news{7,
                   "app",
                   "ledger",
                   "critical",
                   {"modified", "table", "public.people", "columns.email.type", "1"},
                   "",
                   "text",
                   "character varying(20)",
                   true,
                   "eve",
                   12};
    EXPECT_EQ(
        payload(news, 8000),
        R"x({"against":"ledger","captured":true,"change":"modified","commit":12,"database":"app","event":"drift",)x"
        R"x("id":7,"identity":"public.people","kind":"table","new_value":"character varying(20)","old_value":"text",)x"
        R"x("property":"columns.email.type","severity":"critical","who":"eve"})x");
    news.old_value = std::string(9000, 'x');
    const Json without_values = Json::parse(payload(news, 8000));
    EXPECT_EQ(without_values["more"], "SELECT * FROM schemaver.drift WHERE id = 7");
    EXPECT_EQ(without_values["property"], "columns.email.type");
    EXPECT_FALSE(without_values.contains("old_value"));
    news.key.identity = std::string(9000, 'x');
    const std::string least = payload(news, 8000);
    EXPECT_LT(least.size(), 8000u);
    EXPECT_EQ(Json::parse(least)["id"], 7);
}

}  // namespace
}  // namespace schemaver::core
