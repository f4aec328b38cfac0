// The server's internal subtransactions, used as plpgsql's EXCEPTION blocks use them.
#include "pg/subtransaction.hpp"

extern "C" {
#include "utils/resowner.h"
}

namespace schemaver::pg {

namespace {

// Both ends of a subtransaction leave other values here than the caller had.
struct Caller {
    MemoryContext memory = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
};

}  // namespace

std::optional<Error> subtransaction(const std::function<void()>& body) {
    const Caller caller;
    call([&] {
        BeginInternalSubTransaction(nullptr);
        MemoryContextSwitchTo(caller.memory);
    });
    std::optional<Error> error;
    try {
        body();
        call([&] {
            ReleaseCurrentSubTransaction();
            MemoryContextSwitchTo(caller.memory);
            CurrentResourceOwner = caller.owner;
        });
        return std::nullopt;
    } catch (...) {
        error = current_error();
    }
    call([&] {
        RollbackAndReleaseCurrentSubTransaction();
        MemoryContextSwitchTo(caller.memory);
        CurrentResourceOwner = caller.owner;
    });
    if (error->is_cancel()) throw *error;
    return error;
}

}  // namespace schemaver::pg
