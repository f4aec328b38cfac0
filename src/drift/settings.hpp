// The settings of launcher and workers, defined in src/module.cpp and described in docs/settings.md.
#pragma once

#include "pg/server.hpp"

namespace schemaver::drift {

struct Settings {
    char* databases;
    int naptime;  // seconds
};

extern Settings settings;

// Whether schemaver.databases names the database, or is empty. `name` is in the server's encoding of it.
bool is_served(const char* name);

// The check hook of schemaver.databases.
bool check_databases(char** value, void** extra, GucSource source);

}  // namespace schemaver::drift
