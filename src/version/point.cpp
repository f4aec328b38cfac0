// Resolves points, each kind by its own look-up.
#include "version/point.hpp"

#include <algorithm>

#include "catalog/catalog.hpp"
#include "catalog/live.hpp"
#include "core/metadata.hpp"
#include "core/nearest.hpp"
#include "core/point.hpp"
#include "core/text.hpp"
#include "ledger/checkpoints.hpp"
#include "ledger/recorded.hpp"
#include "version/fingerprint.hpp"
#include "version/refs.hpp"

extern "C" {
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
}

namespace schemaver::version {

namespace {

using core::PointKind;

enum BackupColumn : AttrNumber {
    stamp_timeline = 1,
    stamp_label,
    stamp_fingerprint = 8,
    stamp_commit = 9,
    stamp_metadata = 11
};

Snapshot active_snapshot() {
    return pg::call([] { return GetActiveSnapshot(); });
}

core::Error unknown_point(const std::string& text, std::string detail, std::string hint) {
    return {core::sqlstate::unknown_point,
            fmt::format("there is no point \"{}\" in the schema's history", core::shortened(text, 80)),
            std::move(detail), std::move(hint)};
}

std::string time_text(std::int64_t at) {
    return pg::to_utf8(pg::call([=] { return timestamptz_to_str(at); }));
}

// Finds a point of one kind after the other.
class Resolver {
  public:
    explicit Resolver(const std::string& text)
        : text_(text), name_(core::parse_point(text)), snapshot_(active_snapshot()) {
        point_.name = text;
    }

    Point resolve() {
        point_.position.stretches = ledger::lineage(snapshot_).stretches;
        switch (name_.kind) {
            case PointKind::live:
                point_.live = true;
                point_.position.commit = head();
                return point_;
            case PointKind::server:
                point_.own = false;
                point_.position = {};
                point_.server = std::make_shared<remote::Database>(name_.name);
                return point_;
            case PointKind::backup:
                backup();
                return point_;
            case PointKind::version:
            case PointKind::baseline:
                ref();
                break;
            case PointKind::head:
                point_.position.commit = head();
                break;
            case PointKind::commit:
                commit();
                break;
            case PointKind::time:
                time();
                break;
        }
        if (point_.snapshot.empty()) point_.snapshot = current_snapshot();
        go_back();
        return point_;
    }

  private:
    const std::string& text_;
    core::PointName name_;
    Snapshot snapshot_;
    Point point_;

    const std::vector<ledger::Stretch>& stretches() const { return point_.position.stretches; }
    std::int64_t head() const { return ledger::head_commit(stretches(), snapshot_); }

    void commit() {
        point_.position.commit = name_.commit;
        if (ledger::find_commit(stretches(), name_.commit, snapshot_)) return;
        refuse_folded();
        for (const ledger::TimelineRow& row : ledger::timelines(snapshot_)) {
            const auto other = ledger::ancestry(row.timeline, snapshot_);
            if (!ledger::find_commit(other, name_.commit, snapshot_)) continue;
            throw unknown_point(
                text_,
                fmt::format("Commit {} is on the timeline of database \"{}\", which is no part of this "
                            "database's history.",
                            name_.commit, row.database),
                "SELECT commit, at, summary FROM schemaver.log lists this database's commits.");
        }
        throw unknown_point(text_, fmt::format("The last commit in the ledger is {}.", head()),
                            "SELECT commit, at, summary FROM schemaver.log lists the commits.");
    }

    // Between a checkpoint and a version or baseline before it nothing is left to say what the schema was.
    void refuse_folded() const {
        const auto checkpoint = ledger::last_checkpoint(stretches(), snapshot_);
        if (!checkpoint || point_.position.commit >= checkpoint->commit) return;
        throw unknown_point(
            text_,
            fmt::format("{} took the history before commit {} out of the ledger at {}: {}", checkpoint->who,
                        checkpoint->commit, time_text(checkpoint->at), checkpoint->reason),
            fmt::format("Name commit:{} or a later one, or a version, baseline or backup.",
                        checkpoint->commit));
    }

