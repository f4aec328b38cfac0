// The utility hook: it knows each statement's own text, and sees the commands that event triggers do not.
//
// Roles, databases, tablespaces, settings, event triggers: for these the server fires no event triggers. In a
// session without the library preloaded, the hook is there from the first command on that an event trigger
// records.
#pragma once

namespace schemaver::ledger {

// Called at _PG_init.
void install_utility_hook();

}  // namespace schemaver::ledger
