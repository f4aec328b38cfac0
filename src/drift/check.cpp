// Compares the live schema with the ledger and with baselines, writes down what it finds, and tells.
//
// What the ledger does not have, nobody recorded: it becomes a commit whose source is "uncaptured", so that
// ledger and catalogs agree again, and a row of drift that says in which stretch of time it must have
// happened. A difference from a baseline has a commit in any case by then, and with it, mostly, a name.
#include "drift/check.hpp"

#include <algorithm>

#include "catalog/live.hpp"
#include "catalog/normalise.hpp"
#include "core/point.hpp"
#include "core/text.hpp"
#include "drift/alerts.hpp"
#include "drift/found.hpp"
#include "drift/histories.hpp"
#include "drift/rules.hpp"
#include "drift/writing.hpp"
#include "ledger/checkpoints.hpp"
#include "ledger/pending.hpp"
#include "ledger/recorded.hpp"
#include "version/attribution.hpp"
#include "version/refs.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "tcop/utility.h"
#include "utils/timestamp.h"
}

namespace schemaver::drift {

namespace {

using core::Difference;
using ledger::RecordedObject;
using Addresses = std::set<catalog::Address>;
using ObjectNames = std::set<std::pair<std::string, std::string>>;

Snapshot active_snapshot() {
    return pg::call([] { return GetActiveSnapshot(); });
}

// A check is about the schema as it is, whatever snapshot the transaction has, and about what this command
// has written so far.
template <typename Body>
void with_latest_snapshot(const Body& body) {
    pg::call([] {
        CommandCounterIncrement();
        PushActiveSnapshot(GetLatestSnapshot());
    });
    body();
    pg::call([] { PopActiveSnapshot(); });
}

std::string key_text(const RecordedObject& object) { return object.kind + '\n' + object.identity; }

// The objects of which ledger and catalogs say something else.
Addresses unrecorded_objects(const ledger::Position& head, version::LiveObjects& live) {
    std::map<std::string, const RecordedObject*> recorded;
    const auto listed = ledger::recorded_objects(head, active_snapshot());
    for (const RecordedObject& object : listed) recorded[key_text(object)] = &object;
    Addresses found;
    const auto add = [&](const RecordedObject& object) { found.insert({object.catalog, object.object}); };
    for (const RecordedObject& object : live.list()) {
        const auto same = recorded.find(key_text(object));
        if (same == recorded.end()) {
            add(object);
            continue;
        }
        if (same->second->digest != object.digest) {
            add(object);
            add(*same->second);
        }
        recorded.erase(same);
    }
    for (const auto& [key, object] : recorded) add(*object);
    return found;
}

// Keeps others from altering the relations until the commit is there; those that somebody is just altering
// are left for the next check. Nobody is waited for. Where there are more than a transaction may count on
// locking, as after a restore that nobody recorded, they are not kept from it: what is altered in that moment
// is put right by the next check.
void leave_out_locked(Addresses& unrecorded) {
    const auto is_relation = [](const catalog::Address& address) {
        return address.catalog == RelationRelationId;
    };
    const bool keeps = std::count_if(unrecorded.begin(), unrecorded.end(), is_relation) <= max_locks_per_xact;
    std::erase_if(unrecorded, [&](const catalog::Address& address) {
        if (!is_relation(address)) return false;
        const Oid relation = address.object;
        return pg::call([=] {
            const bool is_free = ConditionalLockRelationOid(relation, ShareUpdateExclusiveLock);
            if (is_free && !keeps) UnlockRelationOid(relation, ShareUpdateExclusiveLock);
            return !is_free;
        });
    });
}

class DriftCheck {
  public:
    DriftCheck(ledger::Uuid timeline, Survey& survey)
        : timeline_(timeline), survey_(survey), known_(found_drift(own_timelines())) {
        rules_ = read_rules();
    }

    void against_ledger() {
        with_latest_snapshot([&] { record_what_nobody_recorded(); });
        with_latest_snapshot([&] { end_what_has_returned(); });
    }

    void against_point(const std::string& name, const std::optional<std::string>& fingerprint,
                       const std::function<version::Point()>& point) {
        with_latest_snapshot([&] {
            Check check = look(name);
            std::vector<FoundDrift> found;
            // The same schema: nothing to compare.
            if (!fingerprint || *fingerprint != check.fingerprint) found = differences_from(point());
            settle(check, found);
        });
    }

    const std::vector<FoundDrift>& opened() const { return opened_; }

  private:
    ledger::Uuid timeline_;
    Survey& survey_;
    std::vector<FoundDrift> known_;
    std::vector<core::IgnoreRule> rules_;
    std::vector<FoundDrift> opened_;

