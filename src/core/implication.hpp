// What is known of every row of a table, and whether a condition follows from it.
//
// From "v > 0" follows "v >= 0", from "v in (1, 2)" follows "v < 10". Only simple conditions are understood:
// comparisons with constants, lists of values, IS NOT NULL, AND and OR; of the rest, what is the same text.
// Conditions are those of CHECK, which let pass what is NULL. "Does not follow" may also mean "is not known
// to".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace schemaver::core {

struct Constant {
    bool is_number = false;
    long double number = 0;
    std::string text;
};

// Less than 0, 0, more than 0; nothing: which comes first is not known.
std::optional<int> compare(const Constant& left, const Constant& right);

// A literal as the server deparses it: 5, '-5'::integer, 'new'::text. Nothing: no constant, or NULL.
std::optional<Constant> constant_in(std::string_view sql);

// What stands between the commas, in parentheses or not: ('a', 'b') is 'a' and 'b'.
std::vector<std::string> list_items(std::string_view sql);

// The condition with this column in the place of VALUE, as a domain's check becomes one of a table.
std::string with_column_for_value(std::string_view condition, const std::string& column);

struct Condition {
    enum class Form { all_of, one_of, compared, listed, not_null, other };
    Form form = Form::other;
    std::vector<Condition> parts;     // of all_of and one_of
    std::string term;                 // what is compared: a column, length(column)
    std::string sign;                 // of compared
    std::string other_term;           // of compared, if not with a constant
    std::vector<Constant> constants;  // of compared (one) and listed
};

class KnownOfRows {
  public:
    void add(std::string_view condition);
    void add_not_null(const std::string& column);
    void add_always_null(const std::string& column);
    void add_length(const std::string& column, int longest);

    bool imply(std::string_view condition) const;
    bool is_not_null(const std::string& column) const;
    bool is_always_null(const std::string& column) const;

    // The most characters that a value of this text column has, as far as it is known.
    std::optional<std::size_t> longest(const std::string& column) const;

  private:
    std::map<std::string, std::vector<Condition>> facts_;  // by term
    std::vector<std::string> not_null_;
    std::vector<std::string> always_null_;

    void add(const Condition& condition);
    bool imply(const Condition& condition) const;
};

}  // namespace schemaver::core
