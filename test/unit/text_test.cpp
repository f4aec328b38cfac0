// Quoting, shortening and counting.
#include "core/text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace schemaver::core {
namespace {

TEST(Text, IdentifiersAsQuoteIdentWritesThem) {
    EXPECT_EQ(quote_identifier("people"), "people");
    EXPECT_EQ(quote_identifier("_a1"), "_a1");
    EXPECT_EQ(quote_identifier(""), "\"\"");
    EXPECT_EQ(quote_identifier("1a"), "\"1a\"");
    EXPECT_EQ(quote_identifier("People"), "\"People\"");
    EXPECT_EQ(quote_identifier("a b"), "\"a b\"");
    EXPECT_EQ(quote_identifier("a\"b"), "\"a\"\"b\"");
    EXPECT_EQ(quote_identifier("é"), "\"é\"");
    EXPECT_EQ(quote_identifier("order"), "\"order\"");
    EXPECT_EQ(quote_identifier("time"), "\"time\"");
    EXPECT_EQ(quote_identifier("name"), "name");
}

TEST(Text, IdentifierPartsUndoQuoting) {
    const std::vector<std::string> parts = {"public", "Odd.na\"me", "x"};
    EXPECT_EQ(identifier_parts("public.\"Odd.na\"\"me\".x"), parts);
    EXPECT_EQ(identifier_parts(""), std::vector<std::string>{""});
    for (const char* name : {"a", "A", "", "a.b", "\"", "\"\"", ".", "ü.\"x\""})
        EXPECT_EQ(identifier_parts(quote_identifier(name)), std::vector<std::string>{name});
}

TEST(Text, Literals) {
    EXPECT_EQ(quote_literal("day"), "'day'");
    EXPECT_EQ(quote_literal("it's"), "'it''s'");
    EXPECT_EQ(quote_literal("a\\b'"), "E'a\\\\b'''");
}

TEST(Text, ShellWords) {
    EXPECT_EQ(shell_word("app_2.dump"), "app_2.dump");
    EXPECT_EQ(shell_word(""), "''");
    EXPECT_EQ(shell_word("-x"), "'-x'");
    EXPECT_EQ(shell_word("my db"), "'my db'");
    EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
    EXPECT_EQ(shell_word("$(rm)"), "'$(rm)'");
    EXPECT_EQ(shell_word("a\nb'c\\"), "$'a\\x0ab\\'c\\\\'");
}

TEST(Text, ShortenedNeverCutsACharacter) {
    EXPECT_EQ(shortened("abc", 3), "abc");
    EXPECT_EQ(shortened("abcdef", 5), "ab...");
    EXPECT_EQ(shortened("ééé", 5), "é...");
    EXPECT_EQ(shortened("ééé", 4), "...");
    EXPECT_EQ(shortened("abcdef", 1), "...");
}

TEST(Text, Counting) {
    EXPECT_EQ(counted(1, "column"), "1 column");
    EXPECT_EQ(counted(7, "column"), "7 columns");
    EXPECT_EQ(counted(0, "index", "indexes"), "0 indexes");
    EXPECT_EQ(in_a_sentence({}), "");
    EXPECT_EQ(in_a_sentence({"a"}), "a");
    EXPECT_EQ(in_a_sentence({"a", "b"}), "a and b");
    EXPECT_EQ(in_a_sentence({"a", "b", "c"}), "a, b and c");
}

}  // namespace
}  // namespace schemaver::core