    version::Comparison compare_with_live(version::Point from) {
        return version::compare(std::move(from), version::resolve("live"), survey_.objects());
    }

    // The differences that are no rule's business, as rows that have not been told yet.
    std::vector<FoundDrift> rows_of(const version::Comparison& comparison, const std::string& against) const {
        catalog::Normaliser normaliser;
        const core::Normalise normalise = [&](const std::string& sql) { return normaliser(sql); };
        const version::Changes& changes = comparison.changes;
        const auto severities = core::severities(
            comparison.differences,
            core::breaks_on(changes.from, changes.to, changes.renames, changes.column_renames, normalise));
        const auto attributions = version::attributions(comparison);
        std::vector<FoundDrift> rows;
        for (std::size_t i = 0; i < comparison.differences.size(); ++i) {
            const Difference& difference = comparison.differences[i];
            const auto is_covered = [&](const core::IgnoreRule& rule) {
                return core::covers(rule, difference, comparison.changes.from, comparison.changes.to,
                                    is_like);
            };
            if (std::any_of(rules_.begin(), rules_.end(), is_covered)) continue;
            FoundDrift row;
            row.timeline = timeline_;
            row.against = against;
            row.key = core::drift_key(difference);
            row.former_identity = difference.former_identity;
            row.old_value = difference.old_value.is_null() ? "" : core::in_words(difference.old_value);
            row.new_value = difference.new_value.is_null() ? "" : core::in_words(difference.new_value);
            row.facet = difference.facet;
            row.severity = core::to_text(severities[i]);
            const version::Attribution& attribution = attributions[i];
            row.captured = attribution.captured.value_or(false);
            row.commit = attribution.commit;
            if (row.captured) row.who = attribution.user;
            rows.push_back(std::move(row));
        }
        return rows;
    }

    void open(FoundDrift row, std::int64_t at) {
        row.first_seen = at;
        insert(row);
        known_.push_back(row);
        opened_.push_back(std::move(row));
    }

    void end(FoundDrift& row, std::int64_t at) {
        row.returned_at = at;
        update(row);
    }

    void record_what_nobody_recorded() {
        Check check = look(the_ledger);
        const auto last = last_check(own_timelines(), the_ledger);
        if (!is_unchanged(last, check)) {
            Addresses unrecorded = unrecorded_objects(version::resolve("head").position, survey_.objects());
            if (!unrecorded.empty()) {
                record(unrecorded, last, check);
                check.fingerprint.clear();  // something may be left: the next check compares all of it
            }
        }
        insert(timeline_, check);
    }

    void record(Addresses& unrecorded, const std::optional<Check>& last, Check& check) {
        const version::Comparison comparison = compare_with_live(version::resolve("head"));
        std::vector<FoundDrift> rows = rows_of(comparison, the_ledger);
        for (FoundDrift& row : rows) {
            row.captured = false;
            row.who.clear();
            row.earliest = earliest_time(row, last);
            row.latest = check.at;
        }
        leave_out_locked(unrecorded);
        const auto commit = ledger::write_uncaptured_commit(unrecorded, message(last, check));
        if (!commit) return;
        survey_.note_commit(*commit);
        const ObjectNames written = names_in(*commit);
        for (FoundDrift& row : rows) {
            const auto is_written = [&](const std::string& name) {
                return written.count({row.key.kind, name}) > 0;
            };
            if (!is_written(row.key.identity) && !is_written(row.former_identity)) continue;
            row.commit = *commit;
            open(std::move(row), check.at);
            ++check.opened;
        }
        check.commit = *commit;
    }

    ObjectNames names_in(std::int64_t commit) const {
        ObjectNames names;
        for (const auto& change : ledger::recorded_changes(ledger::lineage(pg::latest_committed()).stretches,
                                                           commit - 1, commit, pg::latest_committed())) {
            names.insert({change.object.kind, change.object.identity});
            if (!change.former_identity.empty()) names.insert({change.object.kind, change.former_identity});
        }
        return names;
    }

    // After the last check that found ledger and catalogs the same, and after the object's last commit, which
    // would have taken up whatever had been done to it before.
    std::optional<std::int64_t> earliest_time(const FoundDrift& row, const std::optional<Check>& last) const {
        std::optional<std::int64_t> earliest;
        if (last) earliest = last->at;
        const version::Point head = version::resolve("head");
        const std::string& name = row.former_identity.empty() ? row.key.identity : row.former_identity;
        const auto object = ledger::recorded_object(head.position, row.key.kind, name, active_snapshot());
        const auto commit =
            object ? ledger::find_commit(head.position.stretches, object->commit, active_snapshot())
                   : ledger::first_commit(head.position.stretches, active_snapshot());
        if (commit && (!earliest || commit->at > *earliest)) earliest = commit->at;
        return earliest;
    }

