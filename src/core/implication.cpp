// Conditions are read from the server's deparsed text, in which every operator has its parentheses.
#include "core/implication.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include "core/poll.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

// Tokens
// ---------------------------------------------------------------------------------------------------------

using Tokens = std::vector<std::string>;
using Range = std::pair<std::size_t, std::size_t>;  // from, to

bool is_word(char one) {
    return std::isalnum(static_cast<unsigned char>(one)) != 0 || one == '_' || one == '$' || one == '.' ||
           (static_cast<unsigned char>(one) & 0x80U) != 0;
}

std::size_t end_of_quoted(std::string_view sql, std::size_t at) {
    const char quote = sql[at];
    for (std::size_t i = at + 1; i < sql.size(); ++i) {
        if (sql[i] != quote) continue;
        if (i + 1 >= sql.size() || sql[i + 1] != quote) return i + 1;
        ++i;
    }
    return sql.size();
}

std::size_t end_of_token(std::string_view sql, std::size_t at) {
    if (sql[at] == '\'' || sql[at] == '"') return end_of_quoted(sql, at);
    const auto end_while = [&](auto accepts) {
        std::size_t end = at + 1;
        while (end < sql.size() && accepts(sql[end])) ++end;
        return end;
    };
    if (is_word(sql[at])) return end_while(is_word);
    constexpr std::string_view operators = "<>=!~:+-*/%|&#@^?";
    const auto is_operator = [=](char one) { return operators.find(one) != std::string_view::npos; };
    if (is_operator(sql[at])) return end_while(is_operator);
    return at + 1;
}

Tokens tokens_of(std::string_view sql) {
    Tokens tokens;
    for (std::size_t at = 0; at < sql.size();) {
        if (std::isspace(static_cast<unsigned char>(sql[at])) != 0) {
            ++at;
            continue;
        }
        const std::size_t end = end_of_token(sql, at);
        tokens.emplace_back(sql.substr(at, end - at));
        at = end;
    }
    return tokens;
}

bool opens(const std::string& token) { return token == "(" || token == "["; }
bool closes(const std::string& token) { return token == ")" || token == "]"; }

// Calls with each place outside of all parentheses.
template <typename Visit>
void at_top(const Tokens& tokens, Range range, Visit visit) {
    int depth = 0;
    for (std::size_t i = range.first; i < range.second; ++i) {
        if (closes(tokens[i])) --depth;
        if (depth == 0 && !closes(tokens[i])) visit(i);
        if (opens(tokens[i])) ++depth;
    }
}

Range without_parentheses(const Tokens& tokens, Range range) {
    while (range.second - range.first >= 2 && tokens[range.first] == "(" && tokens[range.second - 1] == ")") {
        std::size_t at_depth_0 = 0;
        at_top(tokens, range, [&](std::size_t) { ++at_depth_0; });
        if (at_depth_0 != 1) break;
        ++range.first;
        --range.second;
    }
    return range;
}

std::vector<Range> split(const Tokens& tokens, Range range, std::string_view word) {
    std::vector<Range> parts;
    std::size_t start = range.first;
    at_top(tokens, range, [&](std::size_t i) {
        if (tokens[i] != word) return;
        parts.emplace_back(start, i);
        start = i + 1;
    });
    parts.emplace_back(start, range.second);
    return parts;
}

std::string joined_tokens(const Tokens& tokens, Range range) {
    std::string text;
    for (std::size_t i = range.first; i < range.second; ++i) text += (text.empty() ? "" : " ") + tokens[i];
    return text;
}

// Terms and constants
// --------------------------------------------------------------------------------------------

std::size_t last_cast(const Tokens& tokens, Range range) {
    std::size_t place = range.second;
    at_top(tokens, range, [&](std::size_t i) {
        if (tokens[i] == "::") place = i;
    });
    return place;
}

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

// To these types no two values become one, and none changes its place in the order.
bool keeps_values(std::string_view type) {
    return is_any_of(type,
                     {"text", "character varying", "numeric", "bigint", "text [ ]", "character varying [ ]"});
}

std::string term_of(const Tokens& tokens, Range range) {
    while (true) {
        range = without_parentheses(tokens, range);
        const std::size_t cast = last_cast(tokens, range);
        if (cast == range.second || !keeps_values(joined_tokens(tokens, {cast + 1, range.second}))) break;
        range.second = cast;
    }
    const bool is_call = range.second - range.first > 3 && tokens[range.first + 1] == "(" &&
                         tokens[range.second - 1] == ")" && is_word(tokens[range.first].front());
    if (is_call && split(tokens, {range.first + 2, range.second - 1}, ",").size() == 1)
        return tokens[range.first] + "(" + term_of(tokens, {range.first + 2, range.second - 1}) + ")";
    return joined_tokens(tokens, range);
}

