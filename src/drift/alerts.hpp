// How people hear of drift: NOTIFY on the channel "schemaver", and the server's log.
#pragma once

#include "drift/found.hpp"

namespace schemaver::drift {

// Each row once; when there are very many, the first ones and how many more there are. Listeners hear of it
// when the transaction commits.
void tell(const std::vector<FoundDrift>& opened);

}  // namespace schemaver::drift