    void time() {
        const std::string in_server = pg::from_utf8(name_.name);
        const char* digits = in_server.c_str();
        const auto at = DatumGetTimestampTz(pg::call([=] {
            return DirectFunctionCall3(timestamptz_in, CStringGetDatum(digits), ObjectIdGetDatum(InvalidOid),
                                       Int32GetDatum(-1));
        }));
        if (at > GetCurrentTimestamp())
            throw unknown_point(text_, fmt::format("{} has not come yet.", time_text(at)),
                                "Say 'head' or 'live'.");
        if (const auto found = ledger::commit_at_time(stretches(), at, snapshot_)) {
            point_.position.commit = *found;
            refuse_folded();
            return;
        }
        refuse_folded();
        const auto first = ledger::first_commit(stretches(), snapshot_);
        throw unknown_point(
            text_,
            first ? fmt::format("The ledger begins at {}, with commit {}.", time_text(first->at), first->id)
                  : "The ledger is empty.",
            "Name a later time; SELECT commit, at FROM schemaver.log lists the commits.");
    }

    void go_back() {
        if (name_.back == 0) return;
        const std::int64_t from = point_.position.commit;
        const auto before = ledger::commit_before(point_.position, name_.back, snapshot_);
        if (before) {
            point_.position.commit = *before;
            refuse_folded();
            return;
        }
        point_.position.commit = 0;
        refuse_folded();
        throw unknown_point(text_, fmt::format("There are not that many commits before commit {}.", from),
                            "SELECT commit, at, summary FROM schemaver.log lists the commits.");
    }

    // What only another database's ledger has, which a restore brought along.
    std::vector<std::vector<ledger::Stretch>> foreign_histories() const {
        std::vector<std::vector<ledger::Stretch>> histories;
        std::set<ledger::Uuid> seen;  // a dump that was restored twice
        for (const ledger::TimelineRow& row : ledger::timelines(snapshot_)) {
            if (!seen.insert(row.timeline).second) continue;
            const auto is_own = [&](const auto& stretch) { return stretch.timeline == row.timeline; };
            if (std::any_of(stretches().begin(), stretches().end(), is_own)) continue;
            histories.push_back(ledger::ancestry(row.timeline, snapshot_));
        }
        return histories;
    }

    std::string kind_word() const { return name_.kind == PointKind::version ? "version" : "baseline"; }

    void ref() {
        const std::string kind = kind_word();
        const auto own = find_ref(stretches(), kind, name_.name, snapshot_);
        if (own && own->exists()) {
            take(*own);
            return;
        }
        std::optional<Ref> found;
        for (const auto& history : foreign_histories()) {
            // its own refs alone: those of an ancestor are found with the ancestor
            const auto ref = find_ref({history.front()}, kind, name_.name, snapshot_);
            if (!ref || !ref->exists()) continue;
            if (found)
                throw unknown_point(
                    text_,
                    fmt::format(
                        "Databases \"{}\" and \"{}\" both have a {} of that name, and this one has none.",
                        found->database, ref->database, kind),
                    fmt::format("SELECT * FROM schemaver.{}s lists them all.", kind));
            found = ref;
        }
        if (!found) throw unknown_ref(own);
        point_.own = false;
        point_.position.stretches = ledger::ancestry(found->timeline, snapshot_);
        take(*found);
    }

    void take(const Ref& ref) {
        point_.position = position_of(ref, stretches(), snapshot_);
        point_.snapshot = ref.snapshot;
    }

