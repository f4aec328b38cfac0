// The normal form over trees that real servers wrote (portable_cases.txt), over trees as deep as a server's
// stack never is, and over texts that are no trees.
#include "core/portable.hpp"

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace schemaver::core {
namespace {

struct Captured {
    std::string text;  // with the server's version in front of it
    std::string tree;
};

struct Case {
    std::string name;
    bool same;
    std::vector<Captured> texts;
};

std::vector<Case> read_cases() {
    std::ifstream file("test/unit/portable_cases.txt");
    std::vector<Case> cases;
    std::string line;
    while (std::getline(file, line)) {
        if (line.empty() || line.front() == '#') continue;
        if (line.starts_with("same: ")) {
            cases.push_back({line.substr(6), true, {}});
        } else if (line.starts_with("different: ")) {
            cases.push_back({line.substr(11), false, {}});
        } else {
            std::string tree;
            std::getline(file, tree);
            cases.back().texts.push_back({line, tree});
        }
    }
    return cases;
}

TEST(NormalForm, OfCapturedTreesIsEqualExactlyWhereItShouldBe) {
    const std::vector<Case> cases = read_cases();
    ASSERT_GT(cases.size(), 60u)
        << "test/unit/portable_cases.txt, read from the project's top, holds too few cases";
    for (const Case& each : cases) {
        SCOPED_TRACE(each.name);
        ASSERT_GE(each.texts.size(), 2u);
        std::map<std::string, std::string> texts_by_form;
        for (const Captured& captured : each.texts) {
            const std::string form = normal_form(captured.tree);
            if (each.same) {
                EXPECT_EQ(form, normal_form(each.texts.front().tree)) << captured.text;
            } else {
                const auto [other, is_new] = texts_by_form.emplace(form, captured.text);
                EXPECT_TRUE(is_new) << captured.text << "\nis not told from\n" << other->second;
            }
        }
    }
}

TEST(NormalForm, IsItsOwnNormalForm) {
    for (const Case& each : read_cases()) {
        for (const Captured& captured : each.texts) {
            const std::string form = normal_form(captured.tree);
            EXPECT_EQ(normal_form(form), form) << captured.text;
        }
    }
}

TEST(NormalForm, ReadsAsAPlainTree) {
    EXPECT_EQ(
        normal_form(
            R"({AEXPR  :name (">") :lexpr {COLUMNREF :fields ("x") :location 8} :rexpr {A_CONST :val 0 )"
            R"(:location 12} :location 10})"),
        R"({A_EXPR :lexpr {COLUMNREF :fields ("x")} :name (">") :rexpr {A_CONST :val 0}})");
    EXPECT_EQ(normal_form(
                  R"({TYPECAST :arg {A_CONST :val "x" :location 7} :typeName {TYPENAME :names ("pg_catalog" )"
                  R"("varchar") :typeOid 0 :setof false :pct_type false :typmods ({A_CONST :val 5 :location )"
                  R"(27}) :typemod -1 :arrayBounds <> :location 12} :location 10})"),
              R"({TYPECAST :arg {A_CONST :val "x"} :typeName )"
              R"({TYPENAME :names ("varchar") :typmods ({A_CONST :val 5})}})");
}

TEST(NormalForm, DoesNotDependOnThePlaceInTheText) {
    EXPECT_EQ(normal_form("({RAWSTMT :stmt {A :b 1 :location 7} :stmt_location 0 :stmt_len 9})"),
              normal_form("({RAWSTMT :stmt {A :b 1 :location -1} :stmt_location 12 :stmt_len 0})"));
}

TEST(NormalForm, LeavesOutFieldsThatOnlyLaterServersHave) {
    EXPECT_EQ(normal_form(R"({COLUMNREF :fields ("x") :a_flag false :a_node <> :a_number 0 :a_location -1})"),
              normal_form(R"({COLUMNREF :fields ("x")})"));
    EXPECT_NE(normal_form(R"({COLUMNREF :fields ("x") :a_flag true})"),
              normal_form(R"({COLUMNREF :fields ("x")})"));
}

TEST(NormalForm, DoesNotDependOnTheOrderOfFields) {
    EXPECT_EQ(normal_form("{A :b 1 :c {D :e 2 :f 3}}"), normal_form("{A :c {D :f 3 :e 2} :b 1}"));
    EXPECT_NE(normal_form("{A :b (1 2)}"), normal_form("{A :b (2 1)}"));
}

TEST(NormalForm, RefusesWhatIsNoTree) {
    for (const char* text : {"",
                             " ",
                             "{",
                             "{}",
                             "(",
                             ")",
                             "}",
                             "{A",
                             "{A :b",
                             "{A :b}",
                             "{A :b 1",
                             "{A :b 1)",
                             "(1}",
                             "1 2",
                             "\\",
                             "{A {B}}",
                             "{A (1)}",
                             "{A :b 1} {C}",
                             "{A :b (1 {C)}}",
                             "({)}"}) {
        SCOPED_TRACE(text);
        try {
            normal_form(text);
            ADD_FAILURE() << "was accepted";
        } catch (const Error& error) {
            EXPECT_EQ(error.sqlstate, sqlstate::internal);
        }
    }
}

std::string repeated(std::string_view text, int times) {
    std::string all;
    all.reserve(text.size() * times);
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

TEST(NormalForm, TakesThousandsOfTerms) {
    std::string terms;
    for (int i = 0; i < 5000; ++i) {
        terms += R"({AEXPR :name ("=") :lexpr {COLUMNREF :fields ("x")} :rexpr {A_CONST :val )" +
                 std::to_string(i) + "}}";
    }
    const std::string form = normal_form("{BOOLEXPR :boolop or :args (" + terms + ")}");
    EXPECT_NE(form.find(":val 4999"), std::string::npos);
}

TEST(NormalForm, IsAsDeepAsTheTreeWithoutAStack) {
    constexpr int depth = 200000;
    const std::string lists = repeated("(", depth) + repeated(")", depth);
    EXPECT_EQ(normal_form(lists), lists);
    EXPECT_THROW(normal_form(repeated("{A :b (", depth)), Error);

    const std::string open = R"({AEXPR :name ("||") :lexpr )";
    const std::string close = R"( :rexpr {A_CONST :val "a"}})";
    const std::string chain = repeated(open, depth) + "{A_CONST NULL}" + repeated(close, depth);
    EXPECT_GT(normal_form(chain).size(), chain.size() / 2);
}

// Each cast goes into every element: without a limit a text of this kind grows with its square.
TEST(NormalForm, OfCastsOfCastsOfALongArrayStaysInProportion) {
    const std::string one = R"({TYPECAST :typeName {TYPENAME :names ("a") :arrayBounds (-1)} :arg )";
    const std::string other = R"({TYPECAST :typeName {TYPENAME :names ("b") :arrayBounds (-1)} :arg )";
    const std::string text = repeated(one + other, 2000) + "{A_ARRAYEXPR :elements (" +
                             repeated("{X} ", 20000) + ")}" + repeated("}}", 2000);
    EXPECT_LT(normal_form(text).size(), 100 * text.size());
}

}  // namespace
}  // namespace schemaver::core