    static std::string message(const std::optional<Check>& last, const Check& check) {
        const auto text = [](std::int64_t at) {
            return pg::to_utf8(pg::call([=] { return timestamptz_to_str(at); }));
        };
        return last ? fmt::format("found by a check at {}; the one before was at {}", text(check.at),
                                  text(last->at))
                    : fmt::format("found by the first check, at {}", text(check.at));
    }

    // What was found earlier, and was recorded then, is over when the schema is again what it was before
    // that; before pg_upgrade too.
    void end_what_has_returned() {
        for (const auto& history : all_histories()) {
            std::set<std::int64_t> commits;
            for (const FoundDrift& row : known_) {
                const auto is_its = [&](const auto& stretch) { return stretch.timeline == row.timeline; };
                if (row.against == the_ledger && !row.is_over() &&
                    std::any_of(history.begin(), history.end(), is_its))
                    commits.insert(row.commit);
            }
            // What was before a commit that a checkpoint has taken out nobody knows: such drift is open until
            // somebody accepts it.
            const auto checkpoint = ledger::last_checkpoint(history, active_snapshot());
            for (const std::int64_t commit : commits) {
                if (!checkpoint || commit > checkpoint->commit) end_what_has_returned(history, commit);
            }
        }
    }

    void end_what_has_returned(const std::vector<ledger::Stretch>& history, std::int64_t commit) {
        const auto before = version::before_commit(history, commit);
        if (!before) return;
        std::vector<core::DriftKey> present;
        for (const Difference& difference : compare_with_live(*before).differences)
            present.push_back(core::drift_key(difference));
        for (FoundDrift& row : known_) {
            if (row.against != the_ledger || row.is_over() || row.commit != commit) continue;
            const auto is_there = [&](const core::DriftKey& key) { return key.is_about_the_same(row.key); };
            if (std::none_of(present.begin(), present.end(), is_there)) end(row, GetCurrentTimestamp());
        }
    }

    std::vector<FoundDrift> differences_from(const version::Point& point) {
        const auto comparison = compare_with_live(point);
        std::vector<FoundDrift> rows = rows_of(comparison, point.name);
        for (FoundDrift& row : rows) {
            if (row.captured || row.commit == 0) continue;
            // The check against the ledger knows when.
            const auto same = std::find_if(known_.begin(), known_.end(), [&](const FoundDrift& other) {
                return other.against == the_ledger && other.commit == row.commit;
            });
            if (same == known_.end()) continue;
            row.earliest = same->earliest;
            row.latest = same->latest;
        }
        return rows;
    }

