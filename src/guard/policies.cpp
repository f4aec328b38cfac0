// Policies are few, so each command that they may be about reads them all. Below SQL: nobody's rights or
// search_path decide what is read.
#include "guard/policies.hpp"

#include <algorithm>

#include "core/interval.hpp"
#include "core/text.hpp"
#include "guard/acts.hpp"
#include "guard/commands.hpp"
#include "guard/guard.hpp"
#include "migration/declared.hpp"
#include "pg/query.hpp"
#include "pg/table.hpp"

extern "C" {
#include "commands/dbcommands.h"
#include "datatype/timestamp.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
}

namespace schemaver::guard {

namespace {

enum PolicyColumn : AttrNumber {
    policy_rule = 1,
    policy_reason,
    policy_environment,
    policy_database,
    policy_backup_age,
    policy_roles,
    policy_starts,
    policy_ends,
    policy_days,
    policy_from_time,
    policy_to_time,
    policy_time_zone
};

enum MaintenanceColumn : AttrNumber { maintenance_at = 1, maintenance_who, maintenance_is_on };

struct Policy {
    std::string rule;
    std::string reason;
    std::optional<std::string> backup_age;  // as this session writes and reads it
    std::string backup_age_in_words;
    std::vector<std::string> roles;
    bool is_frozen = false;  // now
};

struct LocalTime {
    int day = 0;  // 1: Monday
    std::int64_t microseconds = 0;
};

LocalTime local_time(TimestampTz moment, const std::string& zone) {
    const Datum name = pg::text_datum(zone);
    return pg::call([=] {
        const Datum local = DirectFunctionCall2(timestamptz_zone, name, TimestampTzGetDatum(moment));
        struct pg_tm fields;
        fsec_t fraction = 0;
        (void)timestamp2tm(DatumGetTimestamp(local), nullptr, &fields, &fraction, nullptr, nullptr);
        const int sunday_is_0 = j2day(date2j(fields.tm_year, fields.tm_mon, fields.tm_mday));
        return LocalTime{sunday_is_0 == 0 ? 7 : sunday_is_0,
                         ((fields.tm_hour * 60LL + fields.tm_min) * 60 + fields.tm_sec) * 1000000 + fraction};
    });
}

std::vector<int> integers(Datum array) {
    struct Elements {
        Datum* values;
        bool* nulls;
        int count;
    };
    const Elements elements = pg::call([=] {
        Elements found{};
        deconstruct_array(DatumGetArrayTypeP(array), INT4OID, 4, true, TYPALIGN_INT, &found.values,
                          &found.nulls, &found.count);
        return found;
    });
    std::vector<int> all;
    for (int i = 0; i < elements.count; ++i)
        if (!elements.nulls[i]) all.push_back(DatumGetInt32(elements.values[i]));
    return all;
}

// Each condition that the row states must hold.
bool is_frozen(const pg::Row& row) {
    const TimestampTz now = GetCurrentTimestamp();
    if (const auto starts = row.datum(policy_starts); starts && now < DatumGetTimestampTz(*starts))
        return false;
    if (const auto ends = row.datum(policy_ends); ends && now >= DatumGetTimestampTz(*ends)) return false;
    const auto days = row.datum(policy_days);
    const auto from = row.datum(policy_from_time);
    const auto until = row.datum(policy_to_time);
    if (!days && !from) return true;
    const LocalTime local = local_time(now, row.text(policy_time_zone));
    if (days) {
        const std::vector<int> wanted = integers(*days);
        if (std::find(wanted.begin(), wanted.end(), local.day) == wanted.end()) return false;
    }
    if (!from || !until) return true;
    const TimeADT begins = DatumGetTimeADT(*from);
    const TimeADT ends = DatumGetTimeADT(*until);
    // 22:00 to 06:00 is over midnight.
    if (begins <= ends) return local.microseconds >= begins && local.microseconds < ends;
    return local.microseconds >= begins || local.microseconds < ends;
}

std::string interval_text(Datum interval) {
    return pg::to_utf8(
        pg::call([=] { return DatumGetCString(DirectFunctionCall1(interval_out, interval)); }));
}

std::vector<Policy> policies_here() {
    std::vector<Policy> found;
    const std::string environment = pg::to_utf8(settings.environment);
    const std::string database = pg::to_utf8(pg::call([] { return get_database_name(MyDatabaseId); }));
    pg::scan(pg::our_relation("policy"), {}, pg::latest_committed(), [&](const pg::Row& row) {
        if (row.text(policy_environment) != environment) return;
        const auto only_in = row.optional_text(policy_database);
        if (only_in && *only_in != database) return;
        Policy policy;
        policy.rule = row.text(policy_rule);
        policy.reason = row.text(policy_reason);
        if (const auto age = row.datum(policy_backup_age)) {
            policy.backup_age = interval_text(*age);
            const Interval* parts = DatumGetIntervalP(*age);
            policy.backup_age_in_words = core::interval_in_words(parts->month, parts->day, parts->time);
        }
        policy.roles = row.text_array(policy_roles);
        policy.is_frozen = policy.rule == "freeze" && is_frozen(row);
        found.push_back(std::move(policy));
    });
    return found;
}

bool is_in_maintenance() {
    bool is_on = false;
    TimestampTz last = 0;
    pg::scan(pg::our_relation("maintenance"), {}, pg::latest_committed(), [&](const pg::Row& row) {
        const TimestampTz at = DatumGetTimestampTz(*row.datum(maintenance_at));
        if (last != 0 && at < last) return;
        last = at;
        is_on = DatumGetBool(*row.datum(maintenance_is_on));
    });
    return is_on;
}

bool has_verified_backup(const std::string& age) {
    const std::string sql =
        "SELECT 1 FROM schemaver.backups AS b WHERE b.own AND b.forgotten_at IS NULL "
        "AND b.verification OPERATOR(pg_catalog.=) 'passed' AND b.at OPERATOR(pg_catalog.>) "
        "(pg_catalog.now() OPERATOR(pg_catalog.-) " +
        core::quote_literal(age) + "::pg_catalog.interval) LIMIT 1";
    const bool missing = !pg::call([] { return ActiveSnapshotSet(); });
    if (missing) pg::call([] { PushActiveSnapshot(GetTransactionSnapshot()); });
    const bool found = !pg::query(sql).empty();
    if (missing) pg::call([] { PopActiveSnapshot(); });
    return found;
}

bool is_one_of(const std::vector<std::string>& roles) {
    return std::any_of(roles.begin(), roles.end(), [](const std::string& role) {
        const std::string in_server = pg::from_utf8(role);
        const char* name = in_server.c_str();
        return pg::call([=] {
            const Oid oid = get_role_oid(name, true);
            return OidIsValid(oid) && is_member_of_role_nosuper(GetUserId(), oid);
        });
    });
}

[[noreturn]] void refuse(const Policy& policy, const std::string& tag, const std::string& detail,
                         const std::string& hint) {
    throw core::Error(
        core::sqlstate::refused_by_policy,
        fmt::format("{} is refused by the policy \"{}\" for {}", tag, policy.rule,
                    pg::to_utf8(settings.environment)),
        fmt::format("{} Why the policy is there: {}", detail, policy.reason),
        hint + " A superuser can lift the guard for the session: SELECT schemaver.lift_guard('reason').");
}

// Where it can run inside one, a transaction; else some minutes.
std::string how_to_confirm(const Node* tree) {
    return runs_outside_transactions(tree)
               ? "Confirm it for some minutes: SELECT schemaver.confirm_destructive('reason', '5 minutes');"
               : "Confirm it in the same transaction: SELECT schemaver.confirm_destructive('reason');";
}

void enforce_destructive(const Policy& policy, const std::string& tag, const Node* tree) {
    if (!is_destructive(tree) || is_confirmed()) return;
    if (is_on_server(tree))
        refuse(policy, tag, "No backup of this database brings it back, and nobody has confirmed it.",
               how_to_confirm(tree));
    if (policy.backup_age && has_verified_backup(*policy.backup_age)) return;
    refuse(policy, tag,
           policy.backup_age
               ? fmt::format(
                     "It destroys data, nobody has confirmed it, and no verified backup is younger than {}.",
                     policy.backup_age_in_words)
               : "It destroys data, and nobody has confirmed it.",
           how_to_confirm(tree));
}

void enforce_for_server(const Policy& policy, const std::string& tag, const Node* tree) {
    if (policy.rule == "destructive") return enforce_destructive(policy, tag, tree);
    if (policy.rule != "server" || is_confirmed()) return;
    refuse(policy, tag, "It changes what all databases of the server share, and nobody has confirmed it.",
           how_to_confirm(tree));
}

void enforce_one(const Policy& policy, const std::string& tag, const Node* tree) {
    if (policy.rule == "destructive") {
        enforce_destructive(policy, tag, tree);
    } else if (policy.rule == "freeze") {
        if (policy.is_frozen)
            refuse(policy, tag, "The schema is frozen now.", "Wait until the freeze is over.");
    } else if (policy.rule == "lock timeout") {
        if (LockTimeout == 0 && takes_strong_lock(tree))
            refuse(policy, tag, "It takes a lock that others wait for, and lock_timeout is 0.",
                   "SET lock_timeout = '2s', and try again when it could not get the lock.");
    } else if (policy.rule == "roles") {
        if (!is_one_of(policy.roles))
            refuse(policy, tag, fmt::format("Only {} may do that here.", core::in_a_sentence(policy.roles)),
                   "SET ROLE to one of them.");
    } else if (policy.rule == "maintenance") {
        if (!is_in_maintenance())
            refuse(policy, tag, "The database is not in maintenance.",
                   "Begin maintenance: SELECT schemaver.set_maintenance(true, 'reason').");
    } else if (policy.rule == "migration") {
        if (!migration::declared_migration())
            refuse(policy, tag, "This session is in no declared migration.",
                   "Begin one: SELECT schemaver.begin_migration('name').");
    }
}

}  // namespace

void enforce(const std::string& tag, const Node* tree) {
    if (is_free(tree)) return;
    const std::vector<Policy> policies = policies_here();
    if (policies.empty() || is_lifted()) return;
    const auto enforce_rule = is_on_server(tree) ? enforce_for_server : enforce_one;
    for (const Policy& policy : policies) enforce_rule(policy, tag, tree);
}

}  // namespace schemaver::guard
