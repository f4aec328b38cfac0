// Compares the tools' books before and after a commit with each other, and with what the ledger had of them.
#include "migration/record.hpp"

#include <algorithm>
#include <map>

#include "core/text.hpp"
#include "migration/declared.hpp"
#include "pg/held_locks.hpp"
#include "pg/ordered_scan.hpp"
#include "pg/table.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "utils/fmgrprotos.h"
}

namespace schemaver::migration {

namespace {

using books::ToolBooks;
using core::BookChange;

// In the order of migration.sql.
enum RevisionChangeColumn : AttrNumber {
    revision_change_timeline = 1,
    revision_change_tool,
    revision_change_schema,
    revision_change_commit,
    revision_change_number,
    revision_change_how,
    revision_change_before,
    revision_change_after,
    revision_change_state,
    revision_change_applied,
    revision_change_added,
    revision_change_removed
};

// A row of the table, or what is to become one.
struct RecordedChange {
    std::string tool;
    std::string schema;
    std::int64_t commit = 0;
    std::int32_t number = 0;
    std::string how;
    std::string before;
    std::string after;
    std::string state;
    std::optional<std::int32_t> applied;
    BookChange change;
};

// Where it led, and no more.
RecordedChange read_outcome(const pg::Row& row) {
    RecordedChange one;
    one.how = row.text(revision_change_how);
    one.after = row.text(revision_change_after);
    one.state = row.text(revision_change_state);
    if (const auto applied = row.datum(revision_change_applied)) one.applied = DatumGetInt32(*applied);
    return one;
}

RecordedChange read_change(const pg::Row& row) {
    RecordedChange one = read_outcome(row);
    one.tool = row.text(revision_change_tool);
    one.schema = row.text(revision_change_schema);
    one.commit = DatumGetInt64(*row.datum(revision_change_commit));
    one.number = DatumGetInt32(*row.datum(revision_change_number));
    one.before = row.text(revision_change_before);
    one.change.added = row.text_array(revision_change_added);
    one.change.removed = row.text_array(revision_change_removed);
    return one;
}

std::vector<std::string> split_revisions(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find(", ", start), text.size());
        parts.push_back(text.substr(start, end - start));
        start = end + 2;
    }
    return parts;
}

std::string revisions_of(const core::Books& books) { return core::joined(books.revisions, ", "); }

std::optional<std::int32_t> count_of(const ToolBooks& books) {
    if (books.tool->keeps == core::Keeps::heads) return std::nullopt;
    return static_cast<std::int32_t>(books.books.applied.size());
}

std::optional<RecordedChange> last_change(const std::vector<ledger::Stretch>& stretches,
                                          std::string_view tool, const std::string& schema) {
    std::optional<RecordedChange> last;
    const Oid table = pg::our_relation("revision_change");
    const Oid index = pg::our_relation("revision_change_key");
    for (const ledger::Stretch& stretch : stretches) {
        pg::scan_ordered(table, index,
                         {{revision_change_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)},
                          {revision_change_tool, F_TEXTEQ, pg::text_datum(tool)},
                          {revision_change_schema, F_TEXTEQ, pg::text_datum(schema)}},
                         pg::latest_committed(), BackwardScanDirection, [&](const pg::Row& row) {
                             if (DatumGetInt64(*row.datum(revision_change_commit)) > stretch.until)
                                 return true;
                             last = read_outcome(row);
                             return false;
                         });
        if (last) break;
    }
    return last;
}

bool says_the_same(const RecordedChange& last, const ToolBooks& books) {
    return last.after == revisions_of(books.books) && last.state == books.books.state &&
           last.applied == count_of(books);
}

class Recorder {
  public:
    explicit Recorder(const ledger::CommittedBooks& committed) : committed_(committed) {}

    // Whether a migration took place.
    bool record() {
        for (const auto& books : committed_.after)
            if (!books->locked) record_tool(*books, former(*books));
        // A renamed table was there before; of a dropped one the first that is heard is that it has gone.
        for (const auto& books : committed_.before)
            if (is_gone(books->tool->name, books->schema)) insert_gone(books->tool->name, books->schema);
        for (const std::string& table : committed_.dropped) record_dropped(core::identifier_parts(table));
        return has_migrated_;
    }

