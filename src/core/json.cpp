// Parsing with limits, and the canonical form of RFC 8785.
//
// The parser is the library's event interface, which keeps its own stack, so hostile nesting costs no C
// stack. The writer is ours: one pass that checks UTF-8 while it copies, and sorts keys as the RFC wants.
#include "core/json.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/poll.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr std::size_t maximum_depth = 64;

// The number of bytes of the well-formed UTF-8 character at `at` (Unicode 15, table 3-7), or 0 if there is
// none.
std::size_t character_length(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) -> unsigned {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
    };
    const auto between = [&](std::size_t i, unsigned low, unsigned high) {
        return byte(i) >= low && byte(i) <= high;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return between(1, 0x80, 0xBF) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const unsigned low = first == 0xE0 ? 0xA0 : 0x80;   // no overlong forms
        const unsigned high = first == 0xED ? 0x9F : 0xBF;  // no surrogates
        return between(1, low, high) && between(2, 0x80, 0xBF) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const unsigned low = first == 0xF0 ? 0x90 : 0x80;
        const unsigned high = first == 0xF4 ? 0x8F : 0xBF;  // nothing above U+10FFFF
        return between(1, low, high) && between(2, 0x80, 0xBF) && between(3, 0x80, 0xBF) ? 4 : 0;
    }
    return 0;
}

void append_escaped(std::string& out, unsigned char byte) {
    switch (byte) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\b':
            out += "\\b";
            break;
        case '\t':
            out += "\\t";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\f':
            out += "\\f";
            break;
        case '\r':
            out += "\\r";
            break;
        default:
            out += "\\u00";
            out += "0123456789abcdef"[byte >> 4];
            out += "0123456789abcdef"[byte & 15];
    }
}

template <typename Integer>
void append_integer(std::string& out, Integer value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out.append(digits, end);
}

// RFC 8785 sorts keys by UTF-16 code units. Bytes of UTF-8 sort alike but for one case: characters above
// U+FFFF (first byte F0 to F4) are surrogates in UTF-16, and those come before U+E000 to U+FFFF (first byte
// EE and EF).
bool before_in_utf16(const std::string& left, const std::string& right) {
    const auto rank = [](char c) {
        const int byte = static_cast<unsigned char>(c);
        return byte >= 0xF0 ? byte - 0xF0 + 0xEE : byte >= 0xEE ? byte + 5 : byte;
    };
    return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end(),
                                        [&](char a, char b) { return rank(a) < rank(b); });
}

// Writes values one after the other. With a digest the text is hashed portion by portion and not kept.
class CanonicalWriter {
  public:
    explicit CanonicalWriter(Sha256* digest = nullptr) : digest_(digest) {}

    void value(const Json& value) {
        switch (value.type()) {
            case Json::value_t::null:
                out_ += "null";
                break;
            case Json::value_t::boolean:
                out_ += value.get<bool>() ? "true" : "false";
                break;
            case Json::value_t::number_integer:
                append_integer(out_, value.get<std::int64_t>());
                break;
            case Json::value_t::number_unsigned:
                append_integer(out_, value.get<std::uint64_t>());
                break;
            case Json::value_t::string:
                append_canonical(out_, std::string_view{value.get_ref<const std::string&>()});
                break;
            case Json::value_t::array:
                array(value.get_ref<const Json::array_t&>());
                break;
            case Json::value_t::object:
                object(value.get_ref<const Json::object_t&>());
                break;
            default:
                throw Error{sqlstate::internal,
                            fmt::format("a value of type {} has no canonical form", value.type_name())};
        }
    }

    std::string text() { return std::move(out_); }

    DigestBytes digest() {
        digest_->update(out_);
        return digest_->finish();
    }

  private:
    static constexpr std::size_t portion = 65536;
    std::string out_;
    Sha256* digest_;

    void separate(bool& is_first) {
        poll();
        if (!is_first) out_ += ',';
        is_first = false;
        if (digest_ == nullptr || out_.size() < portion) return;
        digest_->update(out_);
        out_.clear();
    }

    void member(const std::string& key, const Json& value, bool& is_first) {
        separate(is_first);
        append_canonical(out_, std::string_view{key});
        out_ += ':';
        this->value(value);
    }

    void object(const Json::object_t& object) {
        const bool needs_sorting = std::any_of(object.begin(), object.end(), [](const auto& member) {
            return std::any_of(member.first.begin(), member.first.end(),
                               [](char c) { return static_cast<unsigned char>(c) >= 0xEE; });
        });
        bool is_first = true;
        out_ += '{';
        if (!needs_sorting) {
            for (const auto& [key, value] : object) member(key, value, is_first);
        } else {
            std::vector<const Json::object_t::value_type*> members;
            for (const auto& member : object) members.push_back(&member);
            std::sort(members.begin(), members.end(),
                      [](const auto* a, const auto* b) { return before_in_utf16(a->first, b->first); });
            for (const auto* one : members) member(one->first, one->second, is_first);
        }
        out_ += '}';
    }

