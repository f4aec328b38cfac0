// Publisher beside subscriber: logical replication carries rows and no DDL, so what will stop it, and why.
//
//     the publisher's table got a column that the subscriber's has not    -> error, "missing column"
//     the subscriber's table has a UNIQUE that the publisher's has not    -> warning, "constraint"
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/fingerprint.hpp"
#include "core/restore_types.hpp"

namespace schemaver::core {

// As which role the apply worker writes a table or a partition, and what that role may not.
struct ApplyRights {
    std::string role;
    bool may_become = true;            // the subscription's owner, where that is another role
    bool row_security = false;         // its policies apply to the role, so the worker refuses the table
    std::vector<std::string> missing;  // of INSERT, UPDATE, DELETE, TRUNCATE
};

struct Subscription {
    std::vector<std::string> publications;  // by name, unquoted
    std::set<std::string> tables;           // identities of those that it has taken up
    bool binary = false;                    // values come in the binary form of their types
    std::map<std::string, ApplyRights> rights =
        {};                       // by table, partitions too; those that lack nothing may be left out
    bool lacks_password = false;  // and may not connect without one
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

// The schemas are sorted. Of the subscriber all kinds that is_about_replication() names; of the publisher
// tables, types, unique indexes and what is published.
std::vector<ReplicationFinding> check_replication(const Subscription& subscription, const Schema& publisher,
                                                  const Schema& subscriber, const Normalise& normalise);

bool is_about_replication(const std::string& kind);

}  // namespace schemaver::core
