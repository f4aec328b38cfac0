// The restore rules one by one: what the backup has, what is here, and the findings that follow, all of them.
#include "restore_cases.hpp"

namespace schemaver::core {
namespace {

using namespace test;

const Object t = table("public.t", "a integer");

TEST(RestoreRules, Tables) {
    expect_all({
        {"the same", {t}, {t}, {}},
        {"no tables at all", {}, {}, {}},
        {"missing", {t, table("public.u", "a integer")}, {t}, {"error: missing table: public.u"}},
        {"all missing",
         {t},
         {table("public.u", "a integer")},
         {"error: missing table: public.t", "info: extra table: public.u"}},
        {"extra", {t}, {t, table("public.u", "a integer!")}, {"info: extra table: public.u"}},
        {"a view here", {t}, {object("view", "public.t", {})}, {"error: object kind: public.t"}},
        {"a materialized view here",
         {t},
         {object("materialized view", "public.t", {})},
         {"error: object kind: public.t"}},
        {"a foreign table here",
         {t},
         {object("foreign table", "public.t", {})},
         {"error: object kind: public.t"}},
        {"a view missing", {t, object("view", "public.v", {})}, {t}, {}},
        {"a foreign table missing", {t, object("foreign table", "public.v", {})}, {t}, {}},
        {"another schema",
         {table("app.t", "a integer")},
         {t},
         {"error: missing table: app.t", "info: extra table: public.t"}},
        {"odd names",
         {t, table("public.\"Odd\nname\"", "a integer")},
         {t},
         {"error: missing table: public.\"Odd\nname\""}},
        {"no structure at all",
         {{"table", "public.t", "public", Json::object()}},
         {t},
         {"info: extra column: public.t.a"}},
    });
}

TEST(RestoreRules, Columns) {
    expect_all({
        {"missing", {table("public.t", "a integer; b text")}, {t}, {"error: missing column: public.t.b"}},
        {"two missing, in the table's order",
         {table("public.t", "z integer; a integer; b text")},
         {t},
         {"error: missing column: public.t.z", "error: missing column: public.t.b"}},
        {"a name in quotes",
         {table("public.t", "a integer; Odd.b text")},
         {t},
         {"error: missing column: public.t.\"Odd.b\""}},
        {"a key word",
         {table("public.t", "a integer; order text")},
         {t},
         {"error: missing column: public.t.\"order\""}},
        {"another order",
         {table("public.t", "a integer; b text")},
         {table("public.t", "b text; a integer")},
         {}},
        {"another default", {table("public.t", "a integer =1")}, {table("public.t", "a integer =2")}, {}},
        {"extra", {t}, {table("public.t", "a integer; b text")}, {"info: extra column: public.t.b"}},
        {"extra and required",
         {t},
         {table("public.t", "a integer; b text!")},
         {"error: required column: public.t.b"}},
        {"extra with default",
         {t},
         {table("public.t", "a integer; b text! =''")},
         {"info: extra column: public.t.b"}},
        {"extra identity",
         {t},
         {table("public.t", "a integer; b integer! @always")},
         {"info: extra column: public.t.b"}},
        {"extra generated",
         {t},
         {table("public.t", "a integer; b integer! ~a + 1")},
         {"info: extra column: public.t.b"}},
        {"extra of a domain that refuses null",
         {t},
         {table("public.t", "a integer; b public.d"), domain("public.d", "text", {{"not_null", true}})},
         {"error: required column: public.t.b"}},
        {"extra of a domain that refuses null and has a default",
         {t},
         {table("public.t", "a integer; b public.d"),
          domain("public.d", "text", {{"not_null", true}, {"default", sql("''")}})},
         {"info: extra column: public.t.b"}},
        {"renamed",
         {table("public.t", "a integer; b text")},
         {table("public.t", "a integer; c text")},
         {"error: missing column: public.t.b", "info: extra column: public.t.c"}},
    });
}

TEST(RestoreRules, TypesOfColumns) {
    expect_all({
        {"wider", {t}, {table("public.t", "a bigint")}, {"info: column type: public.t.a"}},
        {"narrower", {table("public.t", "a bigint")}, {t}, {"error: column type: public.t.a"}},
        {"another", {t}, {table("public.t", "a text")}, {"warning: column type: public.t.a"}},
        {"shorter",
         {table("public.t", "a text")},
         {table("public.t", "a character varying(9)")},
         {"error: column type: public.t.a"}},
        {"enum to text",
         {table("public.t", "a public.mood"), enumeration("public.mood", {"ok"})},
         {table("public.t", "a text")},
         {"warning: column type: public.t.a"}},
        {"text to enum",
         {table("public.t", "a text")},
         {table("public.t", "a public.mood"), enumeration("public.mood", {"ok"})},
         {"error: column type: public.t.a"}},
        {"enum to an enum with all its labels",
         {table("public.t", "a public.m"), enumeration("public.m", {"a"})},
         {table("public.t", "a public.n"), enumeration("public.n", {"b", "a"})},
         {"info: column type: public.t.a"}},
    });
}

TEST(RestoreRules, Nulls) {
    const Schema nullable = {t};
    const Schema required = {table("public.t", "a integer!")};
    expect_all({
        {"new not null", nullable, required, {"error: not null: public.t.a"}},
        {"a default does not help, for COPY names the column",
         nullable,
         {table("public.t", "a integer! =0")},
         {"error: not null: public.t.a"}},
        {"no longer not null", required, nullable, {}},
        {"not null on both", required, required, {}},
        {"by the domain here",
         {table("public.t", "a public.d"), domain("public.d", "integer")},
         {table("public.t", "a public.d"), domain("public.d", "integer", {{"not_null", true}})},
         {"error: not null: public.t.a"}},
        {"by a domain over the domain here",
         {t},
         {table("public.t", "a public.e"), domain("public.d", "integer", {{"not_null", true}}),
          domain("public.e", "public.d")},
         {"error: not null: public.t.a", "info: column type: public.t.a"}},
        {"by the domain in the backup",
         {table("public.t", "a public.d"), domain("public.d", "integer", {{"not_null", true}})},
         required,
         {"info: column type: public.t.a"}},
    });
}

TEST(RestoreRules, GeneratedAndIdentityColumns) {
    const Schema plain = {table("public.t", "a integer; b integer")};
    const Schema generated = {table("public.t", "a integer; b integer ~a + 1")};
    expect_all({
        {"generated here", plain, generated, {"error: generated column: public.t.b"}},
        {"generated in the backup", generated, plain, {"warning: generated column: public.t.b"}},
        {"generated in the backup, required here",
         generated,
         {table("public.t", "a integer; b integer!")},
         {"error: required column: public.t.b", "warning: generated column: public.t.b"}},
        {"generated in the backup, defaulted here",
         generated,
         {table("public.t", "a integer; b integer! =0")},
         {"warning: generated column: public.t.b"}},
        {"generated, missing here", generated, {t}, {"warning: missing column: public.t.b"}},
        {"generated on both", generated, generated, {}},
        {"spelled otherwise", generated, {table("public.t", "a integer; b integer ~a+1")}, {}},
        {"generated otherwise",
         generated,
         {table("public.t", "a integer; b integer ~a + 2")},
         {"warning: generated column: public.t.b"}},
        {"the type of a generated column does not matter",
         generated,
         {table("public.t", "a integer; b smallint ~a + 1")},
         {}},
        {"identity here", {t}, {table("public.t", "a integer @always")}, {}},
        {"identity in the backup", {table("public.t", "a integer @by default")}, {t}, {}},
    });
}

Schema t_with(const std::vector<Json>& list) {
    return {table("public.t", "a integer; b integer", constraints(list))};
}

TEST(RestoreRules, Checks) {
    expect_all({
        {"new", t_with({}), t_with({check("c", "(a > 0)")}), {"error: check: c on public.t"}},
        {"gone", t_with({check("c", "(a > 0)")}), t_with({}), {}},
        {"the same", t_with({check("c", "(a > 0)")}), t_with({check("c", "(a>0)")}), {}},
        {"another name", t_with({check("c", "(a > 0)")}), t_with({check("d", "(a > 0)")}), {}},
        {"another condition",
         t_with({check("c", "(a > 0)")}),
         t_with({check("c", "(a > 1)")}),
         {"error: check: c on public.t"}},
        {"not valid in the backup",
         t_with({with(check("c", "(a > 0)"), "not_valid")}),
         t_with({check("c", "(a > 0)")}),
         {"error: check: c on public.t"}},
        {"not valid here is enforced all the same",
         t_with({}),
         t_with({with(check("c", "(a > 0)"), "not_valid")}),
         {"error: check: c on public.t"}},
        {"not valid here, valid there",
         t_with({check("c", "(a > 0)")}),
         t_with({with(check("c", "(a > 0)"), "not_valid")}),
         {}},
        {"not enforced here", t_with({}), t_with({with(check("c", "(a > 0)"), "not_enforced")}), {}},
        {"not enforced in the backup",
         t_with({with(check("c", "(a > 0)"), "not_enforced")}),
         t_with({check("c", "(a > 0)")}),
         {"error: check: c on public.t"}},
        {"a name in quotes",
         t_with({}),
         t_with({check("C c", "(a > 0)")}),
         {"error: check: \"C c\" on public.t"}},
    });
}

TEST(RestoreRules, Uniqueness) {
    const Json a = {{{"column", "a"}}};
    const Json b_a = {{{"column", "b"}}, {{"column", "a"}}};
    const Json lower_a = {{{"expression", sql("lower(a)")}}};
    const auto indexed = [](const Json& keys, const Json& more = Json::object()) {
        return Schema{table("public.t", "a integer; b integer"),
                      unique_index("public.i", "public.t", keys, more)};
    };
    expect_all({
        {"new", t_with({}), t_with({unique("u", {"a"})}), {"error: unique: u on public.t"}},
        {"gone", t_with({unique("u", {"a"})}), t_with({}), {}},
        {"another name", t_with({unique("u", {"a"})}), t_with({unique("v", {"a"})}), {}},
        {"over fewer columns",
         t_with({unique("u", {"a", "b"})}),
         t_with({unique("u", {"a"})}),
         {"error: unique: u on public.t"}},
        {"over more columns", t_with({unique("u", {"a"})}), t_with({unique("u", {"b", "a"})}), {}},
        {"over other columns",
         t_with({unique("u", {"a"})}),
         t_with({unique("u", {"b"})}),
         {"error: unique: u on public.t"}},
        {"a new primary key",
         t_with({}),
         t_with({unique("p", {"a"}, "primary key")}),
         {"error: primary key: p on public.t"}},
        {"a primary key that was unique",
         t_with({unique("u", {"a"})}),
         t_with({unique("p", {"a"}, "primary key")}),
         {}},
        {"unique that was a primary key",
         t_with({unique("p", {"a"}, "primary key")}),
         t_with({unique("u", {"a"})}),
         {}},
        {"deferrable", t_with({unique("u", {"a"})}), t_with({with(unique("u", {"a"}), "deferrable")}), {}},
        {"nulls distinct no longer",
         t_with({unique("u", {"a"})}),
         t_with({with(unique("u", {"a"}), "nulls_not_distinct")}),
         {"error: unique: u on public.t"}},
        {"a new index", t_with({}), indexed(a), {"error: unique: public.i"}},
        {"an index that was a constraint", t_with({unique("u", {"a"})}), indexed(b_a), {}},
        {"a constraint that was an index", indexed(a), t_with({unique("u", {"a"})}), {}},
        {"an index on an expression", indexed(a), indexed(lower_a), {"error: unique: public.i"}},
        {"the same expression", indexed(lower_a), indexed(lower_a), {}},
        {"an index on some rows here", indexed(a), indexed(a, {{"where", sql("b > 0")}}), {}},
        {"an index on some rows there",
         indexed(a, {{"where", sql("b > 0")}}),
         indexed(a),
         {"error: unique: public.i"}},
        {"on the same rows", indexed(a, {{"where", sql("b > 0")}}), indexed(a, {{"where", sql("b>0")}}), {}},
        {"an index that is not unique", t_with({}), indexed(a, {{"unique", false}}), {}},
        {"an index of a constraint is the constraint",
         t_with({unique("u", {"a"})}),
         {t_with({unique("u", {"a"})})[0], unique_index("public.u", "public.t", a, {{"constraint", "u"}})},
         {}},
        {"an index that is not valid in the backup",
         indexed(a, {{"invalid", true}}),
         indexed(a),
         {"error: unique: public.i"}},
        {"another operator class",
         indexed({{{"column", "a"}}}),
         indexed({{{"column", "a"}, {"opclass", "public.case_blind"}}}),
         {"error: unique: public.i"}},
    });
}

TEST(RestoreRules, ForeignKeysAndExclusions) {
    const Json key = foreign_key("f", "a", "public.p");
    const Json action = {{"table", "public.p"}, {"columns", {"id"}}, {"on_delete", "cascade"}};
    const Json exclusion = {{"name", "x"},
                            {"type", "exclusion"},
                            {"columns", {"a"}},
                            {"operators", {"pg_catalog.=(integer,integer)"}}};
    expect_all({
        {"a new key", t_with({}), t_with({key}), {"error: foreign key: f on public.t"}},
        {"a key gone", t_with({key}), t_with({}), {}},
        {"another name", t_with({key}), t_with({foreign_key("g", "a", "public.p")}), {}},
        {"another action", t_with({key}), t_with({with(key, "references", action)}), {}},
        {"another table",
         t_with({key}),
         t_with({foreign_key("f", "a", "public.q")}),
         {"error: foreign key: f on public.t"}},
        {"another column",
         t_with({key}),
         t_with({foreign_key("f", "b", "public.p")}),
         {"error: foreign key: f on public.t"}},
        {"not valid there",
         t_with({with(key, "not_valid")}),
         t_with({key}),
         {"error: foreign key: f on public.t"}},
        {"not valid on both sides",
         t_with({with(key, "not_valid")}),
         t_with({with(key, "not_valid")}),
         {"warning: foreign key: f on public.t"}},
        {"new and not valid here",
         t_with({}),
         t_with({with(key, "not_valid")}),
         {"warning: foreign key: f on public.t"}},
        {"valid there, not valid here", t_with({key}), t_with({with(key, "not_valid")}), {}},
        {"a new exclusion", t_with({}), t_with({exclusion}), {"error: exclusion: x on public.t"}},
        {"the same exclusion", t_with({exclusion}), t_with({with(exclusion, "name", "y")}), {}},
        {"another exclusion",
         t_with({exclusion}),
         t_with({with(exclusion, "columns", Json::array({"b"}))}),
         {"error: exclusion: x on public.t"}},
    });
}

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

// Constraints that are new here, and follow from what the backup's rows are known to meet.
TEST(RestoreRules, WhatFollows) {
    const auto with_column = [](const char* columns_text, const std::vector<Json>& list = {}) {
        return Schema{table("public.t", columns_text, constraints(list))};
    };
    const Json positive = check("c", "(a > 0)");
    expect_all({
        {"a looser check", t_with({positive}), t_with({check("d", "(a >= 0)")}), {}},
        {"a check of two",
         t_with({check("c", "((a > 0) AND (a < 9))")}),
         t_with({check("d", "(a < 10)")}),
         {}},
        {"two checks",
         t_with({positive}),
         t_with({check("d", "((a > 0) AND (b > 0))")}),
         {"error: check: d on public.t"}},
        {"of the domain there",
         {table("public.t", "a public.d"),
          domain("public.d", "integer", constraints({check("c", "(VALUE > 0)")}))},
         with_column("a integer", {positive}),
         {"info: column type: public.t.a"}},
        {"of the domain here",
         with_column("a integer", {positive}),
         {table("public.t", "a public.d"),
          domain("public.d", "integer", constraints({check("c", "(VALUE > 0)")}))},
         {"info: column type: public.t.a"}},
        {"not of the domain here",
         with_column("a integer"),
         {table("public.t", "a public.d"),
          domain("public.d", "integer", constraints({check("c", "(VALUE > 0)")}))},
         {"error: domain constraint: c on public.d", "info: column type: public.t.a"}},
        {"not null by a check",
         with_column("a integer", {check("c", "(a IS NOT NULL)")}),
         with_column("a integer!"),
         {}},
        {"the default of a column that is new",
         with_column("a integer"),
         with_column("a integer; s text! ='new'::text",
                     {check("c", "(s = ANY (ARRAY['new'::text, 'old'::text]))")}),
         {"info: extra column: public.t.s"}},
        {"another default of a column that is new",
         with_column("a integer"),
         with_column("a integer; s text ='none'::text",
                     {check("c", "(s = ANY (ARRAY['new'::text, 'old'::text]))")}),
         {"error: check: c on public.t", "info: extra column: public.t.s"}},
        {"no default of a column that is new",
         with_column("a integer"),
         with_column("a integer; s integer",
                     {check("c", "(s > 0)"), unique("u", {"s"}), foreign_key("f", "s", "public.t")}),
         {"info: extra column: public.t.s"}},
        {"numbers of its own",
         with_column("a integer"),
         with_column("a integer; s integer! @always", {unique("u", {"s"}, "primary key")}),
         {"info: extra column: public.t.s"}},
        {"always the same number",
         with_column("a integer"),
         with_column("a integer; s integer! =0", {unique("u", {"s"})}),
         {"error: unique: u on public.t", "info: extra column: public.t.s"}},
        {"always the same number, with another key",
         with_column("a integer", {unique("u", {"a"})}),
         with_column("a integer; s integer! =0", {unique("v", {"s", "a"})}),
         {"info: extra column: public.t.s"}},
        {"short by a check",
         with_column("a text", {check("c", "(length(a) <= 5)")}),
         with_column("a character varying(5)"),
         {"info: column type: public.t.a"}},
        {"not short enough by a check",
         with_column("a text", {check("c", "(length(a) <= 6)")}),
         with_column("a character varying(5)"),
         {"error: column type: public.t.a"}},
        {"columns of a key in another order",
         with_column("a integer; b integer",
                     {{{"name", "f"},
                       {"type", "foreign key"},
                       {"columns", {"a", "b"}},
                       {"references", {{"table", "public.p"}, {"columns", {"x", "y"}}}}}}),
         with_column("a integer; b integer",
                     {{{"name", "f"},
                       {"type", "foreign key"},
                       {"columns", {"b", "a"}},
                       {"references", {{"table", "public.p"}, {"columns", {"y", "x"}}}}}}),
         {}},
        {"unique where case counts",
         {table("public.t", "a public.citext", constraints({unique("u", {"a"})}))},
         {table("public.t", "a public.citext; b text", constraints({unique("u", {"a"})}))},
         {"info: extra column: public.t.b"}},
        {"unique where case no longer counts",
         with_column("a text", {unique("u", {"a"})}),
         with_column("a public.citext", {unique("u", {"a"})}),
         {"error: unique: u on public.t", "warning: column type: public.t.a"}},
        {"unique behind an expression",
         {table("public.t", "a text"),
          unique_index("public.i", "public.t", {{{"expression", sql("lower(a)")}}})},
         with_column("a text", {unique("u", {"a"})}),
         {}},
    });
}

struct TextCase {
    const char* name;
    Schema backup;
    Schema target;
    std::string kind;
    std::string detail;
    std::string hint;
};

// The first finding, word for word.
TEST(RestoreRules, Wording) {
    const std::vector<TextCase> cases = {
        {"missing column",
         {table("public.people", "id integer; faculty_role character varying(20)! ='none'::text")},
         {table("public.people", "id integer")},
         "table column",
         "The backup holds values of public.people.faculty_role (character varying(20) not null default "
         "'none'::text), and this database has no such column.",
         "ALTER TABLE public.people ADD COLUMN faculty_role character varying(20) not null default "
         "'none'::text;"},
        {"missing table",
         {table("public.\"Odd name\"", "id integer; x text"), t},
         {t},
         "table",
         "The backup holds rows of public.\"Odd name\" (2 columns), and this database has no such table.",
         "pg_restore --schema-only --schema=public --table='Odd name' --dbname=residency <backup file>"},
        {"column type",
         {table("public.t", "a text")},
         {table("public.t", "a character varying(20)")},
         "table column",
         "public.t.a is text in the backup and character varying(20) here: values over 20 characters would "
         "be refused.",
         "ALTER TABLE public.t ALTER COLUMN a TYPE text;"},
        {"not null",
         {t},
         {table("public.t", "a integer!")},
         "table column",
         "public.t.a may be NULL in the backup and is NOT NULL here: rows with NULL would be refused.",
         "ALTER TABLE public.t ALTER COLUMN a DROP NOT NULL;"},
        {"generated",
         {t},
         {table("public.t", "a integer ~1")},
         "table column",
         "public.t.a is generated here, so the values of the backup cannot be loaded into it.",
         "ALTER TABLE public.t ALTER COLUMN a DROP EXPRESSION;"},
        {"enum label",
         {table("public.t", "a public.shift"), enumeration("public.shift", {"day", "it's"})},
         {table("public.t", "a public.shift"), enumeration("public.shift", {"day"})},
         "type",
         "The label 'it''s' of public.shift is not here: rows that have it would be refused.",
         "ALTER TYPE public.shift ADD VALUE 'it''s' AFTER 'day';"},
        {"check", t_with({check("c", "(a > 0)")}), t_with({check("c", "(a > 1)")}), "table constraint",
         "check (a > 1) is check (a > 0) in the backup: rows that do not meet it would be refused.", ""},
        {"new check", t_with({}), t_with({check("c", "(a > 1)")}), "table constraint",
         "check (a > 1) is new here: rows that do not meet it would be refused.", ""},
        {"unproven check", t_with({with(check("c", "(a > 1)"), "not_valid")}),
         t_with({check("c", "(a > 1)")}), "table constraint",
         "check (a > 1) is NOT VALID in the backup: rows that do not meet it would be refused.", ""},
        {"triggers",
         {t},
         {t, trigger("audit", "public.t", {"insert"}), trigger("touch", "public.t", {"insert"})},
         "table",
         "2 triggers on public.t would fire for the rows loaded: audit and touch.",
         "pg_restore --disable-triggers, run by a superuser, loads rows without firing them."},
        {"trigger modes",
         {t},
         {t, trigger("audit", "public.t", {"update"}, {{"enabled", "always"}}),
          trigger("off", "public.t", {"insert"}, {{"enabled", "disabled"}})},
         "table",
         "pg_restore --disable-triggers leaves every trigger on public.t enabled in the ordinary way; "
         "2 triggers here should not be.",
         "If you use it, run afterwards: ALTER TABLE public.t ENABLE ALWAYS TRIGGER audit, DISABLE TRIGGER "
         "off;"},
    };
    for (const TextCase& one : cases) {
        const RestoreReport report =
            check_restore(database(one.backup), database(one.target), without_spaces);
        ASSERT_FALSE(report.findings.empty()) << one.name;
        EXPECT_EQ(report.findings[0].kind, one.kind) << one.name;
        EXPECT_EQ(report.findings[0].detail, one.detail) << one.name;
        EXPECT_EQ(report.findings[0].hint, one.hint) << one.name;
    }
}

// A definition from a file may have any shape; nothing may be taken for granted.
TEST(RestoreRules, MalformedDefinitionsDoNoHarm) {
    const std::vector<Json> shapes = {nullptr,
                                      true,
                                      1,
                                      "text",
                                      Json::array(),
                                      {1, "a", nullptr},
                                      {{1}},
                                      Json::object(),
                                      {{"name", 1}},
                                      {{{"name", 1}}},
                                      {{{"name", "a"}, {"type", 7}}},
                                      {{{"name", "a"}}, {{"name", "a"}}}};
    const Schema target = {
        table("public.t", "a integer!",
              constraints({check("c", "(a)"), unique("u", {"a"}), foreign_key("f", "a", "public.p")}))};
    for (const char* kind : {"table", "type", "index", "trigger", "sequence", "view"})
        for (const char* property :
             {"columns", "constraints", "type", "labels", "base", "keys", "events", "partition_of",
              "partition_by", "partition_bound", "table", "owned_by", "enabled", "where"})
            for (const Json& shape : shapes) {
                const Schema odd = {
                    object(kind, "public.t", {{property, shape}, {"unique", true}, {"type", "domain"}})};
                EXPECT_NO_THROW(findings_of(odd, target));
                EXPECT_NO_THROW(findings_of(target, odd));
            }
}

}  // namespace
}  // namespace schemaver::core
