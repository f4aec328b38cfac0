// migration_status(): the live schema against what the same revision gave before, and elsewhere.
//
// Example: production and staging are both at 018; staging's backup has another fingerprint than production's
// live schema. So at the same revision they are not the same, and diff('backup:staging', 'live') says how.
#include <algorithm>

#include <fmt/format.h>

#include "books/revision.hpp"
#include "catalog/live.hpp"
#include "core/text.hpp"
#include "ledger/checkpoints.hpp"
#include "ledger/recorded.hpp"
#include "migration/record.hpp"
#include "pg/result_set.hpp"
#include "version/fingerprint.hpp"
#include "version/point.hpp"
#include "version/refs.hpp"

namespace schemaver::migration {

namespace {

using books::ToolBooks;

constexpr std::size_t most_commits = 3;  // of a timeline whose schemas are put together anew, the last ones

// In the order of src/schema.sql.
enum BackupColumn : AttrNumber {
    backup_timeline = 1,
    backup_label,
    backup_database = 5,
    backup_revision = 7,
    backup_fingerprint = 8
};

// Somebody who had that revision, and the schema that it was then.
struct Source {
    std::string name;   // "version v1.2.0"
    std::string point;  // as diff() takes it; empty: there is none
    std::string fingerprint;
};

class Sources {
  public:
    Sources(const ToolBooks& books, Snapshot snapshot)
        : books_(books),
          snapshot_(snapshot),
          revision_(core::joined(books.books.revisions, ", ")),
          short_revision_(books::revision_text(books)) {}

    std::vector<Source> find() {
        const auto own = ledger::lineage(snapshot_).stretches;
        add_commits(own, "");
        for (const char* kind : {"version", "baseline"}) add_refs(own, kind, "");
        for (const ledger::TimelineRow& timeline : ledger::timelines(snapshot_)) {
            if (is_in(own, timeline.timeline) || was_done(timeline.timeline)) continue;
            const auto stretches = ledger::ancestry(timeline.timeline, snapshot_);
            const std::string of = fmt::format(" of {}", timeline.database);
            add_commits(stretches, of);
            for (const char* kind : {"version", "baseline"}) add_refs(stretches, kind, of);
        }
        add_backups();
        return std::move(sources_);
    }

  private:
    const ToolBooks& books_;
    Snapshot snapshot_;
    std::string revision_;
    std::string short_revision_;
    std::vector<Source> sources_;
    std::vector<ledger::Uuid> done_;

    bool is_it(const std::string& revision) const {
        return !revision.empty() && (revision == revision_ || revision == short_revision_);
    }
    static bool is_in(const std::vector<ledger::Stretch>& stretches, const ledger::Uuid& timeline) {
        return std::any_of(stretches.begin(), stretches.end(),
                           [&](const auto& stretch) { return stretch.timeline == timeline; });
    }
    bool was_done(const ledger::Uuid& timeline) {
        if (std::find(done_.begin(), done_.end(), timeline) != done_.end()) return true;
        done_.push_back(timeline);
        return false;
    }

    // The commits that brought the revision, the last first.
    void add_commits(const std::vector<ledger::Stretch>& stretches, const std::string& of) {
        std::vector<Arrival> found = arrivals(*books_.tool, books_.schema, revision_, stretches, snapshot_);
        if (found.size() > most_commits) found.resize(most_commits);
        for (const Arrival& arrival : found) {
            pg::check_for_interrupts();
            std::int64_t commit = arrival.commit;
            // A checkpoint may have taken it out, or what was before it.
            const auto there = ledger::find_commit(stretches, commit, snapshot_);
            if (!there || (arrival.was_before && there->source == ledger::checkpoint_source)) continue;
            // Nothing is before the first one, which is the schema as it was.
            if (arrival.was_before)
                commit = ledger::commit_before({stretches, commit, {}}, 1, snapshot_).value_or(commit);
            const std::string name = fmt::format("commit {}{}", commit, of);
            const std::string point = of.empty() ? fmt::format("commit:{}", commit) : "";
            const core::Schema schema = of.empty()
                                            ? version::schema_at(version::resolve(point))
                                            : ledger::recorded_schema({stretches, commit, {}}, snapshot_);
            sources_.push_back({name, point, version::fingerprint(schema)});
        }
    }

    void add_refs(const std::vector<ledger::Stretch>& stretches, const std::string& kind,
                  const std::string& of) {
        for (const version::Ref& ref : version::existing_refs(stretches, kind, snapshot_)) {
            if (!is_it(ref.revision)) continue;
            sources_.push_back({fmt::format("{} {}{}", kind, ref.name, of),
                                of.empty() ? fmt::format("{}:{}", kind, ref.name) : "", ref.fingerprint});
        }
    }

