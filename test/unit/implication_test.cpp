// What follows from what: conditions as the server deparses them, and what is known of every row.
#include "core/implication.hpp"

#include <gtest/gtest.h>

namespace schemaver::core {
namespace {

struct Case {
    const char* known;
    const char* asked;
    bool follows;
};

TEST(Implication, OfConditions) {
    const std::vector<Case> cases = {
        {"(v > 0)", "(v > 0)", true},
        {"(v > 0)", "(v >= 0)", true},
        {"(v > 0)", "(v > -1)", true},
        {"(v > 0)", "(v > '-1'::integer)", true},
        {"(v > 0)", "(v <> 0)", true},
        {"(v > 0)", "(v <> '-7'::integer)", true},
        {"(v > 0)", "(v <> 5)", false},
        {"(v > 0)", "(v > 1)", false},
        {"(v > 0)", "(v < 10)", false},
        {"(v > 0)", "(w > 0)", false},
        {"(v >= 0)", "(v > 0)", false},
        {"(v >= 0)", "(v >= 0)", true},
        {"(v >= 1)", "(v > 0)", true},
        {"(0 < v)", "(v > 0)", true},
        {"(v < 5)", "(v <= 5)", true},
        {"(v <= 5)", "(v < 5)", false},
        {"(v <= 5)", "(v < 6)", true},
        {"(v <= 5)", "(6 > v)", true},
        {"(v <> 5)", "(v <> 5)", true},
        {"(v <> 5)", "(v < 5)", false},
        {"(v = 5)", "(v > 4)", true},
        {"(v = 5)", "(v = 5)", true},
        {"(v = 5)", "(v = 6)", false},
        {"(v = 5)", "(v <> 6)", true},
        {"(v > 0.5)", "(v > 0.25)", true},
        {"((v)::numeric > 0.5)", "((v)::numeric > (0)::numeric)", true},
        {"((v)::integer > 1)", "(v > 0)", false},
        {"((v > 0) AND (v < 100))", "(v < 100)", true},
        {"((v > 0) AND (v < 100))", "((v > '-1'::integer) AND (v < 101))", true},
        {"(v < 100)", "((v > 0) AND (v < 100))", false},
        {"(v > 5)", "((v > 0) OR (w > 0))", true},
        {"((v > 0) OR (w > 0))", "(v > 0)", false},
        {"((v > 0) OR (w > 0))", "((v > 0) OR (w > 0))",
         false},  // not known to; the same text is seen elsewhere
        {"(v = ANY (ARRAY[1, 2]))", "(v = ANY (ARRAY[1, 2, 3]))", true},
        {"(v = ANY (ARRAY[1, 2, 3]))", "(v = ANY (ARRAY[1, 2]))", false},
        {"(v = ANY (ARRAY[1, 2, 3]))", "(v < 4)", true},
        {"(v = ANY (ARRAY[1, 2, 3]))", "(v < 3)", false},
        {"(v = ANY (ARRAY[1, 2, 3]))", "(v <> 4)", true},
        {"(v = ANY (ARRAY['a'::text, 'b'::text]))", "(v = ANY (ARRAY['b'::text, 'a'::text]))", true},
        {"((v)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
         "(v = ANY (ARRAY['a'::text, 'b'::text, 'c'::text]))", true},
        {"(v = 'a'::text)", "(v = ANY (ARRAY['a'::text, 'b'::text]))", true},
        {"(v = 'a'::text)", "(v <> 'b'::text)", true},
        {"(v = 'it''s'::text)", "(v = 'it''s'::text)", true},
        {"(v = 'x) OR (w'::text)", "(v = 'x) OR (w'::text)", true},
        {"(v > 'a'::text)", "(v > 'A'::text)", false},  // by which collation?
        {"(v >= '2024-01-01'::date)", "(v >= '2023-12-31'::date)", true},
        {"(v >= '2024-01-01'::date)", "(v >= '2024-01-02'::date)", false},
        {"(length(v) <= 3)", "(length(v) <= 5)", true},
        {"(length(v) <= 5)", "(length(v) <= 3)", false},
        {"(length((v)::text) <= 3)", "(length(v) < 4)", true},
        {"(v = ANY (ARRAY['a'::text, 'abc'::text]))", "(length(v) <= 3)", true},
        {"(v = ANY (ARRAY['a'::text, 'abcd'::text]))", "(length(v) <= 3)", false},
        {"(v IS NOT NULL)", "(v IS NOT NULL)", true},
        {"(v > 0)", "(v IS NOT NULL)", false},
        {"(v IS NOT NULL)", "((v IS NOT NULL) OR (w IS NOT NULL))", true},
        {"(a < b)", "(a <= b)", true},
        {"(a < b)", "(b > a)", true},
        {"(a < b)", "(a <> b)", true},
        {"(a <= b)", "(a < b)", false},
        {"(v ~ '^a'::text)", "(v ~ '^a'::text)", true},
        {"(v ~ '^a'::text)", "(v ~ '^b'::text)", false},
        {"(NOT (v > 0))", "(v > 0)", false},
        {"CASE WHEN (v > 0) THEN (w > 0) ELSE true END", "(w > 0)", false},
        {"(\"Odd AND name\" > 0)", "(\"Odd AND name\" >= 0)", true},
        {"(v > 9223372036854775806)", "(v > 9223372036854775805)", true},
        {"", "(v > 0)", false},
        {"(((", "(((", true},
        {"v >", "v >", true},
        {")", "(v > 0)", false},
    };
    for (const Case& one : cases) {
        KnownOfRows known;
        known.add(one.known);
        EXPECT_EQ(known.imply(one.asked), one.follows) << one.known << " -> " << one.asked;
    }
}

TEST(Implication, OfColumns) {
    KnownOfRows known;
    known.add_not_null("a");
    known.add_always_null("n");
    known.add_length("s", 5);
    EXPECT_TRUE(known.imply("(a IS NOT NULL)"));
    EXPECT_TRUE(known.imply("(n > 7)"));  // NULL is let pass
    EXPECT_TRUE(known.imply("(a < n)"));
    EXPECT_FALSE(known.imply("(n IS NOT NULL)"));
    EXPECT_TRUE(known.imply("(char_length(s) <= 5)"));
    EXPECT_FALSE(known.imply("(length(s) < 5)"));
    EXPECT_EQ(known.longest("s"), 5U);
    EXPECT_FALSE(known.longest("a"));
}

TEST(Implication, ConstantsAndLists) {
    EXPECT_EQ(constant_in("'new'::text")->text, "new");
    EXPECT_EQ(constant_in("'-5'::integer")->number, -5);
    EXPECT_FALSE(constant_in("now()"));
    EXPECT_FALSE(constant_in("NULL::text"));
    EXPECT_FALSE(constant_in(""));
    EXPECT_EQ(list_items("('a, b', (1, 2), NULL)"),
              (std::vector<std::string>{"'a, b'", "( 1 , 2 )", "NULL"}));
    EXPECT_EQ(with_column_for_value("((VALUE > 0) AND (VALUE <> 'VALUE'))", "\"V\""),
              "( ( \"V\" > 0 ) AND ( \"V\" <> 'VALUE' ) )");
}

TEST(Implication, ForgedConditionsDoNoHarm) {
    for (const char* piece : {"(", ")", "[", "'", "\"", "f(", "a AND ", "::", "- "}) {
        std::string text;
        while (text.size() < 4000) text += piece;
        KnownOfRows known;
        EXPECT_NO_THROW(known.add(text)) << piece;
        EXPECT_NO_THROW(known.imply(text)) << piece;
        EXPECT_NO_THROW(known.imply(text + text)) << piece;
    }
}

}  // namespace
}  // namespace schemaver::core
