// Reading a parse tree, without recursion: a tree is as deep as the user's expression is long.
//
// The tree is built from its leaves up, and each node is normalised when its closing brace is read, when all
// that is below it is in normal form already.
#include "core/portable.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/node_tree.hpp"
#include "core/portable_rules.hpp"

namespace schemaver::core {

namespace parse_tree {

namespace {

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text), tree_(text.size()) {}

    std::string normal_form() {
        while (skip_space()) read_one();
        if (!open_.empty()) fail("it ends too early");
        if (parts_.size() != 1) fail("it is not one tree");
        return written(tree_, parts_.front().value, text_.size());
    }

  private:
    // A list or node whose end has not been read; its parts so far are parts_ from `first` on.
    struct Open {
        Kind kind;
        std::string_view label;
        std::size_t first;
        std::string_view key;  // of the field whose value comes next
    };

    [[noreturn]] void fail(std::string_view why) const {
        throw Error(sqlstate::internal, "could not read a parse tree",
                    fmt::format("At byte {}: {}.", place_, why));
    }

    bool skip_space() {
        while (place_ < text_.size() &&
               (text_[place_] == ' ' || text_[place_] == '\n' || text_[place_] == '\t')) {
            ++place_;
        }
        return place_ < text_.size();
    }

    std::string_view read_word() {
        const std::size_t start = place_;
        while (place_ < text_.size()) {
            switch (text_[place_]) {
                case ' ':
                case '\n':
                case '\t':
                case '(':
                case ')':
                case '{':
                case '}':
                    return text_.substr(start, place_ - start);
                case '\\':
                    place_ += 2;
                    break;
                default:
                    ++place_;
            }
        }
        if (place_ > text_.size()) fail("a backslash stands at the end");
        return text_.substr(start);
    }

    void read_one() {
        switch (text_[place_]) {
            case '(':
                ++place_;
                open_.push_back({Kind::list, {}, parts_.size(), {}});
                return;
            case '{': {
                ++place_;
                const std::string_view label = current_label(read_word());
                if (label.empty()) fail("a node has no label");
                open_.push_back({Kind::node, label, parts_.size(), {}});
                return;
            }
            case ')':
                return close(Kind::list);
            case '}':
                return close(Kind::node);
            default:
                return take_word(read_word());
        }
    }

    void take_word(std::string_view word) {
        if (open_.empty() || open_.back().kind == Kind::list) return take(tree_.add_token(word));
        Open& node = open_.back();
        if (!node.key.empty()) {
            if (says_nothing(node.label, node.key, word)) {
                node.key = {};
                return;
            }
            return take(tree_.add_token(word));
        }
        if (word.starts_with(':')) {
            node.key = word;
            return;
        }
        // {A_EXPR ANY :name ...} from 16 on, {AEXPR :name ("=") ANY ...} before; {A_CONST NULL} everywhere.
        parts_.push_back({":kind", tree_.add_token(word)});
    }

    void take(Index value) {
        std::string_view key;
        if (!open_.empty() && open_.back().kind == Kind::node) {
            key = open_.back().key;
            if (key.empty()) fail("a value stands without a field");
            open_.back().key = {};
            normalise_field(tree_, key, value);
        }
        parts_.push_back({key, value});
    }

    void close(Kind kind) {
        if (open_.empty() || open_.back().kind != kind) fail("brackets do not match");
        const Open closed = open_.back();
        if (!closed.key.empty()) fail("a field has no value");
        ++place_;
        const auto first = parts_.begin() + static_cast<std::ptrdiff_t>(closed.first);
        if (kind == Kind::node) {
            std::sort(first, parts_.end(),
                      [](const Part& one, const Part& other) { return one.key < other.key; });
        }
        Index value = tree_.add(kind, closed.label, first, parts_.end());
        parts_.erase(first, parts_.end());
        open_.pop_back();
        if (kind == Kind::node) value = normal_node(tree_, value);
        take(value);
    }

    std::string_view text_;
    std::size_t place_ = 0;
    Tree tree_;
    std::vector<Open> open_;
    std::vector<Part> parts_;
};

}  // namespace

}  // namespace parse_tree

std::string normal_form(std::string_view node_text) { return parse_tree::Reader(node_text).normal_form(); }

}  // namespace schemaver::core
