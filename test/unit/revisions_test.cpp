// What revisions mean to each other, and times in texts.
#include "core/revisions.hpp"

#include <gtest/gtest.h>

#include "core/iso_time.hpp"

namespace schemaver::core {
namespace {

using Texts = std::vector<std::string>;

const MigrationTool& tool(const char* name) { return *find_migration_tool(name); }

struct NameCase {
    const char* tool;
    const char* asked;
    const char* revision;
    bool names;
};

TEST(Revisions, Names) {
    const NameCase cases[] = {
        {"alembic", "018_add_faculty_columns", "018_add_faculty_columns", true},
        {"alembic", "018", "018_add_faculty_columns", true},
        {"alembic", "01", "018_add_faculty_columns", false},
        {"alembic", "", "018_add_faculty_columns", false},
        {"alembic", "018_add_faculty_columns_2", "018_add_faculty_columns", false},
        {"alembic", "ae10", "ae1027a6acf3", true},
        {"alembic", "ae1", "ae1027a6acf3", false},
        {"alembic", "ae10", "AE1027A6ACF3", false},
        {"knex", "20250101_people", "20250101_people.js", true},
        {"knex", "20250101", "20250101-people.js", true},
        {"flyway", "1", "1.10", false},
        {"rails", "2025", "20250101000000", false},
        {"django", "shop.0002_prices", "shop.0002_prices", true},
        {"django", "shop.0002", "shop.0002_prices", true},
        {"django", "0002", "shop.0002_prices", true},
        {"django", "shop", "shop.0002_prices", false},
        {"django", "shop.", "shop.0002_prices", false},
        {"django", "blog.0002", "shop.0002_prices", false},
    };
    for (const NameCase& one : cases)
        EXPECT_EQ(names_revision(tool(one.tool), one.asked, one.revision), one.names)
            << one.asked << " " << one.revision;
}

Books heads(Texts revisions) {
    Books books;
    books.revisions = revisions;
    books.applied = std::move(revisions);
    return books;
}

Books list(Texts applied) {
    Books books;
    if (!applied.empty()) books.revisions = {applied.back()};
    books.applied = std::move(applied);
    return books;
}

TEST(Revisions, Changes) {
    BookChange change = compare_books(tool("knex"), list({"1"}), list({"1", "2", "3"}));
    EXPECT_EQ(change.added, (Texts{"2", "3"}));
    EXPECT_EQ(change.direction, "upgrade");
    change = compare_books(tool("knex"), list({"1", "2", "3"}), list({"1"}));
    EXPECT_EQ(change.removed, (Texts{"3", "2"}));
    EXPECT_EQ(change.direction, "downgrade");
    EXPECT_TRUE(compare_books(tool("knex"), list({"1"}), list({"1"})).is_none());
    EXPECT_EQ(compare_books(tool("alembic"), heads({}), heads({"a"})).direction, "upgrade");
    EXPECT_EQ(compare_books(tool("alembic"), heads({"a"}), heads({})).direction, "downgrade");
    EXPECT_EQ(compare_books(tool("alembic"), heads({"a"}), heads({"b"})).direction, "");
    EXPECT_EQ(compare_books(tool("golang-migrate"), heads({"10"}), heads({"9"})).direction, "downgrade");
    EXPECT_EQ(compare_books(tool("golang-migrate"), heads({"9"}), heads({"10"})).direction, "upgrade");
}

// Where a chain of heads leads, forth and back.
TEST(Revisions, Followed) {
    Texts applied;
    Texts at;
    const auto move = [&](Texts next) {
        follow(applied, compare_books(tool("alembic"), heads(at), heads(next)), next, Keeps::heads);
        at = std::move(next);
    };
    move({"a"});
    move({"b"});
    move({"c"});
    EXPECT_EQ(applied, (Texts{"a", "b", "c"}));
    move({"b"});
    EXPECT_EQ(applied, (Texts{"a", "b"}));
    move({"b", "x"});  // a second head
    EXPECT_EQ(applied, (Texts{"a", "b", "x"}));
    move({"m"});  // merged
    EXPECT_EQ(applied, (Texts{"a", "b", "x", "m"}));
    move({});
    EXPECT_TRUE(applied.empty());
}

struct CheckCase {
    const char* tool;
    BookExpectation expected;
    Books now;
    const char* finding;  // nullptr: none
};

TEST(Revisions, NoneIsAWord) {
    const auto finding = check_books(tool("alembic"), {{}, {}, {"a"}}, heads({"a", "b"}));
    ASSERT_TRUE(finding);
    EXPECT_EQ(finding->detail, "It has 2 rows, a and b, where the ledger saw none.");
    EXPECT_EQ(check_books(tool("alembic"), {{}, {}, {"a"}}, heads({"a"}))->detail.substr(0, 36),
              "It says a and the ledger saw none: i");
}

TEST(Revisions, Checked) {
    const CheckCase cases[] = {
        {"alembic", {{"b"}, {"b"}, {"a", "b"}}, heads({"b"}), nullptr},
        {"alembic", {{"b"}, {"b"}, {"a", "b"}}, heads({"a"}), "changed"},
        {"alembic", {{"b"}, {"b"}, {"a", "b"}}, heads({"z"}), "unknown revision"},
        {"alembic", {{"b"}, {"b"}, {"a", "b"}}, heads({"a", "b"}), "several heads"},
        {"alembic", {{"b"}, {"b"}, {"a", "b"}}, heads({}), "emptied"},
        {"alembic", {{}, {}, {}}, heads({}), nullptr},
        {"knex", {{"2"}, {"1", "2"}, {"1", "2"}}, list({"1", "2"}), nullptr},
        {"knex", {{"2"}, {"1", "2"}, {"1", "2"}}, list({"2"}), "rows missing"},
        {"knex", {{"2"}, {"1", "2"}, {"1", "2"}}, list({"1", "2", "3"}), "changed"},
        {"knex", {{"2"}, {"1", "2"}, {"1", "2"}}, list({"1", "3"}), "edited"},
        {"knex", {{"2"}, {"1", "2"}, {"1", "2"}}, list({}), "emptied"},
    };
    for (const CheckCase& one : cases) {
        const auto finding = check_books(tool(one.tool), one.expected, one.now);
        ASSERT_EQ(finding.has_value(), one.finding != nullptr) << (one.finding ? one.finding : "none");
        if (finding) {
            EXPECT_EQ(finding->finding, one.finding);
            EXPECT_FALSE(finding->detail.empty());
            const bool is_usual = one.tool == std::string("knex") && finding->finding == "changed";
            EXPECT_EQ(finding->severity, is_usual ? "info" : "warning") << finding->finding;
        }
    }
}

TEST(Revisions, TimesInTexts) {
    EXPECT_EQ(iso_time("2000-01-01T00:00:00Z"), 0);
    EXPECT_EQ(iso_time("2000-01-01 00:00:01.5"), 1'500'000);
    EXPECT_EQ(iso_time("2000-01-02T00:00:00.000001Z"), 86'400'000'001);
    EXPECT_EQ(iso_time("2000-01-01T02:00:00+02:00"), 0);
    EXPECT_EQ(iso_time("1999-12-31T22:30:00-0130"), 0);
    EXPECT_EQ(iso_time("2024-02-29T12:00:00.123456789Z"), 762'523'200'123'456);
    for (const char* wrong : {"", "yesterday", "2024-02-30T12:00:00Z", "2024-02-29", "2024-02-29T12:00",
                              "2024-02-29T12:00:00 CET", "2024-02-29T12:00:00Zx"})
        EXPECT_FALSE(iso_time(wrong)) << wrong;
}

}  // namespace
}  // namespace schemaver::core
