// A schema that was to arrive beside the live one, compared by digests: definitions are read only of what
// differs.
//
// Of 10,000 tables that have all arrived as they were, not one definition is read.
#pragma once

#include "core/model.hpp"
#include "ledger/ledger.hpp"

namespace schemaver::backup {

struct BesideLive {
    core::Schema expected;         // what is not here, or not as it was; sorted, as the others are
    core::Schema live;             // what is otherwise here, or only here
    core::Schema unfinished;       // what is as it was, and not validated or disabled
    std::size_t objects = 0;       // how many were expected
    std::string fingerprint;       // portable, of all that was expected
    std::string live_fingerprint;  // and of all that is here
};

// `expected`: definitions, sorted, and the portable fingerprint that goes with them.
BesideLive compare_with_live(core::Schema expected, std::string fingerprint);
// What a ledger has at that position.
BesideLive compare_with_live(const ledger::Position& expected);

}  // namespace schemaver::backup
