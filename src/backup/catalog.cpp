// The backup catalog: what became of a stamped backup. record_backup_file(), record_verification() and
// forget_backup() add a row each; nothing here opens, deletes or runs a file.
#include <algorithm>
#include <cctype>

#include "core/text.hpp"
#include "ledger/ledger.hpp"
#include "pg/table.hpp"

extern "C" {
#include "miscadmin.h"
#include "tcop/utility.h"
#include "utils/timestamp.h"
}

namespace schemaver::backup {

namespace {

enum StampColumn : AttrNumber { stamp_timeline = 1, stamp_label };

// Of this database's own history, the newest timeline first.
std::optional<ledger::Uuid> timeline_of(const std::string& label) {
    Snapshot snapshot = pg::latest_committed();
    for (const ledger::Stretch& stretch : ledger::lineage(snapshot).stretches) {
        bool is_here = false;
        pg::scan(pg::our_relation("backup"), pg::our_relation("backup_key"),
                 {{stamp_timeline, F_UUID_EQ, pg::uuid_datum(stretch.timeline)},
                  {stamp_label, F_TEXTEQ, pg::text_datum(label)}},
                 snapshot, [&](const pg::Row&) { is_here = true; });
        if (is_here) return stretch.timeline;
    }
    return std::nullopt;
}

struct Act {
    std::string label;
    const char* what;
    std::optional<std::string> location;
    std::optional<std::int64_t> bytes;
    std::optional<std::string> sha256;
    std::optional<std::string> means;
    std::optional<std::string> outcome;
    std::optional<std::string> note;
};

pg::Value or_null(const std::optional<std::string>& text) {
    return text ? pg::Value(pg::text_datum(*text)) : pg::Value();
}

void record(const Act& act) {
    const auto timeline = timeline_of(act.label);
    if (!timeline)
        throw core::Error(core::sqlstate::unknown_object, fmt::format("there is no backup \"{}\"", act.label),
                          "", "SELECT label, at FROM schemaver.backups lists the stamped backups.");
    const std::string who = pg::to_utf8(pg::call([] { return GetUserNameFromId(GetSessionUserId(), true); }));
    pg::insert_row("backup_act",
                   {pg::uuid_datum(*timeline), pg::text_datum(act.label),
                    TimestampTzGetDatum(GetCurrentTimestamp()), pg::text_datum(who), pg::text_datum(act.what),
                    or_null(act.location), act.bytes ? pg::Value(Int64GetDatum(*act.bytes)) : pg::Value(),
                    or_null(act.sha256), or_null(act.means), or_null(act.outcome), or_null(act.note)});
}

void require_writing(const char* function) {
    pg::call([=] {
        PreventCommandDuringRecovery(function);
        PreventCommandIfReadOnly(function);
        PreventCommandIfParallelMode(function);
    });
}

// In lower case, as sha256sum prints it.
std::string digest_of(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char one) { return static_cast<char>(std::tolower(one)); });
    const bool is_digest =
        text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!is_digest)
        throw core::Error(core::sqlstate::invalid_argument,
                          fmt::format("\"{}\" is no SHA-256 digest", core::shortened(text, 80)),
                          "One has 64 hexadecimal digits.", "Pass what sha256sum prints for the file.");
    return text;
}

std::string not_empty(std::string text, const char* what, const char* hint) {
    if (core::trimmed(text).empty())
        throw core::Error(core::sqlstate::invalid_argument, fmt::format("{} must not be empty", what), "",
                          hint);
    return text;
}

}  // namespace

// record_backup_file(label text, location text, bytes bigint, sha256 text)
SCHEMAVER_FUNCTION(schemaver_record_backup_file)(pg::Arguments arguments) {
    require_writing("schemaver.record_backup_file()");
    Act act{arguments.required_text(0, "label"), "file", {}, {}, {}, {}, {}, {}};
    act.location = not_empty(arguments.required_text(1, "location"), "a backup file's location",
                             "Say where it is, for example /backups/nightly.dump.");
    if (const std::int64_t bytes = arguments.integer(2, -1); bytes >= 0) {
        act.bytes = bytes;
    } else if (arguments.integer(2, 0) < 0) {
        throw core::Error(core::sqlstate::invalid_argument,
                          fmt::format("a backup file cannot have {} bytes", bytes), "",
                          "Pass what stat --format=%s prints for the file, or NULL.");
    }
    if (const auto digest = arguments.optional_text(3)) act.sha256 = digest_of(*digest);
    record(act);
    return pg::Result::null();
}

// record_verification(label text, means text, outcome text, detail text)
SCHEMAVER_FUNCTION(schemaver_record_verification)(pg::Arguments arguments) {
    require_writing("schemaver.record_verification()");
    Act act{arguments.required_text(0, "label"), "verification", {}, {}, {}, {}, {}, {}};
    act.means = not_empty(arguments.required_text(1, "means"), "the means of a verification",
                          "Say what has looked at it, for example pg_restore --list.");
    act.outcome = arguments.required_text(2, "outcome");
    if (act.outcome != "passed" && act.outcome != "failed")
        throw core::Error(core::sqlstate::invalid_argument,
                          fmt::format("\"{}\" is no outcome of a verification", *act.outcome), "",
                          "A backup has passed or failed it.");
    act.note = arguments.optional_text(3);
    record(act);
    return pg::Result::null();
}

// forget_backup(label text, reason text)
SCHEMAVER_FUNCTION(schemaver_forget_backup)(pg::Arguments arguments) {
    require_writing("schemaver.forget_backup()");
    Act act{arguments.required_text(0, "label"), "forgotten", {}, {}, {}, {}, {}, {}};
    act.note = arguments.optional_text(1);
    record(act);
    return pg::Result::null();
}

}  // namespace schemaver::backup
