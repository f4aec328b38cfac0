// Backup metadata: what a stamp says of the database that a backup was taken from.
//
// Written as canonical JSON with a format version and a digest over itself (the SHA-256 of the canonical form
// of the document without its "digest" key, written "sha256:<hex>"). Also read: the older "key: value" text
// files (timestamp:, alembic_version:, database:, backup_file:), which know less. docs/metadata.md is the
// specification.
#pragma once

#include <cstddef>
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
    std::vector<std::string> history;    // every revision applied, oldest first, the current one last: as the
                                         // tool's own table has them, or else as the ledger saw them
    std::int64_t count = 0;              // how many migrations have been applied, as far as that is known
    std::string state = {};              // "ok", "failed", "dirty", "several heads", "empty"; empty: no tool
};

// A timeline of a database's own history, up to a commit.
struct OwnTimeline {
    std::string timeline;  // uuid
    std::int64_t until = 0;
};

struct RowCount {
    std::string table;
    std::int64_t rows = 0;
};

// A table whose rows could not be counted, and why.
struct Uncounted {
    std::string table;
    std::string reason;
};

struct RowCounts {
    std::vector<RowCount> tables;
    std::vector<Uncounted> uncounted;
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
    std::string collation_version;   // empty: none
    std::int64_t database_size = 0;  // bytes; 0: not known
    std::vector<Extension> extensions;
    std::vector<std::string> roles;        // that own something or are granted something
    std::vector<std::string> tablespaces;  // in use, beside pg_default
    Migration migration;
    std::string fingerprint;            // portable, "sv1:..."; empty: not known
    std::string structure_fingerprint;  // the structure facet alone; empty: not known
    std::string exact_fingerprint;
    std::map<std::string, std::string> portable_facets;  // each facet by itself
    std::map<std::string, std::string> exact_facets;
    std::string timeline;                        // uuid
    std::int64_t commit = 0;                     // the last commit in the ledger; 0: none
    std::string seal;                            // the last one's digest, "svs1:..."; empty: none
    std::map<std::string, std::int64_t> counts;  // objects by kind
    std::optional<RowCounts> row_counts;         // absent unless they were asked for
    std::vector<std::string> left_out;           // members that are empty or cut short for want of room
    std::optional<Schema> objects;               // absent when the stamp was made without definitions
    // Of the database asked, and no part of the document:
    std::vector<OwnTimeline> own_timelines;
    std::optional<std::vector<Extension>> available_extensions;  // each version that could be installed
};

// Canonical JSON with the digest filled in.
std::string write_metadata(const Metadata& metadata);

// The same in at most 4 KiB, for the small slots that backup tools have for notes: without definitions, and
// where that is not enough, without what is missed least. "left_out" in the document says what that was.
inline constexpr std::size_t compact_limit = 4096;
std::string write_compact_metadata(Metadata metadata);

// The objects alone, as the document has them under "objects". What is read must be so in each part: throws
// Error (invalid_metadata).
Json objects_in_json(const Schema& schema);
Schema objects_from_json(Json list);

// Reads either form. Throws Error: invalid_metadata (empty, not an object, a member missing or of the wrong
// type: says which), metadata_format_too_new, metadata_digest_mismatch.
Metadata read_metadata(std::string_view text);

}  // namespace schemaver::core
