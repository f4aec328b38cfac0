// Differences between schemas in which things are called otherwise, what is folded, and what is left out; and
// that a diff says all there is to say.
#include <random>

#include <gtest/gtest.h>

#include "core/diff.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "schema_builder.hpp"

namespace schemaver::core {
namespace {

using namespace test;
using Lines = std::vector<std::string>;

std::string unchanged(const std::string& sql) { return sql; }

Schema sorted(std::vector<Object> objects) {
    Schema schema = std::move(objects);
    sort(schema);
    return schema;
}

Lines lines_of(const std::vector<Difference>& rows) {
    Lines lines;
    for (const Difference& row : rows)
        lines.push_back(
            joined({row.change, row.kind, row.identity, row.former_identity, row.property}, " | "));
    return lines;
}

const Object people = table("public.people", "id integer!; name text");
const Object persons = table("public.persons", "id integer!; name text");

TEST(Renames, OneRowAndThenWhatElseDiffers) {
    const Rename known{"table", "public.people", "public.persons", 1};
    EXPECT_EQ(lines_of(diff({people}, {persons}, {known}, {}, unchanged)),
              Lines{"renamed | table | public.persons | public.people | "});
    EXPECT_EQ(lines_of(diff({people}, {table("public.persons", "id integer!")}, {known}, {}, unchanged)),
              (Lines{"renamed | table | public.persons | public.people | ",
                     "removed | table | public.persons | public.people | columns.name"}));
    EXPECT_EQ(lines_of(diff({people}, {persons}, {}, unchanged)),
              (Lines{"removed | table | public.people |  | ", "added | table | public.persons |  | "}));
}

TEST(Renames, WhatNamesTheObjectHasNotChanged) {
    const Rename known{"table", "public.people", "public.persons", 1};
    const auto index = [](const char* on) {
        return object("index", "public.i", {{"table", on}, {"method", "btree"}});
    };
    const auto sequence = [](const char* of) { return object("sequence", "public.s", {{"owned_by", of}}); };
    const Schema from = sorted({people, index("public.people"), sequence("public.people.id"),
                                trigger("t", "public.people", {"insert"})});
    const Schema to = sorted({persons, index("public.persons"), sequence("public.persons.id"),
                              trigger("t", "public.persons", {"insert"})});
    const Rename with_it{"trigger", "t on public.people", "t on public.persons", 1};
    EXPECT_EQ(lines_of(diff(from, to, {known, with_it}, {}, unchanged)),
              Lines{"renamed | table | public.persons | public.people | "});
    // an object of a similar name is another one
    EXPECT_EQ(lines_of(diff({index("public.people2")}, {index("public.persons2")}, {known}, {}, unchanged)),
              Lines{"modified | index | public.i |  | table"});
}

TEST(Renames, ASchemaTakesItsObjectsAlong) {
    const Object before{"schema", "old", "old", Json::object()};
    const Object after{"schema", "new", "new", Json::object()};
    const std::vector<Rename> renames = {{"schema", "old", "new", 1}, {"table", "old.t", "new.t", 1}};
    EXPECT_EQ(lines_of(diff({before, table("old.t", "a integer")}, {after, table("new.t", "a integer")},
                            renames, {}, unchanged)),
              Lines{"renamed | schema | new | old | "});
}

TEST(Renames, TwoThatSwapNames) {
    const Object a = table("public.a", "x integer");
    const Object b = table("public.b", "y text");
    const std::vector<Rename> swap = {{"table", "public.a", "public.b", 1},
                                      {"table", "public.b", "public.a", 1}};
    EXPECT_EQ(
        lines_of(
            diff({a, b}, {table("public.a", "y text"), table("public.b", "x integer")}, swap, {}, unchanged)),
        (Lines{"renamed | table | public.a | public.b | ", "renamed | table | public.b | public.a | "}));
}

TEST(Renames, AreGuessedByWhatIsAlike) {
    const auto guesses = [](const Schema& from, const Schema& to) {
        Lines lines;
        for (const Rename& rename : guess_renames(from, to, unchanged))
            lines.push_back(rename.former_identity + " -> " + rename.identity);
        return lines;
    };
    EXPECT_EQ(guesses({people}, {persons}), Lines{"public.people -> public.persons"});
    EXPECT_LT(guess_renames({people}, {persons}, unchanged).front().likeness, 1);
    EXPECT_EQ(guesses({people}, {table("public.orders", "nr bigint; at date")}), Lines{});
    EXPECT_EQ(guesses({people}, {people, persons}), Lines{});  // people is still there
    const Schema two = {table("public.peeple", "id integer!; name text"),
                        table("public.x", "id integer!; name text")};
    EXPECT_EQ(guesses({people}, two), Lines{"public.people -> public.peeple"});
}

TEST(Noise, IsFolded) {
    const auto index = [](const Json& more) {
        Json structure = {{"table", "public.people"}, {"method", "btree"}};
        structure.update(more);
        return object("index", "public.people_key", structure);
    };
    const auto folded = [](const Schema& from, const Schema& to) {
        auto rows = diff(from, to, {}, unchanged);
        fold_noise(rows, from, to);
        return lines_of(rows);
    };
    const Object keyed =
        table("public.people", "id integer!; name text", constraints({unique("people_key", {"id"})}));
    const Object backing = index({{"constraint", "people_key"}});
    EXPECT_EQ(folded({}, sorted({keyed, backing})), Lines{"added | table | public.people |  | "});
    EXPECT_EQ(folded({people}, sorted({keyed, backing})),
              Lines{"added | table | public.people |  | constraints.people_key"});
    EXPECT_EQ(folded({people}, sorted({people, index(Json::object())})),
              Lines{"added | index | public.people_key |  | "});
    EXPECT_EQ(folded({keyed}, sorted({keyed, backing})), Lines{"added | index | public.people_key |  | "});

    const Object numbers = object("sequence", "public.people_nr_seq", {{"identity_of", "public.people.nr"}});
    EXPECT_EQ(folded({people},
                     sorted({table("public.people", "id integer!; name text; nr bigint! @always"), numbers})),
              Lines{"added | table | public.people |  | columns.nr"});
    EXPECT_EQ(folded({people}, sorted({people, numbers})),
              Lines{"added | sequence | public.people_nr_seq |  | "});

    const auto part = [](const char* column_list) {
        return partition("public.p1", column_list, "public.people", "FOR VALUES IN (1)");
    };
    EXPECT_EQ(folded(sorted({people, part("id integer!; name text")}),
                     sorted({table("public.people", "id integer!"), part("id integer!")})),
              Lines{"removed | table | public.people |  | columns.name"});
    EXPECT_EQ(folded(sorted({people, part("id integer!; name text")}), sorted({people, part("id integer!")})),
              Lines{"removed | table | public.p1 |  | columns.name"});

    // Detached, it has a life of its own; and attached again on the way back.
    const Schema attached = sorted({people, part("id integer!; name text")});
    const Schema detached =
        sorted({table("public.people", "id integer!"), table("public.p1", "id integer!")});
    EXPECT_EQ(folded(attached, detached), (Lines{"removed | table | public.p1 |  | columns.name",
                                                 "removed | table | public.p1 |  | partition_bound",
                                                 "removed | table | public.p1 |  | partition_of",
                                                 "removed | table | public.people |  | columns.name"}));
    EXPECT_EQ(folded(detached, attached).size(), folded(attached, detached).size());
}

TEST(DiffChoice, PicksAndIgnores) {
    const Object view = object("view", "audit.v", Json::object());
    Object in_audit = view;
    in_audit.schema = "audit";
    const Object schema{"schema", "audit", "", Json::object()};
    DiffChoice choice;
    EXPECT_TRUE(choice.wants(people));
    choice.kinds = {"view"};
    EXPECT_FALSE(choice.wants(people));
    EXPECT_TRUE(choice.wants(in_audit));
    choice = {};
    choice.schemas = {"audit"};
    EXPECT_FALSE(choice.wants(people));
    EXPECT_TRUE(choice.wants(in_audit));
    EXPECT_TRUE(choice.wants(schema));
    choice = {};
    ignore(choice, {"schema:audit", "index", "comment", "storage"});
    EXPECT_TRUE(choice.wants(people));
    EXPECT_FALSE(choice.wants(in_audit));
    EXPECT_FALSE(choice.wants(schema));
    EXPECT_FALSE(choice.wants(object("index", "public.i", Json::object())));
    EXPECT_FALSE(choice.facets.comment);
    EXPECT_FALSE(choice.facets.storage);
    EXPECT_TRUE(choice.facets.structure);
    try {
        ignore(choice, {"indexes"});
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.hint, "Did you mean index?");
    }
    EXPECT_THROW(check_kinds({"tabel"}), Error);
    EXPECT_NO_THROW(check_kinds({"table", "view", "user mapping"}));
}

// Schemas of a few tables with a few columns, so that all kinds of change come up.
Schema random_schema(std::mt19937& random) {
    const auto any = [&](unsigned below) { return random() % below; };
    std::vector<Object> objects;
    for (const char* name : {"public.a", "public.b", "public.c"}) {
        if (any(4) == 0) continue;
        std::string list;
        for (const char* column_name : {"x", "y", "z"}) {
            if (any(3) == 0) continue;
            list += (list.empty() ? "" : "; ") + std::string{column_name} +
                    (any(2) == 0 ? " integer" : " text") + (any(2) == 0 ? "!" : "");
        }
        objects.push_back(table(name, list));
    }
    return sorted(objects);
}

// Puts what the rows say into a schema: what they are there for.
Schema applied(Schema schema, const std::vector<Difference>& rows) {
    for (const Difference& row : rows) {
        const auto place = std::find_if(schema.begin(), schema.end(), [&](const Object& object) {
            return object.identity == row.identity;
        });
        if (row.property.empty() && row.change == "removed") {
            schema.erase(place);
        } else if (row.property.empty()) {
            schema.push_back({row.kind, row.identity, "public", row.new_value});
        } else {
            Json& list = place->definition["structure"]["columns"];
            const auto dot = row.property.find('.', 8);
            const std::string name = row.property.size() < 8 ? "" : row.property.substr(8, dot - 8);
            const auto element =
                std::find_if(list.begin(), list.end(), [&](const Json& one) { return one["name"] == name; });
            if (dot == std::string::npos && row.change == "added")
                list.push_back(row.new_value);
            else if (dot == std::string::npos)
                list.erase(element);
            else if (row.new_value.is_null())
                element->erase(row.property.substr(dot + 1));
            else
                (*element)[row.property.substr(dot + 1)] = row.new_value;
        }
    }
    sort(schema);
    return schema;
}

// Columns by name: the order of new ones is not said.
Schema without_order(Schema schema) {
    for (Object& object : schema) {
        Json& list = object.definition["structure"]["columns"];
        std::sort(list.begin(), list.end(),
                  [](const Json& one, const Json& other) { return one["name"] < other["name"]; });
    }
    return schema;
}

TEST(Diff, AppliedToOneSideGivesTheOther) {
    std::mt19937 random(7);
    for (int round = 0; round < 500; ++round) {
        const Schema from = random_schema(random);
        const Schema to = random_schema(random);
        const auto rows = diff(from, to, {}, unchanged);
        const Schema result = without_order(applied(from, rows));
        const Schema expected = without_order(to);
        ASSERT_EQ(result.size(), expected.size());
        for (std::size_t i = 0; i < result.size(); ++i)
            EXPECT_EQ(result[i].definition, expected[i].definition);
        EXPECT_TRUE(diff(from, from, {}, unchanged).empty());
        // and the other way round it says the same backwards
        const auto back = diff(to, from, {}, unchanged);
        ASSERT_EQ(back.size(), rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            EXPECT_EQ(back[i].property, rows[i].property);
            EXPECT_EQ(back[i].old_value, rows[i].new_value);
            EXPECT_EQ(back[i].new_value, rows[i].old_value);
        }
    }
}

}  // namespace
}  // namespace schemaver::core
