// The migration tools' books: what rows come to, and what is typed.
#include "core/migration_tools.hpp"

#include <set>

#include <gtest/gtest.h>

#include "core/text.hpp"

namespace schemaver::core {
namespace {

Cell text(const char* value) { return {value, 0, false}; }
Cell number(std::int64_t value) { return {std::to_string(value), value, true}; }
Cell null() { return {}; }

struct BooksCase {
    const char* name;
    const char* tool;
    std::vector<BookRow> rows;  // in no order
    const char* state;
    std::vector<std::string> revisions;
    std::vector<std::string> applied;
    bool is_locked = false;
};

using Texts = std::vector<std::string>;

// By the order of each tool's columns in src/core/migration_tools.cpp.
const std::vector<BooksCase>& cases() {
    static const std::vector<BooksCase> list = {
        {"alembic", "alembic", {{text("b2")}}, "ok", {"b2"}, {"b2"}},
        {"alembic at two heads",
         "alembic",
         {{text("b2")}, {text("a1")}},
         "several heads",
         {"a1", "b2"},
         {"a1", "b2"}},
        {"alembic at base", "alembic", {}, "empty", {}, {}},
        {"knex",
         "knex",
         {{text("2.js"), number(2), number(1)}, {text("1.js"), number(1), number(1)}},
         "ok",
         {"2.js"},
         {"1.js", "2.js"}},
        {"knex, locked", "knex", {{text("1.js"), number(1), number(1)}}, "dirty", {"1.js"}, {"1.js"}, true},
        {"flyway, part by part",
         "flyway",
         {{text("1.10"), number(3), text("SQL"), number(1)},
          {text("1.9"), number(2), text("SQL"), number(1)},
          {null(), number(4), text("SQL"), number(1)},
          {text("1"), number(1), text("SQL"), number(1)}},
         "ok",
         {"1.10"},
         {"1", "1.9", "1.10"}},
        {"flyway, failed",
         "flyway",
         {{text("1"), number(1), text("SQL"), number(1)}, {text("2"), number(2), text("SQL"), number(0)}},
         "failed",
         {"1"},
         {"1"}},
        {"flyway, undone",
         "flyway",
         {{text("1"), number(1), text("SQL"), number(1)},
          {text("2"), number(2), text("SQL"), number(1)},
          {text("2"), number(3), text("UNDO_SQL"), number(1)}},
         "ok",
         {"1"},
         {"1"}},
        {"flyway, undone and applied again; a repeatable one failed",
         "flyway",
         {{text("2"), number(1), text("SQL"), number(1)},
          {text("2"), number(2), text("UNDO_SQL"), number(1)},
          {text("2"), number(3), text("SQL"), number(1)},
          {null(), number(4), text("SQL"), number(0)},
          {null(), number(5), text("SQL"), number(1)}},
         "failed",
         {"2"},
         {"2"}},
        {"liquibase, by time then order",
         "liquibase",
         {{text("c"), number(20), number(1), text("EXECUTED")},
          {text("b"), number(10), number(2), text("EXECUTED")},
          {text("a"), number(10), number(1), text("RERAN")}},
         "ok",
         {"c"},
         {"a", "b", "c"}},
        {"liquibase, failed",
         "liquibase",
         {{text("a"), number(1), number(1), text("FAILED")}},
         "failed",
         {},
         {}},
        {"rails, by number",
         "rails",
         {{text("9")}, {text("20250101000000")}, {text("10")}},
         "ok",
         {"20250101000000"},
         {"9", "10", "20250101000000"}},
        {"django, by app",
         "django",
         {{text("0002_b"), number(3), text("auth")},
          {text("0001_a"), number(1), text("auth")},
          {text("0001_a"), number(2), text("shop")}},
         "ok",
         {"auth.0002_b", "shop.0001_a"},
         {"auth.0001_a", "shop.0001_a", "auth.0002_b"}},
        {"sqitch",
         "sqitch",
         {{text("users"), text("flipr"), number(1)}, {text("flips"), text("flipr"), number(2)}},
         "ok",
         {"flipr.flips"},
         {"flipr.users", "flipr.flips"}},
        {"prisma, one undone and one stuck",
         "prisma",
         {{text("1_a"), number(1), number(1), null()},
          {text("2_b"), number(2), number(2), number(3)},
          {text("3_c"), number(4), null(), null()}},
         "failed",
         {"1_a"},
         {"1_a"}},
        {"goose, undone",
         "goose",
         {{number(0), number(1), number(1)},
          {number(1), number(2), number(1)},
          {number(2), number(3), number(1)},
          {number(2), number(4), number(0)}},
         "ok",
         {"1"},
         {"1"}},
        {"goose, with a gap",
         "goose",
         {{number(0), number(1), number(1)},
          {number(1), number(2), number(1)},
          {number(2), number(3), number(1)},
          {number(1), number(4), number(0)}},
         "failed",
         {"2"},
         {"2"}},
        {"goose, its beginning", "goose", {{number(0), number(1), number(1)}}, "empty", {}, {}},
        {"golang-migrate", "golang-migrate", {{number(12), number(0)}}, "ok", {"12"}, {"12"}},
        {"golang-migrate, dirty", "golang-migrate", {{number(13), number(1)}}, "dirty", {"13"}, {"13"}},
        {"dbmate", "dbmate", {{text("2")}, {text("1")}}, "ok", {"2"}, {"1", "2"}},
        {"typeorm",
         "typeorm",
         {{text("B2"), number(2), number(200)}, {text("A1"), number(1), number(300)}},
         "ok",
         {"B2"},
         {"A1", "B2"}},
        {"sequelize",
         "sequelize",
         {{text("2-b.js")}, {text("1-a.js")}},
         "ok",
         {"2-b.js"},
         {"1-a.js", "2-b.js"}},
        {"atlas, half applied",
         "atlas",
         {{text("2"), number(1), number(3), null()}, {text("1"), number(2), number(2), null()}},
         "failed",
         {"1"},
         {"1"}},
        {"atlas, with an error",
         "atlas",
         {{text("1"), number(2), number(2), text("boom")}},
         "failed",
         {},
         {}},
        {"ef-core",
         "ef-core",
         {{text("2_B"), text("8")}, {text("1_A"), text("8")}},
         "ok",
         {"2_B"},
         {"1_A", "2_B"}},
        {"drizzle",
         "drizzle",
         {{text("h2"), number(2)}, {text("h1"), number(1)}},
         "ok",
         {"h2"},
         {"h1", "h2"}},
        {"laravel",
         "laravel",
         {{text("b"), number(2), number(2)}, {text("a"), number(1), number(1)}},
         "ok",
         {"b"},
         {"a", "b"}},
        {"sqlx, failed", "sqlx", {{number(2), number(0)}, {number(1), number(1)}}, "failed", {"1"}, {"1"}},
        {"pgroll, started",
         "pgroll",
         {{text("01"), text("public"), number(1), number(1), null()},
          {text("02"), text("public"), number(2), number(0), text("01")}},
         "failed",
         {"public.01"},
         {"public.01"}},
        {"pgroll, by parents, whatever the times say",
         "pgroll",
         {{text("01"), text("public"), number(5), number(1), null()},
          {text("02"), text("public"), number(5), number(1), text("01")},
          {text("03"), text("public"), number(4), number(1), text("02")},
          {text("01"), text("other"), number(6), number(1), null()}},
         "ok",
         {"other.01", "public.03"},
         {"public.03", "public.01", "public.02", "other.01"}},
        {"sqitch at none", "sqitch", {}, "empty", {}, {}},
        {"ecto", "ecto", {{number(2), number(20)}, {number(1), number(10)}}, "ok", {"2"}, {"1", "2"}},
        {"phinx", "phinx", {{number(2), text("B")}, {number(1), text("A")}}, "ok", {"2"}, {"1", "2"}},
        {"node-pg-migrate",
         "node-pg-migrate",
         {{text("b"), number(2), number(20)}, {text("a"), number(1), number(10)}},
         "ok",
         {"b"},
         {"a", "b"}},
        {"db-migrate, of the same time by name",
         "db-migrate",
         {{text("b"), number(1), number(10)}, {text("a"), number(2), number(10)}},
         "ok",
         {"b"},
         {"a", "b"}},
        {"diesel", "diesel", {{text("2"), number(1)}, {text("10"), number(2)}}, "ok", {"10"}, {"2", "10"}},
        {"refinery", "refinery", {{number(2), text("x")}, {number(1), text("x")}}, "ok", {"2"}, {"1", "2"}},
        {"graphile-migrate",
         "graphile-migrate",
         {{text("000002.sql"), text("h2"), text("h1")}, {text("000001.sql"), text("h1"), null()}},
         "ok",
         {"000002.sql"},
         {"000001.sql", "000002.sql"}},
        {"graphile-migrate, with one taken out",
         "graphile-migrate",
         {{text("000003.sql"), text("h3"), text("h2")}, {text("000001.sql"), text("h1"), null()}},
         "failed",
         {"000001.sql"},
         {"000001.sql"}},
        {"yoyo", "yoyo", {{text("b"), number(2)}, {text("a"), number(1)}}, "ok", {"b"}, {"a", "b"}},
        {"yoyo, locked", "yoyo", {{text("a"), number(1)}}, "dirty", {"a"}, {"a"}, true},
        {"kysely",
         "kysely",
         {{text("2_b"), text("x")}, {text("1_a"), text("x")}},
         "ok",
         {"2_b"},
         {"1_a", "2_b"}},
        {"kysely, locked", "kysely", {}, "dirty", {}, {}, true},
        {"liquibase, locked", "liquibase", {}, "dirty", {}, {}, true},
        {"doctrine",
         "doctrine",
         {{text("V2"), number(2)}, {text("V1"), number(1)}},
         "ok",
         {"V2"},
         {"V1", "V2"}},
    };
    return list;
}

TEST(MigrationTools, Books) {
    for (const BooksCase& one : cases()) {
        const MigrationTool* tool = find_migration_tool(one.tool);
        ASSERT_NE(tool, nullptr) << one.name;
        std::vector<BookRow> rows = one.rows;
        for (BookRow& row : rows) row.resize(tool->columns.size());
        const Books books = read_books(*tool, rows, one.is_locked);
        EXPECT_EQ(books.state, one.state) << one.name;
        EXPECT_EQ(books.revisions, one.revisions) << one.name;
        EXPECT_EQ(books.applied, one.applied) << one.name;
    }
}

// What a row of the table of tools names exists, and no two tools are told apart by their order alone.
TEST(MigrationTools, TheTableIsConsistent) {
    std::set<std::string_view> names;
    for (const MigrationTool* tool : migration_tools()) {
        EXPECT_TRUE(names.insert(tool->name).second) << tool->name;
        EXPECT_FALSE(tool->columns[0].empty()) << tool->name;
        const auto has_column = [&](std::string_view column) {
            return column.empty() ||
                   std::find(tool->columns.begin(), tool->columns.end(), column) != tool->columns.end();
        };
        EXPECT_TRUE(has_column(tool->group) && has_column(tool->parent)) << tool->name;
        for (const std::string_view column : tool->ordered)
            EXPECT_TRUE(has_column(column)) << tool->name << column;
        EXPECT_EQ(tool->lock_table.empty(), tool->lock_column.empty()) << tool->name;
        EXPECT_FALSE(tool->upgrade.empty()) << tool->name;
        EXPECT_TRUE(has_column(tool->chain[0]) && has_column(tool->chain[1])) << tool->name;
        EXPECT_TRUE(tool->lock_time.empty() || !tool->lock_table.empty()) << tool->name;
        BookRow row(tool->columns.size());
        EXPECT_NO_THROW(read_books(*tool, {row}, false)) << tool->name;
    }
    EXPECT_EQ(names.size(), 29U);
    EXPECT_EQ(find_migration_tool("none"), nullptr);
}

// Every tool that there is has a row above.
TEST(MigrationTools, EachHasACase) {
    std::set<std::string_view> left;
    for (const MigrationTool* tool : migration_tools()) left.insert(tool->name);
    for (const BooksCase& one : cases()) left.erase(one.tool);
    EXPECT_TRUE(left.empty()) << *left.begin();
}

// The time stands behind the columns; what was applied last is not always the highest revision.
TEST(MigrationTools, AppliedLast) {
    const MigrationTool* flyway = find_migration_tool("flyway");
    std::vector<BookRow> rows = {{text("2"), number(1), text("SQL"), number(1)},
                                 {text("1"), number(2), text("SQL"), number(1)}};
    for (BookRow& row : rows) row.resize(flyway->columns.size() + 1);
    rows[0].back() = number(100);
    rows[1].back() = number(200);
    const Books books = read_books(*flyway, rows, false);
    EXPECT_EQ(books.revisions, Texts{"2"});
    EXPECT_EQ(books.last, "1");
    EXPECT_EQ(books.last_at, 200);
    rows[0].resize(flyway->columns.size());
    rows[1].resize(flyway->columns.size());
    EXPECT_EQ(read_books(*flyway, rows, false).last, "2");
}

TEST(MigrationTools, FailureThatIsNotedElsewhere) {
    Books books = read_books(*find_migration_tool("sqitch"), {}, false);
    note_failure(books, "users");
    EXPECT_EQ(books.state, "failed");
    EXPECT_EQ(books.failed, Texts{"users"});
}

// A tool that a user has described: which rows have failed is told by the value of a column.
TEST(MigrationTools, Described) {
    MigrationTool tool = {};
    tool.name = "ours";
    tool.table = "deployed";
    tool.columns = {"step", "outcome"};
    tool.keeps = Keeps::every_migration;
    tool.order = Order::by_version;
    const auto state = [&](const char* failed_value, const Cell& outcome) {
        tool.failed_column = "outcome";
        tool.failed_value = failed_value;
        BookRow row = {text("1"), outcome};
        row.resize(tool.columns.size());
        return read_books(tool, {row}, false).state;
    };
    EXPECT_EQ(state("bad", text("bad")), "failed");
    EXPECT_EQ(state("bad", text("good")), "ok");
    EXPECT_EQ(state("bad", null()), "ok");
    EXPECT_EQ(state("{null}", null()), "failed");
    EXPECT_EQ(state("{null}", text("good")), "ok");
    EXPECT_EQ(state("false", number(0)), "failed");
    EXPECT_EQ(state("true", number(0)), "ok");
}

Texts upgrade(const char* tool, const Texts& revisions, const Texts& steps) {
    return tool_commands(find_migration_tool(tool)->upgrade, revisions, steps);
}

TEST(MigrationTools, Commands) {
    EXPECT_EQ(upgrade("alembic", {"a1", "b2"}, {}), (Texts{"alembic upgrade a1", "alembic upgrade b2"}));
    EXPECT_EQ(upgrade("knex", {"3.js"}, {"2.js", "3.js"}),
              (Texts{"npx knex migrate:up 2.js", "npx knex migrate:up 3.js"}));
    EXPECT_EQ(upgrade("liquibase", {"c"}, {"b", "c"}), Texts{"liquibase update-count --count=2"});
    EXPECT_EQ(upgrade("liquibase", {"c"}, {}), Texts{});
    EXPECT_EQ(upgrade("django", {"auth.0002_b", "shop.0001_a.x"}, {}),
              (Texts{"python manage.py migrate auth 0002_b", "python manage.py migrate shop 0001_a.x"}));
    EXPECT_EQ(upgrade("dbmate", {"2"}, {"2"}), Texts{"dbmate migrate"});
    EXPECT_EQ(tool_commands(find_migration_tool("prisma")->downgrade, {"1"}, {"1"}), Texts{});
}

// Whatever stands in a tool's table reaches the shell as one word.
TEST(MigrationTools, HostileRevisions) {
    EXPECT_EQ(upgrade("alembic", {"x; rm -rf ~"}, {}), Texts{"alembic upgrade 'x; rm -rf ~'"});
    EXPECT_EQ(upgrade("alembic", {"$(id)'"}, {}), Texts{"alembic upgrade " + shell_word("$(id)'")});
    EXPECT_EQ(upgrade("alembic", {"{name}.; touch x"}, {}), Texts{"alembic upgrade '{name}.; touch x'"});
    EXPECT_EQ(upgrade("django", {"{name};.a{group}`id`"}, {}),
              Texts{"python manage.py migrate '{name};' 'a{group}`id`'"});
    EXPECT_EQ(upgrade("sqitch", {"--help"}, {}), Texts{"sqitch deploy --to-change '--help'"});
}

}  // namespace
}  // namespace schemaver::core
