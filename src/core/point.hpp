// Revision syntax: how a point in a schema's history is written.
//
//     live                    what the catalogs hold now
//     head  head~3            the last commit in the ledger; the third before it
//     v1.2.0  version:v1.2.0  a version
//     baseline:production     a baseline
//     commit:1234             a commit by its number
//     @2026-01-02 10:00+00    the last commit made by that time
//     backup:nightly          what a stamp says of the schema at a backup
//     server:staging          another database, by the name of its foreign server
//
// Whatever names a commit can be followed by ~N: the Nth commit before that; ~ alone is ~1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace schemaver::core {

enum class PointKind { live, head, version, baseline, commit, time, backup, server };

struct PointName {
    PointKind kind = PointKind::live;
    std::string name;         // of the version, baseline, backup, server; the time as it was written
    std::int64_t commit = 0;  // of PointKind::commit
    std::int64_t back = 0;    // how many commits before it
};

// Throws Error (unknown_point): empty, ~ behind what is no commit, no number behind commit:, an unknown word
// before a colon.
PointName parse_point(std::string_view text);

// Throws Error (invalid_argument) unless the text can name a version or a baseline (`what`): letters, digits
// and . _ - + / of ASCII, beginning with a letter or digit, at most 100 bytes, and no word that means another
// point. So that a name can stand in every script and file name, needs no quotes, and does not look like
// another one.
void check_ref_name(std::string_view what, std::string_view name);

}  // namespace schemaver::core
