// Merkle roots by RFC 6962, section 2.1.
#include "core/merkle.hpp"

#include <string>

namespace schemaver::core {

namespace {

std::string_view bytes_of_digest(const DigestBytes& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

DigestBytes node_digest(const DigestBytes& left, const DigestBytes& right) {
    std::string text("\1", 1);
    text += bytes_of_digest(left);
    text += bytes_of_digest(right);
    return sha256(text);
}

}  // namespace

void MerkleTree::add(std::string_view leaf) {
    std::string text("\0", 1);
    text += leaf;
    DigestBytes digest = sha256(text);
    // As in adding one to a binary number: each bit that is set carries.
    for (std::uint64_t carry = size_; (carry & 1) != 0; carry >>= 1) {
        digest = node_digest(complete_.back(), digest);
        complete_.pop_back();
    }
    complete_.push_back(digest);
    ++size_;
}

DigestBytes MerkleTree::root() const {
    if (complete_.empty()) return sha256("");
    DigestBytes root = complete_.back();
    for (auto left = complete_.rbegin() + 1; left != complete_.rend(); ++left)
        root = node_digest(*left, root);
    return root;
}

}  // namespace schemaver::core
