// The text that seal() gives out, to be kept elsewhere: svs1:<timeline>:<number>:<digest>.
//
//     svs1:0b2f6c5e-2f0e-4d59-9d6c-8f0e9a4f7f10:17:9f86d081884c7d659a2feaa0c55ad015...
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/digest.hpp"

namespace schemaver::core {

struct SealText {
    std::array<unsigned char, 16> timeline{};
    std::int64_t number = 0;
    DigestBytes digest{};
};

std::string to_text(const SealText& seal);
// White space around it does not matter. Throws Error (invalid_argument).
SealText parse_seal_text(std::string_view text);

}  // namespace schemaver::core
