// Many databases at once: which have the same schema, told in a table and in a sentence.
//
//     group_fleet({{"eu1", "sv1:aa..", ""}, {"eu2", "sv1:aa..", ""}, {"us1", "", "cannot be reached"}},
//     "sv1:aa..") in_a_sentence(groups)     "2 at sv1:aa.. (as here), 1 without an answer: us1"
#pragma once

#include <string>
#include <vector>

namespace schemaver::core {

struct FleetAnswer {
    std::string server;
    std::string fingerprint;  // empty: there was none
    std::string error;        // then: why
};

struct FleetGroup {
    std::string fingerprint;           // empty: these could not be asked, all for the same reason
    std::vector<std::string> servers;  // by name
    bool is_live = false;              // as this database
    std::string error;
};

// The largest groups first, those without an answer last.
std::vector<FleetGroup> group_fleet(const std::vector<FleetAnswer>& answers, const std::string& live);

std::string in_a_sentence(const std::vector<FleetGroup>& groups);

}  // namespace schemaver::core
