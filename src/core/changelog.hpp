// What a release manager writes about a version: Markdown under Added, Modified and Removed, what is not
// backward compatible, and how to go back.
#pragma once

#include <string>
#include <vector>

#include "core/compatibility.hpp"

namespace schemaver::core {

struct Release {
    std::string name;         // "v1.2.0"; "Unreleased" for what has no name
    std::string date;         // "2026-01-29"; may be empty
    std::string description;  // may be empty
    std::string former_name;  // of the version before; empty: this is the first
    std::string revision;     // of the migration tool; empty: none is known
    std::string former_revision;
    Schema from;  // what differs, on each side
    Schema to;
    std::vector<Difference> differences;
    Compatibility compatibility;
};

// One section, beginning with "## v1.2.0 - 2026-01-29".
std::string changelog_section(const Release& release);

// A difference as one line, without its place: "Table `public.people`: column `email` added: text not null".
std::string change_in_a_line(const Difference& difference);

}  // namespace schemaver::core