  private:
    const ledger::CommittedBooks& committed_;
    bool has_migrated_ = false;

    const ToolBooks* former(const ToolBooks& books) const {
        for (const auto& one : committed_.before)
            if (one->table == books.table && !one->locked) return one.get();
        return nullptr;
    }

    bool is_gone(std::string_view tool, const std::string& schema) const {
        return std::none_of(committed_.after.begin(), committed_.after.end(), [&](const auto& one) {
            return one->tool->name == tool && one->schema == schema;
        });
    }

    void record_dropped(const std::vector<std::string>& names) {
        if (names.size() != 2) return;
        for (const books::Tool& tool : books::all_tools(books::described_tools()))
            if (tool->table == names[1] && is_gone(tool->name, names[0])) insert_gone(tool->name, names[0]);
    }

    void record_tool(const ToolBooks& now, const ToolBooks* former) {
        const auto last = last_change(committed_.stretches, now.tool->name, now.schema);
        if (!last || last->how == "gone") {
            if (former != nullptr) insert("found", {}, *former);
            if (former == nullptr && now.books.applied.empty() && now.books.failed.empty()) {
                insert("found", {}, now);
                return;
            }
            if (former != &now) insert("commit", former == nullptr ? core::Books{} : former->books, now);
            return;
        }
        // What runs now has been written into the books before it began, and committed.
        const bool is_announced = former != nullptr && former->books.state == "dirty";
        if (former == nullptr || is_announced) {
            if (former != &now || !says_the_same(*last, now)) insert("commit", as_recorded(now), now);
            return;
        }
        if (!says_the_same(*last, *former)) insert("before", as_recorded(now), *former);
        if (former != &now) insert("commit", former->books, now);
    }

    // As far as the ledger knows it.
    core::Books as_recorded(const ToolBooks& tool) const {
        core::Books books;
        for (const RecordedBooks& one : recorded_books(committed_.stretches, pg::latest_committed())) {
            if (one.tool != tool.tool->name || one.schema != tool.schema) continue;
            books.revisions = one.revisions;
            books.applied = one.applied_rows(*tool.tool);
            books.state = one.state;
        }
        return books;
    }

    void insert(const char* how, const core::Books& before, const ToolBooks& after) {
        const std::string text_before = revisions_of(before);
        const std::string text_after = revisions_of(after.books);
        const BookChange change = core::compare_books(*after.tool, before, after.books);
        const bool is_first = std::string_view(how) == "found";
        if (!is_first && change.is_none() && text_before == text_after && before.state == after.books.state)
            return;
        const auto applied = count_of(after);
        const bool is_before = is_first || std::string_view(how) == "before";
        pg::insert_row(
            "revision_change",
            {pg::uuid_datum(committed_.timeline), pg::text_datum(after.tool->name),
             pg::text_datum(after.schema), Int64GetDatum(committed_.commit), Int32GetDatum(is_before ? 1 : 2),
             pg::text_datum(how), is_first ? pg::Value() : pg::Value(pg::text_datum(text_before)),
             pg::text_datum(text_after), pg::text_datum(after.books.state),
             applied ? pg::Value(Int32GetDatum(*applied)) : pg::Value(), pg::text_array_datum(change.added),
             pg::text_array_datum(change.removed),
             is_first ? pg::Value() : pg::text_or_null(change.direction)});
        has_migrated_ = has_migrated_ || !is_before;
    }

    void insert_gone(std::string_view tool, const std::string& schema) {
        const auto last = last_change(committed_.stretches, tool, schema);
        if (!last || last->how == "gone") return;
        pg::insert_row("revision_change",
                       {pg::uuid_datum(committed_.timeline), pg::text_datum(tool), pg::text_datum(schema),
                        Int64GetDatum(committed_.commit), Int32GetDatum(2), pg::text_datum("gone"),
                        pg::text_datum(last->after), std::nullopt, pg::text_datum("gone"), std::nullopt,
                        pg::text_array_datum({}), pg::text_array_datum({}), std::nullopt});
    }
};

