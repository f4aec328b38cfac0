// stamp_backup() and backup_metadata(): what a backup holds, said at the moment it is taken.
#include "backup/live.hpp"
#include "core/text.hpp"
#include "ledger/ledger.hpp"
#include "pg/limits.hpp"
#include "pg/report.hpp"
#include "pg/result_set.hpp"

extern "C" {
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/timestamp.h"
}

namespace schemaver::backup {

namespace {

enum BackupColumn : AttrNumber { backup_timeline = 1, backup_label, backup_at, backup_metadata_column = 11 };

// Of this database's own history, the newest timeline first.
std::optional<std::string> recorded_metadata(const std::string& label, Snapshot snapshot) {
    for (const ledger::Stretch& stretch : ledger::lineage(snapshot).stretches) {
        std::optional<std::string> metadata;
        pg::scan(pg::our_relation("backup"), pg::our_relation("backup_key"),
                 {{backup_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)},
                  {backup_label, F_TEXTEQ, pg::text_datum(label)}},
                 snapshot, [&](const pg::Row& row) { metadata = row.text(backup_metadata_column); });
        if (metadata) return metadata;
    }
    return std::nullopt;
}

void check_kind(const std::string& kind) {
    if (core::contains({"other", "daily", "weekly", "before-migration", "version"}, kind)) return;
    throw core::Error(core::sqlstate::invalid_argument, fmt::format("\"{}\" is no kind of backup", kind), "",
                      "Kinds are daily, weekly, before-migration, version and other; "
                      "schemaver.expired_backups() goes by them.");
}

constexpr std::size_t longest_label = 200;  // bytes: it has to fit into small slots too

void check_label(const std::string& label) {
    if (label.size() > longest_label)
        throw core::Error(core::sqlstate::invalid_argument,
                          fmt::format("a backup's label can have {} bytes, and this one has {}",
                                      longest_label, label.size()),
                          "", "Choose a shorter one, such as nightly-2026-01-02.");
    if (label.find_first_not_of(" \t\r\n") == std::string::npos) {
        throw core::Error(
            core::sqlstate::invalid_argument, "a backup's label must not be empty", "",
            "Name the backup, for example SELECT schemaver.stamp_backup('nightly-2026-01-02').");
    }
    if (recorded_metadata(label, pg::latest_committed())) {
        throw core::Error(
            core::sqlstate::duplicate_label, fmt::format("there is a backup \"{}\" already", label),
            "A label names one backup for ever.",
            "Choose another label; SELECT label, at FROM schemaver.backups lists those in use.");
    }
}

std::string storable_json(const core::Metadata& record, bool has_definitions) {
    std::string metadata = in_json(record);
    if (pg::is_storable(metadata)) return metadata;
    throw pg::too_large("the metadata", metadata,
                        has_definitions
                            ? "Leave the definitions out, with definitions => false: another cluster can "
                              "tell then whether the schema is the same, and not what differs."
                            : "");
}

void insert_backup(const ledger::Uuid& timeline, const core::Metadata& record, const std::string& metadata,
                   const std::string& kind) {
    std::int32_t objects = 0;
    for (const auto& [kind, count] : record.counts) objects += static_cast<std::int32_t>(count);
    std::string revision;
    for (const std::string& head : record.migration.revisions)
        revision += (revision.empty() ? "" : ", ") + head;
    pg::insert_row("backup", {pg::uuid_datum(timeline), pg::text_datum(record.label),
                              TimestampTzGetDatum(GetCurrentTimestamp()), pg::text_datum(record.created_by),
                              pg::text_datum(record.database), pg::text_datum(record.server_version),
                              pg::text_or_null(revision), pg::text_datum(record.fingerprint),
                              record.commit > 0 ? pg::Value(Int64GetDatum(record.commit)) : pg::Value(),
                              Int32GetDatum(objects), pg::text_datum(metadata), pg::text_datum(kind)});
}

}  // namespace

// stamp_backup(label text, definitions boolean, kind text, with_row_counts boolean)
SCHEMAVER_FUNCTION(schemaver_stamp_backup)(pg::Arguments arguments) {
    pg::call([] {
        PreventCommandDuringRecovery("schemaver.stamp_backup()");
        PreventCommandIfReadOnly("schemaver.stamp_backup()");
        PreventCommandIfParallelMode("schemaver.stamp_backup()");
    });
    const std::string label = arguments.required_text(0, "label");
    const std::string kind = arguments.required_text(2, "kind");
    check_kind(kind);
    // One stamp at a time, so that no label is given twice. Nobody else takes this lock but VACUUM.
    const Oid backups = pg::our_relation("backup");
    pg::call([=] { LockRelationOid(backups, ShareUpdateExclusiveLock); });
    check_label(label);
    const ledger::Uuid timeline = *ledger::writable_lineage(ledger::write_first_commit).current;
    const bool with_definitions = arguments.boolean(1, true);
    const core::Metadata record = describe_database(label, with_definitions, arguments.boolean(3, false));
    if (record.row_counts)
        for (const core::Uncounted& table : record.row_counts->uncounted)
            pg::notice(fmt::format("the rows of {} are not counted", table.table), table.reason);
    const std::string metadata = storable_json(record, with_definitions);
    insert_backup(timeline, record, metadata, kind);
    return {pg::text_datum(metadata)};
}

// backup_metadata(label text, definitions boolean)
SCHEMAVER_FUNCTION(schemaver_backup_metadata)(pg::Arguments arguments) {
    if (const auto label = arguments.optional_text(0)) {
        if (const auto metadata = recorded_metadata(*label, pg::call([] { return GetActiveSnapshot(); }))) {
            return {pg::text_datum(*metadata)};
        }
        throw core::Error(core::sqlstate::unknown_object, fmt::format("there is no backup \"{}\"", *label),
                          "", "SELECT label, at FROM schemaver.backups lists the stamped backups.");
    }
    const bool with_definitions = arguments.boolean(1, true);
    return {pg::text_datum(storable_json(describe_database("", with_definitions), with_definitions))};
}

}  // namespace schemaver::backup
