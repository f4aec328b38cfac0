// The launcher: keeps for each database when its next job is due, and starts a worker for it then.
//
// At most two workers run at a time. Of a database that it does not know yet it learns by sending a worker,
// one after another with pauses, so that a server with hundreds of them starts calmly; of one without the
// extension it hears again when somebody creates it there, for then there is a note on the board.
#include "drift/board.hpp"
#include "drift/clock.hpp"
#include "drift/settings.hpp"
#include "drift/workers.hpp"
#include "pg/claim.hpp"
#include "pg/report.hpp"
#include "pg/scan.hpp"
#include "pg/worker.hpp"

#include <algorithm>

extern "C" {
#include "catalog/pg_database.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "utils/guc.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"
}

namespace schemaver::drift {

Settings settings;

namespace {

constexpr core::Moment pause_between_unknown = core::one_second / 10;
constexpr core::Moment pause_without_slot = 10 * core::one_second;
constexpr core::Moment pause_when_wanted = core::one_second;
constexpr core::Moment longest_nap = core::one_hour;

struct Database {
    core::Moment due = 0;
    core::Moment due_after_commit = never_due;
    bool is_committed = false;  // DDL, since its worker began to look
    bool is_running = false;
    int failures = 0;  // workers in a row that ended without a report
};

struct Running {
    Oid database = InvalidOid;
    BackgroundWorkerHandle* handle = nullptr;
};

class Launcher {
  public:
    explicit Launcher(Oid only) : only_(only) {}
    void run();

  private:
    bool is_for_one() const { return OidIsValid(only_); }
    Board* shared() const { return is_for_one() ? nullptr : board(); }
    std::map<Oid, bool> list_databases() const;
    void refresh(core::Moment moment);
    void look_everywhere(core::Moment moment);
    void read_notes(core::Moment moment);
    void note(Database& database, bool scheduled, bool committed, core::Moment moment);
    void collect(core::Moment moment);
    void collect(int place, core::Moment moment);
    void start_due(core::Moment moment);
    bool start(int place, Oid oid, Database& database, core::Moment moment);
    core::Moment next_wake() const;
    void rest(core::Moment moment);

