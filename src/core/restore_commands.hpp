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

// The commands of the migration tool that bring a database to the revisions of `migration`, by these steps;
// none, if the tool is not known.
std::vector<std::string> commands_to_reach(const Migration& migration, const std::vector<std::string>& steps);

// What to do, by verdict. `between`: the migrations that the older side lacks.
std::vector<std::string> commands_for(const std::string& verdict, const Metadata& backup,
                                      const Metadata& target, const std::vector<std::string>& between);

// The backup's place in the database's own ledger, as a point: "commit:12"; empty: it is not on its line.
std::string point_in_own_ledger(const Metadata& backup, const Metadata& target);

// One command of a plan, and what it is for.
struct PlanStep {
    std::string option;  // "A", "B"
    std::string title;   // of the option
    std::string command;
    std::string reason;
};

// Both ways on: to load the backup (A), and to begin anew with today's schema and no rows (B).
std::vector<PlanStep> restore_plan(const RestoreReport& report, const Metadata& target);

// The rows and the schema, into a database that has neither.
std::vector<std::string> commands_for_empty(const Metadata& backup, const Metadata& target);

}  // namespace schemaver::core
