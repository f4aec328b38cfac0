// The limits that the functions of trials take.
#pragma once

#include "pg/boundary.hpp"
#include "trial/trial.hpp"

namespace schemaver::trial {

// Two intervals; NULL or zero: no limit.
Limits limits_from(const pg::Arguments& arguments, int lock_timeout, int time_limit);

// Parsed, and nothing in it that cannot be tried. A syntax error is the statement's that could not be read.
struct Parsed {
    std::optional<Script> script;
    Failure failure;
};
Parsed parsed_and_harmless(const std::string& sql, const std::string& name);

}  // namespace schemaver::trial
