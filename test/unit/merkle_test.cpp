// Merkle roots against the vectors of Certificate Transparency's reference tests, and against the definition
// of RFC 6962 written as it stands there.
#include "core/merkle.hpp"

#include <bit>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace schemaver::core {
namespace {

const std::vector<std::string> leaves = {"",
                                         std::string(1, '\0'),
                                         "\x10",
                                         "\x20\x21",
                                         "\x30\x31",
                                         "\x40\x41\x42\x43",
                                         "\x50\x51\x52\x53\x54\x55\x56\x57",
                                         "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};

TEST(MerkleTree, KnownRoots) {
    const std::vector<std::string> roots = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    MerkleTree tree;
    EXPECT_EQ(to_hex(tree.root()), roots[0]);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        tree.add(leaves[i]);
        EXPECT_EQ(tree.size(), i + 1);
        EXPECT_EQ(to_hex(tree.root()), roots[i + 1]) << i + 1 << " leaves";
    }
}

std::string bytes(const DigestBytes& digest) { return {digest.begin(), digest.end()}; }

// MTH of RFC 6962, section 2.1.
std::string defined_root(std::span<const std::string> list) {
    if (list.empty()) return bytes(sha256(""));
    if (list.size() == 1) return bytes(sha256(std::string(1, '\0') + list[0]));
    const std::size_t left = std::bit_floor(list.size() - 1);
    return bytes(sha256("\1" + defined_root(list.first(left)) + defined_root(list.subspan(left))));
}

TEST(MerkleTree, EverySizeIsAsDefined) {
    std::vector<std::string> list;
    MerkleTree tree;
    for (int i = 0; i < 300; ++i) {
        list.push_back(std::to_string(i));
        tree.add(list.back());
        ASSERT_EQ(bytes(tree.root()), defined_root(list)) << i + 1 << " leaves";
    }
}

TEST(MerkleTree, OrderCounts) {
    MerkleTree one;
    MerkleTree other;
    for (const char* leaf : {"a", "b"}) one.add(leaf);
    for (const char* leaf : {"b", "a"}) other.add(leaf);
    EXPECT_NE(one.root(), other.root());
}

}  // namespace
}  // namespace schemaver::core
