// Digests of a schema that has been read: normalised by this server's grammar, unless they are to be exact.
#pragma once

#include "core/fingerprint.hpp"
#include "core/model.hpp"

namespace schemaver::version {

std::vector<core::DigestedObject> digests(const core::Schema& schema, const core::FacetSet& facets,
                                          bool exact);
std::string fingerprint(const core::Schema& schema, const core::FacetSet& facets = {}, bool exact = false);

}  // namespace schemaver::version
