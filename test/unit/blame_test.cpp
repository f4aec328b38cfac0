// Which version changed what, from versions written as lists of columns.
#include "core/blame.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "schema_builder.hpp"

namespace schemaver::core {
namespace {

using Lines = std::vector<std::string>;

Version version(const std::string& columns, const Json& more = Json::object(),
                std::set<std::string> new_names = {}) {
    return {test::table("public.people", columns, more).definition, std::move(new_names)};
}

// "column email: text, modified by 2, since 0"
Lines lines(const std::vector<Version>& versions, const Normalise& normalise = nullptr) {
    Lines result;
    for (const Blamed& one : blame(versions, normalise)) {
        const std::string former = one.former.empty() ? "" : " from " + one.former;
        result.push_back(one.element.words + ": " + in_words(one.element) + ", " + one.change + former +
                         " by " + std::to_string(one.changed) + ", since " + std::to_string(one.since));
    }
    return result;
}

TEST(Blame, EachColumnByItself) {
    EXPECT_EQ(lines({}), Lines{});
    EXPECT_EQ(lines({version("id integer!; email text")}),
              (Lines{"column id: integer not null, added by 0, since 0",
                     "column email: text, added by 0, since 0"}));
    EXPECT_EQ(
        lines({version("id integer; email character varying(50); gone text"),
               version("id integer; email character varying(50); gone text; pager text"),
               version("id integer; email text; pager text"), version("id integer; email text; pager text")}),
        (Lines{"column id: integer, added by 0, since 0", "column email: text, modified by 2, since 0",
               "column pager: text, added by 1, since 1"}));
}

TEST(Blame, WhatWasDroppedAndCameAgainIsNew) {
    EXPECT_EQ(lines({version("a text; b text"), version("a text"), version("a text; b text")}),
              (Lines{"column a: text, added by 0, since 0", "column b: text, added by 2, since 2"}));
    EXPECT_EQ(lines({version("a text"), {nullptr, {}}, version("a text")}),
              Lines{"column a: text, added by 2, since 2"});
    EXPECT_EQ(lines({version("a text"), {nullptr, {}}}), Lines{});
}

TEST(Blame, ARenameThatACommandTells) {
    const std::vector<Version> renamed = {
        version("id integer; mail text; note text"), version("id integer; mail text!; note text"),
        version("id integer; email text!; note text", Json::object(), {"email"}),
        version("id integer; email text!; note text!")};
    EXPECT_EQ(lines(renamed), (Lines{"column id: integer, added by 0, since 0",
                                     "column email: text not null, renamed from column mail by 2, since 0",
                                     "column note: text not null, modified by 3, since 0"}));
    // changed since: the last change counts, and it is still the same column
    auto changed = renamed;
    changed.push_back(version("id integer; email integer!; note text!"));
    EXPECT_EQ(lines(changed)[1], "column email: integer not null, modified by 4, since 0");
    // another one before it was dropped in the same commit
    EXPECT_EQ(lines({version("a integer; mail text"), version("email text", Json::object(), {"email"})}),
              Lines{"column email: text, renamed from column mail by 1, since 0"});
}

TEST(Blame, NoRenameIsGuessed) {
    // dropped and added: nothing but the command tells this from a rename
    EXPECT_EQ(lines({version("id integer; mail text"), version("id integer; email text")})[1],
              "column email: text, added by 1, since 1");
    // the command told of a name, but nothing like it went
    EXPECT_EQ(lines({version("id integer; mail date"),
                     version("id integer; email text", Json::object(), {"email"})})[1],
              "column email: text, added by 1, since 1");
    // two went, in other places
    EXPECT_EQ(lines({version("x text; y text; z integer"),
                     version("z integer; w date; email text", Json::object(), {"email"})})[2],
              "column email: text, added by 1, since 1");
}

TEST(Blame, Constraints) {
    const auto with = [](std::vector<Json> constraints, std::set<std::string> names = {}) {
        return version("a integer", {{"constraints", std::move(constraints)}}, std::move(names));
    };
    const Json small = test::check("small", "(a < 9)");
    const Json tiny = test::check("tiny", "(a < 9)");
    EXPECT_EQ(lines({with({small}), with({small, test::unique("people_a_key", {"a"})}),
                     with({test::unique("people_a_key", {"a"}), tiny}, {"tiny"})}),
              (Lines{"column a: integer, added by 0, since 0",
                     "constraint people_a_key: unique (a), added by 1, since 1",
                     "constraint tiny: check (a < 9), renamed from constraint small by 2, since 0"}));
}

TEST(Blame, TwoSpellingsOfAnExpressionAreNoChange) {
    const Normalise in_lower_case = [](const std::string& sql) {
        std::string text = sql;
        for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        return text;
    };
    const std::vector<Version> spellings = {version("a text =NOW()"), version("a text =now()")};
    EXPECT_EQ(lines(spellings, in_lower_case), Lines{"column a: text default now(), added by 0, since 0"});
    EXPECT_EQ(lines(spellings), Lines{"column a: text default now(), modified by 1, since 0"});
}

TEST(Blame, LabelsCanBeRenamedButNotDropped) {
    const auto mood = [](std::vector<std::string> labels) {
        return Version{{{"structure", {{"type", "enum"}, {"labels", std::move(labels)}}}}, {}};
    };
    EXPECT_EQ(lines({mood({"sad", "happy"}), mood({"sad", "content", "happy"}),
                     mood({"gloomy", "content", "happy"})}),
              (Lines{"label 'gloomy': gloomy, renamed from label 'sad' by 2, since 0",
                     "label 'content': content, added by 1, since 1",
                     "label 'happy': happy, added by 0, since 0", "type: enum, added by 0, since 0"}));
}

TEST(Blame, OtherFacets) {
    const Json grant = {{"grantee", "clerk"}, {"grantor", "ann"}, {"privileges", {"SELECT", "INSERT"}}};
    const Json more = {
        {"grantee", "clerk"}, {"grantor", "ann"}, {"privileges", {"SELECT"}}, {"grantable", {"SELECT"}}};
    const Json first = {{"structure", {{"query", test::sql("SELECT 1")}}},
                        {"security", {{"owner", "ann"}, {"privileges", {grant}}}}};
    const Json last = {
        {"structure", {{"query", test::sql("SELECT\n  2")}, {"partition_of", "public.p"}}},
        {"storage",
         {{"options", {"fillfactor=70"}}, {"columns", {{{"name", "Big"}, {"storage", "external"}}}}}},
        {"security",
         {{"owner", "ann"},
          {"privileges", {more}},
          {"columns", {{{"name", "a"}, {"privileges", {grant}}}}},
          {"column_labels",
           {{{"name", "a"}, {"provider", "p"}, {"label", "x"}},
            {{"name", "a"}, {"provider", "q"}, {"label", "y"}}}}}},
        {"comment", {{"text", "all"}, {"columns", {{{"name", "a"}, {"text", "one"}}}}}}};
    EXPECT_EQ(
        lines({{first, {}}, {last, {}}}),
        (Lines{"partition of: public.p, added by 1, since 1", "query: SELECT 2, modified by 1, since 0",
               "storage of column \"Big\": {\"storage\":\"external\"}, added by 1, since 1",
               "option fillfactor: 70, added by 1, since 1",
               "column labels: " + canonical(last["security"]["column_labels"]) + ", added by 1, since 1",
               "privileges on column a: SELECT, INSERT to clerk, added by 1, since 1",
               "owner: ann, added by 0, since 0",
               "privileges of clerk: SELECT to clerk (grantable: SELECT), modified by 1, since 0",
               "comment on column a: one, added by 1, since 1", "comment: all, added by 1, since 1"}));
}

TEST(Blame, AnOptionInThePlaceOfAnotherIsNoRename) {
    const auto with = [](const char* option) { return Version{{{"storage", {{"options", {option}}}}}, {}}; };
    EXPECT_EQ(lines({with("fillfactor=70"), with("parallel_workers=70")}),
              Lines{"option parallel_workers: 70, added by 1, since 1"});
}

TEST(Blame, NamesThatCommandsGave) {
    using Names = std::set<std::string>;
    EXPECT_EQ(names_given_by("ALTER TABLE", {"table column public.people.email"}), Names{"email"});
    EXPECT_EQ(names_given_by("ALTER TYPE", {"composite type column public.\"Odd.t\".\"A b\""}), Names{"A b"});
    EXPECT_EQ(names_given_by("ALTER TABLE", {"table constraint small on public.people"}), Names{"small"});
    EXPECT_EQ(names_given_by("ALTER TABLE", {"table public.people"}), Names{});
    EXPECT_EQ(names_given_by("COMMENT", {"table column public.people.email"}), Names{});
}

}  // namespace
}  // namespace schemaver::core
