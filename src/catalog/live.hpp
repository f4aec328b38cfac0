// The live schema's digests, kept by the session: reading them again costs what has changed.
//
//     const Digests& now = live_digests();       // the first time: one pass over the catalogs
//     ALTER TABLE t ADD c int;
//     const Digests& then = live_digests();      // looks at each page's header, reads t and what depends on
//     it
#pragma once

#include "catalog/digests.hpp"

namespace schemaver::catalog {

// Portable digests of all objects as the active snapshot sees them. Valid until the next call.
const Digests& live_digests();

// The two halves of it, for those who are not to hold a snapshot while they hash: reads what the active
// snapshot sees; and, without one, makes digests and the fingerprint of it. Then live_digests() has next to
// nothing left to do.
void read_live();
void hash_live();

// The same without what the session keeps; `portable` false: exact digests.
std::unique_ptr<Digests> read_digests(bool portable);
// Before arrange(), which hashes.
std::unique_ptr<Digests> read_unhashed(bool portable);

}  // namespace schemaver::catalog
