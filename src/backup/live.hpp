// The record of the live database in the form of backup metadata: what a stamp says, and what a backup's
// stamp is compared with.
#pragma once

#include "core/metadata.hpp"

namespace schemaver::backup {

// As the active snapshot sees it. Rows are counted as the caller, who may not be allowed to read them all.
core::Metadata describe_database(const std::string& label, bool definitions, bool row_counts = false);

// As a stamp is written: without definitions in 4 KiB at most.
std::string in_json(const core::Metadata& metadata);

// The same of the database that a backup would be loaded into: with definitions, and with every role and
// tablespace that the cluster has, not only those in use. Without what no rule asks and what takes its time
// or memory: size, counts, exact fingerprints, and of the definitions what keep_for_rules() leaves out.
core::Metadata describe_target();

// Each extension in each version that could be installed here; nothing: the server could not tell.
std::optional<std::vector<core::Extension>> available_extensions();

// Takes out of definitions what the restore rules do not look at: comments, storage, owners, privileges.
void keep_for_rules(core::Schema& schema);

}  // namespace schemaver::backup
