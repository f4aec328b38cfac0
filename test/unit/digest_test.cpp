// SHA-256 against values computed by sha256sum.
#include "core/digest.hpp"

#include <string>

#include <gtest/gtest.h>

namespace schemaver::core {
namespace {

TEST(Sha256, KnownValues) {
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, OneCallLeavesNothingForTheNext) {
    const std::string first = sha256_hex("abc");
    sha256_hex("something else");
    EXPECT_EQ(sha256_hex("abc"), first);
}

TEST(Sha256, BytesAreBytes) { EXPECT_NE(sha256_hex(std::string_view{"a\0b", 3}), sha256_hex("a")); }

TEST(Hex, AllDigits) {
    DigestBytes bytes{};
    bytes[0] = 0x01;
    bytes[1] = 0xAB;
    bytes[31] = 0xFF;
    EXPECT_EQ(to_hex(bytes), "01ab" + std::string(58, '0') + "ff");
}

}  // namespace
}  // namespace schemaver::core
