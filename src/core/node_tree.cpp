// Writing a tree, without recursion: it is as deep as the user's expression is long.
#include "core/node_tree.hpp"

namespace schemaver::core::parse_tree {

std::string written(const Tree& tree, Index root, std::size_t expected_size) {
    struct Place {
        Index value;
        Index next;
    };
    std::string out;
    out.reserve(expected_size);
    std::vector<Place> path;
    const auto open = [&](Index index) {
        const Value& value = tree[index];
        if (value.kind == Kind::token) {
            out += value.text;
            return;
        }
        out += value.kind == Kind::list ? '(' : '{';
        out += value.text;
        path.push_back({index, 0});
    };
    open(root);
    while (!path.empty()) {
        Place& place = path.back();
        const Value& value = tree[place.value];
        if (place.next == value.count) {
            out += value.kind == Kind::list ? ')' : '}';
            path.pop_back();
            continue;
        }
        const Part& part = tree.part(value, place.next);
        if (value.kind == Kind::node) {
            out += ' ';
            out += part.key;
            out += ' ';
        } else if (place.next > 0) {
            out += ' ';
        }
        ++place.next;
        open(part.value);
    }
    return out;
}

}  // namespace schemaver::core::parse_tree
