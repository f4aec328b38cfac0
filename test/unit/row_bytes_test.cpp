// Rows as bytes: the server's binary forms, taken from its own int8send(), array_send() and so on.
#include "core/row_bytes.hpp"

#include <gtest/gtest.h>

namespace schemaver::core {
namespace {

std::string hex_of(const RowBytes& rows) {
    std::string hex;
    for (const char byte : rows.all()) {
        hex += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4];
        hex += "0123456789abcdef"[static_cast<unsigned char>(byte) & 15];
    }
    return hex;
}

TEST(RowBytes, EachType) {
    RowBytes rows;
    rows.begin('C');
    rows.int64(-2);
    rows.int32(258);
    rows.boolean(true);
    rows.boolean(false);
    rows.text("Zoë");
    rows.null();
    rows.bytes("");
    rows.end();
    EXPECT_EQ(hex_of(rows),
              "430007"
              "00000008fffffffffffffffe"
              "0000000400000102"
              "0000000101"
              "0000000100"
              "000000045a6fc3ab"
              "ffffffff"
              "00000000");
}

// SELECT encode(array_send(...), 'hex')
TEST(RowBytes, Arrays) {
    const auto array = [](const TextArray& value) {
        RowBytes rows;
        rows.begin('C');
        rows.array(value);
        rows.end();
        return hex_of(rows).substr(14);
    };
    EXPECT_EQ(array({}), "000000000000000000000019");  // '{}'::text[]
    EXPECT_EQ(array({{{2, 1}}, {"a", std::nullopt}}),  // '{a,NULL}'::text[]
              "0000000100000001000000190000000200000001"
              "0000000161"
              "ffffffff");
    EXPECT_EQ(array({{{1, 0}, {2, 1}}, {"a", "b"}}),  // '[0:0][1:2]={{a,b}}'::text[]
              "000000020000000000000019"
              "0000000100000000"
              "0000000200000001"
              "0000000161"
              "0000000162");
}

TEST(RowBytes, NullsAtTheEndAreLeftOut) {
    RowBytes shorter;
    shorter.begin('C');
    shorter.int32(1);
    shorter.end();
    RowBytes longer;
    longer.begin('C');
    longer.int32(1);
    longer.null();
    longer.null();
    longer.end();
    EXPECT_EQ(longer.all(), shorter.all());
    RowBytes nothing;
    nothing.begin('C');
    nothing.null();
    nothing.end();
    EXPECT_EQ(hex_of(nothing), "430000");
}

TEST(RowBytes, WhereAValueStandsCounts) {
    const auto digest = [](const std::vector<const char*>& values) {
        RowBytes rows;
        rows.begin('C');
        for (const char* value : values) value == nullptr ? rows.null() : rows.text(value);
        rows.end();
        return rows.digest();
    };
    EXPECT_NE(digest({"a", nullptr, "b"}), digest({"a", "b"}));
    EXPECT_NE(digest({"ab", "c"}), digest({"a", "bc"}));
    EXPECT_NE(digest({""}), digest({nullptr}));
    RowBytes two;
    for (const char letter : {'C', 'D'}) {
        two.begin(letter);
        two.text("a");
        two.end();
    }
    EXPECT_NE(two.digest(), digest({"a"}));
    EXPECT_EQ(hex_of(two),
              "4300010000000161"
              "4400010000000161");
}

}  // namespace
}  // namespace schemaver::core