    void add_backups() {
        pg::scan(pg::our_relation("backup"), {}, snapshot_, [&](const pg::Row& row) {
            if (!is_it(row.text(backup_revision))) return;
            Source source{fmt::format("backup {} of {}", row.text(backup_label), row.text(backup_database)),
                          "backup:" + row.text(backup_label), row.text(backup_fingerprint)};
            const bool is_there = std::any_of(sources_.begin(), sources_.end(), [&](const Source& one) {
                return one.name == source.name && one.fingerprint == source.fingerprint;
            });
            if (!is_there) sources_.push_back(std::move(source));
        });
    }
};

std::string verdict(const std::string& revision, const std::vector<std::string>& same,
                    const std::vector<std::string>& other) {
    if (revision.empty()) return "no migration is applied";
    if (same.empty() && other.empty())
        return fmt::format("at {}, and nothing to compare with: no other commit, version or backup is at it",
                           revision);
    if (other.empty()) return fmt::format("at {}, and the schema is the one that it gave before", revision);
    if (same.empty())
        return fmt::format("at {}, but not the schema that it gave: {}", revision,
                           core::in_a_sentence(other));
    return fmt::format("at {}, and the schema is that of {}, but not that of {}", revision, same.front(),
                       core::in_a_sentence(other));
}

// What the last commit saw of the tool, where its table says another thing now.
std::optional<RecordedBooks> books_at_head(const ToolBooks& books, const std::string& revision,
                                           Snapshot snapshot) {
    for (RecordedBooks& one : recorded_books(ledger::lineage(snapshot).stretches, snapshot))
        if (one.tool == books.tool->name && one.schema == books.schema && one.how != "gone" &&
            one.revision != revision)
            return std::move(one);
    return std::nullopt;
}

struct Compared {
    std::vector<std::string> same;
    std::vector<std::string> other;
    std::string says;
    std::string next;
};

// A revision that no commit has seen, as a migration of data alone leaves it until the next commit: the
// schema must be that of the last one.
void compare_with_head(Compared& result, const std::string& revision, const RecordedBooks& before,
                       const std::string& live) {
    const version::Point head = version::resolve("head");
    const std::string name = fmt::format("commit {}", head.position.commit);
    const std::string since =
        fmt::format("at {}, which no commit has seen", revision) +
        (before.revision.empty() ? std::string() : fmt::format("; the last one saw {}", before.revision));
    if (version::fingerprint(version::schema_at(head)) == live) {
        result.same.push_back(name);
        result.says = fmt::format(
            "{}, and the schema is still that of {}: it ran no DDL, or wrote its revision afterwards", since,
            name);
    } else {
        result.other.push_back(name);
        result.next = "SELECT * FROM schemaver.diff('head', 'live')";
        result.says = fmt::format("{}, and the schema is not that of {} any more", since, name);
    }
}

pg::Value names_or_null(const std::vector<std::string>& names) {
    if (names.empty()) return std::nullopt;
    return pg::text_array_datum(names);
}

Compared compared(const ToolBooks& books, const std::string& revision, const std::string& live,
                  Snapshot snapshot) {
    Compared result;
    if (!revision.empty()) {
        for (const Source& source : Sources(books, snapshot).find()) {
            (source.fingerprint == live ? result.same : result.other).push_back(source.name);
            if (source.fingerprint != live && result.next.empty() && !source.point.empty())
                result.next = fmt::format("SELECT * FROM schemaver.diff({}, 'live')",
                                          core::quote_literal(source.point));
        }
    }
    result.says = verdict(revision, result.same, result.other);
    if (!revision.empty() && result.same.empty() && result.other.empty()) {
        if (const auto before = books_at_head(books, revision, snapshot))
            compare_with_head(result, revision, *before, live);
    }
    if (!books.books.failed.empty())
        result.says = fmt::format("{} did not run to its end; {}", core::in_a_sentence(books.books.failed),
                                  result.says);
    return result;
}

void add_status(pg::ResultSet& rows, const ToolBooks& books, const std::string& live, Snapshot snapshot) {
    const std::string revision = core::joined(books.books.revisions, ", ");
    const Compared result = compared(books, revision, live, snapshot);
    rows.add({pg::text_datum(books.tool->name), pg::text_datum(books.schema), pg::text_or_null(revision),
              pg::text_datum(books.books.state), pg::text_datum(live), names_or_null(result.same),
              names_or_null(result.other), pg::text_datum(result.says), pg::text_or_null(result.next)});
}

}  // namespace

// migration_status()
SCHEMAVER_FUNCTION(schemaver_migration_status)(pg::Arguments arguments) {
    pg::ResultSet rows(arguments);
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    const std::vector<ToolBooks> all = books::read_all_books(snapshot);
    if (all.empty()) return rows.done();
    const std::string live = catalog::live_digests().fingerprint(std::nullopt, {});
    for (const ToolBooks& books : all) {
        if (!books.locked) add_status(rows, books, live, snapshot);
    }
    return rows.done();
}

}  // namespace schemaver::migration
