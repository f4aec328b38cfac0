// Columns that are called otherwise: which are known to be the same, which are guessed, how a diff tells of
// them there and back, and which commit made a row of it.
#include <random>

#include <gtest/gtest.h>

#include "core/changelog.hpp"
#include "core/column_renames.hpp"
#include "core/compatibility.hpp"
#include "core/new_names.hpp"
#include "core/properties.hpp"
#include "core/row_history.hpp"
#include "core/text.hpp"
#include "schema_builder.hpp"

namespace schemaver::core {
namespace {

using namespace test;
using Lines = std::vector<std::string>;
using Names = std::set<std::string>;

std::string as_it_stands(const std::string& sql) { return sql; }

Json of_columns(const std::string& list) { return table("public.people", list).definition; }

// "a -> b" of those that are called otherwise, "a" of the others
Lines same(const std::string& before, const std::string& after, const Names& names) {
    Lines lines;
    for (const auto& [former, name] : same_columns(of_columns(before), of_columns(after), names))
        lines.push_back(former == name ? name : former + " -> " + name);
    return lines;
}

TEST(SameColumns, ByTheirPlaceAndTheNamesThatCommandsGave) {
    EXPECT_EQ(same("id int; mail text; note text", "id int; email text; note text", {"email"}),
              (Lines{"id", "mail -> email", "note"}));
    EXPECT_EQ(same("id int; mail text", "id int; email text", {}), Lines{"id"});
    // with another type in the same commit
    EXPECT_EQ(same("id int; mail text; note text", "id int; email varchar; note text", {"email"}),
              (Lines{"id", "mail -> email", "note"}));
    // beside one that is dropped, and one that is new
    EXPECT_EQ(same("x int; mail text; note text", "email text; note text; y int", {"email"}),
              (Lines{"mail -> email", "note"}));
    // the old name is taken up by a new column
    EXPECT_EQ(same("a int", "b int; a text", {"b"}), Lines{"a -> b"});
    // names that swap, by way of a third
    EXPECT_EQ(same("a int; b text", "b int; a text", {"tmp", "a", "b"}), (Lines{"a -> b", "b -> a"}));
    EXPECT_EQ(same("a int; b int", "b int; a int", {"tmp", "a", "b"}), (Lines{"a -> b", "b -> a"}));
    // taken back
    EXPECT_EQ(same("a int", "a int", {"a", "b"}), Lines{"a"});
    // a name that another table's column was given
    EXPECT_EQ(same("a int; b text", "a int; b text", {"b"}), (Lines{"a", "b"}));
    // one of two was dropped, and nothing tells which
    EXPECT_EQ(same("a int; b int; c int", "d int; c int", {"d"}), Lines{"c"});
    // one of two is more like it
    EXPECT_EQ(same("a int; b text; c int", "d text; c int", {"d"}), (Lines{"b -> d", "c"}));
    // renamed and its name given to a new one, or the one before it renamed and this one changed
    EXPECT_EQ(same("a text; b text", "c varchar; b int", {"c"}), Lines{});
    // added and renamed at once
    EXPECT_EQ(same("a int", "a int; c text", {"c"}), Lines{"a"});
}

TEST(RenamedColumns, ThroughAllVersions) {
    const auto renamed = [](const std::vector<Version>& versions) {
        Lines lines;
        for (const auto& [former, name] : renamed_columns(versions)) lines.push_back(former + " -> " + name);
        return lines;
    };
    EXPECT_EQ(
        renamed({{of_columns("a int"), {}}, {of_columns("b int"), {"b"}}, {of_columns("c int"), {"c"}}}),
        Lines{"a -> c"});
    EXPECT_EQ(
        renamed({{of_columns("a int"), {}}, {of_columns("b int"), {"b"}}, {of_columns("a int"), {"a"}}}),
        Lines{});
    // what was dropped under its new name and came again is another column
    EXPECT_EQ(renamed({{of_columns("a int; x int"), {}},
                       {of_columns("b int; x int"), {"b"}},
                       {of_columns("x int"), {}},
                       {of_columns("x int; b int"), {}}}),
              Lines{});
    // and so is that of a table that was
    EXPECT_EQ(renamed({{of_columns("a int"), {}}, {nullptr, {}}, {of_columns("b int"), {"b"}}}), Lines{});
    EXPECT_EQ(renamed({}), Lines{});
}

TEST(ColumnNames, AreThoseOfTheRelation) {
    const Lines objects = {"table column public.people.email", "table column public.\"Odd.t\".\"A b\""};
    EXPECT_EQ(column_names_given_by("ALTER TABLE", objects, {}), (Names{"email", "A b"}));
    EXPECT_EQ(column_names_given_by("ALTER TABLE", objects, {"public.people", ""}), Names{"email"});
    EXPECT_EQ(column_names_given_by("ALTER TABLE", objects, {"public.\"Odd.t\""}), Names{"A b"});
    EXPECT_EQ(column_names_given_by("COMMENT", objects, {}), Names{});
}

TEST(GuessedColumns, AreAlikeAndInTheSamePlace) {
    const auto guesses = [](const std::string& before, const std::string& after) {
        const Schema from = {table("public.people", before)};
        const Schema to = {table("public.people", after)};
        Lines lines;
        for (const ColumnRename& one : guess_column_renames(from, to, {}, as_it_stands)) {
            EXPECT_LT(one.likeness, 1);
            lines.push_back(one.former + " -> " + one.name);
        }
        Lines back;
        for (const ColumnRename& one : guess_column_renames(to, from, {}, as_it_stands))
            back.push_back(one.name + " -> " + one.former);
        EXPECT_EQ(back, lines);
        return lines;
    };
    EXPECT_EQ(guesses("id int; mail text; note text", "id int; email text; note text"),
              Lines{"mail -> email"});
    EXPECT_EQ(guesses("id int; mail text; note text", "id int; email int; note text"), Lines{});
    // what was dropped and what was added have nothing in common but the type
    EXPECT_EQ(guesses("id int; pager text", "id int; email text"), Lines{});
    EXPECT_EQ(guesses("id int; mail text", "id int; mail text; email text"), Lines{});
    EXPECT_EQ(guesses("mail text; mails text; id int", "email text; emails text; id int"),
              (Lines{"mails -> emails", "mail -> email"}));
}

Lines rows_between(const Schema& from, const Schema& to, const std::vector<Rename>& renames,
                   const std::vector<ColumnRename>& columns) {
    Lines lines;
    for (const Difference& row : diff(from, to, renames, columns, {}, as_it_stands))
        lines.push_back(joined({row.change, row.identity, row.property, in_words(row.old_value),
                                in_words(row.new_value), row.facet},
                               " | "));
    return lines;
}

const std::vector<ColumnRename> mail_is_email = {{"table", "public.people", "mail", "email", 1}};

TEST(Renames, AColumnIsOneRow) {
    const Object before =
        table("public.people", "id int; mail text; lower text ~lower(mail)",
              constraints({check("mailed", "((mail <> 'mail'::text))"), unique("mail", {"mail"}),
                           foreign_key("f", "mail", "public.b")}));
    const Object after =
        table("public.people", "id int; email text; lower text ~lower(email)",
              constraints({check("mailed", "((email <> 'mail'::text))"), unique("mail", {"email"}),
                           foreign_key("f", "email", "public.b")}));
    EXPECT_EQ(rows_between({before}, {after}, {}, mail_is_email),
              Lines{"renamed | public.people | columns.email | mail | email | structure"});
    EXPECT_EQ(rows_between({after}, {before}, {}, reversed(mail_is_email, {})),
              Lines{"renamed | public.people | columns.mail | email | mail | structure"});
    EXPECT_GT(rows_between({before}, {after}, {}, {}).size(), 4U);
}

TEST(Renames, AColumnWithWhatElseIsOtherwise) {
    Object before = table("public.people", "id int; mail text; email text");
    Object after = table("public.people", "id int; email varchar!; mail int");
    before.definition["comment"] = {{"columns", {{{"name", "mail"}, {"text", "x"}}}}};
    after.definition["comment"] = {{"columns", {{{"name", "email"}, {"text", "y"}}}}};
    EXPECT_EQ(rows_between({before}, {after}, {}, mail_is_email),
              (Lines{"modified | public.people | columns.email.text | x | y | comment",
                     "renamed | public.people | columns.email | mail | email | structure",
                     "removed | public.people | columns.email | text |  | structure",
                     "added | public.people | columns.email.not_null |  | true | structure",
                     "modified | public.people | columns.email.type | text | varchar | structure",
                     "added | public.people | columns.mail |  | int | structure"}));
}

TEST(Renames, WhatNamesTheColumnHasNotChanged) {
    const auto with = [](const char* relation, const char* column_name) {
        Json fk = foreign_key("f", "mail", relation);
        fk["references"]["columns"] = {column_name};
        Schema schema = {
            table(relation, std::string{"id int; "} + column_name + " text"),
            table("public.letters", "mail text", constraints({fk})),
            object("index", "public.i",
                   {{"table", relation},
                    {"keys", {{{"expression", sql(std::string{"lower("} + column_name + ")")}}}}}),
            object("sequence", "public.s", {{"owned_by", std::string{relation} + "." + column_name}})};
        sort(schema);
        return schema;
    };
    EXPECT_EQ(rows_between(with("public.people", "mail"), with("public.persons", "email"),
                           {{"table", "public.people", "public.persons", 1}},
                           {{"table", "public.persons", "mail", "email", 1}}),
              (Lines{"renamed | public.persons |  |  |  | ",
                     "renamed | public.persons | columns.email | mail | email | structure"}));
}

TEST(ColumnNames, InExpressions) {
    const ColumnNames names = {{"mail", "email"}, {"A b", "user"}};
    EXPECT_EQ(
        with_columns_named("(mail <> 'mail') AND people.mail ~ E'\\'mail' AND \"A b\" > mail(1)", names),
        "(email <> 'mail') AND people.email ~ E'\\'mail' AND \"user\" > mail(1)");
    EXPECT_EQ(with_columns_named("mail1 + 1mail + \"mail\" + \"a\"\"mail\"", names),
              "mail1 + 1mail + email + \"a\"\"mail\"");
}

TEST(Changelog, ARenamedColumn) {
    const Schema from = {table("public.people", "mail text")};
    const Schema to = {table("public.people", "email text")};
    auto rows = diff(from, to, {}, mail_is_email, {}, as_it_stands);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(change_in_a_line(rows[0]), "Table `public.people`: column `mail` is called `email` now");
    rows[0].likeness = 0.9;
    EXPECT_EQ(change_in_a_line(rows[0]),
              "Table `public.people`: column `mail` is called `email` now (a guess: they are alike to 90 %)");
}

TEST(Compatibility, ARenamedColumnBreaksBothWaysOnce) {
    const Schema from = {table("public.people", "mail text!", constraints({check("c", "(mail <> '')")}))};
    const Schema to = {table("public.people", "email text!", constraints({check("c", "(email <> '')")}))};
    const auto result = compatibility(from, to, {}, mail_is_email, as_it_stands);
    EXPECT_EQ(result.verdict, "breaking");
    Lines lines;
    for (const Break& one : result.breaks)
        lines.push_back(one.breaks + ": " + one.property + ": " + one.reason);
    EXPECT_EQ(lines, (Lines{"old applications: columns.mail: it is called email there",
                            "new applications: columns.email: it is called mail there"}));
}

// A row's step, by what each commit did to the columns of a table.
class MadeBy : public ::testing::Test {
  protected:
    std::vector<Version> versions_;

