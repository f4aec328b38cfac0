// The definitions as documents.
#include "catalog/output.hpp"

#include <algorithm>

namespace schemaver::catalog {

void Documents::add(Address address, std::string_view kind, std::string identity, const std::string& schema,
                    Json definition) {
    objects.push_back({address, {std::string(kind), std::move(identity), schema, std::move(definition)}});
}

void Documents::add(Address address, std::string_view kind, std::string identity, const std::string& schema,
                    const core::Facets& definition) {
    add(address, kind, std::move(identity), schema, definition.document());
}

void Documents::sort() {
    std::sort(objects.begin(), objects.end(), [](const LocatedObject& a, const LocatedObject& b) {
        return std::tie(a.object.kind, a.object.identity) < std::tie(b.object.kind, b.object.identity);
    });
}

}  // namespace schemaver::catalog
