// What a check knows of the whole schema: the fingerprint, where the ledger is, and, only where objects are
// to be compared, the digest of each.
//
// A worker has it read under a snapshot and hashed without one before the check begins, which then takes it
// as it is, as long as neither fingerprint nor ledger have moved on.
//
//     Survey survey;
//     step([&] { survey.read(baseline); });
//     survey.hash();
//     step([&] { find_drift(baseline, nullptr, survey); });
#pragma once

#include "drift/found.hpp"
#include "version/changes.hpp"

namespace schemaver::drift {

// The schema and the ledger as the active snapshot sees them, for a check against that.
Check look(const std::string& against);

// Whether the last check against the ledger has seen the same.
bool is_unchanged(const std::optional<Check>& last, const Check& now);

// Those from before pg_upgrade count until somebody sets them anew.
std::vector<version::Ref> baselines();
// "production", or "baseline:production"
std::optional<version::Ref> find_baseline(const std::string& name);

// Whether a check's other side is another server.
bool is_elsewhere(const std::optional<std::string>& against);

class Survey {
  public:
    // All that a check against this will need, as the active snapshot sees it; to be hashed.
    void read(const std::optional<std::string>& against);
    void hash();

    // As the active snapshot sees them, read now if they have not been.
    version::LiveObjects& objects();
    // The check itself has written this commit, which leaves the schema as it is.
    void note_commit(std::int64_t commit) { seen_.commit = commit; }

  private:
    Check seen_;
    version::LiveObjects objects_;
};

}  // namespace schemaver::drift
