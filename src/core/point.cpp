// Takes a point apart, from its end (~N) and its beginning (kind:).
#include "core/point.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/nearest.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr std::size_t longest_name = 100;  // bytes
constexpr std::size_t longest_shown = 80;  // bytes, of a wrong point in a message

constexpr char points_hint[] =
    "A point is live, head, commit:N, a version, baseline:NAME, backup:LABEL, server:NAME or @TIME, "
    "for example '@2026-01-02 10:00+00'; head~2 is two commits before head.";

Error no_point(std::string_view text, std::string detail, std::string hint = points_hint) {
    return {sqlstate::unknown_point,
            fmt::format("there is no point \"{}\" in the schema's history", shortened(text, longest_shown)),
            std::move(detail), std::move(hint)};
}

// The number, or -1.
std::int64_t whole_number(std::string_view digits) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool is_whole =
        error == std::errc{} && end == digits.data() + digits.size() && !digits.starts_with('-');
    return is_whole ? number : -1;
}

constexpr std::int64_t farthest = 1'000'000'000;  // commits back: no history is longer

// Takes ~N off the end, as often as it is there.
std::int64_t take_steps(std::string_view whole, std::string_view& text) {
    std::int64_t back = 0;
    for (auto tilde = text.rfind('~'); tilde != std::string_view::npos; tilde = text.rfind('~')) {
        const std::string_view digits = text.substr(tilde + 1);
        const std::int64_t number = digits.empty() ? 1 : whole_number(digits);
        if (number < 0 || number > farthest)
            throw no_point(whole, "Behind ~ stands how many commits to go back.");
        back += number;
        text = text.substr(0, tilde);
    }
    return back;
}

struct Prefix {
    std::string_view word;
    PointKind kind;
};

constexpr std::array<Prefix, 5> prefixes = {{{"version", PointKind::version},
                                             {"baseline", PointKind::baseline},
                                             {"commit", PointKind::commit},
                                             {"backup", PointKind::backup},
                                             {"server", PointKind::server}}};

Error unknown_prefix(std::string_view text, std::string_view word) {
    std::vector<std::string> words;
    for (const Prefix& prefix : prefixes) words.emplace_back(prefix.word);
    const auto meant = nearest(word, words);
    if (meant.empty()) return no_point(text, fmt::format("No kind of point is called \"{}\".", word));
    return no_point(text, fmt::format("No kind of point is called \"{}\".", word),
                    fmt::format("Did you mean {}:{}?", meant.front(), text.substr(word.size() + 1)));
}

void put_kind(std::string_view whole, std::string_view text, PointName& point) {
    if (text.starts_with('@')) {
        point.kind = PointKind::time;
        point.name = text.substr(1);
        return;
    }
    if (text == "live" || text == "head") {
        point.kind = text == "live" ? PointKind::live : PointKind::head;
        return;
    }
    const auto colon = text.find(':');
    point.kind = PointKind::version;
    point.name = text;
    if (colon == std::string_view::npos) return;
    const auto* const prefix = std::find_if(prefixes.begin(), prefixes.end(), [&](const Prefix& known) {
        return known.word == text.substr(0, colon);
    });
    if (prefix == prefixes.end()) throw unknown_prefix(whole, text.substr(0, colon));
    point.kind = prefix->kind;
    point.name = text.substr(colon + 1);
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_name_character(char c) {
    return is_letter_or_digit(c) || std::string_view{"._-+/"}.find(c) != std::string_view::npos;
}

}  // namespace

PointName parse_point(std::string_view text) {
    PointName point;
    std::string_view rest = text;
    // A label of a backup is any text.
    const bool is_label = rest.starts_with("backup:") || rest.starts_with("server:");
    if (!is_label) point.back = take_steps(text, rest);
    put_kind(text, rest, point);
    const bool needs_name = point.kind != PointKind::live && point.kind != PointKind::head;
    if (needs_name && point.name.find_first_not_of(" \t\r\n") == std::string::npos)
        throw no_point(text, text.empty() ? "It is empty." : "A name is missing.");
    if (point.kind == PointKind::commit) {
        point.commit = whole_number(point.name);
        if (point.commit <= 0)
            throw no_point(text, fmt::format("\"{}\" is not the number of a commit.",
                                             shortened(point.name, longest_shown)));
    }
    if (point.kind == PointKind::live && point.back > 0)
        throw no_point(text, "The live schema is no commit, so there is none before it.",
                       fmt::format("The commits before are head, head~1 and so on: head~{}.", point.back));
    return point;
}

void check_ref_name(std::string_view what, std::string_view name) {
    const auto refuse = [&](const std::string& detail) {
        throw Error(sqlstate::invalid_argument,
                    fmt::format("\"{}\" cannot be the name of a {}", shortened(name, longest_shown), what),
                    detail,
                    "A name has letters, digits and . _ - + / of ASCII, begins with a letter or digit, and "
                    "is at most 100 bytes long, for example v1.2.0.");
    };
    if (name.empty()) refuse("It is empty.");
    if (name.size() > longest_name) refuse(fmt::format("It is {} bytes long.", name.size()));
    const auto* const wrong = std::find_if_not(name.begin(), name.end(), is_name_character);
    if (wrong != name.end()) {
        const auto at = static_cast<std::size_t>(wrong - name.begin());
        if (*wrong == ' ') refuse("There is a space in it.");
        const auto byte = static_cast<unsigned char>(*wrong);
        if (byte < 0x20 || byte == 0x7F) refuse("There is a control character in it.");
        // one whole character, which can have four bytes
        std::size_t length = 1;
        while (at + length < name.size() && (static_cast<unsigned char>(name[at + length]) & 0xC0U) == 0x80U)
            ++length;
        refuse(fmt::format("It has the character \"{}\" in it.", name.substr(at, length)));
    }
    if (!is_letter_or_digit(name.front())) refuse(fmt::format("It begins with \"{}\".", name.front()));
    if (name == "live" || name == "head") refuse("That is another point already.");
}

}  // namespace schemaver::core