std::string unquoted(std::string_view literal) {
    std::string text;
    for (std::size_t i = 1; i + 1 < literal.size(); ++i) {
        text += literal[i];
        if (literal[i] == '\'') ++i;
    }
    return text;
}

std::optional<Constant> number_in(const std::string& text) {
    char* end = nullptr;
    const long double number = std::strtold(text.c_str(), &end);
    if (text.empty() || end != text.c_str() + text.size() || number != number) return std::nullopt;
    return Constant{true, number, text};
}

std::optional<Constant> constant_of(const Tokens& tokens, Range range) {
    range = without_parentheses(tokens, range);
    const std::size_t cast = last_cast(tokens, range);
    if (cast < range.second) {
        const std::string type = joined_tokens(tokens, {cast + 1, range.second});
        const auto constant = constant_of(tokens, {range.first, cast});
        const bool to_number = type.starts_with("numeric") ||
                               is_any_of(type, {"smallint", "integer", "bigint", "real", "double precision"});
        return constant && to_number && !constant->is_number ? number_in(constant->text) : constant;
    }
    if (range.second - range.first == 2 && tokens[range.first] == "-")
        return number_in("-" + tokens[range.first + 1]);
    if (range.second - range.first != 1) return std::nullopt;
    const std::string& token = tokens[range.first];
    if (token.front() == '\'') return Constant{false, 0, unquoted(token)};
    return std::isdigit(static_cast<unsigned char>(token.front())) != 0 ? number_in(token) : std::nullopt;
}

// (ARRAY[1, 2])::integer[]
std::optional<std::vector<Constant>> list_of(const Tokens& tokens, Range range) {
    while (true) {
        range = without_parentheses(tokens, range);
        const std::size_t cast = last_cast(tokens, range);
        if (cast == range.second) break;
        range.second = cast;
    }
    if (range.second - range.first < 3 || tokens[range.first] != "ARRAY" || tokens[range.first + 1] != "[")
        return std::nullopt;
    std::vector<Constant> constants;
    for (const Range& part : split(tokens, {range.first + 2, range.second - 1}, ",")) {
        const auto constant = constant_of(tokens, part);
        if (!constant) return std::nullopt;
        constants.push_back(*constant);
    }
    return constants;
}

// Conditions
// -----------------------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 6> signs = {"=", "<>", "<", "<=", ">", ">="};

std::string turned(const std::string& sign) {
    if (sign == "<") return ">";
    if (sign == "<=") return ">=";
    if (sign == ">") return "<";
    return sign == ">=" ? "<=" : sign;
}

Condition comparison(const Tokens& tokens, Range left, Range right, const std::string& sign) {
    Condition result{Condition::Form::compared, {}, term_of(tokens, left), sign, "", {}};
    if (sign == "=" && right.second - right.first > 1 && tokens[right.first] == "ANY") {
        const auto list = list_of(tokens, {right.first + 1, right.second});
        if (!list)
            return {
                Condition::Form::other, {}, joined_tokens(tokens, {left.first, right.second}), "", "", {}};
        result.form = Condition::Form::listed;
        result.constants = *list;
    } else if (const auto constant = constant_of(tokens, right)) {
        result.constants = {*constant};
    } else if (const auto first = constant_of(tokens, left)) {
        result.term = term_of(tokens, right);
        result.sign = turned(sign);
        result.constants = {*first};
    } else {
        result.other_term = term_of(tokens, right);
        if (result.sign.front() == '>') {
            std::swap(result.term, result.other_term);
            result.sign = turned(sign);
        }
    }
    if (result.form == Condition::Form::compared && result.sign == "=" && !result.constants.empty())
        result.form = Condition::Form::listed;
    return result;
}

