// What schema_sql() writes for schemas as they are stored; that the scripts run, and give the same
// fingerprint, is tested on a server.
#include "core/schema_sql.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "schema_builder.hpp"

namespace schemaver::core {

namespace {

using test::object;
using test::table;

// The place of the first statement that begins so; -1 if there is none.
std::ptrdiff_t place_of(const std::vector<std::string>& statements, const std::string& beginning) {
    const auto at = std::find_if(statements.begin(), statements.end(),
                                 [&](const std::string& sql) { return sql.starts_with(beginning); });
    return at == statements.end() ? -1 : at - statements.begin();
}

}  // namespace

TEST(SchemaSql, ATableComesAfterTheFunctionOfItsDefault) {
    const Schema schema = {table("public.a", "id integer =public.next_id()"),
                           object("function", "public.next_id()",
                                  {{"language", "sql"},
                                   {"returns", "integer"},
                                   {"body", "SELECT 1"},
                                   {"arguments", Json::array()}})};
    const auto statements = schema_sql(schema);
    EXPECT_GE(place_of(statements, "CREATE FUNCTION public.next_id("), 0);
    EXPECT_GT(place_of(statements, "CREATE TABLE public.a "),
              place_of(statements, "CREATE FUNCTION public.next_id("));
}

TEST(SchemaSql, ForeignKeysComeWhenAllTablesAreThere) {
    const Json key = {{"name", "to_b"},
                      {"type", "foreign key"},
                      {"columns", {"b"}},
                      {"references", {{"table", "public.b"}, {"columns", {"id"}}}}};
    const auto statements = schema_sql(
        {table("public.a", "b integer", {{"constraints", {key}}}), table("public.b", "id integer!")});
    EXPECT_GT(place_of(statements, "ALTER TABLE ONLY public.a ADD CONSTRAINT to_b"),
              place_of(statements, "CREATE TABLE public.b "));
}

TEST(SchemaSql, ANameInACommentCannotEndIt) {
    const std::string name = "public.\"x\nDROP TABLE public.a;\r\n--\"";
    const Schema schema = {
        table("public.a", "id integer"),
        object("index", name, {{"table", "public.a"}, {"invalid", true}}),
        object("thing of a later version", name, Json::object()),
    };
    int remarks = 0;
    for (const std::string& sql : schema_sql(schema)) {
        if (!sql.starts_with("--")) continue;
        ++remarks;
        EXPECT_EQ(sql.find_first_of("\r\n"), std::string::npos) << sql;
    }
    EXPECT_EQ(remarks, 2);
}

TEST(SchemaSql, ProceduresAreToldApartByTheirModes) {
    const Json in = {{"name", "a"}, {"type", "integer"}};
    const Json out = {{"name", "a"}, {"type", "integer"}, {"mode", "out"}};
    const auto statements =
        schema_sql({{"procedure",
                     "public.p(integer)",
                     "public",
                     {{"structure", {{"language", "sql"}, {"body", ""}, {"arguments", {out, in}}}},
                      {"security", {{"owner", "ann"}}}}}});
    EXPECT_GE(place_of(statements, "ALTER PROCEDURE public.p(out integer, IN integer) OWNER TO ann;"), 0);
}

TEST(SchemaSql, AColumnIsGeneratedAsTheParentsIs) {
    const Schema schema = {table("public.child", "b integer ~(a * 2)", {{"inherits", {"public.parent"}}}),
                           table("public.other", "b integer ~(a * 3)", {{"inherits", {"public.parent"}}}),
                           table("public.parent", "b integer ~(a * 2)")};
    const auto statements = schema_sql(schema);
    EXPECT_GE(place_of(statements, "CREATE TABLE public.child (\n    b integer\n)"), 0);
    EXPECT_GE(place_of(statements, "CREATE TABLE public.other (\n    b integer GENERATED"), 0);
}

TEST(SchemaSql, RowsComeBeforeWhatLooksAtThem) {
    const Json key = {{"name", "to_a"},
                      {"type", "foreign key"},
                      {"columns", {"id"}},
                      {"references", {{"table", "public.a"}, {"columns", {"id"}}}}};
    const KeptTable rows{
        "public.a", {"id", "Odd"}, true, {{"1", "it's"}, {"2", std::nullopt}}, {{"public.s", "2", true}}};
    const auto statements = schema_sql({table("public.a", "id integer; Odd text", {{"constraints", {key}}})},
                                       {kept_table_from(to_json(rows))});
    const auto insert = place_of(statements,
                                 "INSERT INTO public.a (id, \"Odd\") OVERRIDING SYSTEM VALUE VALUES\n    "
                                 "('1', 'it''s'),\n    ('2', NULL);");
    EXPECT_GT(insert, place_of(statements, "CREATE TABLE public.a "));
    EXPECT_EQ(place_of(statements, "SELECT pg_catalog.setval('public.s', 2, true);"), insert + 1);
    EXPECT_GT(place_of(statements, "ALTER TABLE ONLY public.a ADD CONSTRAINT to_a"), insert);
}

}  // namespace schemaver::core
