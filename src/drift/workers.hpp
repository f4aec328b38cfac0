// Launcher and workers: what the module registers, and where they find each other.
//
// The launcher is connected to no database, so it is in nobody's way. For each that has something due it
// starts a worker, which does that and goes. Where the library is loaded with the server there is one
// launcher for all databases; otherwise start_worker() starts one for its own database, which looks every
// schemaver.naptime.
#pragma once

#include "pg/server.hpp"

namespace schemaver::drift {

// Called by _PG_init while the server starts.
void register_launcher();

// The process that has the jobs of a database done because of start_worker(); 0: there is none.
pid_t launcher_of(Oid database);

inline constexpr char launcher_type[] = "schemaver launcher";
inline constexpr char worker_type[] = "schemaver worker";
inline constexpr char launcher_main[] = "schemaver_launcher_main";
inline constexpr char worker_main[] = "schemaver_worker_main";

// The argument of a worker that has no place on the board.
inline constexpr int no_place = -1;

}  // namespace schemaver::drift
