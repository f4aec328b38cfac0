// The restore rules on tables and columns: what the backup has, what is here, and the findings that follow,
// all of them.
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
