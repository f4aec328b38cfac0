// The live objects that a script is about, read from the catalogs.
//
// By the caller's search_path, whatever the caller may read: catalogs are open to all. No lock is waited for.
#pragma once

#include "core/lint_facts.hpp"

namespace schemaver::lint {

core::LintFacts read_facts(const std::vector<core::LintStatement>& script);

// The settings, defined in src/module.cpp and described in docs/settings.md.
struct Settings {
    int small_rows;
    int small_size;  // kB
    bool in_transaction;
};
extern Settings settings;

// tables.cpp: fills facts.tables with these. The search_path is pinned.
void read_tables(core::LintFacts& facts, const std::vector<unsigned>& oids);

// '{1,2,3}'::oid[]
std::string oid_array(const std::vector<unsigned>& oids);
// ARRAY['a','b']::text[]
std::string text_array(const std::vector<std::string>& texts);

}  // namespace schemaver::lint
