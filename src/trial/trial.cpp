// One subtransaction around everything; the first error ends it, as it would end a transaction.
#include "trial/trial.hpp"

#include <algorithm>
#include <climits>

#include "ledger/ledger.hpp"
#include "pg/locks.hpp"
#include "pg/query.hpp"
#include "pg/subtransaction.hpp"
#include "pg/time_limit.hpp"
#include "trial/watch.hpp"

extern "C" {
#include "commands/sequence.h"
#include "pgstat.h"
#include "tcop/utility.h"
#include "utils/fmgrprotos.h"
}

namespace schemaver::trial {

namespace {

// Leaves the subtransaction when all has gone well.
struct Undo : std::exception {};

// Leaves it when a statement has failed, which is on record then.
struct StatementFailed : std::exception {};

double between(Clock::time_point from, Clock::time_point until) {
    return std::chrono::duration<double, std::milli>(until - from).count();
}

// While it lives the hooks watch, and the ledger looks away.
class Watching {
  public:
    Watching() {
        if (watched().is_active)
            throw core::Error(
                core::sqlstate::cannot_be_tried, "a trial cannot run another one",
                "The script that is being tried calls dry_run(), test_migration() or test_migrations().",
                "Call it by itself.");
        watched() = Watch();
        watched().is_active = true;
        ledger::capture_suspended = true;
    }
    ~Watching() {
        watched() = Watch();
        ledger::capture_suspended = false;
    }
    Watching(const Watching&) = delete;
    Watching& operator=(const Watching&) = delete;
};

// Whether nextval() was called in this session: only then has lastval() something to say.
bool has_last_value() {
    return !pg::subtransaction([] {
        pg::call([] {
            LOCAL_FCINFO(fcinfo, 0);
            InitFunctionCallInfoData(*fcinfo, nullptr, 0, InvalidOid, nullptr, nullptr);
            (void)lastval(fcinfo);
        });
    });
}

}  // namespace

bool Trial::run(const std::function<void()>& body) {
    pg::call([] {
        PreventCommandDuringRecovery("a trial of statements");
        PreventCommandIfReadOnly("a trial of statements");
        PreventCommandIfParallelMode("a trial of statements");
    });
    const bool knew_last_value = has_last_value();
    bool is_complete = false;
    {
        const Watching watching;
        relations_.emplace();
        begun_ = Clock::now();
        try {
            const auto error = pg::subtransaction([&] {
                begin();
                body();
                is_complete = true;
                throw Undo();
            });
            if (!is_complete && !failed_) throw *error;
        } catch (const pg::Error&) {
            // A cancel passes through pg::subtransaction(); where it was the time limit, it is on record.
            if (!failed_) throw;
        }
        ended_ = Clock::now();
        new_names_ = watched().new_names;
        milliseconds_ = between(begun_, ended_);
    }
    note_what_stays(knew_last_value);
    return !failed_;
}

void Trial::begin() {
    watched().beginning = pg::call([] { return GetCurrentSubTransactionId(); });
    pg::set_lock_timeout(limits_.lock_milliseconds);
    first_ = read_state({});
    now_ = first_;
}

const SchemaState& Trial::now() {
    if (watched().has_changed) now_ = read_state(now_);
    watched().has_changed = false;
    return now_;
}

void Trial::run_statement(const char* text) {
    if (limits_.milliseconds > 0) {
        const auto left = static_cast<std::int64_t>(limits_.milliseconds - between(begun_, Clock::now()));
        pg::start_time_limit(static_cast<int>(std::clamp<std::int64_t>(left, 1, INT_MAX)));
    }
    try {
        pg::execute(text);
        if (limits_.milliseconds > 0) pg::check_for_interrupts();
    } catch (...) {
        pg::stop_time_limit();
        throw;
    }
    pg::stop_time_limit();
}

void Trial::fail(const pg::Error& error, const Statement& statement, Tried& tried) {
    if (error.is_cancel() && !pg::time_limit_passed()) throw error;
    tried.outcome = "error";
    tried.failure = failure_of(error, statement);
    if (error.is_cancel())
        tried.failure =
            Failure{error.sqlstate(),
                    fmt::format("the trial took longer than its time limit of {} ms", limits_.milliseconds),
                    "", "Give it a longer time_limit.", statement.position};
    failed_ = true;
    throw StatementFailed();
}

void Trial::execute_one(const Statement& statement, bool observe) {
    Tried& tried = tried_.emplace_back();
    tried.number = statement.number;
    tried.text = short_text(statement);
    tried.begun = Clock::now();
    if (statement.is_frame) {
        tried.outcome = "skipped";
        return;
    }
    try {
        run_statement(statement.text.c_str());
    } catch (const pg::Error& error) {
        tried.milliseconds = between(tried.begun, Clock::now());
        fail(error, statement, tried);
    }
    tried.milliseconds = between(tried.begun, Clock::now());
    tried.outcome = "ok";
    if (!observe) return;
    tried.work = relations_->look();
    if (!watched().has_changed) return;
    const SchemaState before = now_;
    tried.changes = differences(before, now(), watched().new_names);
}

void Trial::execute(const Script& script, bool observe) {
    for (std::size_t i = 0; i < script.statements.size(); ++i) {
        try {
            execute_one(script.statements[i], observe);
        } catch (...) {
            for (std::size_t rest = i + 1; rest < script.statements.size(); ++rest) {
                Tried& left = tried_.emplace_back();
                left.number = script.statements[rest].number;
                left.text = short_text(script.statements[rest]);
                left.outcome = "not run";
            }
            throw;
        }
    }
}

void Trial::check_deferred() {
    Statement commit;
    commit.number = tried_.empty() ? 1 : tried_.back().number + 1;
    Tried tried;
    tried.number = commit.number;
    tried.text = "COMMIT";
    tried.begun = Clock::now();
    try {
        run_statement("SET CONSTRAINTS ALL IMMEDIATE");
    } catch (const pg::Error& error) {
        tried.milliseconds = between(tried.begun, Clock::now());
        tried_.push_back(std::move(tried));
        fail(error, commit, tried_.back());
    }
}

// SET CONSTRAINTS wants USAGE on the schemas that it names.
void Trial::defer_again() {
    const auto names = pg::single_value(
        "SELECT pg_catalog.string_agg(c.name, ', ') FROM (SELECT pg_catalog.format('%I.%I', n.nspname, "
        "c.conname) AS name "
        "FROM pg_catalog.pg_constraint AS c JOIN pg_catalog.pg_namespace AS n "
        "ON n.oid OPERATOR(pg_catalog.=) c.connamespace "
        "WHERE pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND NOT "
        "pg_catalog.pg_is_other_temp_schema(n.oid) "
        "GROUP BY n.nspname, c.conname "
        "HAVING pg_catalog.bool_or(c.condeferred) AND pg_catalog.bool_and(c.condeferrable)) AS c",
        {});
    if (names) pg::execute(pg::from_utf8("SET CONSTRAINTS " + *names + " DEFERRED").c_str());
}

void Trial::note_what_stays(bool knew_last_value) {
    const std::vector<std::string> drawn = relations_->drawn_sequences();
    for (const std::string& sequence : drawn)
        notes_.push_back("values drawn from " + sequence + " stay drawn");
    if (!knew_last_value)
        ResetSequenceCaches();
    else if (!drawn.empty())
        notes_.emplace_back("currval() and lastval() of this session may be those of the trial");
    if (!pgstat_track_counts)
        notes_.emplace_back("track_counts is off: it is not known which tables were scanned");
}

}  // namespace schemaver::trial
