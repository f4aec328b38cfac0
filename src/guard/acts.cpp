// A row counts in the session that wrote it, which is known by its process and when that began.
#include "guard/acts.hpp"

#include "guard/guard.hpp"
#include "ledger/commit_digest.hpp"
#include "pg/report.hpp"
#include "pg/table.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "commands/dbcommands.h"
#include "tcop/utility.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"
}

namespace schemaver::guard {

namespace {

enum ActColumn : AttrNumber {
    act_at = 1,
    act_who,
    act_act,
    act_reason,
    act_until,
    act_transaction,
    act_session,
    act_environment,
    act_database
};

constexpr char confirmed[] = "confirmed";
constexpr char lifted[] = "lifted";

std::string this_session() { return fmt::format("{:x}.{:x}", MyStartTimestamp, MyProcPid); }

// `counts` says it of an act without an end.
bool has_act(const char* act, bool (*counts)(const pg::Row&)) {
    bool found = false;
    const TimestampTz now = GetCurrentTimestamp();
    pg::scan(pg::our_relation("guard_act"), pg::our_relation("guard_act_session"),
             {{act_session, F_TEXTEQ, pg::text_datum(this_session())}}, pg::latest_committed(),
             [&](const pg::Row& row) {
                 if (row.text(act_act) != act) return;
                 const auto until = row.datum(act_until);
                 found |= until ? DatumGetTimestampTz(*until) > now : counts(row);
             });
    return found;
}

bool is_of_this_transaction(const pg::Row& row) {
    const FullTransactionId current = pg::call([] { return GetTopFullTransactionIdIfAny(); });
    return FullTransactionIdIsValid(current) &&
           U64FromFullTransactionId(DatumGetFullTransactionId(*row.datum(act_transaction))) ==
               U64FromFullTransactionId(current);
}

pg::Value end_of(const pg::Arguments& arguments, int index) {
    if (arguments.is_null(index)) return std::nullopt;
    const Datum duration = arguments.datum(index);
    return pg::call([=] {
        return DirectFunctionCall2(timestamptz_pl_interval, TimestampTzGetDatum(GetCurrentTimestamp()),
                                   duration);
    });
}

void record(const char* act, const pg::Arguments& arguments) {
    const std::string reason = arguments.required_text(0, "reason");
    if (reason.find_first_not_of(" \t\r\n") == std::string::npos)
        throw core::Error(core::sqlstate::invalid_argument, "the reason is empty", "",
                          "Say why: it is kept in schemaver.guard_act.");
    pg::call([] {
        PreventCommandDuringRecovery("a confirmation");
        PreventCommandIfReadOnly("a confirmation");
        PreventCommandIfParallelMode("a confirmation");
    });
    const std::string who =
        pg::to_utf8(pg::call([] { return GetUserNameFromId(GetSessionUserId(), false); }));
    const FullTransactionId transaction = pg::call([] { return GetTopFullTransactionId(); });
    const std::string database = pg::to_utf8(pg::call([] { return get_database_name(MyDatabaseId); }));
    pg::insert_row("guard_act",
                   {TimestampTzGetDatum(GetCurrentTimestamp()), pg::text_datum(who), pg::text_datum(act),
                    pg::text_datum(reason), end_of(arguments, 1), FullTransactionIdGetDatum(transaction),
                    pg::text_datum(this_session()), pg::text_datum(pg::to_utf8(settings.environment)),
                    pg::text_datum(database)});
    pg::call([] { CommandCounterIncrement(); });
    if (!ledger::capture_suspended)
        pg::log(pg::Level::log,
                fmt::format("schemaver: {} has {} the guard of database {}", who,
                            std::string_view(act) == lifted ? "lifted" : "confirmed a destructive command to",
                            database),
                "Reason: " + reason);
}

}  // namespace

bool is_confirmed() { return has_act(confirmed, is_of_this_transaction); }

bool is_lifted() {
    return has_act(lifted, [](const pg::Row&) { return true; });
}

std::vector<ledger::RowBeside> sealed_acts(Snapshot snapshot) {
    std::vector<ledger::RowBeside> acts;
    const bool is_there = pg::call([] {
        const Oid space = get_namespace_oid("schemaver", true);
        return OidIsValid(space) && OidIsValid(get_relname_relid("guard_act", space));
    });
    if (!is_there) return acts;
    pg::scan(pg::our_relation("guard_act"), {}, snapshot, [&](const pg::Row& row) {
        acts.push_back({"guard_act", std::nullopt, 0, ledger::row_bytes('A', row)});
    });
    return acts;
}

// confirm_destructive(reason text, duration interval)
SCHEMAVER_FUNCTION(schemaver_confirm_destructive)(pg::Arguments arguments) {
    record(confirmed, arguments);
    return pg::Result::null();
}

// lift_guard(reason text, duration interval)
SCHEMAVER_FUNCTION(schemaver_lift_guard)(pg::Arguments arguments) {
    if (!pg::call([] { return superuser(); }))
        throw core::Error(core::sqlstate::insufficient_privilege, "only superusers may lift the guard", "",
                          "Ask one, or go by what the policies say: SELECT * FROM schemaver.policy.");
    record(lifted, arguments);
    return pg::Result::null();
}

}  // namespace schemaver::guard
