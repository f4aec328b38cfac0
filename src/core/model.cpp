// Order and look-up in a schema: by kind, then identity, as bytes.
#include "core/model.hpp"

#include <algorithm>
#include <utility>

#include "core/poll.hpp"

namespace schemaver::core {

namespace {

using Key = std::pair<std::string_view, std::string_view>;

Key key_of(const Object& object) { return {object.kind, object.identity}; }

}  // namespace

void sort(Schema& schema) {
    std::sort(schema.begin(), schema.end(), [](const Object& left, const Object& right) {
        poll();
        return key_of(left) < key_of(right);
    });
}

const Object* find(const Schema& schema, std::string_view kind, std::string_view identity) {
    const Key wanted{kind, identity};
    const auto place =
        std::lower_bound(schema.begin(), schema.end(), wanted,
                         [](const Object& object, const Key& key) { return key_of(object) < key; });
    return place != schema.end() && key_of(*place) == wanted ? &*place : nullptr;
}

}  // namespace schemaver::core