    void array(const Json::array_t& array) {
        bool is_first = true;
        out_ += '[';
        for (const Json& element : array) {
            separate(is_first);
            value(element);
        }
        out_ += ']';
    }
};

// Builds the value from the parser's events, and stops it at the first thing that is not allowed.
class Builder : public nlohmann::json_sax<Json> {
  public:
    Json root;
    std::string problem;  // why parsing stopped

    bool null() override { return add(nullptr) != nullptr; }
    bool boolean(bool value) override { return add(value) != nullptr; }
    bool number_integer(std::int64_t value) override { return add(value) != nullptr; }
    bool number_unsigned(std::uint64_t value) override { return add(value) != nullptr; }
    bool number_float(double /*value*/, const std::string& text) override {
        return stop(fmt::format("the number {} is not an integer of at most 64 bits", shortened(text, 40)));
    }
    bool string(std::string& value) override { return add(std::move(value)) != nullptr; }
    bool binary(Json::binary_t& /*value*/) override { return stop("it holds binary data"); }

    bool start_object(std::size_t /*size*/) override { return open(Json::object()); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t /*size*/) override { return open(Json::array()); }
    bool end_array() override { return close(); }

    bool key(std::string& name) override {
        const auto [member, is_new] = open_.back()->get_ref<Json::object_t&>().try_emplace(name);
        if (!is_new)
            return stop(fmt::format("the key \"{}\" occurs twice in one object", shortened(name, 80)));
        member_ = &member->second;
        return true;
    }

    bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                     const Json::exception& error) override {
        // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing value
        // - invalid literal; last read: '...'": the token may be as long as the input, and not even be UTF-8
        std::string_view text = error.what();
        text = text.substr(0, text.find("; last read:"));
        const auto end_of_tag = text.find("] ");
        if (end_of_tag != std::string_view::npos) text.remove_prefix(end_of_tag + 2);
        return stop(std::string{text});
    }

  private:
    std::vector<Json*> open_;  // the objects and arrays that have not ended yet; they do not move while open
    Json* member_ = nullptr;   // where the value of the key just read goes

    bool stop(std::string why) {
        problem = std::move(why);
        return false;
    }

    Json* add(Json&& value) {
        poll();
        Json* place = &root;
        if (!open_.empty() && open_.back()->is_array()) {
            auto& array = open_.back()->get_ref<Json::array_t&>();
            array.push_back(std::move(value));
            return &array.back();
        }
        if (!open_.empty()) place = member_;
        *place = std::move(value);
        return place;
    }

    bool open(Json&& empty) {
        if (open_.size() >= maximum_depth)
            return stop(fmt::format("it is nested deeper than {} levels", maximum_depth));
        open_.push_back(add(std::move(empty)));
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }
};

}  // namespace

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = character_length(text, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

bool is_canonical(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80 && c != '"' &&
               c != '\\';
    });
}

void append_canonical(std::string& out, std::string_view text) {
    out += '"';
    std::size_t copied = 0;  // everything before is in `out`
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0x80) {
            const std::size_t length = character_length(text, at);
            if (length == 0)
                throw Error{sqlstate::internal, "a text is not valid UTF-8, so it has no canonical form",
                            fmt::format("Byte {} is 0x{:02x}.", at, byte)};
            at += length;
        } else if (byte < 0x20 || byte == '"' || byte == '\\') {
            out.append(text, copied, at - copied);
            append_escaped(out, byte);
            copied = ++at;
        } else {
            ++at;
        }
    }
    out.append(text, copied);
    out += '"';
}

std::string canonical(const Json& value) {
    CanonicalWriter writer;
    writer.value(value);
    return writer.text();
}

DigestBytes canonical_digest(const Json& value) {
    Sha256 digest;
    CanonicalWriter writer{&digest};
    writer.value(value);
    return writer.digest();
}

Json parse_json(std::string_view text, std::string_view what, std::string_view hint) {
    const auto refuse = [&](const std::string& why) {
        return Error{sqlstate::invalid_metadata, fmt::format("{} is not acceptable JSON", what),
                     fmt::format("Reading stopped: {}.", why), std::string{hint}};
    };
    // the library takes a zero byte for the end of its input, and would ignore all that follows
    if (const auto zero = text.find('\0'); zero != std::string_view::npos)
        throw refuse(fmt::format("a zero byte at position {}", zero));
    Builder builder;
    if (!Json::sax_parse(text.begin(), text.end(), &builder)) throw refuse(builder.problem);
    return std::move(builder.root);
}

}  // namespace schemaver::core