Condition condition_of(const Tokens& tokens, Range range) {
    range = without_parentheses(tokens, range);
    bool is_simple = true;
    at_top(tokens, range, [&](std::size_t i) {
        if (is_any_of(tokens[i], {"CASE", "NOT", "BETWEEN"}) && (i == range.first || tokens[i - 1] != "IS"))
            is_simple = false;
    });
    Condition unknown{Condition::Form::other, {}, joined_tokens(tokens, range), "", "", {}};
    if (!is_simple) return unknown;
    for (const auto& [word, form] :
         {std::pair{"OR", Condition::Form::one_of}, std::pair{"AND", Condition::Form::all_of}}) {
        const auto parts = split(tokens, range, word);
        if (parts.size() == 1) continue;
        Condition result{form, {}, "", "", "", {}};
        for (const Range& part : parts) result.parts.push_back(condition_of(tokens, part));
        return result;
    }
    if (range.second - range.first > 3 &&
        joined_tokens(tokens, {range.second - 3, range.second}) == "IS NOT NULL")
        return {Condition::Form::not_null, {}, term_of(tokens, {range.first, range.second - 3}), "", "", {}};
    std::vector<std::size_t> places;
    at_top(tokens, range, [&](std::size_t i) {
        if (std::find(signs.begin(), signs.end(), tokens[i]) != signs.end()) places.push_back(i);
    });
    if (places.size() != 1 || places[0] == range.first || places[0] + 1 >= range.second) return unknown;
    return comparison(tokens, {range.first, places[0]}, {places[0] + 1, range.second}, tokens[places[0]]);
}

// Longer ones may come from a file that somebody forged to keep us busy.
constexpr std::size_t longest_condition = 4096;

Condition condition_in(std::string_view sql) {
    if (sql.size() > longest_condition) return {Condition::Form::other, {}, std::string{sql}, "", "", {}};
    poll();
    const Tokens tokens = tokens_of(sql);
    return condition_of(tokens, {0, tokens.size()});
}

// Conclusions
// ----------------------------------------------------------------------------------------------------

bool holds(const Constant& value, const std::string& sign, const Constant& other) {
    const auto order = compare(value, other);
    if (!order) return sign == "<>" && !value.is_number && !other.is_number;
    if (sign == "=") return *order == 0;
    if (sign == "<>") return *order != 0;
    if (sign == "<") return *order < 0;
    if (sign == "<=") return *order <= 0;
    if (sign == ">") return *order > 0;
    return *order >= 0;
}

bool is_listed(const Constant& value, const std::vector<Constant>& list) {
    return std::any_of(list.begin(), list.end(), [&](const Constant& one) { return holds(value, "=", one); });
}

// From v < 5 follows v < 6, v <= 5, v <> 5.
bool bound_implies(const std::string& known, const Constant& known_bound, const std::string& asked,
                   const Constant& bound) {
    const auto order = compare(known_bound, bound);
    if (!order) return false;
    if (known == "<>") return asked == "<>" && *order == 0;
    const bool is_below = known.front() == '<';
    const bool is_strict = known.size() == 1;
    const int distance = is_below ? -*order : *order;  // more than 0: the known bound is the tighter one
    if (asked == "<>") return distance > 0 || (distance == 0 && is_strict);
    if ((asked.front() == '<') != is_below) return false;
    return distance > 0 || (distance == 0 && (is_strict || asked.size() == 2));
}

bool one_implies(const Condition& known, const Condition& asked) {
    using Form = Condition::Form;
    if (known.form == Form::listed)
        return std::all_of(known.constants.begin(), known.constants.end(), [&](const Constant& value) {
            if (asked.form == Form::listed) return is_listed(value, asked.constants);
            return asked.form == Form::compared && asked.other_term.empty() &&
                   holds(value, asked.sign, asked.constants[0]);
        });
    if (known.form != asked.form) return false;
    if (known.form == Form::other) return true;  // the term is the whole condition
    if (known.form != Form::compared || known.other_term != asked.other_term) return false;
    if (known.other_term.empty())
        return bound_implies(known.sign, known.constants[0], asked.sign, asked.constants[0]);
    return known.sign == asked.sign || (known.sign == "<" && is_any_of(asked.sign, {"<=", "<>"})) ||
           (known.sign == "=" && asked.sign == "<=");
}

constexpr std::array<const char*, 3> length_functions = {"length", "char_length", "character_length"};

bool is_length_limit(const Condition& condition) {
    return condition.form == Condition::Form::compared && condition.other_term.empty() &&
           condition.sign.front() == '<' && condition.sign != "<>" && condition.term.ends_with(")") &&
           std::any_of(length_functions.begin(), length_functions.end(), [&](const char* function) {
               return condition.term.starts_with(std::string{function} + "(");
           });
}

bool is_iso_date(const std::string& text) {
    const auto digits = static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](unsigned char one) { return std::isdigit(one) != 0; }));
    return (text.size() == 10 && digits == 8 && text[4] == '-' && text[7] == '-') ||
           (text.size() == 19 && digits == 14 && text[4] == '-' && text[10] == ' ' && text[13] == ':');
}

}  // namespace

std::optional<int> compare(const Constant& left, const Constant& right) {
    if (left.is_number != right.is_number) return std::nullopt;
    if (left.is_number) return left.number < right.number ? -1 : left.number > right.number ? 1 : 0;
    if (left.text == right.text) return 0;
    if (!is_iso_date(left.text) || !is_iso_date(right.text)) return std::nullopt;
    // a date is the first moment of its day
    return left.text < right.text ? -1 : 1;
}

