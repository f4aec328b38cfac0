// The hook sandwich: our C++ before, the previous hook, our C++ after, and no C++ frame around the middle.
//
// The previous hook is other people's code and, at the end of the chain, the whole server: it raises by
// longjmp, and it must get the error of the next hook up as it is. So it is called with nothing around it but
// PG_TRY, in a frame that holds nothing but trivial locals; our own code runs before and after it, each time
// under a guard of its own.
//
//     void on_utility(UTILITY_HOOK_PARAMETERS) {
//         pg::around_utility<State>(previous, {statement, ...}, before, after, failed);
//     }
#pragma once

#include "pg/boundary.hpp"

extern "C" {
#include "tcop/utility.h"
}

namespace schemaver::pg {

// The arguments of a ProcessUtility hook.
struct Utility {
    PlannedStmt* statement;
    const char* query_text;  // of the whole query string; the statement's own part is in the PlannedStmt
    bool read_only_tree;     // the tree must not be changed: it belongs to a plan cache
    ProcessUtilityContext context;
    ParamListInfo parameters;
    QueryEnvironment* environment;
    DestReceiver* destination;
    QueryCompletion* completion;
};

inline void run_next(ProcessUtility_hook_type previous, const Utility& utility) {
    ProcessUtility_hook_type next = previous != nullptr ? previous : standard_ProcessUtility;
    next(utility.statement, utility.query_text, utility.read_only_tree, utility.context, utility.parameters,
         utility.environment, utility.destination, utility.completion);
}

// Runs before(utility, state), the previous hook, after(utility, state). `State` carries what `before` has
// found out over to `after`; when anything fails, `after` does not run. When it was the previous hook that
// failed, failed(utility, state, error) runs before the error goes on, itself as it was; the transaction is
// broken then, so `failed` may clean up memory and write to the log, and no more.
template <typename State>
void around_utility(ProcessUtility_hook_type previous, const Utility& utility,
                    void (*before)(const Utility&, State&), void (*after)(const Utility&, State&),
                    void (*failed)(const Utility&, State&, const Error&)) {
    static_assert(std::is_trivially_destructible_v<State>,
                  "a longjmp out of the previous hook would skip it");
    State state{};
    raise_if(guard([&] { before(utility, state); }));
    struct Next {
        ProcessUtility_hook_type previous;
        const Utility* utility;
    } next{previous, &utility};
    ErrorData* error = run_protected(
        [](void* at) {
            const auto* running = static_cast<Next*>(at);
            run_next(running->previous, *running->utility);
        },
        &next);
    if (error != nullptr) {
        raise_if(guard([&] {
            const Error held(error);
            failed(utility, state, held);
            throw held;
        }));
    }
    raise_if(guard([&] { after(utility, state); }));
}

}  // namespace schemaver::pg
