// The root of a Merkle tree over leaves that come one by one, as RFC 6962 (Certificate Transparency) defines
// it: leaf = SHA-256(00 leaf), node = SHA-256(01 left right), and the left subtree of n leaves has as many as
// the largest power of two below n.
//
// Only the roots of complete subtrees are kept, so a million leaves take twenty digests of memory.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/digest.hpp"

namespace schemaver::core {

class MerkleTree {
  public:
    void add(std::string_view leaf);
    std::uint64_t size() const { return size_; }
    DigestBytes root() const;  // of no leaves: SHA-256 of nothing

  private:
    std::uint64_t size_ = 0;
    std::vector<DigestBytes> complete_;  // the largest first: one for each bit that is set in size_
};

}  // namespace schemaver::core