    Oid only_;
    std::map<Oid, Database> databases_;
    std::array<Running, most_workers> running_;
    core::Moment refreshed_ = 0;
    bool is_gone_ = false;         // the only one
    bool has_complained_ = false;  // of want of slots
    core::Moment no_slot_until_ = 0;
};

// The databases that are to be served, and whether they accept connections.
std::map<Oid, bool> Launcher::list_databases() const {
    std::map<Oid, bool> found;
    const auto error = pg::transaction([&] {
        pg::scan(DatabaseRelationId, {}, nullptr, [&](const pg::Row& row) {
            const auto& form = row.form<FormData_pg_database>();
            const char* name = NameStr(form.datname);
            const bool is_asked_for =
                is_for_one() ? form.oid == only_ : pg::call([=] { return is_served(name); });
            // -2: a DROP DATABASE that did not come to its end.
            if (is_asked_for && form.datconnlimit != -2) found[form.oid] = form.datallowconn;
        });
    });
    if (error) throw *error;
    return found;
}

void Launcher::refresh(core::Moment moment) {
    const auto there = list_databases();
    is_gone_ = is_for_one() && there.empty();
    std::erase_if(databases_, [&](const auto& known) {
        const auto found = there.find(known.first);
        return !known.second.is_running && (found == there.end() || !found->second);
    });
    core::Moment due = moment;
    for (const auto& [oid, accepts_connections] : there) {
        if (!accepts_connections || databases_.count(oid) > 0) continue;
        databases_[oid].due = due;
        due += pause_between_unknown;
    }
    refreshed_ = moment;
}

// The clock was set back: what was computed by it says nothing any more.
void Launcher::look_everywhere(core::Moment moment) {
    for (auto& [oid, database] : databases_) {
        if (database.due != never_due) database.due = std::min(database.due, moment);
    }
}

void Launcher::note(Database& database, bool scheduled, bool committed, core::Moment moment) {
    if (scheduled) database.due = std::min(database.due, moment);
    if (committed) database.is_committed = true;
    if (committed && !database.is_running) database.due = std::min(database.due, database.due_after_commit);
}

void Launcher::read_notes(core::Moment moment) {
    Board* board = shared();
    if (board == nullptr) return;
    std::array<Note, std::size(Board{}.note)> notes;
    int count = 0;
    bool overflowed = false;
    {
        const pg::SharedLock lock;
        count = board->notes;
        std::copy_n(board->note, count, notes.begin());
        overflowed = board->overflowed;
        board->notes = 0;
        board->overflowed = false;
        board->looked_at = moment;
    }
    const auto is_unknown = [&](const Note& each) { return databases_.count(each.database) == 0; };
    if (std::any_of(notes.begin(), notes.begin() + count, is_unknown)) refresh(moment);
    for (int i = 0; i < count; ++i) {
        const auto found = databases_.find(notes[i].database);
        if (found != databases_.end()) note(found->second, notes[i].scheduled, notes[i].committed, moment);
    }
    if (!overflowed) return;
    for (auto& [oid, database] : databases_) note(database, true, true, moment);
}

void Launcher::collect(int place, core::Moment moment) {
    Running& running = running_[place];
    pg::release(running.handle);
    running.handle = nullptr;
    Database& database = databases_[running.database];
    database.is_running = false;
    if (is_for_one()) {
        database.due = moment + settings.naptime * core::one_second;
        return;
    }
    Report report;
    {
        const pg::SharedLock lock;
        report = board()->reports[place];
    }
    const core::Moment asked_for = database.due;  // by a note, while the worker ran
    if (report.is_written) {
        database.failures = 0;
        database.due = report.has_extension ? report.next_due : never_due;
        database.due_after_commit = report.has_extension ? report.due_after_commit : never_due;
    } else {
        database.due = moment + core::patience(++database.failures);
        database.due_after_commit = never_due;
    }
    database.due = std::min(database.due, asked_for);
    if (database.is_committed) database.due = std::min(database.due, database.due_after_commit);
}

void Launcher::collect(core::Moment moment) {
    for (int place = 0; place < most_workers; ++place) {
        if (running_[place].handle != nullptr && pg::has_ended(running_[place].handle))
            collect(place, moment);
    }
}

bool Launcher::start(int place, Oid oid, Database& database, core::Moment moment) {
    if (pg::is_database_wanted(oid)) {
        database.due = moment + pause_when_wanted;
        return true;
    }
    if (Board* board = shared(); board != nullptr) {
        const pg::SharedLock lock;
        board->reports[place] = {};
    }
    BackgroundWorkerHandle* handle =
        pg::start_worker({worker_type, worker_main, is_for_one() ? no_place : place, oid, -1});
    if (handle == nullptr) return false;
    running_[place] = {oid, handle};
    database.is_running = true;
    database.is_committed = false;
    database.due = never_due;
    return true;
}

void Launcher::start_due(core::Moment moment) {
    for (int place = 0; place < most_workers && moment >= no_slot_until_; ++place) {
        if (running_[place].handle != nullptr) continue;
        const auto first = std::min_element(
            databases_.begin(), databases_.end(),
            [](const auto& one, const auto& other) { return one.second.due < other.second.due; });
        if (first == databases_.end() || first->second.due > moment) return;
        if (first->second.is_running) {
            first->second.due = moment + pause_when_wanted;
            continue;
        }
        if (start(place, first->first, first->second, moment)) continue;
        no_slot_until_ = moment + pause_without_slot;
        if (!has_complained_)
            pg::log("schemaver: no worker could be started, as max_worker_processes are running",
                    "Jobs wait until one has ended. This is said once.");
        has_complained_ = true;
    }
}

core::Moment Launcher::next_wake() const {
    core::Moment wake = refreshed_ + settings.naptime * core::one_second;
    const bool has_place = std::any_of(running_.begin(), running_.end(),
                                       [](const Running& each) { return each.handle == nullptr; });
    if (!has_place) return wake;
    core::Moment due = never_due;
    for (const auto& [oid, database] : databases_) due = std::min(due, database.due);
    return std::min(wake, std::max(due, no_slot_until_));
}

void Launcher::rest(core::Moment moment) {
    const core::Moment length = std::clamp(next_wake() - moment, core::Moment{0}, longest_nap);
    pg::nap(length / 1000 + 1);
}

void Launcher::run() {
    while (!pg::is_told_to_stop() && !is_gone_) {
        const core::Moment moment = now();
        pg::call([] { pgstat_report_activity(STATE_RUNNING, "schemaver: looks for what is due"); });
        collect(moment);
        const core::Moment next = refreshed_ + settings.naptime * core::one_second;
        if (moment < refreshed_) look_everywhere(moment);
        if (moment >= next || moment < refreshed_) refresh(moment);
        read_notes(moment);
        start_due(moment);
        pg::call([] { pgstat_report_activity(STATE_IDLE, nullptr); });
        rest(moment);
    }
}

void leave_board(int, Datum) {
    Board* shared = board();
    const pg::SharedLock lock;
    shared->launcher = 0;
    shared->latch = nullptr;
}

void take_board() {
    Board* shared = board();
    pg::call([] { before_shmem_exit(leave_board, 0); });
    const pg::SharedLock lock;
    shared->launcher = MyProcPid;
    shared->latch = &MyProc->procLatch;
}

}  // namespace

bool is_served(const char* name) {
    char* list = pstrdup(settings.databases);
    List* names = NIL;
    bool found = !SplitIdentifierString(list, ',', &names) || names == NIL;
    for (int i = 0; !found && i < list_length(names); ++i)
        found = std::strcmp(static_cast<const char*>(list_nth(names, i)), name) == 0;
    list_free(names);
    pfree(list);
    return found;
}

bool check_databases(char** value, void**, GucSource) {
    char* list = pstrdup(*value);
    List* names = NIL;
    const bool is_list = SplitIdentifierString(list, ',', &names);
    list_free(names);
    pfree(list);
    if (!is_list) GUC_check_errdetail("It is a list of names, separated by commas.");
    return is_list;
}

void register_launcher() {
    if (IsBinaryUpgrade) return;
    pg::request_shared_memory("schemaver", sizeof(Board));
    pg::register_worker({launcher_type, launcher_main, 0, InvalidOid, 5});
}

pid_t launcher_of(Oid database) { return pg::claimed_by(database, pg::Claim::launcher); }

SCHEMAVER_WORKER(schemaver_launcher_main)(Datum) {
    const Oid only = pg::planned_database();
    pg::handle_signals_of_launcher();
    pg::call([] {
        BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
        SetConfigOption("application_name", launcher_type, PGC_USERSET, PGC_S_OVERRIDE);
    });
    if (!OidIsValid(only))
        take_board();
    else if (!pg::claim(only, pg::Claim::launcher))
        return;
    Launcher(only).run();
    // Exit code 0 tells the server not to start it again: right for one that start_worker() has started.
    if (!OidIsValid(only)) pg::call([] { proc_exit(1); });
}

}  // namespace schemaver::drift
