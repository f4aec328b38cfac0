// Guards: what policies refuse, and where they look.
//
// Event triggers see DDL before it runs; TRUNCATE and what is about the whole server they do not, so a hook
// does, once the library is loaded in the session. Where schemaver.environment is empty both return at once.
#pragma once

namespace schemaver::guard {

struct Settings {
    char* environment;
};
extern Settings settings;

// Called at _PG_init.
void install_guard_hook();

}  // namespace schemaver::guard
