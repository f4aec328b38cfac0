// What a row of a catalog is a part of.
#pragma once

#include "catalog/reading.hpp"

namespace schemaver::catalog {

// One step up: an array type's element type, a foreign key's trigger's constraint. The address itself where
// the row stands for itself; an invalid one where it has gone.
Address part_of(Address address);

}  // namespace schemaver::catalog
