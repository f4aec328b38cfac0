// Steps, done again until the locks that they need are free.
//
// A lock that pg::lock_relation() did not get is waited for in the queue, where pg_locks shows it and who
// holds it, by a transaction that has no snapshot. Of the others, which the server takes by itself, nobody
// says which they are: the step is tried again after pauses that are long beside what a try takes.
#include "drift/steps.hpp"

#include <algorithm>

#include "core/schedule.hpp"
#include "pg/locks.hpp"
#include "pg/worker.hpp"

extern "C" {
#include "storage/lmgr.h"
#include "utils/timestamp.h"
}

namespace schemaver::drift {

namespace {

// In milliseconds.
constexpr std::int64_t patience = 10'000;
constexpr std::int64_t hardly_any = 10;

// Times as long as the try before it: so all tries together hold a snapshot for a tenth of the time.
constexpr std::int64_t pause = 9;

constexpr char lock_not_available[] = "55P03";

struct Attempt {
    bool is_refused = false;  // of a lock, before anything was done
    std::optional<pg::Error> error;
};

Attempt attempt(const std::function<void()>& body) {
    (void)pg::take_refused_lock();  // of an attempt that ended otherwise
    bool is_done = false;
    Attempt attempt;
    attempt.error = pg::transaction([&] {
        pg::set_lock_timeout(hardly_any);
        body();
        is_done = true;
        pg::set_lock_timeout(patience);  // NOTIFY takes a lock for the commit
    });
    attempt.is_refused = attempt.error && !is_done && attempt.error->sqlstate() == lock_not_available;
    return attempt;
}

// Until the lock is to be had, or an error says that so many milliseconds have passed.
std::optional<pg::Error> wait_in_queue(const pg::RelationLock& lock, std::int64_t longest) {
    return pg::transaction([&] {
        pg::set_lock_timeout(longest);
        pg::without_snapshot([&] {
            const auto [relation, mode] = lock;
            pg::call([relation = relation, mode = mode] { LockRelationOid(relation, mode); });
        });
    });
}

}  // namespace

void step(const std::function<void()>& body) {
    core::Moment deadline = 0;
    for (;;) {
        const core::Moment began = GetCurrentTimestamp();
        const Attempt tried = attempt(body);
        if (!tried.error) return;
        const core::Moment moment = GetCurrentTimestamp();
        if (deadline == 0) deadline = moment + patience * 1000;
        const std::int64_t left = (deadline - moment) / 1000;
        if (!tried.is_refused) throw *tried.error;
        pg::answer_cancel();
        if (left <= 0) throw *tried.error;
        if (const auto lock = pg::take_refused_lock()) {
            if (const auto error = wait_in_queue(*lock, left)) throw *error;
        } else {
            pg::nap(std::min(pause * (moment - began) / 1000, left));
        }
    }
}

}  // namespace schemaver::drift
