// Conversion of text between the server and core, each server call inside the boundary.
#include "pg/text.hpp"

#include <nlohmann/json.hpp>

#include "pg/boundary.hpp"

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

}  // namespace

std::string to_utf8(const char* bytes, std::size_t length) {
    const int encoding = GetDatabaseEncoding();
    // Names that all databases share can have been written in one of another encoding.
    if (encoding == PG_UTF8 && is_utf8(bytes, length)) return {bytes, length};
    if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII) return repaired_utf8(bytes, length);
    const char* converted = call([&] { return pg_server_to_any(bytes, static_cast<int>(length), PG_UTF8); });
    if (converted == bytes) return {bytes, length};
    return converted;
}

std::string_view utf8_view(const char* bytes, std::size_t length, std::string& converted) {
    if (GetDatabaseEncoding() == PG_UTF8 && is_utf8(bytes, length)) return {bytes, length};
    converted = to_utf8(bytes, length);
    return converted;
}

std::string from_utf8(std::string_view text) {
    if (GetDatabaseEncoding() == PG_UTF8 || GetDatabaseEncoding() == PG_SQL_ASCII) return std::string(text);
    const char* converted =
        call([&] { return pg_any_to_server(text.data(), static_cast<int>(text.size()), PG_UTF8); });
    if (converted == text.data()) return std::string(text);
    return converted;
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
