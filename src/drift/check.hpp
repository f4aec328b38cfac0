// check_drift(), for those who call it from C++: a worker that compares with another server.
//
// A worker lets go of its snapshot while it waits for the other server (pg::without_snapshot), so the steps
// are apart:
//
//     Elsewhere staging = ask_elsewhere("server:staging");      waits
//     if (differs(staging)) list_elsewhere(staging);            waits
//     find_drift("server:staging", &staging);
#pragma once

#include "version/point.hpp"

namespace schemaver::drift {

struct Elsewhere {
    version::Point point;
    std::string fingerprint;
};
bool is_elsewhere(const std::optional<std::string>& against);
// Connects, and asks for the fingerprint.
Elsewhere ask_elsewhere(const std::string& against);
// From the live schema.
bool differs(const Elsewhere& elsewhere);
void list_elsewhere(const Elsewhere& elsewhere);

// Returns how much drift is new. `against`: a point, or nothing: every baseline. `elsewhere`: of a point of
// another server.
std::int64_t find_drift(const std::optional<std::string>& against, const Elsewhere* elsewhere);

}  // namespace schemaver::drift
