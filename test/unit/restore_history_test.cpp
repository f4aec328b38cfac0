// Where two databases stand to each other, by the histories of their migrations.
#include "core/restore_history.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace schemaver::core {

void PrintTo(const Position& position, std::ostream* out) {
    constexpr const char* names[] = {"no_revisions", "backup_only", "target_only", "same",
                                     "behind",       "ahead",       "unrelated"};
    *out << names[static_cast<int>(position)];
}

namespace {

using Revisions = std::vector<std::string>;

struct Case {
    const char* name;
    Revisions backup;
    Revisions backup_history;
    Revisions target;
    Revisions target_history;
    Position position;
    Revisions between;
};

TEST(History, Positions) {
    const std::vector<Case> cases = {
        {"nothing", {}, {}, {}, {}, Position::no_revisions, {}},
        {"only the backup", {"2"}, {"1", "2"}, {}, {}, Position::backup_only, {"1", "2"}},
        {"only the database", {}, {}, {"2"}, {"1", "2"}, Position::target_only, {}},
        {"same", {"2"}, {"1", "2"}, {"2"}, {"2"}, Position::same, {}},
        {"same heads in another order", {"a", "b"}, {}, {"b", "a"}, {}, Position::same, {}},
        {"behind", {"4"}, {"1", "2", "3", "4"}, {"2"}, {"1", "2"}, Position::behind, {"3", "4"}},
        {"behind, the database's ledger is young",
         {"4"},
         {"1", "2", "3", "4"},
         {"2"},
         {},
         Position::behind,
         {"3", "4"}},
        {"ahead", {"2"}, {"1", "2"}, {"4"}, {"1", "2", "3", "4"}, Position::ahead, {"3", "4"}},
        {"ahead, the backup's ledger is young",
         {"2"},
         {},
         {"4"},
         {"1", "2", "3", "4"},
         Position::ahead,
         {"3", "4"}},
        {"histories that do not end with the revision",
         {"3"},
         {"1", "2"},
         {"2"},
         {},
         Position::behind,
         {"3"}},
        {"unrelated", {"b"}, {"1", "b"}, {"c"}, {"1", "c"}, Position::unrelated, {}},
        {"nothing known", {"b"}, {}, {"c"}, {}, Position::unrelated, {}},
        {"the backup had stepped back", {"2"}, {"1", "2", "3", "2"}, {"3"}, {}, Position::ahead, {"3"}},
        {"the database had stepped back", {"3"}, {}, {"2"}, {"1", "2", "3", "2"}, Position::behind, {"3"}},
        {"stepped back and forth again",
         {"3"},
         {"1", "2", "3", "2", "3"},
         {"2"},
         {},
         Position::behind,
         {"3"}},
        {"a detour is no step between", {"4"}, {"1", "2", "3", "2", "4"}, {"2"}, {}, Position::behind, {"4"}},
        {"two heads merged", {"m"}, {"1", "a", "b", "m"}, {"a", "b"}, {}, Position::behind, {"m"}},
        {"one of two heads", {"a", "b"}, {"1", "a", "b"}, {"a"}, {}, Position::behind, {"b"}},
        {"the other of two heads", {"a", "b"}, {"1", "a", "b"}, {"b"}, {}, Position::behind, {"a"}},
        {"a head that nobody knows", {"a", "b"}, {"1", "a", "b"}, {"a", "x"}, {}, Position::unrelated, {}},
        {"each knows the other", {"b"}, {"a", "b"}, {"a"}, {"b", "a"}, Position::unrelated, {}},
    };
    for (const Case& one : cases) {
        const HistoryComparison result = compare_histories({"alembic", one.backup, one.backup_history},
                                                           {"alembic", one.target, one.target_history});
        EXPECT_EQ(result.position, one.position) << one.name;
        EXPECT_EQ(result.between, one.between) << one.name;
    }
}

TEST(RestoreHistory, RevisionsCutShort) {
    const Migration target{
        "alembic",
        {"018_add_faculty_columns"},
        {"010_start", "012_base_tables", "0121_odd", "9f3a7c21be04", "018_add_faculty_columns"}};
    const auto completed = [&](const Revisions& revisions, const char* tool = "alembic") {
        Migration backup{tool, revisions, {}};
        complete_revisions(backup, target);
        return backup.revisions;
    };
    EXPECT_EQ(completed({"018"}), Revisions{"018_add_faculty_columns"});
    EXPECT_EQ(completed({"012"}), Revisions{"012_base_tables"});
    EXPECT_EQ(completed({"9f3a7c"}), Revisions{"9f3a7c21be04"});
    EXPECT_EQ(completed({"010_start", "012"}), (Revisions{"010_start", "012_base_tables"}));
    EXPECT_EQ(completed({"01"}), Revisions{"01"});    // of several
    EXPECT_EQ(completed({"021"}), Revisions{"021"});  // nobody knows it here
    EXPECT_EQ(completed({"018"}, ""), Revisions{"018"});
    EXPECT_EQ(completed({}), Revisions{});
}

TEST(RestoreHistory, ByTheLedgers) {
    Metadata backup;
    Metadata target;
    EXPECT_EQ(compare_ledgers(backup, target), Position::no_revisions);
    backup.timeline = "a";
    backup.commit = 12;
    target.commit = 15;
    EXPECT_EQ(compare_ledgers(backup, target), Position::no_revisions);
    target.own_timelines = {{"a", 9999}};
    EXPECT_EQ(compare_ledgers(backup, target), Position::ahead);
    target.commit = 12;
    EXPECT_EQ(compare_ledgers(backup, target), Position::same);
    target.commit = 10;  // brought back from an older copy
    EXPECT_EQ(compare_ledgers(backup, target), Position::behind);
    // a copy made at commit 10 of what the backup is of
    target.own_timelines = {{"b", 9999}, {"a", 10}};
    EXPECT_EQ(compare_ledgers(backup, target), Position::behind);
    target.commit = 11;  // and gone its own way since
    EXPECT_EQ(compare_ledgers(backup, target), Position::unrelated);
    target.commit = 12;  // a commit of its own that has the same number
    EXPECT_EQ(compare_ledgers(backup, target), Position::unrelated);
    backup.commit = 9;
    EXPECT_EQ(compare_ledgers(backup, target), Position::ahead);
}

}  // namespace
}  // namespace schemaver::core
