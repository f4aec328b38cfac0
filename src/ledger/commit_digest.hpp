// What the digest of a commit is computed over: its commands, its changes, and its own row.
//
//     content += command_bytes(row);  // each command in order, then each change, then the commit
//     content += change_bytes(row);
//     content += commit_bytes(row);
//     core::sha256(content);
//
// docs/security.md says which columns, and how someone else can recompute it. A new column that is to be
// covered comes at the end of its list here and there; where it is NULL, digests stay what they are.
#pragma once

#include <string>
#include <vector>

#include "core/digest.hpp"
#include "pg/table.hpp"

namespace schemaver::ledger {

// Of a row that was read, or of all columns of one that is about to be inserted.
std::string command_bytes(const pg::Row& row);
std::string change_bytes(const pg::Row& row);
std::string change_bytes(const std::vector<pg::Value>& values);
std::string commit_bytes(const pg::Row& row);
std::string commit_bytes(const std::vector<pg::Value>& values);
std::string seal_bytes(const pg::Row& row);
std::string seal_bytes(const std::vector<pg::Value>& values);
std::string checkpoint_bytes(const pg::Row& row);
// Of a row of another table of ours (pg::our_relation() knows its columns), all columns in their order.
std::string row_bytes(char letter, const pg::Row& row);

inline std::string_view bytes_of(const core::DigestBytes& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Throws library_mismatch where the ledger's tables are not those that this library reads.
void require_ledger_tables();

}  // namespace schemaver::ledger
