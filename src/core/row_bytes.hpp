// Rows as bytes to be hashed: each value as the server's binary COPY writes it, so that SQL can do it too
// (int8send(), textsend(), array_send(), ...).
//
// A row is a letter that says what it is, the number of its fields (2 bytes), and for each field its length
// (4 bytes; -1: NULL) and its bytes. Numbers have the highest byte first. NULLs at the end are left out, so
// that a column which a later version adds leaves the digests of older rows as they are. docs/security.md is
// the specification.
//
//     RowBytes rows;
//     rows.begin('C');
//     rows.int64(7);
//     rows.text("ann");
//     rows.end();
//     rows.digest();
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.hpp"

namespace schemaver::core {

// An array of text, also one that nobody but a person at psql makes: with NULLs, dimensions, lower bounds.
struct TextArray {
    struct Dimension {
        std::int32_t size;
        std::int32_t lower_bound;
    };
    std::vector<Dimension> dimensions;  // empty: the empty array
    std::vector<std::optional<std::string>> elements;
};

class RowBytes {
  public:
    void begin(char letter);
    void null();
    void boolean(bool value);
    void int32(std::int32_t value);
    void int64(std::int64_t value);
    void bytes(std::string_view value);
    void text(std::string_view utf8) { bytes(utf8); }
    void array(const TextArray& value);
    void end();

    const std::string& all() const { return bytes_; }
    DigestBytes digest() const { return sha256(bytes_); }

  private:
    std::string bytes_;
    std::size_t count_at_ = 0;       // where the number of the running row's fields is to stand
    std::size_t end_of_values_ = 0;  // behind its last field that is not NULL
    std::uint16_t fields_ = 0;
    std::uint16_t fields_with_value_ = 0;  // up to the last one that is not NULL
};

}  // namespace schemaver::core
