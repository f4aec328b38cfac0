// Policies are few, so each command that they may be about reads them all. Below SQL: nobody's rights or
// search_path decide what is read.
#include "guard/policies.hpp"

#include <algorithm>

#include "core/interval.hpp"
#include "core/text.hpp"
#include "guard/acts.hpp"
#include "guard/commands.hpp"
#include "guard/freeze.hpp"
#include "guard/guard.hpp"
#include "migration/declared.hpp"
#include "pg/query.hpp"
#include "pg/table.hpp"
#include "pg/zone.hpp"

extern "C" {
#include "commands/dbcommands.h"
#include "datatype/timestamp.h"
#include "storage/proc.h"
#include "utils/acl.h"
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
    Freeze freeze;
};

constexpr FreezeColumns freeze_columns = {policy_starts,    policy_ends,    policy_days,
                                          policy_from_time, policy_to_time, policy_time_zone};

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
        if (policy.rule == "freeze") policy.freeze = read_freeze(row, freeze_columns);
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

// The zone was known when the row was written; another version of the server may know others.
void enforce_freeze(const Policy& policy, const std::string& tag) {
    const auto frozen = is_frozen(policy.freeze, GetCurrentTimestamp());
    if (!frozen)
        refuse(
            policy, tag,
            fmt::format(
                "Whether the schema is frozen now cannot be told: the server knows no time zone \"{}\".",
                policy.freeze.time_zone),
            fmt::format("UPDATE schemaver.policy SET time_zone = 'UTC' WHERE time_zone = {}; or another that "
                        "pg_timezone_names lists.",
                        core::quote_literal(policy.freeze.time_zone)));
    if (*frozen) refuse(policy, tag, "The schema is frozen now.", "Wait until the freeze is over.");
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
        enforce_freeze(policy, tag);
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

// require_time_zone(zone text): a CHECK of the table, so that the error is the writer's.
SCHEMAVER_FUNCTION(schemaver_require_time_zone)(pg::Arguments arguments) {
    pg::require_zone(arguments.required_text(0, "zone"));
    return {BoolGetDatum(true)};
}

void enforce(const std::string& tag, const Node* tree) {
    if (is_free(tree)) return;
    const std::vector<Policy> policies = policies_here();
    if (policies.empty() || is_lifted()) return;
    const auto enforce_rule = is_on_server(tree) ? enforce_for_server : enforce_one;
    for (const Policy& policy : policies) enforce_rule(policy, tag, tree);
}

}  // namespace schemaver::guard
