// Runs scripts for real, and undoes all of it.
//
//     Trial trial(limits);
//     trial.run([&] { trial.execute(script); });
//     trial.tried();          // what each statement did, and which one failed
//
// Everything happens in one subtransaction of the caller's transaction, with the caller's rights, search_path
// and snapshot rules, and is rolled back in any case. While it runs nothing is recorded in the ledger.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "trial/relations.hpp"
#include "trial/script.hpp"
#include "trial/state.hpp"

namespace schemaver::trial {

struct Limits {
    std::int64_t lock_milliseconds = 2000;  // for each lock; 0: none
    std::int64_t milliseconds = 60000;      // for all of it; 0: none
};

using Clock = std::chrono::steady_clock;

struct Tried {
    int number = 0;
    std::string text;
    std::string outcome;  // "ok", "error", "not run", "skipped"
    Clock::time_point begun;
    double milliseconds = 0;
    RelationWork work;
    std::vector<core::Difference> changes;
    std::optional<Failure> failure;
};

class Trial {
  public:
    explicit Trial(const Limits& limits) : limits_(limits) {}

    // false: a statement failed, or the time was over, and `body` was left there. Any other error goes on up.
    bool run(const std::function<void()>& body);

    // Inside `body`. With `observe`, each statement's locks, work and changes are looked at.
    void execute(const Script& script, bool observe);
    // What COMMIT would check: constraints and triggers that are deferred until then.
    void check_deferred();
    // For a script that comes behind another one: constraints that are deferred at the beginning of a
    // transaction are so again.
    void defer_again();
    // The schema now, as far as it is known to have changed.
    const SchemaState& now();

    const std::vector<Tried>& tried() const { return tried_; }
    // Since the last call: for several scripts, one after the other.
    std::vector<Tried> take_tried() { return std::exchange(tried_, {}); }
    const SchemaState& first() const { return first_; }
    // What all statements that went well have changed.
    std::vector<core::Difference> changes() const { return differences(first_, now_, new_names_); }
    double milliseconds() const { return milliseconds_; }
    Clock::time_point ended() const { return ended_; }  // when all had been undone
    std::vector<std::string> notes() const { return notes_; }

  private:
    Limits limits_;
    std::optional<Relations> relations_;
    SchemaState first_;
    SchemaState now_;
    std::set<std::string> new_names_;
    std::vector<Tried> tried_;
    Clock::time_point begun_;
    Clock::time_point ended_;
    double milliseconds_ = 0;
    std::vector<std::string> notes_;
    bool failed_ = false;

    void begin();
    void run_statement(const char* text);
    void execute_one(const Statement& statement, bool observe);
    [[noreturn]] void fail(const pg::Error& error, const Statement& statement, Tried& tried);
    void note_what_stays(bool knew_last_value);
};

}  // namespace schemaver::trial
