// Compatibility, a case for each kind of change: what breaks old applications on the new schema, and new ones
// on the old.
#include "core/compatibility.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "schema_builder.hpp"

namespace schemaver::core {
namespace {

using namespace test;

std::string as_it_is(const std::string& sql) { return sql; }

struct Case {
    const char* what;
    std::vector<Object> from;
    std::vector<Object> to;
    const char* verdict;
    std::vector<std::string> old_breaks;  // "identity property: reason"
};

Schema schema_of(std::vector<Object> objects) {
    Schema schema = std::move(objects);
    sort(schema);
    return schema;
}

std::vector<std::string> old_breaks_of(const Compatibility& result) {
    std::vector<std::string> lines;
    for (const Break& one : result.breaks)
        if (one.breaks == "old applications")
            lines.push_back(one.identity + (one.property.empty() ? "" : " " + one.property) + ": " +
                            one.reason);
    return lines;
}

void expect(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
        const Schema from = schema_of(one.from);
        const Schema to = schema_of(one.to);
        const Compatibility result = compatibility(from, to, {}, {}, as_it_is);
        EXPECT_EQ(result.verdict, one.verdict) << one.what;
        EXPECT_EQ(old_breaks_of(result), one.old_breaks) << one.what;
        // The other way round each side meets what the other met.
        const Compatibility back = compatibility(to, from, {}, {}, as_it_is);
        EXPECT_EQ(back.breaks.size(), result.breaks.size()) << one.what;
        const std::string mirrored =
            result.verdict == "forward compatible" ? "backward compatible" : result.verdict;
        if (result.verdict != "backward compatible") {
            EXPECT_EQ(back.verdict, mirrored) << one.what;
        }
        EXPECT_EQ(compatibility(from, from, {}, {}, as_it_is).verdict, "identical") << one.what;
    }
}

const Object people = table("public.people", "id integer!; name text");

TEST(Compatibility, Columns) {
    expect({
        {"nothing", {people}, {people}, "identical", {}},
        {"a column that may be NULL",
         {people},
         {table("public.people", "id integer!; name text; email text")},
         "backward compatible",
         {}},
        {"one with a default",
         {people},
         {table("public.people", "id integer!; name text; state text! ='new'")},
         "backward compatible",
         {}},
        {"one that is generated",
         {people},
         {table("public.people", "id integer!; name text; upper text! ~upper(name)")},
         "backward compatible",
         {}},
        {"an identity column",
         {people},
         {table("public.people", "id integer!; name text; nr bigint! @always")},
         "backward compatible",
         {}},
        {"NOT NULL without default: old ones cannot write; new ones miss it on the old schema",
         {people},
         {table("public.people", "id integer!; name text; email text!")},
         "breaking",
         {"public.people columns.email: rows that leave it out are refused: NOT NULL, no default"}},
        {"dropped, and was not needed",
         {people},
         {table("public.people", "id integer!")},
         "forward compatible",
         {"public.people columns.name: there is no column name"}},
        {"dropped, and was needed",
         {table("public.people", "id integer!; name text!")},
         {table("public.people", "id integer!")},
         "breaking",
         {"public.people columns.name: there is no column name"}},
        {"renamed",
         {people},
         {table("public.people", "id integer!; full_name text")},
         "breaking",
         {"public.people columns.name: there is no column name"}},
        {"another order",
         {people},
         {table("public.people", "name text; id integer!")},
         "backward compatible",
         {}},
        {"SET NOT NULL",
         {people},
         {table("public.people", "id integer!; name text!")},
         "forward compatible",
         {"public.people columns.name.not_null: NULL is refused"}},
        {"DROP NOT NULL",
         {table("public.people", "id integer!; name text!")},
         {people},
         "backward compatible",
         {}},
        {"a default that goes from a column that needs a value",
         {table("public.people", "id integer! =7")},
         {table("public.people", "id integer!")},
         "forward compatible",
         {"public.people columns.id.default: rows that leave it out are refused"}},
        {"a default that goes from one that does not",
         {table("public.people", "id integer =7")},
         {table("public.people", "id integer")},
         "backward compatible",
         {}},
        {"becomes generated",
         {table("public.people", "a integer; b integer")},
         {table("public.people", "a integer; b integer ~(a + 1)")},
         "breaking",
         {"public.people columns.b.generated: values that are written are refused"}},
        {"identity by default becomes always",
         {table("public.people", "id integer! @by default")},
         {table("public.people", "id integer! @always")},
         "forward compatible",
         {"public.people columns.id.identity: values that are written are refused"}},
        {"a domain that asks for a value",
         {people, domain("public.required", "text", {{"not_null", true}})},
         {table("public.people", "id integer!; name text; x public.required"),
          domain("public.required", "text", {{"not_null", true}})},
         "breaking",
         {"public.people columns.x: rows that leave it out are refused: NOT NULL, no default"}},
    });
}

TEST(Compatibility, TypesOfColumns) {
    struct TypeCase {
        const char* from;
        const char* to;
        const char* verdict;
    };
    for (const TypeCase& one : std::vector<TypeCase>{
             {"integer", "bigint", "backward compatible"},
             {"bigint", "integer", "forward compatible"},
             {"character varying(20)", "character varying(50)", "backward compatible"},
             {"character varying(20)", "text", "backward compatible"},
             {"text", "character varying(20)", "forward compatible"},
             {"numeric(5,2)", "numeric(8,2)", "backward compatible"},
             {"integer", "text", "breaking"},
             {"timestamp without time zone", "timestamp with time zone", "breaking"},
             {"json", "jsonb", "forward compatible"},
             {"uuid", "integer", "breaking"},
         }) {
        const Schema from = {table("public.t", std::string{"x "} + one.from)};
        const Schema to = {table("public.t", std::string{"x "} + one.to)};
        EXPECT_EQ(compatibility(from, to, {}, {}, as_it_is).verdict, one.verdict)
            << one.from << " -> " << one.to;
    }
}

TEST(Compatibility, Constraints) {
    const auto with_constraints = [](const std::vector<Json>& list) {
        return table("public.t", "a integer; b text", constraints(list));
    };
    const auto wider = [](const std::vector<Json>& list) {
        return table("public.t", "a integer; b text; c integer; d integer =0", constraints(list));
    };
    const Object plain = table("public.t", "a integer; b text");
    const Json reference = foreign_key("f", "a", "public.other");
    Json cascading = reference;
    cascading["references"]["on_delete"] = "cascade";
    expect({
        {"a check",
         {plain},
         {with_constraints({check("c", "(a > 0)")})},
         "forward compatible",
         {"public.t constraints.c: rows that do not meet it are refused: check (a > 0)"}},
        {"NOT VALID asks new rows all the same",
         {plain},
         {with_constraints({with(check("c", "(a > 0)"), "not_valid")})},
         "forward compatible",
         {"public.t constraints.c: rows that do not meet it are refused: check (a > 0) not valid"}},
        {"one that is not enforced",
         {plain},
         {with_constraints({with(check("c", "(a > 0)"), "not_enforced")})},
         "backward compatible",
         {}},
        {"a check is dropped",
         {with_constraints({check("c", "(a > 0)")})},
         {plain},
         "backward compatible",
         {}},
        {"the same under another name",
         {with_constraints({check("c", "(a > 0)")})},
         {with_constraints({check("d", "(a > 0)")})},
         "backward compatible",
         {}},
        {"validated",
         {with_constraints({with(check("c", "(a > 0)"), "not_valid")})},
         {with_constraints({check("c", "(a > 0)")})},
         "backward compatible",
         {}},
        {"over a new column alone", {plain}, {wider({check("c", "(c > 0)")})}, "backward compatible", {}},
        {"a column's name in a text is no column",
         {plain},
         {wider({check("c", "(c <> 'a')")})},
         "backward compatible",
         {}},
        {"over a new one and an old",
         {plain},
         {wider({check("c", "(c > a)")})},
         "breaking",
         {"public.t constraints.c: rows that do not meet it are refused: check (c > a)"}},
        {"a list with more in it",
         {with_constraints({check("c", "(b = ANY (ARRAY['x'::text, 'y'::text]))")})},
         {with_constraints({check("c", "(b = ANY (ARRAY['x'::text, 'y'::text, 'z'::text]))")})},
         "backward compatible",
         {}},
        {"a list with more in it, called otherwise",
         {with_constraints({check("c", "(b = ANY (ARRAY['x'::text]))")})},
         {with_constraints({check("d", "(b = ANY (ARRAY['x'::text, 'a, b'::text]))")})},
         "backward compatible",
         {}},
        {"a list with less in it",
         {with_constraints({check("c", "(b = ANY (ARRAY['x'::text, 'y'::text]))")})},
         {with_constraints({check("c", "(b = ANY (ARRAY['x'::text]))")})},
         "forward compatible",
         {"public.t constraints.c: rows that do not meet it are refused: check (b = ANY "
          "(ARRAY['x'::text]))"}},
        {"unique refuses old writers; new ones may go by it",
         {plain},
         {with_constraints({unique("u", {"a"})})},
         "breaking",
         {"public.t constraints.u: rows that do not meet it are refused: unique (a)"}},
        {"unique over a new column with one constant in it",
         {plain},
         {wider({unique("u", {"d"})})},
         "breaking",
         {"public.t constraints.u: rows that do not meet it are refused: unique (d)"}},
        {"unique is dropped",
         {with_constraints({unique("u", {"a"})})},
         {plain},
         "breaking",
         {"public.t constraints.u: ON CONFLICT (a) has no unique rule to go by"}},
        {"a foreign key",
         {plain},
         {with_constraints({reference})},
         "forward compatible",
         {"public.t constraints.f: rows that do not meet it are refused: foreign key (a) references "
          "public.other (id)"}},
        {"it does not cascade any more",
         {with_constraints({cascading})},
         {with_constraints({reference})},
         "forward compatible",
         {"public.t constraints.f.references.on_delete: a row of public.other that is referenced cannot be "
          "deleted"}},
        {"it cannot wait any more",
         {with_constraints({with(reference, "deferrable")})},
         {with_constraints({reference})},
         "forward compatible",
         {"public.t constraints.f.deferrable: it cannot wait for the commit"}},
        {"on a new table everything is its own affair",
         {},
         {with_constraints({unique("u", {"a"})})},
         "backward compatible",
         {}},
    });
}

TEST(Compatibility, RelationsAndWhatHangsOnThem) {
    const auto view = [](const char* columns_text) {
        return object("view", "public.v", {{"columns", columns(columns_text)}, {"query", sql("SELECT")}});
    };
    const Json key = Json::array({{{"column", "name"}}});
    const Json restrictive = {{"security", {{"table", "public.people"}, {"restrictive", true}}}};
    expect({
        {"a table", {}, {people}, "backward compatible", {}},
        {"a table goes", {people}, {}, "forward compatible", {"public.people: there is none"}},
        {"renamed",
         {people},
         {table("public.persons", "id integer!; name text")},
         "breaking",
         {"public.people: there is none"}},
        {"a view shows more", {view("a integer")}, {view("a integer; b text")}, "backward compatible", {}},
        {"a view shows less",
         {view("a integer; b text")},
         {view("a integer")},
         "forward compatible",
         {"public.v columns.b: there is no column b"}},
        {"a table becomes a view of the same name",
         {people},
         {object("view", "public.people", {{"columns", columns("id integer; name text")}})},
         "forward compatible",
         {"public.people: it is a view there, which may not take what is written"}},
        {"an index",
         {people},
         {people,
          object("index", "public.i", {{"table", "public.people"}, {"method", "btree"}, {"keys", key}})},
         "backward compatible",
         {}},
        {"a unique index",
         {people},
         {people, unique_index("public.i", "public.people", key)},
         "breaking",
         {"public.i: rows with the same (name) twice are refused"}},
        {"a unique index on a new table",
         {},
         {people, unique_index("public.i", "public.people", key)},
         "backward compatible",
         {}},
        {"a trigger before",
         {people},
         {people, trigger("t", "public.people", {"insert"})},
         "breaking",
         {"t on public.people: it may change or refuse rows that are written"}},
        {"a trigger after",
         {people},
         {people, trigger("t", "public.people", {"insert"}, {{"timing", "after"}})},
         "backward compatible",
         {}},
        {"a trigger of a table that goes with it",
         {people, trigger("t", "public.people", {"insert"})},
         {},
         "forward compatible",
         {"public.people: there is none"}},
        {"a restrictive policy",
         {people},
         {people, {"policy", "p on public.people", "public", restrictive}},
         "forward compatible",
         {"p on public.people: it may hide or refuse rows"}},
        {"a sequence goes",
         {object("sequence", "public.s", {{"type", "bigint"}})},
         {},
         "forward compatible",
         {"public.s: there is none"}},
        {"a partition takes other rows",
         {partition("public.p", "a integer", "public.t", "FOR VALUES IN (1)")},
         {partition("public.p", "a integer", "public.t", "FOR VALUES IN (2)")},
         "breaking",
         {"public.p partition_bound: rows outside its bounds are refused"}},
        {"statistics go",
         {object("statistics object", "public.s", {{"table", "public.people"}})},
         {},
         "backward compatible",
         {}},
    });
}

TEST(Compatibility, TypesAndRoutines) {
    const auto function = [](const char* identity, const Json& arguments, const char* returns) {
        return object("function", identity,
                      {{"arguments", arguments}, {"returns", returns}, {"language", "sql"}});
    };
    const Json one = Json::array({{{"name", "a"}, {"type", "integer"}}});
    const Json two = Json::array({{{"name", "a"}, {"type", "integer"}}, {{"name", "b"}, {"type", "text"}}});
    Json optional = two;
    optional[1]["default"] = sql("'x'");
    const Json renamed = Json::array({{{"name", "z"}, {"type", "integer"}}});
    const Json out = Json::array({{{"name", "x"}, {"type", "integer"}, {"mode", "table"}}});
    const Json out_more = Json::array({{{"name", "x"}, {"type", "integer"}, {"mode", "table"}},
                                       {{"name", "y"}, {"type", "integer"}, {"mode", "table"}}});
    expect({
        {"a label",
         {enumeration("public.e", {"a"})},
         {enumeration("public.e", {"a", "b"})},
         "backward compatible",
         {}},
        {"a label goes",
         {enumeration("public.e", {"a", "b"})},
         {enumeration("public.e", {"a"})},
         "forward compatible",
         {"public.e labels: there is no label 'b'"}},
        {"a label is renamed",
         {enumeration("public.e", {"a"})},
         {enumeration("public.e", {"b"})},
         "breaking",
         {"public.e labels: there is no label 'a'"}},
        {"a domain asks more",
         {domain("public.d", "integer")},
         {domain("public.d", "integer", constraints({check("c", "(VALUE > 0)")}))},
         "forward compatible",
         {"public.d constraints.c: values that do not meet it are refused: check (VALUE > 0)"}},
        {"a domain asks for a value",
         {domain("public.d", "integer")},
         {domain("public.d", "integer", {{"not_null", true}})},
         "forward compatible",
         {"public.d not_null: NULL is refused"}},
        {"a composite type has a field more",
         {composite("public.c", "a integer")},
         {composite("public.c", "a integer; b text")},
         "breaking",
         {"public.c columns.b: rows that are written with ROW(...) have a field too few"}},
        {"a type becomes another",
         {enumeration("public.e", {"a"})},
         {domain("public.e", "text")},
         "breaking",
         {"public.e type: it is a domain type instead of enum"}},
        {"a function", {}, {function("public.f(integer)", one, "integer")}, "backward compatible", {}},
        {"a function goes",
         {function("public.f(integer)", one, "integer")},
         {},
         "forward compatible",
         {"public.f(integer): there is none"}},
        {"an argument that can be left out",
         {function("public.f(integer)", one, "integer")},
         {function("public.f(integer,text)", optional, "integer")},
         "backward compatible",
         {}},
        {"an argument that cannot",
         {function("public.f(integer)", one, "integer")},
         {function("public.f(integer,text)", two, "integer")},
         "breaking",
         {"public.f(integer): there is none"}},
        {"an argument's default goes",
         {function("public.f(integer,text)", optional, "integer")},
         {function("public.f(integer,text)", two, "integer")},
         "forward compatible",
         {"public.f(integer,text) arguments: its argument b cannot be left out"}},
        {"an argument is called otherwise",
         {function("public.f(integer)", one, "integer")},
         {function("public.f(integer)", renamed, "integer")},
         "breaking",
         {"public.f(integer) arguments: its argument 1 is not called a"}},
        {"another result",
         {function("public.f(integer)", one, "integer")},
         {function("public.f(integer)", one, "text")},
         "breaking",
         {"public.f(integer) returns: it returns text instead of integer"}},
        {"a wider result",
         {function("public.f(integer)", one, "integer")},
         {function("public.f(integer)", one, "bigint")},
         "backward compatible",
         {}},
        {"a column more in the result",
         {function("public.f()", out, "TABLE(x integer)")},
         {function("public.f()", out_more, "TABLE(x integer, y integer)")},
         "backward compatible",
         {}},
        {"a column less",
         {function("public.f()", out_more, "TABLE(x integer, y integer)")},
         {function("public.f()", out, "TABLE(x integer)")},
         "forward compatible",
         {"public.f() arguments: its result has no column y"}},
        {"an extension goes",
         {object("extension", "hstore", {{"version", "1.8"}})},
         {},
         "forward compatible",
         {"hstore: there is none"}},
        {"an extension's version",
         {object("extension", "hstore", {{"version", "1.7"}})},
         {object("extension", "hstore", {{"version", "1.8"}})},
         "backward compatible",
         {}},
    });
}

Object granted(const char* kind, const Json& privileges, const char* owner = "ann") {
    Json security = {{"owner", owner}};
    if (!privileges.is_null()) security["privileges"] = privileges;
    return {kind, "public.x", "public", {{"security", security}}};
}

Json grant(const char* grantee, const std::vector<std::string>& privileges) {
    return {{"grantee", grantee}, {"grantor", "ann"}, {"privileges", privileges}};
}

TEST(Compatibility, Access) {
    const Json own = grant("ann", {"ALL"});
    Object secured = people;
    secured.definition["security"] = {{"row_security", true}};
    expect({
        {"a grant",
         {granted("table", nullptr)},
         {granted("table", {own, grant("bob", {"SELECT"})})},
         "backward compatible",
         {}},
        {"a grant goes",
         {granted("table", {own, grant("bob", {"INSERT", "SELECT"})})},
         {granted("table", {own, grant("bob", {"SELECT"})})},
         "forward compatible",
         {"public.x privileges: bob has not the privilege INSERT"}},
        {"everybody may instead",
         {granted("table", {own, grant("bob", {"SELECT"})})},
         {granted("table", {own, grant("PUBLIC", {"SELECT"})})},
         "backward compatible",
         {}},
        {"all instead of one",
         {granted("table", {own, grant("bob", {"SELECT"})})},
         {granted("table", {own, grant("bob", {"ALL"})})},
         "backward compatible",
         {}},
        {"everybody could call a function",
         {granted("function", nullptr)},
         {granted("function", Json::array({own}))},
         "forward compatible",
         {"public.x privileges: PUBLIC has not the privilege all"}},
        {"another owner",
         {granted("table", nullptr, "ann")},
         {granted("table", nullptr, "bob")},
         "breaking",
         {"public.x privileges: ann has not the privilege all"}},
        {"row security",
         {people},
         {secured},
         "forward compatible",
         {"public.people row_security: rows that no policy lets through are hidden or refused"}},
        {"a comment",
         {{"table", "public.x", "public", {{"comment", {{"text", "a"}}}}}},
         {{"table", "public.x", "public", {{"comment", {{"text", "b"}}}}}},
         "backward compatible",
         {}},
    });
}

TEST(Compatibility, ARenameIsSaid) {
    const Schema from = {people};
    const Schema to = {table("public.persons", "id integer!; name text")};
    const auto result =
        compatibility(from, to, {{"table", "public.people", "public.persons", 1}}, {}, as_it_is);
    ASSERT_EQ(result.verdict, "breaking");
    EXPECT_EQ(result.breaks.front().reason, "it is called public.persons there");
    EXPECT_EQ(result.breaks.back().breaks, "new applications");
    EXPECT_EQ(result.breaks.back().reason, "it is called public.people there");
    EXPECT_TRUE(result.breaks.back().hint.empty());
}

}  // namespace
}  // namespace schemaver::core
