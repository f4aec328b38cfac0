// The record of the live database in the form of backup metadata: what a stamp says, and what a backup's
// stamp is compared with.
#pragma once

#include "core/metadata.hpp"

namespace schemaver::backup {

// As the active snapshot sees it. Without definitions the record is a few hundred bytes.
core::Metadata describe_database(const std::string& label, bool definitions);

}  // namespace schemaver::backup
