// Conversion of text between the server and core, each server call inside the boundary.
#include "pg/text.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "pg/boundary.hpp"
#include "pg/limits.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "common/keywords.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
}

namespace schemaver::pg {

namespace {

constexpr std::size_t placeholder_size = 4;

// UTF-8 of U+10FF00 + byte.
void append_invalid_byte(std::string& out, unsigned char byte) {
    const unsigned code = 0x10FF00U + byte;
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
}

std::string repaired_utf8(const char* bytes, std::size_t length) {
    std::string out;
    out.reserve(length);
    for (std::size_t at = 0; at < length;) {
        const auto* character = reinterpret_cast<const unsigned char*>(bytes + at);
        const int size = pg_utf_mblen(character);
        if (at + size <= length && pg_utf8_islegal(character, size)) {
            out.append(bytes + at, size);
            at += size;
        } else {
            append_invalid_byte(out, *character);
            ++at;
        }
    }
    return out;
}

bool is_utf8(const char* bytes, std::size_t length) {
    const int count = static_cast<int>(length);
    return pg_encoding_verifymbstr(PG_UTF8, bytes, count) == count;
}

// Whether the server's quote_identifier() would leave it as it is: by the same rule, but without entering the
// boundary. It may say no to a name that needs no quotes.
bool is_plain_identifier(std::string_view name) {
    std::array<char, NAMEDATALEN> text;
    if (name.empty() || name.size() >= text.size() || quote_all_identifiers) return false;
    const auto is_lower = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    if (!is_lower(name.front())) return false;
    for (const char c : name) {
        if (!is_lower(c) && !(c >= '0' && c <= '9')) return false;
    }
    text[name.copy(text.data(), name.size())] = '\0';
    return ScanKeywordLookup(text.data(), &ScanKeywords) < 0;
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool has_own_bytes(int encoding) { return encoding == PG_UTF8 || encoding == PG_SQL_ASCII; }

// How many bytes at `text` belong together: a character, or what is none.
std::size_t character_size(int encoding, const char* text, std::size_t rest) {
    const int size = pg_encoding_verifymbchar(encoding, text, static_cast<int>(rest));
    return size > 0 ? static_cast<std::size_t>(size) : 1;
}

// Not every character of an encoding has an equivalent, and not every name is one of this encoding. That is
// no reason for anybody's command to fail.
std::string converted_to_utf8(int encoding, const char* bytes, std::size_t length) {
    constexpr std::size_t portion = 16384;
    const Oid conversion = call([=] { return FindDefaultConversionProc(encoding, PG_UTF8); });
    if (!OidIsValid(conversion)) return repaired_utf8(bytes, length);  // MULE_INTERNAL
    const auto buffer = std::make_unique<char[]>(portion * MAX_CONVERSION_GROWTH + 1);
    std::string out;
    out.reserve(length + length / 2);
    for (std::size_t at = 0; at < length;) {
        const std::size_t rest = std::min(length - at, portion);
        const char* from = bytes + at;
        char* to = buffer.get();
        const int done = call([=] {
            return pg_do_encoding_conversion_buf(conversion, encoding, PG_UTF8,
                                                 reinterpret_cast<unsigned char*>(const_cast<char*>(from)),
                                                 static_cast<int>(rest), reinterpret_cast<unsigned char*>(to),
                                                 static_cast<int>(portion * MAX_CONVERSION_GROWTH + 1), true);
        });
        out += buffer.get();
        at += static_cast<std::size_t>(done);
        if (done > 0) continue;
        for (std::size_t left = character_size(encoding, from, rest); left > 0; --left, ++at) {
            append_invalid_byte(out, static_cast<unsigned char>(bytes[at]));
        }
    }
    return out;
}

// The byte that append_invalid_byte() has written there; nothing: another character.
std::optional<char> placed_byte(std::string_view utf8) {
    if (utf8.size() < placeholder_size || utf8.substr(0, 2) != "\xF4\x8F") return std::nullopt;
    const unsigned third = static_cast<unsigned char>(utf8[2]);
    const unsigned fourth = static_cast<unsigned char>(utf8[3]);
    if (third < 0xBC) return std::nullopt;  // below U+10FF00
    return static_cast<char>(((third & 0x03) << 6) | (fourth & 0x3F));
}

std::string plainly_from_utf8(std::string_view text) {
    if (has_own_bytes(GetDatabaseEncoding()) || text.empty()) return std::string(text);
    const char* converted =
        call([&] { return pg_any_to_server(text.data(), static_cast<int>(text.size()), PG_UTF8); });
    if (converted == text.data()) return std::string(text);
    return converted;
}

// With the bytes in their places again; with question marks, where they are no text in the database's
// encoding.
std::string with_placed_bytes(std::string_view text) {
    const int encoding = GetDatabaseEncoding();
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        std::string bytes;
        while (const auto byte = placed_byte(text.substr(at))) {
            bytes += *byte;
            at += placeholder_size;
        }
        const int count = static_cast<int>(bytes.size());
        if (pg_encoding_verifymbstr(encoding, bytes.data(), count) != count) bytes.assign(bytes.size(), '?');
        out += bytes;
        const std::size_t start = at;
        while (at < text.size() && !placed_byte(text.substr(at))) ++at;
        out += plainly_from_utf8(text.substr(start, at - start));
    }
    return out;
}

bool has_placed_bytes(std::string_view text) { return text.find("\xF4\x8F") != std::string_view::npos; }

}  // namespace

core::Error too_large(const std::string& what, std::string_view text, const std::string& hint) {
    constexpr std::size_t megabyte = 1 << 20;
    return {core::sqlstate::program_limit,
            fmt::format("{} has {} MB, more than schemaver can store", what, text.size() / megabyte),
            fmt::format(
                "The text of a command, an object's definition as JSON and a backup's metadata can have {} "
                "MB each.",
                limits.text / megabyte),
            hint};
}

std::string to_utf8(const char* bytes, std::size_t length) {
    const int encoding = GetDatabaseEncoding();
    // Names that all databases share can have been written in one of another encoding.
    if (encoding == PG_UTF8 && is_utf8(bytes, length)) return {bytes, length};
    if (has_own_bytes(encoding)) return repaired_utf8(bytes, length);
    if (is_ascii({bytes, length})) return {bytes, length};
    return converted_to_utf8(encoding, bytes, length);
}

std::string_view utf8_view(const char* bytes, std::size_t length, std::string& converted) {
    if (GetDatabaseEncoding() == PG_UTF8 && is_utf8(bytes, length)) return {bytes, length};
    converted = to_utf8(bytes, length);
    return converted;
}

std::string from_utf8(std::string_view text) {
    if (has_own_bytes(GetDatabaseEncoding()) || !has_placed_bytes(text)) return plainly_from_utf8(text);
    return with_placed_bytes(text);
}

std::string text_from_datum(Datum value) {
    const struct varlena* text =
        call([&] { return pg_detoast_datum_packed(reinterpret_cast<varlena*>(value)); });
    std::string out = to_utf8(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text));
    if (reinterpret_cast<Datum>(text) != value) call([&] { pfree(const_cast<varlena*>(text)); });
    return out;
}

