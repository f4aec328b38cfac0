// What is written for people: lines of a changelog, definitions as lines, diffs as text.
#include "core/changelog.hpp"

#include <gtest/gtest.h>

#include "core/diff_text.hpp"
#include "core/readable.hpp"
#include "core/text.hpp"
#include "schema_builder.hpp"

namespace schemaver::core {
namespace {

using namespace test;
using Lines = std::vector<std::string>;

std::string verbatim(const std::string& sql) { return sql; }

Lines lines_between(const Object& from, const Object& to) {
    Lines lines;
    for (const Difference& row : diff({from}, {to}, {}, verbatim)) lines.push_back(change_in_a_line(row));
    return lines;
}

TEST(Changelog, OneLineForEachChange) {
    const Object people = table("public.people", "id integer!; name text");
    EXPECT_EQ(lines_between(people, table("public.people", "id bigint!; name text!; email text ='x'")),
              (Lines{"Table `public.people`: column `email` added: `text default 'x'`",
                     "Table `public.people`: type of column `id` from `integer` to `bigint`",
                     "Table `public.people`: column `name` must have a value now (NOT NULL)"}));
    EXPECT_EQ(lines_between(table("public.t", "a text! ='x'"), table("public.t", "a text ='y'")),
              (Lines{"Table `public.t`: default of column `a` from `'x'` to `'y'`",
                     "Table `public.t`: column `a` can be NULL now"}));
    EXPECT_EQ(lines_between(people, table("public.people", "id integer!; name text",
                                          constraints({check("c", "(id > 0)")}))),
              Lines{"Table `public.people`: constraint `c` added: `check (id > 0)`"});
    EXPECT_EQ(lines_between(enumeration("public.e", {"a", "b"}), enumeration("public.e", {"a", "c", "d"})),
              Lines{"Type `public.e`: labels `c` and `d` added; label `b` removed"});
    EXPECT_EQ(lines_between(object("function", "public.f()", {{"body", "a"}}),
                            object("function", "public.f()", {{"body", "b"}})),
              Lines{"Function `public.f()`: body changed"});
    EXPECT_EQ(change_in_a_line({"added", "table", "public.people", "", nullptr, people.definition, ""}),
              "Table `public.people` (2 columns)");
    EXPECT_EQ(change_in_a_line({"renamed", "table", "public.b", "", nullptr, nullptr, "", "public.a", 1}),
              "Table `public.a` is called `public.b` now");
    EXPECT_EQ(change_in_a_line({"renamed", "table", "public.b", "", nullptr, nullptr, "", "public.a", 0.83}),
              "Table `public.a` is called `public.b` now (a guess: they are alike to 83 %)");
}

Release release(const Schema& from, const Schema& to) {
    Release result;
    result.name = "v1.1.0";
    result.date = "2026-01-29";
    result.description = "Pagers are gone.";
    result.former_name = "v1.0.0";
    result.from = from;
    result.to = to;
    result.differences = diff(from, to, {}, verbatim);
    result.compatibility = compatibility(from, to, {}, {}, verbatim);
    return result;
}

TEST(Changelog, ASection) {
    Release whole = release({table("public.people", "id integer!; pager text")},
                            {table("public.people", "id integer!"), table("public.teams", "id integer!")});
    whole.revision = "018";
    whole.former_revision = "012";
    EXPECT_EQ(changelog_section(whole), R"(## v1.1.0 - 2026-01-29

Pagers are gone.

### Added

- Table `public.teams` (1 column)

### Modified

- Table `public.people`: column `pager` removed

### Compatibility

Not backward compatible with v1.0.0:

- Table `public.people`, `columns.pager`: there is no column pager

### Rollback

Run the migrations down from `018` to `012`. What has been written to `public.teams` is lost. `public.people.pager` comes back empty: the rows are in a backup of v1.0.0 only. Afterwards compare with `SELECT * FROM schemaver.diff('v1.0.0', 'live')`, which must give no row.
)");
}

TEST(Changelog, NothingAndTheFirst) {
    const Schema schema = {table("public.a", "x integer"), table("public.b", "x integer")};
    Release none = release(schema, schema);
    EXPECT_EQ(changelog_section(none),
              "## v1.1.0 - 2026-01-29\n\nPagers are gone.\n\nNo change of the schema.\n");
    Release first = release({}, schema);
    first.former_name.clear();
    EXPECT_EQ(changelog_section(first),
              "## v1.1.0 - 2026-01-29\n\nPagers are gone.\n\nThe first version: 2 tables.\n");
}

TEST(Readable, ALineForEachPart) {
    Object people = table("public.people", "id integer!; \"n\" text ='x'",
                          constraints({unique("people_pkey", {"id"}, "primary key")}));
    people.definition["security"] = {
        {"owner", "ann"}, {"privileges", {{{"grantee", "bob"}, {"privileges", {"SELECT", "INSERT"}}}}}};
    people.definition["comment"] = {{"text", "whom we know"}};
    people.definition["storage"] = {{"options", {"fillfactor=70"}}};
    EXPECT_EQ(readable(people),
              (Lines{"table public.people", "  column id integer not null",
                     "  column \"\"\"n\"\"\" text default 'x'", "  constraint people_pkey primary key (id)",
                     "  options fillfactor=70", "  owner ann", "  privileges of bob SELECT, INSERT",
                     "  comment whom we know"}));
    EXPECT_EQ(readable(object("function", "public.f()",
                              {{"body", "\nBEGIN\n  RETURN 1;\nEND\n"}, {"strict", true}})),
              (Lines{"function public.f()", "  body", "    ", "    BEGIN", "      RETURN 1;", "    END",
                     "  strict"}));
}

std::string marks(const Lines& before, const Lines& after) {
    std::string text;
    for (const ComparedLine& line : compared_lines(before, after)) text += line.mark + line.text + "|";
    return text;
}

TEST(Readable, LinesAreCompared) {
    EXPECT_EQ(marks({}, {}), "");
    EXPECT_EQ(marks({"a", "b", "c"}, {"a", "b", "c"}), " a| b| c|");
    EXPECT_EQ(marks({"a", "b", "c"}, {"a", "c"}), " a|-b| c|");
    EXPECT_EQ(marks({"a", "c"}, {"a", "b", "c"}), " a|+b| c|");
    EXPECT_EQ(marks({"a", "b"}, {"c", "d"}), "-a|-b|+c|+d|");
    EXPECT_EQ(marks({}, {"a"}), "+a|");
    EXPECT_EQ(marks({"a", "x", "b", "y"}, {"a", "b", "z", "y"}), " a|-x| b|+z| y|");
    EXPECT_EQ(marks({"a", "a"}, {"a"}), " a|-a|");
}

std::string text_of_change(DiffFormat format) {
    const Schema from = {table("public.people", "id integer!; pager text")};
    const Schema to = {table("public.people", "id bigint!")};
    const auto rows = diff(from, to, {}, verbatim);
    return diff_text({"v1", "v2", from, to, {}, rows}, format);
}

TEST(DiffText, Formats) {
    EXPECT_EQ(text_of_change(DiffFormat::text), R"(--- v1
+++ v2
@@ table public.people @@
 table public.people
-  column id integer not null
-  column pager text
+  column id bigint not null
)");
    EXPECT_EQ(text_of_change(DiffFormat::markdown), R"(### table public.people

```diff
 table public.people
-  column id integer not null
-  column pager text
+  column id bigint not null
```
)");
    EXPECT_EQ(text_of_change(DiffFormat::side_by_side), R"(v1                             v2
table public.people            table public.people
  column id integer not null |   column id bigint not null
  column pager text          <
)");
    const std::string coloured = text_of_change(DiffFormat::color);
    EXPECT_NE(coloured.find("\x1b[31m-  column pager text\x1b[0m\n"), std::string::npos);
    EXPECT_NE(coloured.find("\x1b[32m+  column id bigint not null\x1b[0m\n"), std::string::npos);
    const Schema nothing;
    EXPECT_EQ(diff_text({"v1", "v2", nothing, nothing, {}, {}}, DiffFormat::text), "");
}

}  // namespace
}  // namespace schemaver::core
