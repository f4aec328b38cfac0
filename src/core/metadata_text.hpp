// The older form of backup metadata: a text file of "key: value" lines that a backup script wrote beside its
// dump.
//
//     # Residency Scheduler Backup Metadata
//     timestamp: 20251225_143022
//     alembic_version: 018_add_faculty_columns
//     database: residency_scheduler
//     backup_file: residency_scheduler_20251225_143022.sql
#pragma once

#include <optional>
#include <string_view>

#include "core/metadata.hpp"

namespace schemaver::core {

inline constexpr std::string_view metadata_text_keys = "timestamp, alembic_version, database, backup_file";

// Nothing, if the text is not of this form: a line is neither empty, nor a comment, nor "key: value", or none
// of the four keys occurs. Throws Error (invalid_metadata) if a key occurs twice or the text is not valid
// UTF-8.
std::optional<Metadata> read_metadata_text(std::string_view text);

}  // namespace schemaver::core
