// The restore rules: may this backup's data be loaded into that database, and what will happen?
//
// Two sides are compared, the backup (its metadata) and the target (the same record, taken of the database
// asked), and every rule that finds something gives a Finding. The verdict follows from the findings, the
// fingerprints and the migration histories of both sides (design of the words: docs/restore.md).
#pragma once

#include <string>
#include <vector>

#include "core/fingerprint.hpp"
#include "core/metadata.hpp"

namespace schemaver::core {

struct Finding {
    std::string severity;  // "error": data would be refused or lost; "warning"; "info"
    std::string check;     // the rule: "missing column", "server version", "enum label", ...
    std::string kind;      // of the object; empty: the database as a whole
    std::string identity;  // of the object: "public.people", or "public.people.email" for a column
    std::string detail;    // the facts, one sentence
    std::string hint;      // what to do: a command where there is one; may be empty
};

struct RestoreReport {
    std::string verdict;  // match, compatible, upgrade, downgrade, diverged, incompatible, unknown
    std::string data;     // match, compatible, incompatible, unknown: what would happen to the rows alone
    std::string summary;  // one sentence for a person
    std::vector<std::string>
        next_commands;  // to run, in order; "pg_restore ..." at the end where it makes sense
    std::vector<std::string> revisions_between;  // from the older side (exclusive) to the newer (inclusive)
    std::vector<Finding> findings;               // errors first
    int errors = 0;
    int warnings = 0;
};

// `target` is the record of the live database in the same form. `normalise` compares expressions.
RestoreReport check_restore(const Metadata& backup, const Metadata& target, const Normalise& normalise);

}  // namespace schemaver::core
