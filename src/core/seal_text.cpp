// Reading and writing the digest of a seal.
#include "core/seal_text.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include <fmt/format.h>

#include "core/error.hpp"

namespace schemaver::core {

namespace {

constexpr std::string_view prefix = "svs1:";

std::string uuid_text(const std::array<unsigned char, 16>& uuid) {
    std::string text;
    for (std::size_t i = 0; i < uuid.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += fmt::format("{:02x}", uuid[i]);
    }
    return text;
}

bool read_hex(std::string_view digits, std::span<unsigned char> bytes) {
    if (digits.size() != 2 * bytes.size()) return false;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char* first = digits.data() + 2 * i;
        if (std::from_chars(first, first + 2, bytes[i], 16).ptr != first + 2) return false;
    }
    return true;
}

bool read_uuid(std::string_view text, std::array<unsigned char, 16>& uuid) {
    std::string digits;
    for (const char character : text) {
        if (character != '-') digits += character;
    }
    return read_hex(digits, uuid) && uuid_text(uuid) == text;
}

bool read_number(std::string_view text, std::int64_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && number > 0;
}

bool read_seal(std::string_view text, SealText& seal) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    const std::size_t first = text.find(':');
    const std::size_t last = text.rfind(':');
    if (first == std::string_view::npos || first == last) return false;
    return read_uuid(text.substr(0, first), seal.timeline) &&
           read_number(text.substr(first + 1, last - first - 1), seal.number) &&
           read_hex(text.substr(last + 1), seal.digest);
}

}  // namespace

std::string to_text(const SealText& seal) {
    return fmt::format("{}{}:{}:{}", prefix, uuid_text(seal.timeline), seal.number, to_hex(seal.digest));
}

SealText parse_seal_text(std::string_view text) {
    const std::string_view blank = " \t\r\n";
    const std::size_t first = std::min(text.find_first_not_of(blank), text.size());
    const std::size_t last = text.find_last_not_of(blank);
    SealText seal;
    if (first < text.size() && read_seal(text.substr(first, last - first + 1), seal)) return seal;
    throw Error(
        sqlstate::invalid_argument, fmt::format("\"{}\" is no digest of a seal", text.substr(0, 200)),
        "A digest is the text that schemaver.seal() returned: svs1:<timeline>:<number>:<64 digits>.",
        "SELECT digest FROM schemaver.seals shows those of the seals that are here; the one to verify "
        "with is a copy that was kept elsewhere.");
}

}  // namespace schemaver::core
