// tag(), set_baseline() and their undoing: names for points of this database's history.
#include <algorithm>

#include "catalog/live.hpp"
#include "core/point.hpp"
#include "core/text.hpp"
#include "ledger/recorded.hpp"
#include "ledger/pending.hpp"
#include "books/revision.hpp"
#include "pg/result_set.hpp"
#include "version/compare.hpp"
#include "version/fingerprint.hpp"
#include "version/kept.hpp"

extern "C" {
#include "commands/dbcommands.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/timestamp.h"
}

namespace schemaver::version {

namespace {

constexpr std::size_t most_listed = 10;  // objects in an error's DETAIL

Snapshot statement_snapshot() {
    return pg::call([] { return GetActiveSnapshot(); });
}

// Refuses where nothing can be written, and lets one act on a name at a time happen.
void prepare_to_write(const char* function) {
    pg::call([=] {
        PreventCommandDuringRecovery(function);
        PreventCommandIfReadOnly(function);
        PreventCommandIfParallelMode(function);
    });
    // Nobody else takes this lock but VACUUM.
    const Oid refs = pg::our_relation("ref");
    pg::call([=] { LockRelationOid(refs, ShareUpdateExclusiveLock); });
}

std::string differing_objects(const Comparison& comparison) {
    std::vector<std::string> lines;
    for (const core::Difference& difference : comparison.differences) {
        std::string line =
            fmt::format("{} {} {}", difference.change == "modified" ? "changed:" : difference.change + ":",
                        difference.kind, difference.identity);
        if (!difference.property.empty())
            line = fmt::format("changed: {} {}", difference.kind, difference.identity);
        if (!core::contains(lines, line)) lines.push_back(std::move(line));
    }
    const std::size_t all = lines.size();
    if (all > most_listed) {
        lines.resize(most_listed);
        lines.push_back(fmt::format("and {} more", all - most_listed));
    }
    return core::joined(lines, "\n");
}

// A name for what the ledger has can be kept exactly; one for a live schema that the ledger does not have
// would name something that nobody could get back.
void refuse_uncaptured(const Point& live, const char* what) {
    const Comparison comparison = compare(resolve("head"), live);
    if (comparison.differences.empty()) return;
    if (ledger::pending() != nullptr)
        throw core::Error(
            core::sqlstate::uncaptured_changes,
            fmt::format("this transaction has changed the schema, so no {} can name it yet", what),
            differing_objects(comparison),
            "Its changes become a commit in the ledger when it commits: name the schema in the next one.");
    throw core::Error(
        core::sqlstate::uncaptured_changes,
        fmt::format("the live schema is not what the ledger says, so no {} can name it", what),
        differing_objects(comparison),
        "SELECT * FROM schemaver.diff('head', 'live') shows how. at => 'head' names what the ledger has; to "
        "have the live schema, change those objects once more with capture on.");
}

std::map<std::string, std::int64_t> count_kinds(const core::Schema& schema) {
    std::map<std::string, std::int64_t> counts;
    for (const core::Object& object : schema) ++counts[object.kind];
    return counts;
}

std::vector<ledger::Stretch> up_to(const ledger::Position& position) {
    std::vector<ledger::Stretch> stretches = position.stretches;
    for (ledger::Stretch& stretch : stretches) stretch.until = std::min(stretch.until, position.commit);
    return stretches;
}

// What the ref says of the schema that it names.
void describe(Ref& ref, const Point& point) {
    core::Json counts = core::Json::object();
    if (point.live) {
        ref.snapshot = current_snapshot();
        ref.revision = books::current_revision(statement_snapshot()).text();
        std::map<std::string, std::int64_t> kinds;
        const catalog::Digests& digests = catalog::live_digests();
        digests.for_each([&](const catalog::DigestedRow& row) { ++kinds[*row.kind]; });
        ref.fingerprint = digests.fingerprint(std::nullopt, {});
        counts = kinds;
    } else {
        ref.snapshot = point.snapshot;
        const auto commit =
            ledger::find_commit(point.position.stretches, point.position.commit, statement_snapshot());
        if (commit) ref.revision = commit->revision;
        const core::Schema schema = schema_at(point);
        ref.fingerprint = fingerprint(schema);
        counts = count_kinds(schema);
    }
    ref.commit = point.position.commit;
    ref.objects = core::canonical(counts);
    const auto history = ledger::revision_history(up_to(point.position), statement_snapshot());
    ref.migrations = static_cast<std::int32_t>(history.size());
}

void sign(Ref& ref) {
    ref.timeline = *ledger::writable_lineage(ledger::write_first_commit).current;
    ref.at = GetCurrentTimestamp();
    ref.who = pg::to_utf8(pg::call([] { return GetUserNameFromId(GetSessionUserId(), true); }));
    ref.database = pg::to_utf8(pg::call([] { return get_database_name(MyDatabaseId); }));
    ref.server_version =
        pg::to_utf8(pg::call([] { return GetConfigOption("server_version", false, false); }));
}

std::optional<Ref> last_act(const std::string& kind, const std::string& name) {
    Snapshot latest = pg::latest_committed();
    return find_ref(ledger::lineage(latest).stretches, kind, name, latest);
}

Point point_to_name(const std::string& at, const char* what) {
    Point point = resolve(at);
    if (point.schema || !point.own)
        throw core::Error(
            core::sqlstate::invalid_argument,
            fmt::format("\"{}\" is not in the history of this database, so no {} can name it", at, what),
            "What a backup or another database says is no commit here.",
            "Name a commit: head, commit:N, or a version or baseline of this database.");
    if (point.live) refuse_uncaptured(point, what);
    if (point.position.commit == 0)
        throw core::Error(core::sqlstate::unknown_point, "the ledger has no commit yet", "",
                          "Change the schema once with capture on.");
    return point;
}

Ref make_ref(const std::string& kind, const std::string& name, const std::string& at,
             const std::optional<Ref>& last) {
    const Point point = point_to_name(at, kind.c_str());
    Ref ref;
    ref.kind = kind;
    ref.name = name;
    ref.action = last && last->exists() ? "moved" : "set";
    describe(ref, point);
    sign(ref);
    const bool goes_on = last && last->timeline == ref.timeline;
    ref.number = goes_on ? last->number + 1 : 1;
    return ref;
}

void drop_ref(const std::string& kind, const std::string& name, const std::optional<std::string>& reason) {
    const auto last = last_act(kind, name);
    if (!last || !last->exists()) {
        resolve(kind + ":" + name);  // says what there is
        throw core::Error(core::sqlstate::unknown_point,
                          fmt::format("this database has no {} \"{}\"", kind, name),
                          fmt::format("The {} of that name is another database's.", kind),
                          fmt::format("SELECT * FROM schemaver.{}s WHERE own lists its own.", kind));
    }
    Ref ref = *last;
    delete_rows(*last);
    ref.action = "dropped";
    ref.kept.clear();
    ref.description = reason;
    sign(ref);
    ref.number = ref.timeline == last->timeline ? last->number + 1 : 1;
    insert_ref(ref);
}

std::string iso_time(std::int64_t at) {
    const std::time_t seconds = static_cast<std::time_t>(timestamptz_to_time_t(at));
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                       parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace

// tag(version text, description text, at text, tables text[])
SCHEMAVER_FUNCTION(schemaver_tag)(pg::Arguments arguments) {
    const std::string name = arguments.required_text(0, "version");
    const std::string at = arguments.required_text(2, "at");
    core::check_ref_name("version", name);
    const auto tables = arguments.text_array(3).value_or(std::vector<std::string>());
    if (!tables.empty() && at != "live")
        throw core::Error(core::sqlstate::invalid_argument,
                          fmt::format("rows cannot be kept of the schema at \"{}\"", at),
                          "Tables are read as they are now.", "Leave the point out, or the tables.");
    prepare_to_write("schemaver.tag()");
    const auto last = last_act("version", name);
    if (last && last->exists()) {
        throw core::Error(
            core::sqlstate::duplicate_label, fmt::format("there is a version \"{}\" already", name),
            fmt::format("It was made by {}, of commit {}. A version names one schema for ever.", last->who,
                        last->commit),
            fmt::format("Choose another name; SELECT version, at FROM schemaver.versions lists those in "
                        "use. A version that was a mistake goes by SELECT schemaver.drop_version({}, "
                        "'why').",
                        core::quote_literal(name)));
    }
    Ref ref = make_ref("version", name, at, last);
    ref.description = arguments.optional_text(1);
    const auto rows = read_rows(tables);
    note_rows(ref, rows);
    insert_ref(ref);
    store_rows(ref, rows);
    return {pg::text_datum(ref.fingerprint)};
}

// drop_version(version text, reason text)
SCHEMAVER_FUNCTION(schemaver_drop_version)(pg::Arguments arguments) {
    const std::string name = arguments.required_text(0, "version");
    const std::string reason = arguments.required_text(1, "reason");
    if (reason.find_first_not_of(" \t\r\n") == std::string::npos)
        throw core::Error(
            core::sqlstate::invalid_argument, "a reason must be given to drop a version",
            "Versions are kept for ever; that one was dropped stays in the history, and why.",
            fmt::format("SELECT schemaver.drop_version({}, 'tagged too early');", core::quote_literal(name)));
    prepare_to_write("schemaver.drop_version()");
    drop_ref("version", name, reason);
    return pg::Result::null();
}

// set_baseline(name text, at text, description text)
SCHEMAVER_FUNCTION(schemaver_set_baseline)(pg::Arguments arguments) {
    const std::string name = arguments.required_text(0, "name");
    const std::string at = arguments.required_text(1, "at");
    core::check_ref_name("baseline", name);
    prepare_to_write("schemaver.set_baseline()");
    Ref ref = make_ref("baseline", name, at, last_act("baseline", name));
    ref.description = arguments.optional_text(2);
    insert_ref(ref);
    return {pg::text_datum(ref.fingerprint)};
}

// drop_baseline(name text, reason text)
SCHEMAVER_FUNCTION(schemaver_drop_baseline)(pg::Arguments arguments) {
    const std::string name = arguments.required_text(0, "name");
    prepare_to_write("schemaver.drop_baseline()");
    drop_ref("baseline", name, arguments.optional_text(1));
    return pg::Result::null();
}

// version_info(version text)
SCHEMAVER_FUNCTION(schemaver_version_info)(pg::Arguments arguments) {
    const std::string name = arguments.required_text(0, "version");
    Snapshot snapshot = statement_snapshot();
    const auto ref = find_ref(ledger::lineage(snapshot).stretches, "version", name, snapshot);
    if (!ref || !ref->exists()) {
        resolve("version:" + name);  // says what there is
        throw core::Error(core::sqlstate::unknown_point,
                          fmt::format("this database has no version \"{}\"", name),
                          "The version of that name is another database's.",
                          "SELECT * FROM schemaver.versions WHERE own lists its own.");
    }
    const core::Json objects = core::parse_json(ref->objects, "a version's counts");
    const auto tables = objects.find("table");
    core::Json info = {{"version", ref->name},
                       {"created_at", iso_time(ref->at)},
                       {"created_by", ref->who},
                       {"database", ref->database},
                       {"database_version", "PostgreSQL " + ref->server_version},
                       {"commit", ref->commit},
                       {"migration_revision", nullptr},
                       {"migration_count", ref->migrations},
                       {"tables", tables == objects.end() ? core::Json(0) : *tables},
                       {"objects", objects},
                       {"kept_rows", core::Json::object()},
                       {"fingerprint", ref->fingerprint},
                       {"description", nullptr}};
    if (!ref->revision.empty()) info["migration_revision"] = ref->revision;
    if (!ref->kept.empty()) info["kept_rows"] = core::parse_json(ref->kept, "what is kept with a version");
    if (ref->description) info["description"] = *ref->description;
    return {pg::jsonb_datum(info)};
}

}  // namespace schemaver::version