    core::Error unknown_ref(const std::optional<Ref>& dropped) const {
        std::string detail = fmt::format("No {} has that name.", kind_word());
        if (dropped)
            detail = fmt::format("The {} was dropped by {} at {}{}{}. It named commit {}.", kind_word(),
                                 dropped->who, time_text(dropped->at), dropped->description ? ": " : "",
                                 dropped->description.value_or(""), dropped->commit);
        std::vector<std::string> names;
        if (name_.kind == PointKind::version) names = {"live", "head"};
        for (const Ref& ref : existing_refs(stretches(), "version", snapshot_)) names.push_back(ref.name);
        std::vector<std::string> baselines;
        for (const Ref& ref : existing_refs(stretches(), "baseline", snapshot_))
            baselines.push_back(ref.name);
        auto meant = core::nearest(name_.name, names);
        if (name_.kind == PointKind::baseline) meant.clear();
        for (const std::string& name : core::nearest(name_.name, baselines))
            meant.push_back("baseline:" + name);
        if (!meant.empty())
            return unknown_point(text_, detail, fmt::format("Did you mean {}?", or_list(meant)));
        return unknown_point(text_, detail,
                             "A point is live, head, commit:N, a version (SELECT version FROM "
                             "schemaver.versions), baseline:NAME, "
                             "backup:LABEL, server:NAME or @TIME.");
    }

    static std::string or_list(const std::vector<std::string>& names) {
        std::string text = names.front();
        for (std::size_t i = 1; i < names.size(); ++i)
            text += (i + 1 < names.size() ? ", " : " or ") + names[i];
        return text;
    }

    struct Stamp {
        std::string metadata;
        std::string fingerprint;
        std::int64_t commit = 0;
    };

    std::optional<Stamp> find_stamp(const std::vector<ledger::Stretch>& stretches) const {
        std::optional<Stamp> stamp;
        for (const ledger::Stretch& stretch : stretches) {
            pg::scan(pg::our_relation("backup"), pg::our_relation("backup_key"),
                     {{stamp_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)},
                      {stamp_label, F_TEXTEQ, pg::text_datum(name_.name)}},
                     snapshot_, [&](const pg::Row& row) {
                         const auto commit = row.datum(stamp_commit);
                         stamp = {row.text(stamp_metadata), row.text(stamp_fingerprint),
                                  commit ? DatumGetInt64(*commit) : 0};
                     });
            if (stamp) break;
        }
        return stamp;
    }

    void backup() {
        auto stamp = find_stamp(stretches());
        if (!stamp) {
            for (const auto& history : foreign_histories()) {
                const auto other = find_stamp({history.front()});
                if (!other) continue;
                if (stamp)
                    throw unknown_point(text_, "Several other databases have a backup with that label.",
                                        "SELECT * FROM schemaver.backups lists them all.");
                stamp = other;
                point_.own = false;
                point_.position.stretches = history;
            }
        }
        if (!stamp) throw unknown_backup();
        core::Metadata metadata = core::read_metadata(stamp->metadata);
        point_.position.commit = stamp->commit;
        if (metadata.objects) {
            point_.schema = std::move(*metadata.objects);
            return;
        }
        // Without definitions the ledger has to do, and its fingerprint says whether it does.
        core::Schema recorded = ledger::recorded_schema(point_.position, snapshot_);
        if (fingerprint(recorded) != stamp->fingerprint)
            throw unknown_point(
                text_,
                fmt::format("The backup was stamped without definitions, and commit {} of the "
                            "ledger is not what its fingerprint says.",
                            stamp->commit),
                "Stamp backups with definitions.");
        point_.schema = std::move(recorded);
    }

    core::Error unknown_backup() const {
        std::vector<std::string> labels;
        pg::scan(pg::our_relation("backup"), {}, snapshot_,
                 [&](const pg::Row& row) { labels.push_back(row.text(stamp_label)); });
        auto meant = core::nearest(name_.name, labels);
        for (std::string& label : meant) label.insert(0, "backup:");
        return unknown_point(text_, "No backup has that label.",
                             meant.empty()
                                 ? "SELECT label, at FROM schemaver.backups lists the stamped backups."
                                 : fmt::format("Did you mean {}?", or_list(meant)));
    }
};

}  // namespace

Point resolve(const std::string& text) { return Resolver(text).resolve(); }

