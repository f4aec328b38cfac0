// Commands and changes in words.
#include "core/summary.hpp"

#include <gtest/gtest.h>

#include "schema_builder.hpp"

namespace schemaver::core {
namespace {

using Objects = std::vector<std::string>;

TEST(Summary, Commands) {
    EXPECT_EQ(command_in_words("ALTER TABLE", {"table public.people"}), "ALTER TABLE public.people");
    EXPECT_EQ(command_in_words("CREATE TABLE",
                               {"sequence public.p_id_seq", "table public.p", "index public.p_pkey"}),
              "CREATE TABLE public.p");
    EXPECT_EQ(command_in_words("CREATE MATERIALIZED VIEW", {"materialized view public.m"}),
              "CREATE MATERIALIZED VIEW public.m");
    EXPECT_EQ(command_in_words("ALTER TABLE", {"table column public.p.a"}), "ALTER TABLE column public.p.a");
    EXPECT_EQ(command_in_words("CREATE TABLE AS", {"table public.p"}), "CREATE TABLE AS table public.p");
    EXPECT_EQ(command_in_words("COMMENT", {"table column public.p.a"}), "COMMENT table column public.p.a");
    EXPECT_EQ(command_in_words("DROP OWNED", Objects{}), "DROP OWNED");
    EXPECT_EQ(command_in_words("GRANT", Objects{}), "GRANT");
}

TEST(Summary, Changes) {
    const Object before = test::table("public.people", "id integer!; email character varying(50)",
                                      {{"constraints", {test::check("positive", "(id > 0)")}}});
    const Object after = test::table("app.persons", "id integer!; email text; pager text");
    EXPECT_EQ(change_in_words(before, after, nullptr),
              "columns.email.type: character varying(50) -> text\n"
              "columns.pager added: text\n"
              "constraints.positive removed");
    EXPECT_EQ(change_in_words(before, before, nullptr), "");
    Object commented = before;
    commented.definition["comment"] = {{"text", "all"}, {"columns", {{{"name", "id"}, {"text", "key"}}}}};
    EXPECT_EQ(change_in_words(before, commented, nullptr),
              "comment on columns.id added: key\ncomment added: all");
    const auto body = [](const char* text) {
        return test::object("function", "public.f()", {{"body", text}});
    };
    EXPECT_EQ(change_in_words(body("SELECT 1\n  FROM t"), body("SELECT 2\n"), nullptr),
              "body: SELECT 1 FROM t -> SELECT 2 ");
    EXPECT_EQ(change_in_words(body("x"), body(std::string(1000, 'y').c_str()), nullptr).size(),
              std::string("body: x -> ").size() + 200);
}

TEST(Summary, FromTo) {
    EXPECT_EQ(from_to("a", "b"), "a -> b");
    EXPECT_EQ(from_to("a", "a"), "a");
    EXPECT_EQ(from_to("", "b"), "-> b");
    EXPECT_EQ(from_to("a", ""), "a ->");
    EXPECT_EQ(from_to("", ""), "");
}

}  // namespace
}  // namespace schemaver::core