void insert_effect(const ledger::CommittedBooks& books) {
    std::vector<std::string> locked;
    std::vector<std::string> rewrote;
    for (const catalog::Address& address : books.touched) {
        if (address.catalog != RelationRelationId) continue;
        const auto effect = pg::effect_on(address.object);
        if (!effect) continue;
        if (effect->lock != nullptr) locked.push_back(effect->name + ": " + effect->lock);
        if (effect->is_rewritten) rewrote.push_back(effect->name);
    }
    std::sort(locked.begin(), locked.end());
    std::sort(rewrote.begin(), rewrote.end());
    pg::insert_row("commit_effect", {pg::uuid_datum(books.timeline), Int64GetDatum(books.commit),
                                     TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()),
                                     pg::text_array_datum(locked), pg::text_array_datum(rewrote)});
}

// Every change that this history has seen, in order.
std::vector<RecordedChange> recorded_changes(const std::vector<ledger::Stretch>& stretches,
                                             Snapshot snapshot) {
    std::map<std::tuple<std::int64_t, std::int32_t, std::string, std::string>, RecordedChange> sorted;
    for (const ledger::Stretch& stretch : stretches) {
        pg::scan(pg::our_relation("revision_change"), pg::our_relation("revision_change_key"),
                 {{revision_change_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)}}, snapshot,
                 [&](const pg::Row& row) {
                     RecordedChange one = read_change(row);
                     if (one.commit > stretch.until) return;
                     sorted[{one.commit, one.number, one.tool, one.schema}] = std::move(one);
                 });
    }
    std::vector<RecordedChange> all;
    for (auto& [key, one] : sorted) all.push_back(std::move(one));
    return all;
}

}  // namespace

std::vector<RecordedBooks> recorded_books(const std::vector<ledger::Stretch>& stretches, Snapshot snapshot) {
    std::map<std::pair<std::string, std::string>, RecordedBooks> all;
    for (RecordedChange& one : recorded_changes(stretches, snapshot)) {
        RecordedBooks& books = all[{one.tool, one.schema}];
        auto revisions = split_revisions(one.after);
        const auto keeps = one.applied ? core::Keeps::every_migration : core::Keeps::heads;
        if (one.how == "found") books.applied.clear();
        if (one.how != "gone") core::follow(books.applied, one.change, revisions, keeps);
        for (const std::string& revision : one.change.added)
            if (!core::contains(books.revisions_seen, revision)) books.revisions_seen.push_back(revision);
        books.tool = std::move(one.tool);
        books.schema = std::move(one.schema);
        books.commit = one.commit;
        if (one.how != "gone") {
            books.revision = std::move(one.after);
            books.revisions = revisions;
        }
        books.how = std::move(one.how);
        books.state = std::move(one.state);
    }
    std::vector<RecordedBooks> list;
    for (auto& [key, books] : all) list.push_back(std::move(books));
    return list;
}

std::vector<std::string> revision_history(std::string_view tool, const std::string& schema,
                                          const std::vector<ledger::Stretch>& stretches, Snapshot snapshot) {
    std::vector<std::string> history;
    std::string last;
    const auto step = [&](const std::string& revisions) {
        if (revisions.empty() || revisions == last) return;
        last = revisions;
        for (std::string& one : split_revisions(revisions)) history.push_back(std::move(one));
    };
    for (const RecordedChange& one : recorded_changes(stretches, snapshot)) {
        if (one.tool != tool || one.schema != schema) continue;
        step(one.before);
        step(one.after);
    }
    return history;
}

std::vector<Arrival> arrivals(const core::MigrationTool& tool, const std::string& schema,
                              const std::string& revision, const std::vector<ledger::Stretch>& stretches,
                              Snapshot snapshot) {
    std::vector<Arrival> found;
    for (const RecordedChange& one : recorded_changes(stretches, snapshot)) {
        if (one.tool != tool.name || one.schema != schema || one.after != revision) continue;
        if (one.before == revision) continue;
        found.push_back({one.commit, one.how != "commit"});
    }
    std::reverse(found.begin(), found.end());
    return found;
}

void record(const ledger::CommittedBooks& books) {
    Recorder recorder(books);
    const bool has_migrated = recorder.record();
    const Declared* migration = declared();
    if (migration != nullptr) insert_declared_commit(*migration, books.timeline, books.commit);
    if (has_migrated || migration != nullptr) insert_effect(books);
}

}  // namespace schemaver::migration
