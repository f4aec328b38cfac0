// A step of a worker's work: a transaction that waits for nobody. Where a lock is not to be had at once it is
// rolled back, the lock is waited for without a snapshot, and the step is done from its beginning.
//
//     std::int64_t count = 0;
//     step([&] { count = find_drift(baseline, nullptr); });
//
// So what a step leaves behind outside of its transaction must bear being done twice.
#pragma once

#include <functional>

namespace schemaver::drift {

// Throws pg::Error: what the step failed of, or what it has waited ten seconds for.
void step(const std::function<void()>& body);

}  // namespace schemaver::drift