std::optional<Constant> constant_in(std::string_view sql) {
    if (sql.size() > longest_condition) return std::nullopt;
    const Tokens tokens = tokens_of(sql);
    return constant_of(tokens, {0, tokens.size()});
}

std::vector<std::string> list_items(std::string_view sql) {
    if (sql.size() > longest_condition) return {std::string{sql}};
    const Tokens tokens = tokens_of(sql);
    std::vector<std::string> items;
    for (const Range& part : split(tokens, without_parentheses(tokens, {0, tokens.size()}), ","))
        items.push_back(joined_tokens(tokens, part));
    return items;
}

std::string with_column_for_value(std::string_view condition, const std::string& column) {
    Tokens tokens = tokens_of(condition);
    for (std::string& token : tokens)
        if (token == "VALUE") token = column;
    return joined_tokens(tokens, {0, tokens.size()});
}

void KnownOfRows::add(const Condition& condition) {
    if (condition.form == Condition::Form::all_of) {
        for (const Condition& part : condition.parts) add(part);
    } else if (condition.form == Condition::Form::not_null) {
        not_null_.push_back(condition.term);
    } else if (condition.form != Condition::Form::one_of) {
        facts_[condition.term].push_back(condition);
    }
}

void KnownOfRows::add(std::string_view condition) { add(condition_in(condition)); }

void KnownOfRows::add_not_null(const std::string& column) { not_null_.push_back(column); }

void KnownOfRows::add_always_null(const std::string& column) { always_null_.push_back(column); }

void KnownOfRows::add_length(const std::string& column, int longest) {
    const Constant limit{true, static_cast<long double>(longest), std::to_string(longest)};
    for (const char* function : length_functions)
        add(Condition{
            Condition::Form::compared, {}, std::string{function} + "(" + column + ")", "<=", "", {limit}});
}

bool KnownOfRows::imply(const Condition& asked) const {
    const auto follows = [&](const Condition& part) { return imply(part); };
    if (asked.form == Condition::Form::all_of)
        return std::all_of(asked.parts.begin(), asked.parts.end(), follows);
    if (asked.form == Condition::Form::one_of)
        return std::any_of(asked.parts.begin(), asked.parts.end(), follows);
    if (asked.form == Condition::Form::not_null) return is_not_null(asked.term);
    if (asked.form != Condition::Form::other &&
        (contains(always_null_, asked.term) || contains(always_null_, asked.other_term)))
        return true;
    if (is_length_limit(asked)) {
        const auto open = asked.term.find('(');
        const auto longest_here = longest(asked.term.substr(open + 1, asked.term.size() - open - 2));
        const Constant length{true, static_cast<long double>(longest_here.value_or(0)), ""};
        if (longest_here && holds(length, asked.sign, asked.constants[0])) return true;
    }
    const auto known = facts_.find(asked.term);
    return known != facts_.end() &&
           std::any_of(known->second.begin(), known->second.end(),
                       [&](const Condition& fact) { return one_implies(fact, asked); });
}

bool KnownOfRows::imply(std::string_view condition) const { return imply(condition_in(condition)); }

bool KnownOfRows::is_not_null(const std::string& column) const { return contains(not_null_, column); }

bool KnownOfRows::is_always_null(const std::string& column) const { return contains(always_null_, column); }

std::optional<std::size_t> KnownOfRows::longest(const std::string& column) const {
    std::optional<std::size_t> result;
    const auto facts_of = [&](const std::string& term) {
        const auto place = facts_.find(term);
        return place == facts_.end() ? std::vector<Condition>{} : place->second;
    };
    const auto limit = [&](std::size_t longest) { result = std::min(result.value_or(longest), longest); };
    for (const Condition& fact : facts_of(column)) {
        if (fact.form != Condition::Form::listed) continue;
        std::size_t longest = 0;
        for (const Constant& value : fact.constants) longest = std::max(longest, value.text.size());
        limit(longest);
    }
    for (const char* function : length_functions)
        for (const Condition& fact : facts_of(std::string{function} + "(" + column + ")"))
            if (fact.form == Condition::Form::compared && fact.other_term.empty() &&
                fact.sign.front() == '<' && fact.sign != "<>" && fact.constants[0].is_number &&
                fact.constants[0].number >= 0 && fact.constants[0].number < 1e6L)
                limit(static_cast<std::size_t>(fact.constants[0].number));
    return result;
}

}  // namespace schemaver::core
