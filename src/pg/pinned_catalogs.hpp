// The server's own lookups (names, deparsers, types) as of one snapshot.
//
// The server looks names up in the catalogs as they are now, whatever snapshot the query has. While others
// rename and drop, a deparser would then mix two states, or find nothing. Logical decoding has the same need
// and the server has a way for it, the historic snapshot: while it is set, catalog lookups use it. The caches
// are emptied before and after, because what is in them belongs to the other state.
#pragma once

#include "pg/boundary.hpp"

extern "C" {
#include "utils/snapshot.h"
}

namespace schemaver::pg {

// Runs `body`, which only reads, with all catalog lookups as of `snapshot` (MVCC, active). It runs in a
// subtransaction that is rolled back in any case: so the locks that deparsers take go with it. Throws what
// body throws; and Error (serialization_failure) where a catalog was rewritten after the snapshot was taken.
void with_catalogs_as_of(Snapshot snapshot, const std::function<void()>& body);

}  // namespace schemaver::pg
