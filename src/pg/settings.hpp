// Pins, for as long as it lives, every setting that deparsing reads.
//
// Expressions come out of the server as text, and that text depends on a dozen settings of the session that
// asks. Two sessions must see the same fingerprint, so a read of the catalogs runs under fixed values.
#pragma once

#include "pg/boundary.hpp"

namespace schemaver::pg {

class PinnedSettings {
  public:
    PinnedSettings();
    // To be called at the end of a read that went well. After an error the abort of the (sub)transaction
    // restores the settings, so there is no destructor that would call the server on the way up.
    void restore();

  private:
    int nest_level_;
};

}  // namespace schemaver::pg
