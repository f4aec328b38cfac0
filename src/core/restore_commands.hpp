// The commands that a person runs next, as they would be typed into a shell.
#pragma once

#include <string>
#include <vector>

#include "core/restore.hpp"
#include "core/restore_history.hpp"

namespace schemaver::core {

// "<database>" and "<backup file>" stand for what is not known.
std::string database_word(const Metadata& target);
std::string backup_file_word(const Metadata& backup);

// The commands of the migration tool that bring a database to these revisions; none, if the tool is not
// known.
std::vector<std::string> commands_to_reach(const Migration& migration);

// What to do, by verdict.
std::vector<std::string> commands_for(const std::string& verdict, const Metadata& backup,
                                      const Metadata& target);

// The rows and the schema, into a database that has neither.
std::vector<std::string> commands_for_empty(const Metadata& backup, const Metadata& target);

}  // namespace schemaver::core
