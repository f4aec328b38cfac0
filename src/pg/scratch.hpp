// Memory that goes when its holder does, however that ends.
#pragma once

#include "pg/boundary.hpp"

namespace schemaver::pg {

class Scratch {
  public:
    Scratch() : caller_(CurrentMemoryContext) {
        own_ = call([] {
            return AllocSetContextCreate(CurrentMemoryContext, "schemaver scratch", ALLOCSET_SMALL_SIZES);
        });
        MemoryContextSwitchTo(own_);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        MemoryContextSwitchTo(caller_);
        MemoryContextDelete(own_);
    }

  private:
    MemoryContext caller_;
    MemoryContext own_;
};

}  // namespace schemaver::pg
