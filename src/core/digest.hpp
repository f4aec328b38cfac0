// SHA-256, from libcrypto, in the one text form that schemaver shows: 64 lower-case hexadecimal digits.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace schemaver::core {

using DigestBytes = std::array<unsigned char, 32>;

// Throws std::bad_alloc when libcrypto cannot get memory, Error (internal) when it has no SHA-256.
DigestBytes sha256(std::string_view bytes);

// The same of a text that comes in pieces, without holding all of it. One at a time.
class Sha256 {
  public:
    Sha256();
    void update(std::string_view bytes);
    DigestBytes finish();
};

void append_hex(std::string& out, const DigestBytes& digest);
std::string to_hex(const DigestBytes& digest);

inline std::string sha256_hex(std::string_view bytes) { return to_hex(sha256(bytes)); }

}  // namespace schemaver::core
