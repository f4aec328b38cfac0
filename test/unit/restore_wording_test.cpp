// What the restore rules say: detail and hint of a finding, word for word.
#include "restore_cases.hpp"

namespace schemaver::core {
namespace {

using namespace test;

const Object t = table("public.t", "a integer");

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

}  // namespace
}  // namespace schemaver::core
