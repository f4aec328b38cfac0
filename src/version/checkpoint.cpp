// checkpoint_ledger(): which points of history stay, and that nothing else needs what goes.
#include "core/text.hpp"
#include "ledger/checkpoints.hpp"
#include "ledger/pending.hpp"
#include "ledger/recorded.hpp"
#include "pg/report.hpp"
#include "version/fingerprint.hpp"
#include "version/point.hpp"
#include "version/refs.hpp"

extern "C" {
#include "tcop/utility.h"
}

namespace schemaver::version {

namespace {

void require_own_transaction() {
    pg::call([] {
        PreventCommandDuringRecovery("schemaver.checkpoint_ledger()");
        PreventCommandIfReadOnly("schemaver.checkpoint_ledger()");
        PreventCommandIfParallelMode("schemaver.checkpoint_ledger()");
    });
    if (ledger::pending() != nullptr)
        throw core::Error(core::sqlstate::uncaptured_changes,
                          "this transaction has changed the schema, so it cannot take history out", "",
                          "Commit, and call checkpoint_ledger() in a transaction of its own.");
}

class PointsToKeep {
  public:
    PointsToKeep(const std::string& before, Snapshot snapshot) : snapshot_(snapshot) {
        const Point point = resolve(before);
        if (point.schema || point.live || point.server || !point.own)
            throw core::Error(
                core::sqlstate::invalid_argument,
                fmt::format("\"{}\" is no commit of this database", core::shortened(before, 80)), "",
                "Name a commit: head, head~100, commit:N, @TIME, a version or a baseline.");
        folding_.stretches = point.position.stretches;
        end_ = point.position.commit;
        require_older_commits();
        require_no_heirs();
        keep(end_);
        for (const char* kind : {"version", "baseline"})
            for (const Ref& ref : existing_refs(folding_.stretches, kind, snapshot_)) keep_ref(ref);
        keep_backups();
    }

    ledger::Folding folding() {
        folding_.points.assign(points_.begin(), points_.end());
        folding_.fingerprint =
            fingerprint(ledger::recorded_schema({folding_.stretches, end_, {}}, snapshot_));
        return std::move(folding_);
    }
    std::int64_t end() const { return end_; }

  private:
    Snapshot snapshot_;
    ledger::Folding folding_;
    std::int64_t end_ = 0;
    std::set<std::int64_t> points_;

    void keep(std::int64_t commit) {
        if (commit > 0 && commit <= end_ && ledger::find_commit(folding_.stretches, commit, snapshot_))
            points_.insert(commit);
    }

    void require_older_commits() const {
        const auto last = ledger::last_checkpoint(folding_.stretches, snapshot_);
        const auto first = ledger::first_commit(folding_.stretches, snapshot_);
        if (first && first->id < end_ && (!last || last->commit < end_)) return;
        throw core::Error(
            core::sqlstate::invalid_argument,
            fmt::format("there is no history before commit {} to take out", end_),
            last ? fmt::format("A checkpoint at commit {} has taken it out.", last->commit) : "",
            "SELECT commit, at, summary FROM schemaver.log lists the commits.");
    }

    // A database whose dump was restored here may go on from our history.
    void require_no_heirs() const {
        const auto is_own = [&](const ledger::Uuid& timeline) {
            return std::any_of(folding_.stretches.begin(), folding_.stretches.end(),
                               [&](const auto& stretch) { return stretch.timeline == timeline; });
        };
        for (const ledger::TimelineRow& row : ledger::timelines(snapshot_)) {
            if (!row.inherits || !row.parent || is_own(row.timeline) || !is_own(*row.parent)) continue;
            throw core::Error(
                core::sqlstate::invalid_argument,
                fmt::format("the history of database \"{}\", which a restore brought here, goes on from this "
                            "database's",
                            row.database),
                fmt::format("Its timeline {} would lose its beginning.", ledger::to_text(row.timeline)));
        }
    }

    // What the ref names is more or less than the commits up to its own where some of them were not to be
    // seen yet; folded, nobody could tell them apart.
    void keep_ref(const Ref& ref) {
        const ledger::Position position = position_of(ref, folding_.stretches, snapshot_);
        for (const std::int64_t commit : position.unseen) {
            if (commit > std::min(end_, ref.commit)) continue;
            throw core::Error(
                core::sqlstate::invalid_argument,
                fmt::format("{} \"{}\" was made before commit {} was to be seen, which is to be taken out",
                            ref.kind, ref.name, commit),
                "", fmt::format("Name a commit before {}; or drop the {}.", commit, ref.kind));
        }
        keep(ref.commit);
    }

    void keep_backups() {
        constexpr AttrNumber stamp_timeline = 1;
        constexpr AttrNumber stamp_commit = 9;
        for (const ledger::Stretch& stretch : folding_.stretches) {
            std::set<std::int64_t> commits;
            pg::scan(pg::our_relation("backup"), pg::our_relation("backup_key"),
                     {{stamp_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)}}, snapshot_,
                     [&](const pg::Row& row) {
                         if (const auto commit = row.datum(stamp_commit))
                             commits.insert(DatumGetInt64(*commit));
                     });
            for (const std::int64_t commit : commits) keep(commit);
        }
    }
};

std::string checkpoint_before(const std::string& before, const std::string& reason) {
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    const ledger::Uuid timeline = *ledger::writable_lineage(ledger::write_first_commit).current;
    PointsToKeep points(before, snapshot);
    ledger::Folding folding = points.folding();
    folding.reason = reason;
    const std::string seal = ledger::fold_history(timeline, folding);
    // Every definition that is left can still be read.
    const ledger::Position position{folding.stretches, points.end(), {}};
    if (fingerprint(ledger::recorded_schema(position, pg::latest_committed())) != folding.fingerprint)
        throw core::Error(core::sqlstate::internal,
                          "without its history the schema at the checkpoint would be another one",
                          "Nothing has been taken out.");
    pg::log(pg::Level::log,
            fmt::format("schemaver: history up to commit {} was taken out of the ledger", points.end()),
            reason);
    return seal;
}

}  // namespace

// checkpoint_ledger(before text, reason text)
SCHEMAVER_FUNCTION(schemaver_checkpoint_ledger)(pg::Arguments arguments) {
    const std::string before = arguments.required_text(0, "before");
    const std::string reason = arguments.required_text(1, "reason");
    if (core::trimmed(reason).empty())
        throw core::Error(
            core::sqlstate::invalid_argument, "a reason must be given to take history out", "",
            "Say why: checkpoint_ledger('@2026-01-01', 'older than the ten years that we keep').");
    require_own_transaction();
    ledger::close_ledger();
    pg::call([] {
        (void)GetTopFullTransactionId();
        PushActiveSnapshot(GetLatestSnapshot());
    });
    const std::string seal = checkpoint_before(before, reason);
    pg::call([] { PopActiveSnapshot(); });
    return {pg::text_datum(seal)};
}

}  // namespace schemaver::version
