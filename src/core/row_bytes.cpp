// The server's binary form of values.
#include "core/row_bytes.hpp"

#include <type_traits>

namespace schemaver::core {

namespace {

constexpr std::int32_t text_type = 25;  // pg_type.oid of text, which never changes

template <typename Integer>
void append_number(std::string& out, Integer value) {
    const auto bits = static_cast<std::make_unsigned_t<Integer>>(value);
    for (int shift = 8 * (static_cast<int>(sizeof(Integer)) - 1); shift >= 0; shift -= 8) {
        out += static_cast<char>((bits >> shift) & 0xFF);
    }
}

void append_with_length(std::string& out, std::string_view bytes) {
    append_number(out, static_cast<std::int32_t>(bytes.size()));
    out += bytes;
}

}  // namespace

void RowBytes::begin(char letter) {
    bytes_ += letter;
    count_at_ = bytes_.size();
    append_number(bytes_, std::int16_t{0});
    end_of_values_ = bytes_.size();
    fields_ = 0;
    fields_with_value_ = 0;
}

void RowBytes::null() {
    append_number(bytes_, std::int32_t{-1});
    ++fields_;
}

void RowBytes::bytes(std::string_view value) {
    append_with_length(bytes_, value);
    fields_with_value_ = ++fields_;
    end_of_values_ = bytes_.size();
}

void RowBytes::boolean(bool value) { bytes(value ? std::string_view("\1", 1) : std::string_view("\0", 1)); }

void RowBytes::int32(std::int32_t value) {
    std::string number;
    append_number(number, value);
    bytes(number);
}

void RowBytes::int64(std::int64_t value) {
    std::string number;
    append_number(number, value);
    bytes(number);
}

void RowBytes::array(const TextArray& value) {
    bool has_null = false;
    for (const auto& element : value.elements) has_null |= !element.has_value();
    std::string out;
    append_number(out, static_cast<std::int32_t>(value.dimensions.size()));
    append_number(out, static_cast<std::int32_t>(has_null));
    append_number(out, text_type);
    for (const TextArray::Dimension& dimension : value.dimensions) {
        append_number(out, dimension.size);
        append_number(out, dimension.lower_bound);
    }
    for (const auto& element : value.elements) {
        if (element) {
            append_with_length(out, *element);
        } else {
            append_number(out, std::int32_t{-1});
        }
    }
    bytes(out);
}

void RowBytes::end() {
    bytes_.resize(end_of_values_);
    bytes_[count_at_] = static_cast<char>(fields_with_value_ >> 8);
    bytes_[count_at_ + 1] = static_cast<char>(fields_with_value_ & 0xFF);
}

}  // namespace schemaver::core