    void commit(const std::string& list, const Names& names = {}) {
        versions_.push_back({list.empty() ? Json() : of_columns(list), names});
    }

    static std::vector<ColumnRename> named(const ColumnPairs& pairs) {
        std::vector<ColumnRename> columns;
        for (const auto& [former, name] : pairs)
            if (former != name) columns.push_back({"table", "public.people", former, name, 1});
        return columns;
    }

    Schema at(std::size_t version) const {
        return {{"table", "public.people", "public", versions_[version].definition}};
    }

    // "added columns.email: 2"; in the rows of the way back as in those of the way there
    Lines steps() const {
        std::vector<Step> steps;
        for (std::size_t i = 1; i < versions_.size(); ++i) {
            const Json& before = versions_[i - 1].definition;
            const Json& after = versions_[i].definition;
            if (before.is_null() || after.is_null())
                steps.push_back({true, {}});
            else
                steps.push_back({false, diff(at(i - 1), at(i), {},
                                             named(same_columns(before, after, versions_[i].new_names)), {},
                                             as_it_stands)});
        }
        const std::size_t last = versions_.size() - 1;
        const auto columns = named(renamed_columns(versions_));
        const auto lines = [&](const std::vector<Difference>& rows) {
            Lines result;
            for (const Difference& row : rows) {
                const auto made =
                    step_that_made(row, steps.size(), [&](std::size_t i) -> const Step& { return steps[i]; });
                result.push_back(row.change + " " + row.property + ": " +
                                 (made ? std::to_string(*made + 1) : "nobody"));
            }
            std::sort(result.begin(), result.end());
            return result;
        };
        const auto there = diff(at(0), at(last), {}, columns, {}, as_it_stands);
        const auto back = diff(at(last), at(0), {}, reversed(columns, {}), {}, as_it_stands);
        std::vector<Difference> turned;
        for (const Difference& row : back) turned.push_back(the_other_way(row, back));
        EXPECT_EQ(lines(turned), lines(there));
        return lines(there);
    }
};

TEST_F(MadeBy, TheLastThatDidIt) {
    commit("id int; name text; gone text");
    commit("id int; name text; gone text; email text");
    commit("id int; name varchar; email text");
    commit("id int; name varchar(50); email text!");
    EXPECT_EQ(steps(),
              (Lines{"added columns.email: 1", "modified columns.name.type: 3", "removed columns.gone: 2"}));
}

TEST_F(MadeBy, ThroughRenames) {
    commit("id int; mail text; pager text");
    commit("id int; mail varchar; pager text");
    commit("id int; mails varchar; pager text", {"mails"});
    commit("id int; email varchar; beeper text", {"email", "beeper"});
    commit("id int; email varchar");
    commit("id int; email varchar; mail int");
    EXPECT_EQ(steps(), (Lines{"added columns.mail: 5", "modified columns.email.type: 1",
                              "removed columns.pager: 4", "renamed columns.email: 3"}));
}

TEST_F(MadeBy, ATableThatWasMadeAnew) {
    commit("id int; a text");
    commit("id int; a varchar");
    commit("");
    commit("id bigint; a date");
    commit("id bigint; a date!");
    EXPECT_EQ(steps(), (Lines{"added columns.a.not_null: 4", "modified columns.a.type: 3",
                              "modified columns.id.type: 3"}));
}

TEST_F(MadeBy, ColumnsInAnotherOrder) {
    commit("a int; b int");
    commit("b int");
    commit("b int; a int");
    commit("b bigint; a int");
    EXPECT_EQ(steps(), (Lines{"modified columns.b.type: 3", "modified columns: 2"}));
}

// Some commits on a table, with renames: what the diff of the ends says leads from one to the other, there
// and back.
TEST(Renames, AppliedToOneSideGiveTheOther) {
    std::mt19937 random(11);
    const auto any = [&](std::size_t below) { return static_cast<std::size_t>(random() % below); };
    for (int round = 0; round < 500; ++round) {
        std::vector<Version> versions = {{of_columns("a int; b int; c text; d text!"), {}}};
        for (std::size_t commits = 1 + any(4); commits > 0; --commits) {
            Version next{versions.back().definition, {}};
            Json& list = next.definition["structure"]["columns"];
            for (std::size_t commands = 1 + any(3); commands > 0; --commands) {
                const std::string name(1, static_cast<char>('a' + any(8)));
                const bool is_taken = named(next.definition["structure"], "columns", name) != nullptr;
                Json* column = list.empty() ? nullptr : &list[any(list.size())];
                if (any(3) == 0 && !is_taken)
                    list.push_back(test::column(name + (any(2) == 0 ? " int" : " text")));
                else if (any(3) == 0 && column != nullptr)
                    (*column)["type"] = any(2) == 0 ? "int" : "text";
                else if (any(3) == 0 && column != nullptr)
                    list.erase(any(list.size()));
                else if (!is_taken && column != nullptr) {
                    (*column)["name"] = name;
                    next.new_names.insert(name);
                }
            }
            versions.push_back(next);
        }
        std::vector<ColumnRename> columns;
        for (const auto& [former, name] : renamed_columns(versions))
            columns.push_back({"table", "public.people", former, name, 1});
        const Schema from = {{"table", "public.people", "public", versions.front().definition}};
        const Schema to = {{"table", "public.people", "public", versions.back().definition}};
        const auto rows = diff(from, to, {}, columns, {}, as_it_stands);

        std::map<std::string, Json> result;  // by name, without it
        std::map<std::string, std::string> names;
        for (const Difference& row : rows)
            if (row.change == "renamed") names[row.old_value] = row.new_value;
        for (const Json& column : from[0].definition["structure"]["columns"]) {
            const std::string name = column["name"];
            const bool is_gone =
                std::any_of(rows.begin(), rows.end(),
                            [&](const Difference& row) {
                                return row.change == "removed" && row.property == "columns." + name;
                            }) &&
                !names.contains(name);
            if (!is_gone) result[names.contains(name) ? names[name] : name] = column;
        }
        for (const Difference& row : rows) {
            if (row.change == "renamed" || row.property == "columns" || row.change == "removed") continue;
            const auto dot = row.property.find('.', 8);
            const std::string name = row.property.substr(8, dot - 8);
            if (dot == std::string::npos)
                result[name] = row.new_value;
            else
                result[name][row.property.substr(dot + 1)] = row.new_value;
        }
        for (const Difference& row : rows) {
            const auto dot = row.property.find('.', 8);
            if (row.change == "removed" && dot != std::string::npos)
                result[row.property.substr(8, dot - 8)].erase(row.property.substr(dot + 1));
        }
        std::map<std::string, Json> expected;
        for (const Json& column : to[0].definition["structure"]["columns"]) expected[column["name"]] = column;
        for (auto& [name, column] : result) column["name"] = name;
        EXPECT_EQ(result, expected);

        const auto back = diff(to, from, {}, reversed(columns, {}), {}, as_it_stands);
        ASSERT_EQ(back.size(), rows.size());
        const auto key = [](const Difference& row) {
            return row.facet + row.property + row.change + canonical(row.old_value) +
                   canonical(row.new_value);
        };
        std::multiset<std::string> there;
        std::multiset<std::string> turned;
        for (const Difference& row : rows) there.insert(key(row));
        for (const Difference& row : back) turned.insert(key(the_other_way(row, back)));
        EXPECT_EQ(turned, there);
    }
}

}  // namespace
}  // namespace schemaver::core
