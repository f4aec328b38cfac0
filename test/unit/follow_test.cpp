// The story of an object, from rows written as "commit change identity [former] @address".
#include "core/follow.hpp"

#include <algorithm>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

namespace schemaver::core {
namespace {

std::vector<RecordedChange> changes(const std::string& text) {
    std::vector<RecordedChange> list;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line, ';');) {
        std::istringstream words{line};
        RecordedChange change;
        words >> change.commit >> change.change >> change.identity;
        if (change.change == "renamed") words >> change.former_identity;
        char at = 0;
        words >> at >> change.address.second;
        EXPECT_EQ(at, '@') << line;
        change.number = static_cast<std::int32_t>(list.size());
        change.kind = "table";
        list.push_back(change);
    }
    return list;
}

// The commits of the story of `identity`, in one line.
std::string story(const std::string& text, const std::string& identity) {
    auto list = changes(text);
    std::shuffle(list.begin(), list.end(), std::mt19937{1});
    list.insert(list.end(), list.begin(), list.begin() + static_cast<std::ptrdiff_t>(list.size() / 2));
    put_in_order(list);
    std::string commits;
    for (const std::size_t place : follow(list, identity))
        commits += (commits.empty() ? "" : " ") + std::to_string(list[place].commit);
    return commits;
}

TEST(Follow, StaysWithOneObject) {
    const char* const two = "1 added a @1;2 added b @2;3 modified a @1;4 modified b @2;5 modified a @1";
    EXPECT_EQ(story(two, "a"), "1 3 5");
    EXPECT_EQ(story(two, "b"), "2 4");
    EXPECT_EQ(story(two, "c"), "");
    EXPECT_EQ(story("", "a"), "");
}

TEST(Follow, RenamesBackwardsAndForwards) {
    const char* const renamed =
        "1 added a @1;2 renamed b a @1;3 modified b @1;4 renamed x.b b @1;5 removed x.b @1";
    for (const char* name : {"a", "b", "x.b"}) EXPECT_EQ(story(renamed, name), "1 2 3 4 5") << name;
}

TEST(Follow, ANameThatHasBeenTakenAgainIsItsLastOwners) {
    const char* const taken =
        "1 added a @1;2 renamed old a @1;3 added a @2;4 modified a @2;5 modified old @1";
    EXPECT_EQ(story(taken, "a"), "3 4");
    EXPECT_EQ(story(taken, "old"), "1 2 5");
}

TEST(Follow, ANewObjectThatTheLedgerCallsModifiedIsStillNew) {
    // ledgers written before that was mended
    EXPECT_EQ(story("1 added a @1;2 renamed old a @1;3 modified a @2;4 modified a @2", "a"), "3 4");
}

TEST(Follow, SwappedNames) {
    const char* const swapped =
        "1 added a @1;2 added b @2;3 renamed b a @1;3 renamed a b @2;4 modified a @2;5 modified b @1";
    EXPECT_EQ(story(swapped, "a"), "2 3 4");
    EXPECT_EQ(story(swapped, "b"), "1 3 5");
}

TEST(Follow, AnObjectMadeAnewUnderItsName) {
    EXPECT_EQ(story("1 added a @1;2 rebuilt a @2;3 modified a @2;4 removed a @2", "a"), "1 2 3 4");
    // dropped, and created again later: the next life of the same name
    EXPECT_EQ(story("1 added a @1;2 removed a @1;4 added a @9;5 renamed b a @9", "a"), "1 2 4 5");
    EXPECT_EQ(story("1 added a @1;2 removed a @1;4 added a @9;5 renamed b a @9", "b"), "1 2 4 5");
    // dropped and created again in one transaction, which the ledger calls modified
    EXPECT_EQ(story("1 added a @1;2 modified a @2;3 modified a @2", "a"), "1 2 3");
}

TEST(Follow, AnOidThatIsUsedAgainIsAnotherObject) {
    EXPECT_EQ(story("1 added a @1;2 removed a @1;3 added b @1;4 modified b @1", "b"), "3 4");
    EXPECT_EQ(story("1 added a @1;2 removed a @1;3 added b @1;4 modified b @1", "a"), "1 2");
}

}  // namespace
}  // namespace schemaver::core
