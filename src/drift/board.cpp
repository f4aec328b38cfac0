// Notes are pinned after the commit, so whoever reads one sees what was committed.
#include "drift/board.hpp"

extern "C" {
#include "access/xact.h"
#include "storage/latch.h"
}

namespace schemaver::drift {

namespace {

bool schedule_noted = false;
bool commit_noted = false;

// Nothing here can raise: the transaction has committed.
void pin_note() {
    Board* shared = board();
    if (shared == nullptr) return;
    const pg::SharedLock lock;
    Note* found = nullptr;
    for (int i = 0; i < shared->notes && found == nullptr; ++i) {
        if (shared->note[i].database == MyDatabaseId) found = &shared->note[i];
    }
    if (found == nullptr && shared->notes < static_cast<int>(std::size(shared->note))) {
        found = &shared->note[shared->notes++];
        *found = {MyDatabaseId, false, false};
    }
    if (found == nullptr)
        shared->overflowed = true;
    else {
        found->scheduled |= schedule_noted;
        found->committed |= commit_noted;
    }
    if (schedule_noted && shared->latch != nullptr) SetLatch(shared->latch);
}

void at_transaction_event(XactEvent event, void*) {
    if (!schedule_noted && !commit_noted) return;
    switch (event) {
        case XACT_EVENT_COMMIT:
            pin_note();
            break;
        case XACT_EVENT_ABORT:
        case XACT_EVENT_PREPARE:  // whoever commits it is not known; an hour later it is looked at anyway
            break;
        default:
            return;
    }
    schedule_noted = commit_noted = false;
}

}  // namespace

void note_schedule() { schedule_noted = true; }

void note_commit() { commit_noted = true; }

void register_notes() { RegisterXactCallback(at_transaction_event, nullptr); }

}  // namespace schemaver::drift
