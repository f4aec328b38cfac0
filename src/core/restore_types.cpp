// The table of which type takes which other's values, by families: numbers, strings, times, bits; then single
// pairs; then what holds for the rest (any value can be kept as its text, and nothing else is certain).
#include "core/restore_types.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "core/properties.hpp"

namespace schemaver::core {

namespace {

constexpr int deepest_type =
    32;  // a domain over arrays of a domain over …; a forged backup could hold a ring

constexpr int largest_modifier =
    10'485'760;  // what character varying(n) goes up to; keeps sums from overflowing

// "timestamp(3) with time zone" is the name "timestamp with time zone" and the modifier 3.
struct ParsedType {
    std::string name;
    std::vector<int> modifiers;
};

std::optional<std::vector<int>> integers_in(std::string_view list) {
    std::vector<int> numbers;
    while (true) {
        int number = 0;
        const auto [end, error] = std::from_chars(list.data(), list.data() + list.size(), number);
        if (error != std::errc{} || number > largest_modifier || number < -largest_modifier)
            return std::nullopt;
        numbers.push_back(number);
        list.remove_prefix(static_cast<std::size_t>(end - list.data()));
        if (list.empty()) return numbers;
        if (list.front() != ',') return std::nullopt;
        list.remove_prefix(1);
    }
}

ParsedType parsed(const std::string& type) {
    // a user's type has a quoted name, or modifiers of its own that say nothing here
    const auto open = type.find('(');
    const auto close = type.find(')');
    if (type.find('"') != std::string::npos || open == std::string::npos || close == std::string::npos ||
        close < open)
        return {type, {}};
    auto modifiers = integers_in(std::string_view{type}.substr(open + 1, close - open - 1));
    if (!modifiers) return {type, {}};
    return {type.substr(0, open) + type.substr(close + 1), *std::move(modifiers)};
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

TypeFit widens() { return {Fit::widens, "every value fits"}; }

TypeFit too_large() { return {Fit::narrows, "values that are too large would be refused"}; }

TypeFit rounded() { return {Fit::narrows, "values with more digits would be rounded"}; }

// Numbers
// ---------------------------------------------------------------------------------------------------------

// Decimal digits of the largest value; 0: no integer type.
int digits_of_integer(std::string_view name) {
    if (name == "smallint") return 5;
    if (name == "integer") return 10;
    if (name == "bigint") return 19;
    return 0;
}

bool is_float(std::string_view name) { return name == "real" || name == "double precision"; }

// Decimal digits that a float keeps whatever they are.
int digits_of_float(std::string_view name) { return name == "real" ? 6 : 15; }

bool is_number(std::string_view name) {
    return digits_of_integer(name) > 0 || is_float(name) || name == "numeric";
}

struct Precision {
    int before_point;
    int after_point;
};

std::optional<Precision> precision_of(const ParsedType& type) {
    if (type.modifiers.empty()) return std::nullopt;
    const int scale = type.modifiers.size() > 1 ? type.modifiers[1] : 0;
    return Precision{type.modifiers[0] - scale, scale};
}

TypeFit integer_fit(const ParsedType& from, const ParsedType& to) {
    const int digits = digits_of_integer(from.name);
    if (const int room = digits_of_integer(to.name); room > 0) return room > digits ? widens() : too_large();
    if (is_float(to.name)) return digits_of_float(to.name) >= digits ? widens() : rounded();
    const auto precision = precision_of(to);
    return !precision || precision->before_point >= digits ? widens() : too_large();
}

TypeFit numeric_fit(const ParsedType& from, const ParsedType& to) {
    const auto has = precision_of(from);
    if (is_float(to.name))
        return has && from.modifiers[0] <= digits_of_float(to.name) && has->after_point >= 0 ? widens()
                                                                                             : rounded();
    if (const int room = digits_of_integer(to.name); room > 0) {
        if (has && has->after_point <= 0 && has->before_point >= room) return too_large();
        return {Fit::narrows, has && has->after_point <= 0
                                  ? "NaN would be refused"
                                  : "NaN and values with digits after the point would be refused"};
    }
    const auto room = precision_of(to);
    if (!room) return widens();
    if (!has || has->before_point > room->before_point) return too_large();
    return has->after_point > room->after_point ? rounded() : widens();
}

TypeFit number_fit(const ParsedType& from, const ParsedType& to) {
    if (digits_of_integer(from.name) > 0) return integer_fit(from, to);
    if (from.name == "numeric") return numeric_fit(from, to);
    if (is_float(to.name)) return from.name == "real" ? widens() : rounded();
    return to.name == "numeric" && to.modifiers.empty() ? widens() : rounded();
}

// Strings
// ---------------------------------------------------------------------------------------------------------

bool is_citext(std::string_view name) { return name == "citext" || name.ends_with(".citext"); }

bool is_string(std::string_view name) {
    return is_one_of(name, {"text", "character varying", "character", "bpchar", "name"}) || is_citext(name);
}

constexpr int name_bytes = 63;  // in bytes
constexpr int largest_character = 4;

// The most characters that the type takes; nothing: no limit.
std::optional<int> limit_of(const ParsedType& type) {
    if (type.name == "name") return name_bytes;
    if (!is_one_of(type.name, {"character varying", "character"}) || type.modifiers.empty())
        return std::nullopt;
    return type.modifiers[0];
}

// `longest`: of the values that come; nothing: not known.
TypeFit string_fit(std::optional<int> longest, const ParsedType& to) {
    const auto limit = limit_of(to);
    if (to.name == "name" && (!longest || *longest > name_bytes / largest_character))
        return {Fit::narrows, fmt::format("values over {} bytes would be cut", name_bytes)};
    if (limit && (!longest || *longest > *limit))
        return {Fit::narrows, fmt::format("values over {} characters would be refused", *limit)};
    return widens();
}

bool pads_with_blanks(const ParsedType& type) { return is_one_of(type.name, {"character", "bpchar"}); }

TypeFit string_to_string(const ParsedType& from, const ParsedType& to) {
    if (from.name == "name" && to.name == "name") return widens();
    TypeFit result = string_fit(limit_of(from), to);
    if (result.fit != Fit::widens) return result;
    if (is_citext(from.name) != is_citext(to.name))
        return {Fit::changes, "every value fits, but upper and lower case would count otherwise"};
    if (pads_with_blanks(to) && !pads_with_blanks(from))
        return {Fit::narrows, "blanks at the end would be lost"};
    if (pads_with_blanks(from) && !pads_with_blanks(to))
        return {Fit::changes, "every value fits, but blanks at the end would count otherwise"};
    return result;
}

// The most characters that a value of this type has as text; nothing: not known.
std::optional<int> longest_text(const ParsedType& type, const Schema& schema) {
    struct Length {
        std::string_view name;
        int characters;
    };
    constexpr std::array<Length, 8> lengths = {{{"smallint", 6},
                                                {"integer", 11},
                                                {"bigint", 20},
                                                {"boolean", 1},
                                                {"uuid", 36},
                                                {"date", 13},
                                                {"macaddr", 17},
                                                {"name", 63}}};
    for (const Length& length : lengths)
        if (length.name == type.name) return length.characters;
    if (const auto precision = precision_of(type); type.name == "numeric" && precision)
        return type.modifiers[0] + std::abs(precision->after_point) + 3;  // sign, point, and a zero before it
    const Json* structure = structure_of_type(schema, type.name);
    if (structure == nullptr || text_of(*structure, "type") != "enum") return std::nullopt;
    std::size_t longest = 0;
    for (const std::string& label : texts_of(*structure, "labels")) longest = std::max(longest, label.size());
    return static_cast<int>(longest);
}

// Times, bits, and single pairs
// --------------------------------------------------------------------------------------

bool has_fractions(std::string_view name) {
    return name.starts_with("timestamp") || name.starts_with("time ") || name == "interval";
}

TypeFit same_name_fit(const ParsedType& from, const ParsedType& to) {
    if (has_fractions(from.name)) {
        const int has = from.modifiers.empty() ? 6 : from.modifiers[0];
        const int room = to.modifiers.empty() ? 6 : to.modifiers[0];
        if (has <= room) return widens();
        return {Fit::narrows, fmt::format("fractions of a second would be rounded to {} digits", room)};
    }
    if (from.name == "bit varying" &&
        (to.modifiers.empty() || (!from.modifiers.empty() && from.modifiers[0] <= to.modifiers[0])))
        return widens();
    return {Fit::narrows, "values that do not fit the new length would be refused"};
}

struct Pair {
    std::string_view from;
    std::string_view to;
    Fit fit;
    std::string_view why;
};

constexpr std::string_view fits = "every value fits";
constexpr std::string_view in_session_zone = "every value is read as the time of the session's time zone";

constexpr std::array<Pair, 18> pairs = {{
    {"date", "timestamp without time zone", Fit::widens, "every date up to the year 294276 fits"},
    {"date", "timestamp with time zone", Fit::changes, in_session_zone},
    {"timestamp without time zone", "timestamp with time zone", Fit::changes, in_session_zone},
    {"timestamp with time zone", "timestamp without time zone", Fit::narrows,
     "the time zone would be dropped"},
    {"timestamp without time zone", "date", Fit::narrows, "the time of day would be dropped"},
    {"timestamp with time zone", "date", Fit::narrows, "the time of day would be dropped"},
    {"time without time zone", "time with time zone", Fit::changes, in_session_zone},
    {"time with time zone", "time without time zone", Fit::narrows, "the time zone would be dropped"},
    {"time without time zone", "interval", Fit::changes, "a time of day becomes a length of time"},
    {"json", "jsonb", Fit::narrows, "repeated keys would be lost, and \\u0000 would be refused"},
    {"jsonb", "json", Fit::widens, fits},
    {"cidr", "inet", Fit::widens, fits},
    {"macaddr", "macaddr8", Fit::changes, "every value is kept in its form of 8 bytes"},
    {"oid", "bigint", Fit::widens, fits},
    {"int4range", "int8range", Fit::widens, fits},
    {"int4range", "numrange", Fit::widens, fits},
    {"int8range", "numrange", Fit::widens, fits},
    {"daterange", "tsrange", Fit::widens, fits},
}};

bool is_bits(std::string_view name) { return name == "bit" || name == "bit varying"; }

std::optional<TypeFit> pair_fit(const ParsedType& from, const ParsedType& to) {
    if (from.name == "bit" && to.name == "bit varying" &&
        (to.modifiers.empty() || (!from.modifiers.empty() && from.modifiers[0] <= to.modifiers[0])))
        return widens();
    if (from.name.starts_with("interval ") && to.name == "interval" && to.modifiers.empty()) return widens();
    for (const Pair& pair : pairs)
        if (pair.from == from.name && pair.to == to.name) {
            // the precision of the new type may be the smaller one, even where the change of type is harmless
            const bool rounds = has_fractions(from.name) && has_fractions(to.name) &&
                                pair.fit != Fit::narrows &&
                                same_name_fit({from.name, from.modifiers}, to).fit == Fit::narrows;
            if (rounds) return same_name_fit(from, to);
            return TypeFit{pair.fit, std::string{pair.why}};
        }
    return std::nullopt;
}

// Enums, domains and arrays
// -------------------------------------------------------------------------------------------

std::string base_of_domain(const std::string& type, const Schema& schema) {
    std::string base = type;
    for (int i = 0; i < deepest_type; ++i) {
        const Json* structure = structure_of_type(schema, base);
        if (structure == nullptr || text_of(*structure, "type") != "domain") break;
        base = text_of(*structure, "base");
    }
    return base;
}

bool is_enum(const Schema& schema, const std::string& type) {
    const Json* structure = structure_of_type(schema, type);
    return structure != nullptr && text_of(*structure, "type") == "enum";
}

TypeFit enum_fit(const Json& from, const Json& to) {
    const auto labels = texts_of(to, "labels");
    for (const std::string& label : texts_of(from, "labels"))
        if (std::find(labels.begin(), labels.end(), label) == labels.end())
            return {Fit::narrows, fmt::format("the label '{}' would be refused", label)};
    return widens();
}

TypeFit rest_fit(const ParsedType& from, const Schema& from_schema, const ParsedType& to) {
    if (!is_string(to.name)) return {Fit::narrows, "there is no conversion by which every value can be kept"};
    TypeFit result = string_fit(longest_text(from, from_schema), to);
    if (result.fit == Fit::narrows) return result;
    return {Fit::changes, "every value would be kept as its text"};
}

TypeFit scalar_fit(const std::string& from, const Schema& from_schema, const std::string& to,
                   const Schema& to_schema) {
    if (is_enum(from_schema, from) && is_enum(to_schema, to))
        return enum_fit(*structure_of_type(from_schema, from), *structure_of_type(to_schema, to));
    if (from == to) return {};
    if (is_enum(to_schema, to)) return {Fit::narrows, "values that are none of its labels would be refused"};
    const ParsedType old_type = parsed(from);
    const ParsedType new_type = parsed(to);
    if (is_number(old_type.name) && is_number(new_type.name) &&
        (old_type.name != new_type.name || old_type.name == "numeric"))
        return number_fit(old_type, new_type);
    if (is_string(old_type.name) && is_string(new_type.name)) return string_to_string(old_type, new_type);
    if (old_type.name == new_type.name && (has_fractions(old_type.name) || is_bits(old_type.name)))
        return same_name_fit(old_type, new_type);
    if (const auto result = pair_fit(old_type, new_type)) return *result;
    return rest_fit(old_type, from_schema, new_type);
}

bool is_array(const std::string& type) { return type.ends_with("[]"); }

TypeFit fit_below(const std::string& from, const Schema& from_schema, const std::string& to,
                  const Schema& to_schema, int depth) {
    if (from == to) return {};
    const std::string old_type = base_of_domain(from, from_schema);
    const std::string new_type = base_of_domain(to, to_schema);
    TypeFit result;
    if (is_array(new_type) && (!is_array(old_type) || depth == deepest_type))
        result = {Fit::narrows, "a value that is no such array would be refused"};
    else if (is_array(new_type))
        result = fit_below(element_type(old_type), from_schema, element_type(new_type), to_schema, depth + 1);
    else
        result = scalar_fit(old_type, from_schema, new_type, to_schema);
    return result.fit == Fit::same ? widens() : result;
}

}  // namespace

std::string element_type(const std::string& type) {
    std::string element = type;
    while (is_array(element)) element.resize(element.size() - 2);
    return element;
}

const Json* structure_of_type(const Schema& schema, const std::string& type) {
    const Object* object = find(schema, "type", type);
    return object == nullptr ? nullptr : member(object->definition, "structure");
}

bool takes_strings_up_to(std::size_t longest, const std::string& type, const Schema& schema) {
    const ParsedType to = parsed(base_of_domain(type, schema));
    const auto limit = limit_of(to);
    return limit && !pads_with_blanks(to) && to.name != "name" && longest <= static_cast<std::size_t>(*limit);
}

bool is_string_type(const std::string& type, const Schema& schema) {
    return is_string(parsed(base_of_domain(type, schema)).name);
}

std::optional<int> limit_of_string(const std::string& type, const Schema& schema) {
    return limit_of(parsed(base_of_domain(type, schema)));
}

TypeFit fit_of(const std::string& from, const Schema& from_schema, const std::string& to,
               const Schema& to_schema) {
    return fit_below(from, from_schema, to, to_schema, 0);
}

}  // namespace schemaver::core