    void settle(Check& check, std::vector<FoundDrift>& found) {
        std::vector<std::size_t> places;
        std::vector<core::DriftKey> known;
        for (std::size_t i = 0; i < known_.size(); ++i) {
            if (known_[i].against != check.against || known_[i].is_over()) continue;
            places.push_back(i);
            known.push_back(known_[i].key);
        }
        std::vector<core::DriftKey> keys;
        for (const FoundDrift& row : found) keys.push_back(row.key);
        const core::Reconciled reconciled = core::reconcile(known, keys);
        for (const std::size_t i : reconciled.returned) end(known_[places[i]], check.at);
        for (const std::size_t i : reconciled.opened) open(std::move(found[i]), check.at);
        check.opened = static_cast<std::int32_t>(reconciled.opened.size());
        check.returned = static_cast<std::int32_t>(reconciled.returned.size());
        insert(timeline_, check);
    }
};

void prepare_to_check() {
    require_writing("schemaver.check_drift()");
    if (ledger::pending() != nullptr)
        throw core::Error(core::sqlstate::uncaptured_changes,
                          "this transaction has changed the schema, so it cannot be checked for drift yet",
                          "Its changes become a commit in the ledger when it commits.",
                          "Commit, and call check_drift() in the next transaction.");
    take_turns("found_drift");
}

void check_against(DriftCheck& check, const version::Ref& baseline) {
    check.against_point("baseline:" + baseline.name, baseline.fingerprint,
                        [&] { return version::point_of(baseline); });
}

void check_against(DriftCheck& check, const std::string& name) {
    if (const auto baseline = find_baseline(name)) return check_against(check, *baseline);
    const version::Point point = version::resolve(name);  // says what there is
    if (point.live)
        throw core::Error(core::sqlstate::invalid_argument, "the live schema cannot drift from itself", "",
                          "Name a baseline or another point: SELECT baseline FROM schemaver.baselines.");
    check.against_point(name, std::nullopt, [&] { return version::resolve(name); });
}

void check_against_baselines(DriftCheck& check) {
    std::vector<version::Ref> refs;
    with_latest_snapshot([&] { refs = baselines(); });
    for (const version::Ref& ref : refs) check_against(check, ref);
}

// Of the other server: what this one has otherwise, or not at all.
std::vector<remote::Database::Key> differing_objects(remote::Database& server) {
    std::map<remote::Database::Key, std::string> live;
    catalog::live_digests().for_each([&](const catalog::DigestedRow& row) {
        live[{*row.kind, std::string(row.identity)}] = core::to_hex(row.digest);
    });
    std::vector<remote::Database::Key> keys;
    for (const core::ListedObject& object : server.listing()) {
        const auto same = live.find({object.kind, object.identity});
        if (same == live.end() || same->second != object.digest)
            keys.emplace_back(object.kind, object.identity);
    }
    return keys;
}

}  // namespace

void ask_elsewhere(Elsewhere& elsewhere, const std::string& against, const Waits& waits) {
    elsewhere.point.name = against;
    elsewhere.point.own = false;
    if (elsewhere.fingerprint.empty()) {
        waits([&] {
            elsewhere.point.server = std::make_shared<remote::Database>(core::parse_point(against).name);
            elsewhere.fingerprint = elsewhere.point.server->fingerprint();
        });
    }
    if (elsewhere.fingerprint == catalog::live_digests().fingerprint(std::nullopt, {})) return;
    remote::Database& server = *elsewhere.point.server;
    waits([&] { (void)server.listing(); });
    const auto keys = differing_objects(server);
    waits([&] { (void)server.definitions(keys); });
}

std::int64_t find_drift(const std::optional<std::string>& against, const Elsewhere* elsewhere,
                        Survey& survey) {
    prepare_to_check();
    const ledger::Uuid timeline = *ledger::writable_lineage(ledger::write_first_commit).current;
    DriftCheck check(timeline, survey);
    check.against_ledger();
    if (elsewhere != nullptr) {
        check.against_point(*against, elsewhere->fingerprint, [&] { return elsewhere->point; });
    } else if (against) {
        check_against(check, *against);
    } else {
        check_against_baselines(check);
    }
    tell(check.opened());
    return static_cast<std::int64_t>(check.opened().size());
}

// find_drift(against text)
SCHEMAVER_FUNCTION(schemaver_find_drift)(pg::Arguments arguments) {
    const auto against = arguments.optional_text(0);
    // Nobody is to wait for our lock while we wait for another server.
    Elsewhere elsewhere;
    if (is_elsewhere(against)) ask_elsewhere(elsewhere, *against, [](const auto& body) { body(); });
    Survey survey;
    return {Int64GetDatum(find_drift(against, is_elsewhere(against) ? &elsewhere : nullptr, survey)), false};
}

// accept_drift(id bigint, reason text)
SCHEMAVER_FUNCTION(schemaver_accept_drift)(pg::Arguments arguments) {
    pg::call([] {
        PreventCommandDuringRecovery("schemaver.accept_drift()");
        PreventCommandIfReadOnly("schemaver.accept_drift()");
    });
    if (arguments.is_null(0))
        throw core::Error(core::sqlstate::null_argument, "argument \"id\" must not be NULL");
    const std::int64_t id = arguments.integer(0, 0);
    const std::string reason = arguments.required_text(1, "reason");
    if (core::trimmed(reason).empty())
        throw core::Error(core::sqlstate::invalid_argument, "the reason must not be empty", "",
                          "Say why the schema may be so: accept_drift(7, 'hotfix for incident 12').");
    take_turns("found_drift");
    std::vector<FoundDrift> rows = found_drift(own_timelines());
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const FoundDrift& one) { return one.id == id; });
    if (row == rows.end())
        throw core::Error(
            core::sqlstate::unknown_object, fmt::format("there is no drift {}", id), "",
            "SELECT id, identity, property FROM schemaver.drift WHERE state = 'open' lists it.");
    if (row->is_over() || row->accepted_at)
        throw core::Error(core::sqlstate::invalid_argument, fmt::format("drift {} is not open", id),
                          row->is_over()
                              ? "The schema is what it should be again."
                              : fmt::format("{} has accepted it: {}", row->accepted_by, row->reason),
                          "SELECT * FROM schemaver.drift shows all that was found.");
    row->accepted_at = GetCurrentTimestamp();
    row->accepted_by = pg::to_utf8(pg::call([] { return GetUserNameFromId(GetSessionUserId(), true); }));
    row->reason = reason;
    update(*row);
    return pg::Result::null();
}

}  // namespace schemaver::drift
