// The restore rules on what stands around the tables: types in use, sequences, triggers, row security, the
// rest.
#include "restore_cases.hpp"

namespace schemaver::core {
namespace {

using namespace test;

const Object t = table("public.t", "a integer");

TEST(RestoreObjectRules, Types) {
    const auto mood = [](const std::vector<std::string>& labels) {
        return Schema{table("public.t", "a public.mood"), enumeration("public.mood", labels)};
    };
    const auto mail = [](const char* base, const Json& more = Json::object()) {
        return Schema{table("public.t", "a public.mail"), domain("public.mail", base, more)};
    };
    const auto pair = [](const char* fields) {
        return Schema{table("public.t", "a public.pair[]"), composite("public.pair", fields)};
    };
    const Json positive = {{"constraints", {{{"name", "c"}, {"expression", sql("VALUE > 0")}}}}};
    const Json unproven = {
        {"constraints", {{{"name", "c"}, {"expression", sql("VALUE > 0")}, {"not_valid", true}}}}};
    expect_all({
        {"labels missing",
         mood({"sad", "ok", "happy"}),
         mood({"ok"}),
         {"error: enum label: public.mood", "error: enum label: public.mood"}},
        {"labels more", mood({"ok"}), mood({"sad", "ok"}), {}},
        {"labels in another order", mood({"ok", "sad"}), mood({"sad", "ok"}), {}},
        {"an enum that no row uses",
         {t, enumeration("public.mood", {"a"})},
         {t, enumeration("public.mood", {"b"})},
         {}},
        {"in an array",
         {table("public.t", "a public.mood[]"), enumeration("public.mood", {"a"})},
         {table("public.t", "a public.mood[]"), enumeration("public.mood", {"b"})},
         {"error: enum label: public.mood"}},
        {"inside a domain",
         {table("public.t", "a public.d"), domain("public.d", "public.mood"),
          enumeration("public.mood", {"a"})},
         {table("public.t", "a public.d"), domain("public.d", "public.mood"),
          enumeration("public.mood", {"b"})},
         {"error: enum label: public.mood"}},
        {"inside a composite type",
         {table("public.t", "a public.c"), composite("public.c", "m public.mood"),
          enumeration("public.mood", {"a"})},
         {table("public.t", "a public.c"), composite("public.c", "m public.mood"),
          enumeration("public.mood", {"b"})},
         {"error: enum label: public.mood"}},
        {"a domain that narrows",
         mail("text"),
         mail("character varying(5)"),
         {"error: domain type: public.mail"}},
        {"a domain that widens", mail("integer"), mail("bigint"), {"info: domain type: public.mail"}},
        {"a domain over something else",
         mail("integer"),
         mail("text"),
         {"warning: domain type: public.mail"}},
        {"a domain with a new constraint",
         mail("integer"),
         mail("integer", positive),
         {"error: domain constraint: c on public.mail"}},
        {"a domain with the same constraint", mail("integer", positive), mail("integer", positive), {}},
        {"a domain constraint not valid there",
         mail("integer", unproven),
         mail("integer", positive),
         {"error: domain constraint: c on public.mail"}},
        {"a composite type with a field less",
         pair("x integer; y integer"),
         pair("x integer"),
         {"error: composite type: public.pair"}},
        {"a composite type with a field more",
         pair("x integer"),
         pair("x integer; y integer"),
         {"error: composite type: public.pair"}},
        {"a field that narrows", pair("x bigint"), pair("x integer"), {"error: composite type: public.pair"}},
        {"a field that changes", pair("x bigint"), pair("x text"), {"warning: composite type: public.pair"}},
        {"a field that widens", pair("x integer"), pair("x bigint"), {}},
        {"another sort of type",
         mood({"a"}),
         {table("public.t", "a public.mood"), domain("public.mood", "text")},
         {"error: object kind: public.mood"}},
    });
}

TEST(RestoreObjectRules, Sequences) {
    const Object s = object("sequence", "public.s", {{"type", "bigint"}});
    const Object owned = object("sequence", "public.s", {{"type", "bigint"}, {"owned_by", "public.t.a"}});
    const Object identity =
        object("sequence", "public.s", {{"type", "bigint"}, {"identity_of", "public.t.a"}});
    expect_all({
        {"missing", {t, s}, {t}, {"error: missing sequence: public.s"}},
        {"extra", {t}, {t, s}, {}},
        {"other settings",
         {t, s},
         {t, object("sequence", "public.s", {{"type", "bigint"}, {"increment", "5"}})},
         {"info: sequence: public.s"}},
        {"a shorter type",
         {t, s},
         {t, object("sequence", "public.s", {{"type", "integer"}})},
         {"error: sequence: public.s"}},
        {"a longer type",
         {t, object("sequence", "public.s", {{"type", "smallint"}})},
         {t, object("sequence", "public.s", {{"type", "integer"}})},
         {"info: sequence: public.s"}},
        {"a lower maximum",
         {t, s},
         {t, object("sequence", "public.s", {{"type", "bigint"}, {"maximum", "100"}})},
         {"error: sequence: public.s"}},
        {"a lower minimum",
         {t, s},
         {t, object("sequence", "public.s", {{"type", "bigint"}, {"minimum", "-100"}})},
         {"info: sequence: public.s"}},
        {"the other way",
         {t, s},
         {t, object("sequence", "public.s", {{"type", "bigint"}, {"increment", "-1"}})},
         {"error: sequence: public.s"}},
        {"a maximum that is no number",
         {t, s},
         {t, object("sequence", "public.s", {{"type", "bigint"}, {"maximum", "many"}})},
         {"info: sequence: public.s"}},
        {"of a column that is here", {t, owned}, {t}, {"error: missing sequence: public.s"}},
        {"of an identity column that is here", {t, identity}, {t}, {"error: missing sequence: public.s"}},
        {"of a column that is missing",
         {t, owned},
         {table("public.t", "b integer")},
         {"error: missing column: public.t.a", "info: extra column: public.t.b"}},
        {"of a table that is missing",
         {t, owned},
         {table("public.u", "b integer")},
         {"error: missing table: public.t", "info: extra table: public.u"}},
    });
}

TEST(RestoreObjectRules, Triggers) {
    expect_all({
        {"on insert",
         {t},
         {t, trigger("g", "public.t", {"insert", "update"})},
         {"warning: triggers: public.t"}},
        {"there as well",
         {t, trigger("g", "public.t", {"insert"})},
         {t, trigger("g", "public.t", {"insert"})},
         {"warning: triggers: public.t"}},
        {"two are one finding",
         {t},
         {t, trigger("g", "public.t", {"insert"}), trigger("h", "public.t", {"insert"})},
         {"warning: triggers: public.t"}},
        {"on update", {t}, {t, trigger("g", "public.t", {"update", "delete"})}, {}},
        {"disabled",
         {t},
         {t, trigger("g", "public.t", {"insert"}, {{"enabled", "disabled"}})},
         {"warning: trigger modes: public.t"}},
        {"for replicas",
         {t},
         {t, trigger("g", "public.t", {"insert"}, {{"enabled", "replica"}})},
         {"warning: trigger modes: public.t"}},
        {"always",
         {t},
         {t, trigger("g", "public.t", {"insert"}, {{"enabled", "always"}})},
         {"warning: triggers: public.t", "warning: trigger modes: public.t"}},
        {"on a table that is not loaded",
         {t},
         {t, table("public.u", "a integer"), trigger("g", "public.u", {"insert"})},
         {"info: extra table: public.u"}},
    });
}

TEST(RestoreObjectRules, RowSecurity) {
    const auto secured = [](const Json& security) {
        Object result = t;
        result.definition["security"] = security;
        return Schema{result};
    };
    expect_all({
        {"on", {t}, secured({{"row_security", true}}), {"info: row security: public.t"}},
        {"forced",
         {t},
         secured({{"row_security", true}, {"force_row_security", true}}),
         {"warning: row security: public.t"}},
        {"off here", secured({{"row_security", true}}), {t}, {}},
        {"another owner", secured({{"owner", "alice"}}), secured({{"owner", "bob"}}), {}},
    });
}

TEST(RestoreObjectRules, OtherObjectsAreOneFinding) {
    const Schema backup = {t, object("view", "public.v", {{"query", sql("SELECT 1")}}),
                           object("view", "public.w", {{"query", sql("SELECT 2")}}),
                           object("function", "public.f()", {{"body", "x"}}),
                           object("policy", "p on public.t", {{"command", "all"}})};
    const Schema target = {t,
                           object("view", "public.v", {{"query", sql("SELECT  1")}}),
                           object("view", "public.w", {{"query", sql("SELECT 3")}}),
                           object("function", "public.f()", {{"body", "y"}}),
                           object("index", "public.i", {{"table", "public.t"}}),
                           object("index", "public.j", {{"table", "public.t"}})};
    const RestoreReport report = check_restore(database(backup), database(target), without_spaces);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].severity, "info");
    EXPECT_EQ(report.findings[0].detail,
              "Beside tables, types and sequences these differ: 1 function, 2 indexes, 1 policy and "
              "1 view. That does nothing to rows.");
}

}  // namespace
}  // namespace schemaver::core
