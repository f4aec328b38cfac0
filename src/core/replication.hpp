// Publisher beside subscriber: logical replication carries rows and no DDL, so what will stop it, and why.
//
//     the publisher's table got a column that the subscriber's has not    -> error, "missing column"
//     the subscriber's table has a UNIQUE that the publisher's has not    -> warning, "constraint"
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/restore_types.hpp"

namespace schemaver::core {

struct Subscription {
    std::vector<std::string> publications;  // by name, unquoted
    std::set<std::string> tables;           // identities of those that it has taken up
    bool binary = false;                    // values come in the binary form of their types
};

// "error": the apply worker stops at such a change, or the publisher refuses it. "warning": it stops at some
// rows, or rows do not arrive. "info": so it is meant, probably.
struct ReplicationFinding {
    std::string severity;
    std::string check;
    std::string table;  // empty: a publication
    std::string detail;
    std::string hint;
};

// The schemas are sorted. Of the kinds that is_about_replication() names, at least.
std::vector<ReplicationFinding> check_replication(const Subscription& subscription, const Schema& publisher,
                                                  const Schema& subscriber);

bool is_about_replication(const std::string& kind);

}  // namespace schemaver::core