namespace {

bool is_own(const ledger::Uuid& timeline) {
    const auto stretches = ledger::lineage(active_snapshot()).stretches;
    return std::any_of(stretches.begin(), stretches.end(),
                       [&](const auto& stretch) { return stretch.timeline == timeline; });
}

}  // namespace

Point point_of(const Ref& ref) {
    Point point;
    point.name = ref.kind == "baseline" ? "baseline:" + ref.name : ref.name;
    point.own = is_own(ref.timeline);
    const auto stretches = point.own ? ledger::lineage(active_snapshot()).stretches
                                     : ledger::ancestry(ref.timeline, active_snapshot());
    point.position = position_of(ref, stretches, active_snapshot());
    point.snapshot = ref.snapshot;
    return point;
}

std::optional<Point> before_commit(const std::vector<ledger::Stretch>& stretches, std::int64_t commit) {
    Point point;
    point.name = fmt::format("commit:{}~1", commit);
    point.position.stretches = stretches;
    point.position.commit = commit;
    const auto before = ledger::commit_before(point.position, 1, active_snapshot());
    if (!before) return std::nullopt;
    point.position.commit = *before;
    point.own = is_own(stretches.front().timeline);
    point.snapshot = current_snapshot();
    return point;
}

core::Schema schema_at(const Point& point, const std::optional<std::string>& scope) {
    core::Schema schema = point.live     ? catalog::read_schema()
                          : point.server ? point.server->everything()
                          : point.schema ? *point.schema
                                         : ledger::recorded_schema(point.position, active_snapshot());
    if (scope) {
        std::erase_if(schema, [&](const core::Object& object) { return object.schema != *scope; });
    }
    return schema;
}

namespace {

core::Schema live_definitions(const std::set<std::pair<std::string, std::string>>& wanted) {
    std::set<catalog::Address> addresses;
    catalog::live_digests().for_each([&](const catalog::DigestedRow& row) {
        if (wanted.count({*row.kind, std::string(row.identity)}) > 0) addresses.insert(row.address);
    });
    core::Schema schema;
    if (addresses.empty()) return schema;
    catalog::Documents documents;
    catalog::read(active_snapshot(), &addresses, documents);
    documents.sort();
    for (catalog::LocatedObject& located : documents.objects) {
        if (wanted.count({located.object.kind, located.object.identity}) > 0)
            schema.push_back(std::move(located.object));
    }
    return schema;
}

}  // namespace

std::optional<core::Json> definition_at(const Point& point, const std::string& kind,
                                        const std::string& identity) {
    if (point.is_commit()) {
        const auto object = ledger::recorded_object(point.position, kind, identity, active_snapshot());
        if (!object) return std::nullopt;
        return std::optional<core::Json>(
            std::in_place,
            ledger::load_definition(point.position.stretches, object->digest, active_snapshot()));
    }
    if (point.server) return point.server->definition(kind, identity);
    const core::Schema live = point.live ? live_definitions({{kind, identity}}) : core::Schema();
    const core::Object* object = core::find(point.live ? live : *point.schema, kind, identity);
    if (object == nullptr) return std::nullopt;
    return std::optional<core::Json>(std::in_place, object->definition);
}

core::Schema definitions_at(const Point& point,
                            const std::vector<std::pair<std::string, std::string>>& keys) {
    if (point.server) return point.server->definitions(keys);
    if (point.live) return live_definitions({keys.begin(), keys.end()});
    core::Schema schema;
    for (const auto& [kind, identity] : keys) {
        pg::check_for_interrupts();
        const core::Object* known = point.schema ? core::find(*point.schema, kind, identity) : nullptr;
        if (known != nullptr) schema.push_back(*known);
        if (point.schema) continue;
        const auto object = ledger::recorded_object(point.position, kind, identity, active_snapshot());
        if (object)
            schema.push_back(
                {kind, identity, object->schema,
                 ledger::load_definition(point.position.stretches, object->digest, active_snapshot())});
    }
    core::sort(schema);
    return schema;
}

}  // namespace schemaver::version
