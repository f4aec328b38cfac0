// Looks at the whole schema for a check, and says beforehand how much of it the check will need.
#include "drift/survey.hpp"

#include <algorithm>

#include "catalog/live.hpp"
#include "drift/histories.hpp"
#include "ledger/ledger.hpp"

extern "C" {
#include "utils/timestamp.h"
}

namespace schemaver::drift {

namespace {

bool has_to_compare(const std::optional<std::string>& against, const Check& now) {
    const auto known = found_drift(own_timelines());
    const auto is_open = [](const FoundDrift& row) { return row.against == the_ledger && !row.is_over(); };
    if (!is_unchanged(last_check(own_timelines(), the_ledger), now)) return true;
    if (std::any_of(known.begin(), known.end(), is_open)) return true;
    if (is_elsewhere(against)) return false;  // which has portable digests alone
    const auto differs = [&](const version::Ref& ref) { return ref.fingerprint != now.fingerprint; };
    if (against) {
        const auto baseline = find_baseline(*against);
        return !baseline || differs(*baseline);
    }
    const auto all = baselines();
    return std::any_of(all.begin(), all.end(), differs);
}

}  // namespace

Check look(const std::string& against) {
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    Check check;
    check.against = against;
    check.at = GetCurrentTimestamp();
    check.fingerprint = catalog::live_digests().fingerprint(std::nullopt, {});
    check.commit = ledger::head_commit(ledger::lineage(snapshot).stretches, snapshot);
    return check;
}

bool is_unchanged(const std::optional<Check>& last, const Check& now) {
    return last && last->fingerprint == now.fingerprint && last->commit == now.commit;
}

std::vector<version::Ref> baselines() {
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    std::vector<version::Ref> found;
    for (const auto& history : all_histories()) {
        for (version::Ref& ref : version::existing_refs(history, "baseline", snapshot)) {
            const auto is_set = [&](const version::Ref& other) { return other.name == ref.name; };
            if (std::none_of(found.begin(), found.end(), is_set)) found.push_back(std::move(ref));
        }
    }
    return found;
}

std::optional<version::Ref> find_baseline(const std::string& name) {
    for (version::Ref& ref : baselines()) {
        if (name == ref.name || name == "baseline:" + ref.name) return std::move(ref);
    }
    return std::nullopt;
}

bool is_elsewhere(const std::optional<std::string>& against) {
    return against && against->starts_with("server:");
}

void Survey::read(const std::optional<std::string>& against) {
    seen_ = look(the_ledger);
    objects_ = {};
    if (has_to_compare(against, seen_)) objects_.read();
}

void Survey::hash() {
    if (objects_.is_read()) (void)objects_.list();
}

version::LiveObjects& Survey::objects() {
    Check now = look(the_ledger);
    if (now.fingerprint != seen_.fingerprint || now.commit != seen_.commit) {
        seen_ = std::move(now);
        objects_ = {};
    }
    return objects_;
}

}  // namespace schemaver::drift
