// What a restored schema lacks, told as findings.
#include "core/verify.hpp"

#include <gtest/gtest.h>

#include "schema_builder.hpp"

namespace schemaver::core::test {
namespace {

struct VerifyCase {
    const char* name;
    Schema expected;
    Schema live;
    std::vector<std::string> findings;  // "severity: check: identity: hint"
};

std::vector<std::string> verified(const Schema& expected, const Schema& live) {
    std::vector<std::string> lines;
    for (const Finding& one : verify_findings(expected, live, diff(expected, live, {}, nullptr)))
        lines.push_back(one.severity + ": " + one.check + ": " + one.identity +
                        (one.hint.empty() ? "" : ": " + one.hint));
    return lines;
}

Object named_trigger(const char* enabled) {
    Json more = Json::object();
    if (*enabled != '\0') more["enabled"] = enabled;
    return trigger("audit", "public.people", {"insert"}, more);
}

TEST(Verify, Findings) {
    const Object people = table("public.people", "id integer!; name text");
    const Object checked =
        table("public.people", "id integer!; name text", constraints({check("c", "(id > 0)")}));
    const Object unchecked = table("public.people", "id integer!; name text",
                                   constraints({with(check("c", "(id > 0)"), "not_valid")}));
    const std::vector<VerifyCase> cases = {
        {"the same", {people}, {people}, {}},
        {"missing",
         {people, table("public.pets", "id integer")},
         {people},
         {"error: missing object: public.pets"}},
        {"more",
         {people},
         {people, table("public.pets", "id integer")},
         {"warning: extra object: public.pets"}},
        {"a column",
         {people},
         {table("public.people", "id integer!")},
         {"error: altered object: public.people"}},
        {"not validated any more",
         {checked},
         {unchecked},
         {"warning: not validated: public.people: ALTER TABLE public.people VALIDATE CONSTRAINT c;"}},
        {"not validated there either",
         {unchecked},
         {unchecked},
         {"info: not validated: public.people: ALTER TABLE public.people VALIDATE CONSTRAINT c;"}},
        {"disabled",
         {people, named_trigger("")},
         {people, named_trigger("disabled")},
         {"warning: disabled: audit on public.people: ALTER TABLE public.people ENABLE TRIGGER audit;"}},
        {"disabled, was always",
         {people, named_trigger("always")},
         {people, named_trigger("disabled")},
         {"warning: disabled: audit on public.people: ALTER TABLE public.people ENABLE ALWAYS TRIGGER "
          "audit;"}},
        {"enabled though it was always",
         {people, named_trigger("always")},
         {people, named_trigger("")},
         {"error: altered object: audit on public.people"}},
        {"an event trigger",
         {object("event trigger", "guard", {{"event", "ddl_command_end"}})},
         {object("event trigger", "guard", {{"event", "ddl_command_end"}, {"enabled", "disabled"}})},
         {"warning: disabled: guard: ALTER EVENT TRIGGER guard ENABLE;"}},
        {"a rule",
         {object("rule", "\"on\" on public.people", {{"table", "public.people"}, {"event", "insert"}})},
         {object("rule", "\"on\" on public.people",
                 {{"table", "public.people"}, {"event", "insert"}, {"enabled", "disabled"}})},
         {"warning: disabled: \"on\" on public.people: ALTER TABLE public.people ENABLE RULE \"on\";"}},
        {"an index",
         {object("index", "public.i", {{"table", "public.people"}})},
         {object("index", "public.i", {{"table", "public.people"}, {"invalid", true}})},
         {"warning: not validated: public.i: REINDEX INDEX public.i;"}},
        {"an extension",
         {object("extension", "citext", {{"version", "1.5"}})},
         {object("extension", "citext", {{"version", "1.6"}})},
         {"warning: extension version: citext"}},
        {"a missing extension",
         {object("extension", "citext", {{"version", "1.5"}})},
         {},
         {"error: missing object: citext: CREATE EXTENSION citext;"}},
        {"an owner",
         {{"table", "public.people", "public", {{"security", {{"owner", "a"}}}}}},
         {{"table", "public.people", "public", {{"security", {{"owner", "b"}}}}}},
         {"warning: altered object: public.people"}},
    };
    for (const VerifyCase& one : cases) EXPECT_EQ(verified(one.expected, one.live), one.findings) << one.name;
}

}  // namespace
}  // namespace schemaver::core::test
