// Digests: of a definition, and of a whole schema or a part of it.
//
// definition digest = SHA-256 of the canonical JSON object that maps each facet to the SHA-256 (hex) of the
// facet's own canonical JSON. fingerprint = "sv1:" and the SHA-256 of the canonical JSON array of
// [kind, identity, definition digest], sorted by kind and identity as bytes. So a part (one schema, some
// facets) is compared by leaving the rest out. docs/fingerprint.md is the specification.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.hpp"
#include "core/model.hpp"

namespace schemaver::core {

// Which facets count; all four unless told otherwise.
struct FacetSet {
    bool comment = true;
    bool security = true;
    bool storage = true;
    bool structure = true;

    bool has(std::string_view facet) const;
};

// Throws Error (invalid_argument) that lists the four facets on an unknown name.
FacetSet facets_from_names(const std::vector<std::string>& names);

DigestBytes definition_digest_bytes(const Json& definition, const FacetSet& facets = {});
// The same as 64 hex digits.
std::string definition_digest(const Json& definition, const FacetSet& facets = {});

// The same from the digests of the facets, in the order of facet_names; nullptr: empty, or not to count.
DigestBytes definition_digest(const std::array<const DigestBytes*, 4>& facets);

struct DigestedObject {
    std::string kind;
    std::string identity;
    std::string digest;
};

// "sv1:" + 64 hex digits. Sorts a copy of the pointers, so the order given does not matter.
std::string fingerprint(const std::vector<DigestedObject>& objects);

// A fingerprint of objects that come one by one, sorted by kind, then identity. One at a time, as Sha256.
class FingerprintComposer {
  public:
    void add(std::string_view kind, std::string_view identity, const DigestBytes& digest);
    std::string finish();

  private:
    Sha256 hash_;
    std::string text_ = "[";  // what has not been hashed yet
    bool is_first_ = true;
};

// Turns the text of one expression or query into its normal form (see core/portable.hpp).
using Normalise = std::function<std::string(const std::string& sql)>;

// Whether a value is {"sql": text} and nothing else.
bool is_expression(const Json& value);

// The definition with every {"sql": text} replaced by {"normal": normalise(text)}: what the portable digest
// is taken over.
Json portable(const Json& definition, const Normalise& normalise);

}  // namespace schemaver::core
