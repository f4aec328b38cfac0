// A parse tree in memory, as flat as its text: values by number, no pointers, nothing to destroy in turn.
//
//     {A_EXPR :name ("=") :rexpr {A_CONST :val 1}}
//
// is a node with two fields; the first field's value is a list of one token, the second's a node.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace schemaver::core::parse_tree {

using Index = std::uint32_t;
inline constexpr Index none = ~Index{0};

enum class Kind : std::uint8_t { token, list, node };

// A part of the tree: a token by its text, a list by its elements, a node by its label and its fields.
// Elements and fields are a stretch of the tree's parts; elements have no key. Texts point into what is read.
struct Value {
    Kind kind;
    std::string_view text;
    Index first = 0;
    Index count = 0;
};

struct Part {
    std::string_view key;
    Index value;
};

class Tree {
  public:
    explicit Tree(std::size_t text_size) {
        values_.reserve(text_size / 24 + 8);
        parts_.reserve(text_size / 24 + 8);
        most_values_ = 8 * (text_size / 8 + 64);
    }

    Value& operator[](Index index) { return values_[index]; }
    const Value& operator[](Index index) const { return values_[index]; }
    Part& part(const Value& value, Index number) { return parts_[value.first + number]; }
    const Part& part(const Value& value, Index number) const { return parts_[value.first + number]; }
    Index element(const Value& value, Index number) const { return parts_[value.first + number].value; }

    Index add_token(std::string_view text) { return add({Kind::token, text, 0, 0}); }

    template <typename Iterator>
    Index add(Kind kind, std::string_view label, Iterator begin, Iterator end) {
        const auto first = static_cast<Index>(parts_.size());
        parts_.insert(parts_.end(), begin, end);
        return add({kind, label, first, static_cast<Index>(parts_.size() - first)});
    }

    // The value of a field; none where the node has no such field, which means that it is at its default.
    Index field(Index node, std::string_view key) const {
        if (node == none || values_[node].kind != Kind::node) return none;
        const Value& value = values_[node];
        for (Index i = 0; i < value.count; ++i) {
            if (part(value, i).key == key) return element(value, i);
        }
        return none;
    }
    void drop_field(Index node, std::string_view key) {
        Value& value = values_[node];
        const auto begin = parts_.begin() + value.first;
        const auto end =
            std::remove_if(begin, begin + value.count, [&](const Part& p) { return p.key == key; });
        value.count = static_cast<Index>(end - begin);
    }

    bool is_node(Index value, std::string_view label) const {
        return value != none && values_[value].kind == Kind::node && values_[value].text == label;
    }
    bool is_list(Index value) const { return value != none && values_[value].kind == Kind::list; }
    // A token's text; empty for anything else.
    std::string_view token(Index value) const {
        return value != none && values_[value].kind == Kind::token ? values_[value].text : std::string_view();
    }
    // A string's content, still with the server's backslashes; nothing for anything else.
    std::optional<std::string_view> string(Index value) const {
        const std::string_view text = token(value);
        if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
        return text.substr(1, text.size() - 2);
    }

    // Only a tree made to hurt (casts of casts of casts of a long array) multiplies under normalisation.
    bool has_grown_too_far() const { return values_.size() > most_values_; }

  private:
    Index add(Value value) {
        values_.push_back(value);
        return static_cast<Index>(values_.size() - 1);
    }

    std::vector<Value> values_;
    std::vector<Part> parts_;
    std::size_t most_values_;
};

// `root` in the server's notation. `expected_size` is what to reserve.
std::string written(const Tree& tree, Index root, std::size_t expected_size);

}  // namespace schemaver::core::parse_tree
