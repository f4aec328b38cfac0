// Reads answers row by row; nothing of them is ever executed.
#include "core/remote_answer.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/poll.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr std::size_t shown_bytes = 80;
constexpr std::size_t digest_digits = 64;
constexpr std::string_view our_format = "sv1:";

Error senseless(const std::string& server, std::string detail) {
    return {sqlstate::remote_answer_invalid, fmt::format("what server \"{}\" answers makes no sense", server),
            std::move(detail),
            "Look at which database its options name, and at the schemaver that is installed there."};
}

void require_columns(const std::string& server, const AnswerRow& row, std::size_t columns) {
    if (row.size() != columns)
        throw senseless(server,
                        fmt::format("A row has {} instead of {}.", counted(row.size(), "column"), columns));
    for (const auto& value : row)
        if (value && !is_utf8(*value)) throw senseless(server, "A text is no UTF-8.");
}

const std::string& required_value(const std::string& server, const AnswerRow& row, std::size_t place,
                                  const char* what) {
    if (!row[place] || row[place]->empty()) throw senseless(server, fmt::format("A row has no {}.", what));
    return *row[place];
}

bool is_digest(std::string_view text) {
    return text.size() == digest_digits &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

template <typename Listed>
void sort_and_require_once(const std::string& server, std::vector<Listed>& list) {
    const auto key = [](const Listed& one) { return std::tie(one.kind, one.identity); };
    std::sort(list.begin(), list.end(), [&](const Listed& one, const Listed& other) {
        poll();
        return key(one) < key(other);
    });
    const auto twice =
        std::adjacent_find(list.begin(), list.end(),
                           [&](const Listed& one, const Listed& other) { return key(one) == key(other); });
    if (twice != list.end())
        throw senseless(server, fmt::format("It has {} {} twice.", shortened(twice->kind, shown_bytes),
                                            shortened(twice->identity, shown_bytes)));
}

}  // namespace

std::string read_fingerprint(const std::string& server, const std::vector<AnswerRow>& rows) {
    if (rows.size() != 1)
        throw senseless(server, fmt::format("A fingerprint came in {}.", counted(rows.size(), "row")));
    require_columns(server, rows.front(), 1);
    const std::string& text = required_value(server, rows.front(), 0, "fingerprint");
    if (text.starts_with(our_format) && is_digest(std::string_view(text).substr(our_format.size())))
        return text;
    const auto colon = text.find(':');
    if (text.starts_with("sv") && colon != std::string::npos &&
        is_digest(std::string_view(text).substr(colon + 1)))
        throw Error(
            sqlstate::remote_without_schemaver,
            fmt::format("server \"{}\" has a schemaver whose fingerprints are of another format", server),
            fmt::format("They begin with {}, ours with {}", shortened(text.substr(0, colon + 1), shown_bytes),
                        our_format),
            "Install the same version of schemaver on both sides, and run ALTER EXTENSION schemaver UPDATE.");
    throw senseless(server, fmt::format("This is no fingerprint: {}", shortened(text, shown_bytes)));
}

std::vector<ListedObject> read_listing(const std::string& server, const std::vector<AnswerRow>& rows) {
    std::vector<ListedObject> list;
    list.reserve(rows.size());
    for (const AnswerRow& row : rows) {
        poll();
        require_columns(server, row, 4);
        ListedObject object{required_value(server, row, 0, "kind"),
                            required_value(server, row, 1, "identity"), row[2].value_or(""),
                            required_value(server, row, 3, "digest")};
        if (!is_digest(object.digest))
            throw senseless(server,
                            fmt::format("This is no digest: {}", shortened(object.digest, shown_bytes)));
        list.push_back(std::move(object));
    }
    sort_and_require_once(server, list);
    return list;
}

Schema read_definitions(const std::string& server, const std::vector<AnswerRow>& rows) {
    Schema schema;
    for (const AnswerRow& row : rows) {
        poll();
        require_columns(server, row, 4);
        const std::string& identity = required_value(server, row, 1, "identity");
        Json definition;
        try {
            definition = parse_json(required_value(server, row, 3, "definition"), "the definition");
        } catch (const Error& error) {
            throw senseless(server,
                            fmt::format("The definition of {}: {} {}", shortened(identity, shown_bytes),
                                        error.message, error.detail));
        }
        const bool has_facets =
            definition.is_object() &&
            std::all_of(definition.items().begin(), definition.items().end(), [](const auto& facet) {
                return FacetSet{}.has(facet.key()) && facet.value().is_object();
            });
        if (!has_facets)
            throw senseless(
                server, fmt::format("The definition of {} has no facets.", shortened(identity, shown_bytes)));
        schema.push_back(
            {required_value(server, row, 0, "kind"), identity, row[2].value_or(""), std::move(definition)});
    }
    sort_and_require_once(server, schema);
    return schema;
}

void require_schemaver(const std::string& server, const std::vector<AnswerRow>& rows) {
    if (rows.empty())
        throw Error(sqlstate::remote_without_schemaver,
                    fmt::format("the database of server \"{}\" has no schemaver", server), "",
                    "Run CREATE EXTENSION schemaver; there, or look at which database its options name.");
    require_columns(server, rows.front(), 3);
    const AnswerRow& row = rows.front();
    if (required_value(server, row, 1, "number") == required_value(server, row, 2, "number")) return;
    throw Error(sqlstate::remote_without_schemaver,
                fmt::format("server \"{}\" has a version of schemaver that cannot be asked", server),
                fmt::format("It is {}, and lacks functions that are needed.",
                            shortened(required_value(server, row, 0, "version"), shown_bytes)),
                "Install the same version of schemaver there, and run ALTER EXTENSION schemaver UPDATE.");
}

std::string array_literal(const std::vector<std::string>& texts) {
    std::string literal = "{";
    for (const std::string& text : texts) {
        if (literal.size() > 1) literal += ',';
        literal += '"';
        for (const char c : text) {
            if (c == '"' || c == '\\') literal += '\\';
            literal += c;
        }
        literal += '"';
    }
    return literal + '}';
}

}  // namespace schemaver::core
