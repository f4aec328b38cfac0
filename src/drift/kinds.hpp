// The kinds of jobs: one row of a table each, with the SQL function of ours that it calls and what it makes
// of it.
//
//     find_kind("seal:nightly")->run({}, every)   calls schemaver.seal(), and says "sealed 3 commits, ..." or
//     nothing
//
// A job is named after its kind; where there are several of one kind, each has a name behind a colon.
#pragma once

#include <array>

#include "core/json.hpp"
#include "core/schedule.hpp"
#include "pg/server.hpp"

namespace schemaver::drift {

struct Kind {
    const char* name;
    const char* function;  // with its types; a version of the SQL objects that lacks it cannot have such jobs
    // Does the job, outside of a transaction, in steps. Returns what it found, for job_runs; nothing: nothing
    // worth a row of its own.
    std::optional<std::string> (*run)(const core::Json& options, const core::Every& every);
    // Whether a run could find anything; nullptr: that is not known. A job that has nothing to do is not run.
    bool (*has_work)();
    std::array<const char*, 3> options;  // their names, beside "paused"
};

std::string_view kind_name(std::string_view job);
const Kind* find_kind(std::string_view job);

// Throws invalid_argument, or library_mismatch when its function is missing.
const Kind& require_kind(std::string_view job);
void require_options(const Kind& kind, const core::Json& options);

}  // namespace schemaver::drift
