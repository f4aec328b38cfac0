// The definitions as documents, and written out.
#include "catalog/output.hpp"

#include <algorithm>

#include "core/fingerprint.hpp"
#include "core/poll.hpp"

namespace schemaver::catalog {

void Documents::add(Address address, std::string_view kind, std::string_view identity,
                    const std::string& schema, Json definition) {
    objects.push_back({address, {std::string(kind), std::string(identity), schema, std::move(definition)}});
}

void Documents::add(Address address, std::string_view kind, std::string_view identity,
                    const std::string& schema, const core::Facets& definition) {
    add(address, kind, identity, schema, definition.document());
}

void Documents::sort() {
    std::sort(objects.begin(), objects.end(), [](const LocatedObject& a, const LocatedObject& b) {
        core::poll();
        return std::tie(a.object.kind, a.object.identity) < std::tie(b.object.kind, b.object.identity);
    });
}

namespace {

std::string as_bytes(const core::DigestBytes& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

void Descriptions::add(Address address, std::string_view kind, std::string_view identity,
                       const std::string& schema, Json definition) {
    objects.push_back({address, std::string(kind), std::string(identity), schema, core::canonical(definition),
                       as_bytes(core::definition_digest_bytes(definition))});
}

void Descriptions::add(Address address, std::string_view kind, std::string_view identity,
                       const std::string& schema, const core::Facets& definition) {
    std::string document = "{";
    std::array<core::DigestBytes, 4> digests;
    std::array<const core::DigestBytes*, 4> present{};
    const auto facets = definition.in_order();
    for (std::size_t i = 0; i < facets.size(); ++i) {
        if (facets[i]->empty()) continue;
        document += document.size() > 1 ? ",\"" : "\"";
        document += core::facet_names[i];
        document += "\":";
        const std::size_t begin = document.size();
        facets[i]->append_to(document);
        digests[i] = core::sha256(std::string_view(document).substr(begin));
        present[i] = &digests[i];
    }
    document += '}';
    objects.push_back({address, std::string(kind), std::string(identity), schema, std::move(document),
                       as_bytes(core::definition_digest(present))});
}

void Descriptions::sort() {
    std::sort(objects.begin(), objects.end(), [](const DescribedObject& a, const DescribedObject& b) {
        core::poll();
        return std::tie(a.kind, a.identity) < std::tie(b.kind, b.identity);
    });
}

}  // namespace schemaver::catalog
