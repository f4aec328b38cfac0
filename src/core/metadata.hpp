// Backup metadata: what a stamp says of the database that a backup was taken from.
//
// Written as canonical JSON with a format version and a digest over itself (the SHA-256 of the canonical form
// of the document without its "digest" key, written "sha256:<hex>"). Also read: the older "key: value" text
// files (timestamp:, alembic_version:, database:, backup_file:), which know less. docs/metadata.md is the
// specification.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model.hpp"

namespace schemaver::core {

inline constexpr int metadata_format = 1;

struct Extension {
    std::string name;
    std::string version;
};

struct Migration {
    std::string tool;                    // "alembic"; empty: no migration tool was found
    std::vector<std::string> revisions;  // the current head(s); more than one: several heads
    std::vector<std::string> history;    // every revision the ledger saw, oldest first, the current one last
};

struct Metadata {
    bool from_text_file = false;  // the older key: value form
    int format = metadata_format;
    std::string label;
    std::string created_at;  // ISO 8601, UTC
    std::string created_by;
    std::string database;
    std::string backup_file;     // only the older form has it
    std::string server_version;  // "15.18 (Debian 15.18-0+deb12u1)"
    int server_version_num = 0;  // 150018; 0: not known
    std::string system_identifier;
    std::string encoding;         // "UTF8"; empty: not known
    std::string locale_provider;  // "libc", "icu", "builtin"
    std::string collate;          // "C.UTF-8"
    std::string ctype;
    std::string collation_version;  // empty: none
    std::vector<Extension> extensions;
    std::vector<std::string> roles;        // that own something or are granted something
    std::vector<std::string> tablespaces;  // in use, beside pg_default
    Migration migration;
    std::string fingerprint;            // portable, "sv1:..."; empty: not known
    std::string structure_fingerprint;  // the structure facet alone; empty: not known
    std::string exact_fingerprint;
    std::string timeline;                        // uuid
    std::int64_t commit = 0;                     // the last commit in the ledger; 0: none
    std::map<std::string, std::int64_t> counts;  // objects by kind
    std::optional<Schema> objects;               // absent when the stamp was made without definitions
};

// Canonical JSON with the digest filled in.
std::string write_metadata(const Metadata& metadata);

// Reads either form. Throws Error: invalid_metadata (empty, not an object, a member missing or of the wrong
// type: says which), metadata_format_too_new, metadata_digest_mismatch.
Metadata read_metadata(std::string_view text);

}  // namespace schemaver::core
