// The text form of a seal's digest, and the snapshots that seals keep.
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/seal_text.hpp"
#include "core/transaction_snapshot.hpp"

namespace schemaver::core {
namespace {

const std::string uuid = "0b2f6c5e-2f0e-4d59-9d6c-8f0e9a4f7f10";
const std::string digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

TEST(SealText, ThereAndBack) {
    const std::string text = "svs1:" + uuid + ":17:" + digest;
    const SealText seal = parse_seal_text(text);
    EXPECT_EQ(seal.number, 17);
    EXPECT_EQ(to_hex(seal.digest), digest);
    EXPECT_EQ(to_text(seal), text);
    EXPECT_EQ(to_text(parse_seal_text(" \t" + text + "\r\n")), text);
}

TEST(SealText, WhatIsNone) {
    const std::string end = ":17:" + digest;
    for (const std::string& text : {std::string(),
                                    std::string(" "),
                                    std::string("svs1:"),
                                    std::string("svs1::"),
                                    std::string("svs1:::"),
                                    "svs2:" + uuid + end,
                                    "svs1:" + uuid + ":" + digest,
                                    "svs1:" + uuid + "::" + digest,
                                    "svs1:" + uuid + ":0:" + digest,
                                    "svs1:" + uuid + ":-1:" + digest,
                                    "svs1:" + uuid + ":x:" + digest,
                                    "svs1:" + uuid + ":99999999999999999999:" + digest,
                                    "svs1:" + uuid + ":17x:" + digest,
                                    "svs1:" + uuid + end + "0",
                                    "svs1:" + uuid + end.substr(0, end.size() - 1),
                                    "svs1:" + uuid + ":17:" + std::string(64, 'g'),
                                    "svs1:" + uuid.substr(1) + end,
                                    "svs1:" + std::string(uuid.size(), '-') + end,
                                    "svs1:0b2f6c5e2f0e4d599d6c8f0e9a4f7f10" + end,
                                    "svs1:" + uuid + end + ":",
                                    "sv1:" + digest}) {
        try {
            parse_seal_text(text);
            ADD_FAILURE() << "accepted: " << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.sqlstate, sqlstate::invalid_argument) << text;
            EXPECT_NE(error.hint, "") << text;
        }
    }
}

TEST(TransactionSnapshot, ThereAndBack) {
    for (const char* text : {"1:1:", "10:20:", "10:20:10", "10:20:10,14,15"}) {
        const auto snapshot = parse_snapshot(text);
        ASSERT_TRUE(snapshot) << text;
        EXPECT_EQ(to_text(*snapshot), text);
    }
    for (const char* text : {"", ":", "1", "a:b:", "10:20:x", "10:20:10;11", "10,20:"}) {
        EXPECT_FALSE(parse_snapshot(text) && to_text(*parse_snapshot(text)) == text) << text;
    }
}

TEST(TransactionSnapshot, Sees) {
    const auto snapshot = *parse_snapshot("10:20:10,14,15");
    for (const std::uint64_t transaction : {1, 9, 11, 13, 16, 19}) EXPECT_TRUE(snapshot.sees(transaction));
    for (const std::uint64_t transaction : {10, 14, 15, 20, 21}) EXPECT_FALSE(snapshot.sees(transaction));
    EXPECT_FALSE(snapshot.sees(~std::uint64_t{0}));
}

TEST(TransactionSnapshot, Exclude) {
    auto snapshot = *parse_snapshot("10:20:14");
    snapshot.exclude(17);
    snapshot.exclude(12);
    snapshot.exclude(14);
    snapshot.exclude(25);
    EXPECT_EQ(to_text(snapshot), "10:20:12,14,17");
    snapshot.exclude(8);
    EXPECT_EQ(to_text(snapshot), "8:20:8,12,14,17");
    EXPECT_TRUE(snapshot.sees(9));
}

}  // namespace
}  // namespace schemaver::core