std::vector<std::string> text_array_from_datum(Datum array) {
    Datum* elements = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    call([&] {
        deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls,
                          &count);
    });
    std::vector<std::string> out;
    for (int i = 0; i < count; ++i) {
        if (!nulls[i]) out.push_back(text_from_datum(elements[i]));
    }
    return out;
}

Datum text_datum(std::string_view utf8) {
    const std::string text = from_utf8(utf8);
    if (!is_storable(text)) throw too_large("a text", text);
    return call([&] {
        return PointerGetDatum(cstring_to_text_with_len(text.data(), static_cast<int>(text.size())));
    });
}

Datum name_datum(std::string_view utf8) {
    const std::string text = from_utf8(utf8);
    return call([&] { return DirectFunctionCall1(namein, CStringGetDatum(text.c_str())); });
}

Datum text_array_datum(const std::vector<std::string>& texts) {
    std::vector<Datum> elements;
    elements.reserve(texts.size());
    for (const std::string& text : texts) elements.push_back(text_datum(text));
    return call([&] {
        return PointerGetDatum(construct_array(elements.data(), static_cast<int>(elements.size()), TEXTOID,
                                               -1, false, TYPALIGN_INT));
    });
}

Datum jsonb_datum(const nlohmann::json& value) {
    const std::string text = from_utf8(value.dump());
    return call([&] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(text.c_str())); });
}

std::string text_from_jsonb(Datum jsonb) {
    return to_utf8(call([=] { return DatumGetCString(DirectFunctionCall1(jsonb_out, jsonb)); }));
}

Datum jsonb_from_text(std::string_view utf8) {
    const std::string text = from_utf8(utf8);
    return call([&] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(text.c_str())); });
}

void append_identifier(std::string& out, std::string_view utf8) {
    if (is_plain_identifier(utf8)) {
        out += utf8;
        return;
    }
    const std::string name = from_utf8(utf8);
    out += to_utf8(call([&] { return ::quote_identifier(name.c_str()); }));
}

std::string quote_identifier(std::string_view utf8) {
    std::string quoted;
    append_identifier(quoted, utf8);
    return quoted;
}

std::string quote_qualified(const std::string& schema, const std::string& name) {
    return quote_identifier(schema) + "." + quote_identifier(name);
}

}  // namespace schemaver::pg
