// Differences row by row, and what a value reads like in a cell.
#include "core/diff.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "core/text.hpp"

namespace schemaver::core {
namespace {

std::string lower_case(const std::string& sql) {
    std::string text = sql;
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

// One row as one line: change | kind | identity | property | old | new | facet
std::vector<std::string> lines(const Schema& from, const Schema& to, const FacetSet& facets = {}) {
    std::vector<std::string> result;
    for (const Difference& row : diff(from, to, facets, lower_case))
        result.push_back(joined({row.change, row.kind, row.identity, row.property, in_words(row.old_value),
                                 in_words(row.new_value), row.facet},
                                " | "));
    return result;
}

Schema table(const Json& definition) { return {{"table", "public.people", "public", definition}}; }

// What the structure facet of public.people differs in.
std::vector<std::string> structure_lines(const Json& from, const Json& to) {
    std::vector<std::string> result;
    for (const std::string& line : lines(table({{"structure", from}}), table({{"structure", to}}))) {
        const std::string end = " | structure";
        EXPECT_TRUE(line.ends_with(end)) << line;
        std::string rest = line.substr(0, line.size() - end.size());
        const std::string middle = " | table | public.people | ";
        rest.replace(rest.find(middle), middle.size(), " ");
        result.push_back(rest);
    }
    return result;
}

using Lines = std::vector<std::string>;

TEST(Diff, WholeObjectsAreOneRowEach) {
    const Schema from = {{"table",
                          "public.a",
                          "public",
                          {{"structure", {{"columns", {{{"name", "x"}, {"type", "integer"}}}}}}}},
                         {"table", "public.b", "public", {{"comment", {{"text", "only here"}}}}}};
    const Schema to = {
        {"index", "public.i", "public", {{"structure", {{"table", "public.b"}}}}},
        {"table", "public.b", "public", {{"comment", {{"text", "only here"}}}}},
        {"type", "public.mood", "public", {{"structure", {{"type", "enum"}, {"labels", {"sad", "ok"}}}}}}};
    EXPECT_EQ(lines(from, to), (Lines{"added | index | public.i |  |  | {\"table\":\"public.b\"} | ",
                                      "removed | table | public.a |  | x integer |  | ",
                                      "added | type | public.mood |  |  | 'sad', 'ok' | "}));
    EXPECT_EQ(lines(to, to), Lines{});
    EXPECT_EQ(lines({}, {}), Lines{});
}

TEST(Diff, SameIdentityOfAnotherKindIsAnotherObject) {
    EXPECT_EQ(lines({{"table", "public.a", "public", {}}}, {{"view", "public.a", "public", {}}}),
              (Lines{"removed | table | public.a |  |  |  | ", "added | view | public.a |  |  |  | "}));
}

TEST(Diff, Columns) {
    const Json id = {{"name", "id"}, {"type", "integer"}, {"not_null", true}};
    const Json name = {{"name", "name"}, {"type", "text"}};
    const Json odd = {{"name", "Odd.name"}, {"type", "text"}, {"default", {{"sql", "'x'"}}}};
    const auto columns = [](const std::vector<Json>& list) { return Json{{"columns", list}}; };
    Json wider = id;
    wider["type"] = "bigint";
    wider.erase("not_null");

    EXPECT_EQ(structure_lines(columns({id}), columns({id, name})), Lines{"added columns.name |  | text"});
    EXPECT_EQ(structure_lines(columns({id, odd}), columns({id})),
              Lines{"removed columns.\"Odd.name\" | text default 'x' | "});
    EXPECT_EQ(
        structure_lines(columns({id, name}), columns({wider, name})),
        (Lines{"removed columns.id.not_null | true | ", "modified columns.id.type | integer | bigint"}));
    EXPECT_EQ(structure_lines(columns({id, name}), columns({name, id})),
              Lines{"modified columns | [\"id\",\"name\"] | [\"name\",\"id\"]"});
    // where a column is new as well, its row says enough
    EXPECT_EQ(structure_lines(columns({id, name}), columns({name, odd, id})),
              Lines{"added columns.\"Odd.name\" |  | text default 'x'"});
    EXPECT_EQ(structure_lines(Json::object(), columns({id})),
              Lines{"added columns.id |  | integer not null"});
}

TEST(Diff, ConstraintsHaveNoOrder) {
    const Json a = {{"name", "a"}, {"type", "check"}, {"expression", {{"sql", "(x > 0)"}}}};
    const Json b = {{"name", "b"}, {"type", "unique"}, {"columns", {"x", "Y"}}};
    EXPECT_EQ(structure_lines({{"constraints", {a, b}}}, {{"constraints", {b, a}}}), Lines{});
    EXPECT_EQ(structure_lines({{"constraints", {a}}}, {{"constraints", {a, b}}}),
              Lines{"added constraints.b |  | unique (x, \"Y\")"});
    EXPECT_EQ(structure_lines({{"constraints", {a, b}}}, {{"unlogged", true}}),
              (Lines{"removed constraints.a | check (x > 0) | ",
                     "removed constraints.b | unique (x, \"Y\") | ", "added unlogged |  | true"}));
}

TEST(Diff, ExpressionsAreComparedByTheirNormalForm) {
    const auto query = [](const char* sql) { return Json{{"query", {{"sql", sql}}}}; };
    EXPECT_EQ(structure_lines(query("SELECT a"), query("select A")), Lines{});
    EXPECT_EQ(structure_lines(query("SELECT a"), query("SELECT b")),
              Lines{"modified query | SELECT a | SELECT b"});
    const auto keys = [](const char* sql) { return Json{{"keys", {{{"expression", {{"sql", sql}}}}}}}; };
    EXPECT_EQ(structure_lines(keys("lower(A)"), keys("LOWER(a)")), Lines{});
    EXPECT_EQ(
        structure_lines(keys("lower(a)"), keys("upper(a)")),
        Lines{
            R"~(modified keys | [{"expression":{"sql":"lower(a)"}}] | [{"expression":{"sql":"upper(a)"}}])~"});
}

TEST(Diff, OtherListsAreOneValue) {
    EXPECT_EQ(structure_lines({{"labels", {"a", "b"}}}, {{"labels", {"b", "a"}}}),
              Lines{R"(modified labels | ["a","b"] | ["b","a"])"});
    EXPECT_EQ(structure_lines(Json::object(), {{"labels", {"a"}}}), Lines{R"(added labels |  | ["a"])"});
    // names that occur twice cannot be compared by name
    const Json twice = {{{"name", "a"}, {"v", 1}}, {{"name", "a"}, {"v", 2}}};
    EXPECT_EQ(structure_lines({{"list", twice}}, {{"list", Json::array({twice[0]})}}),
              Lines{R"(modified list | [{"name":"a","v":1},{"name":"a","v":2}] | [{"name":"a","v":1}])"});
}

TEST(Diff, NestedObjectsAreEntered) {
    EXPECT_EQ(
        structure_lines({{"replica_identity", {{"index", "a"}}}}, {{"replica_identity", {{"index", "b"}}}}),
        Lines{"modified replica_identity.index | a | b"});
    EXPECT_EQ(structure_lines({{"replica_identity", "full"}}, {{"replica_identity", {{"index", "b"}}}}),
              Lines{R"(modified replica_identity | full | {"index":"b"})"});
}

TEST(Diff, FacetsInOrderAndOnlyThoseAsked) {
    const Schema from = table({{"comment", {{"text", "a"}}}, {"security", {{"owner", "alice"}}}});
    const Schema to = table({{"comment", {{"text", "b"}}}, {"structure", {{"unlogged", true}}}});
    EXPECT_EQ(lines(from, to), (Lines{"modified | table | public.people | text | a | b | comment",
                                      "removed | table | public.people | owner | alice |  | security",
                                      "added | table | public.people | unlogged |  | true | structure"}));
    EXPECT_EQ(lines(from, to, {false, false, true, true}),
              Lines{"added | table | public.people | unlogged |  | true | structure"});
}

// Random documents: there is a row exactly if the portable digests differ.
Json random_value(std::mt19937& random, int depth) {
    const auto choose = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    switch (choose(depth > 0 ? 7 : 3)) {
        case 0:
            return choose(2) == 1;
        case 1:
            return std::string(1, static_cast<char>("aAbB"[choose(4)]));
        case 2:
            return Json{{"sql", std::string(1, "aAbB"[choose(4)])}};
        case 3: {
            Json list = Json::array();
            for (int i = choose(3) + 1; i > 0; --i) list.push_back(random_value(random, depth - 1));
            return list;
        }
        case 4: {
            Json list = Json::array();
            for (int i = choose(3) + 1; i > 0; --i)
                list.push_back(
                    {{"name", std::string(1, "ab"[choose(2)])}, {"v", random_value(random, depth - 1)}});
            return list;
        }
        default: {
            Json object = Json::object();
            for (int i = choose(3) + 1; i > 0; --i)
                object[std::string(1, "kl"[choose(2)])] = random_value(random, depth - 1);
            return object;
        }
    }
}

TEST(Diff, NoRowsExactlyIfTheDigestsAgree) {
    std::mt19937 random{20260102};
    int same = 0;
    for (int i = 0; i < 20'000; ++i) {
        const auto document = [&] { return Json{{"structure", {{"p", random_value(random, 2)}}}}; };
        const Json from = document();
        const Json to = random() % 4 == 0 ? from : document();
        const bool equal =
            definition_digest(portable(from, lower_case)) == definition_digest(portable(to, lower_case));
        same += equal ? 1 : 0;
        ASSERT_EQ(diff(table(from), table(to), {}, lower_case).empty(), equal) << from << "\n" << to;
    }
    EXPECT_GT(same, 1000);
    EXPECT_LT(same, 19'000);
}

TEST(InWords, Values) {
    struct Case {
        Json value;
        const char* words;
    };
    const std::vector<Case> cases = {
        {nullptr, ""},
        {"plain", "plain"},
        {true, "true"},
        {42, "42"},
        {{"a", "b"}, R"(["a","b"])"},
        {{{"sql", "now()"}}, "now()"},
        {{{"name", "a"}, {"type", "integer"}}, "integer"},
        {{{"name", "a"},
          {"type", "character varying(20)"},
          {"not_null", true},
          {"default", {{"sql", "now()"}}}},
         "character varying(20) not null default now()"},
        {{{"name", "a"}, {"type", "integer"}, {"not_null", true}, {"identity", "by default"}},
         "integer not null generated by default as identity"},
        {{{"name", "a"}, {"type", "integer"}, {"generated", {{"sql", "b + 1"}}}},
         "integer generated always as (b + 1) stored"},
        {{{"name", "a"}, {"type", "integer"}, {"generated", {{"sql", "b + 1"}}}, {"virtual", true}},
         "integer generated always as (b + 1) virtual"},
        {{{"name", "a"}, {"type", "text"}, {"collation", "pg_catalog.\"C\""}},
         "text collate pg_catalog.\"C\""},
        {{{"name", "a"}, {"type", "text"}, {"inherited", true}},
         R"({"inherited":true,"name":"a","type":"text"})"},
        {{{"name", "p"}, {"type", "primary key"}, {"columns", {"id", "Day"}}}, "primary key (id, \"Day\")"},
        {{{"name", "c"}, {"type", "check"}, {"expression", {{"sql", "(a > 0)"}}}, {"not_valid", true}},
         "check (a > 0) not valid"},
        {{{"name", "f"},
          {"type", "foreign key"},
          {"columns", {"a"}},
          {"references",
           {{"table", "public.b"},
            {"columns", {"id"}},
            {"on_delete", "cascade"},
            {"on_update", "restrict"},
            {"match", "full"}}},
          {"deferrable", true},
          {"initially_deferred", true}},
         "foreign key (a) references public.b (id) match full on update restrict on delete cascade "
         "deferrable "
         "initially deferred"},
        {{{"name", "c"}, {"type", "check"}, {"expression", {{"sql", "(a)"}}}, {"no_inherit", true}},
         R"~({"expression":{"sql":"(a)"},"name":"c","no_inherit":true,"type":"check"})~"},
        {{{"structure",
           {{"columns", {{{"name", "a"}, {"type", "integer"}}, {{"name", "b"}, {"type", "text"}}}}}}},
         "a integer, b text"},
        {{{"comment", {{"text", "x"}}}}, ""},
        {{{"name", "a"}, {"text", "what a is"}}, "what a is"},
        {{{"name", "a"}, {"type", "integer"}, {"not_null", true}, {"not_null_name", "old_a_not_null"}},
         "integer constraint old_a_not_null not null"},
        {Json::object(), "{}"},
    };
    for (const Case& one : cases) EXPECT_EQ(in_words(one.value), one.words);
}

TEST(InWords, AWholeDefinitionIsCutShort) {
    Json columns = Json::array();
    for (int i = 0; i < 100; ++i)
        columns.push_back({{"name", "column_" + std::to_string(i)}, {"type", "integer"}});
    const std::string words = in_words({{"structure", {{"columns", columns}}}});
    EXPECT_EQ(words.size(), 200U);
    EXPECT_TRUE(words.ends_with("..."));
}

}  // namespace
}  // namespace schemaver::core
