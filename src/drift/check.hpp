// check_drift(), for those who call it from C++: a worker that compares with another server lets go of its
// snapshot whenever it waits for that.
//
//     Elsewhere staging;
//     ask_elsewhere(staging, "server:staging", pg::without_snapshot);
//     find_drift("server:staging", &staging, survey);
#pragma once

#include "drift/survey.hpp"

namespace schemaver::drift {

struct Elsewhere {
    version::Point point;
    std::string fingerprint;
};

// All that a check has to know of the other server; what waits for it is run by `waits`. What `elsewhere`
// knows already, from a call that did not come to its end, is not asked again.
using Waits = std::function<void(const std::function<void()>&)>;
void ask_elsewhere(Elsewhere& elsewhere, const std::string& against, const Waits& waits);

// Returns how much drift is new. `against`: a point, or nothing: every baseline. `elsewhere`: of a point of
// another server.
std::int64_t find_drift(const std::optional<std::string>& against, const Elsewhere* elsewhere,
                        Survey& survey);

}  // namespace schemaver::drift
