// A query of SPI's in two steps, for those who have something to do in between: as whom it is analysed may be
// another one than as whom it is planned and run.
//
//     PinnedSettings pinned;
//     const SPIPlanPtr plan = analysed("SELECT id FROM public.people");
//     visit_rows(plan, [&](const QueryRow& row) { return true; });
//     pinned.restore();
#pragma once

#include "pg/query.hpp"

extern "C" {
#include "executor/spi.h"
}

namespace schemaver::pg {

// Connects. A row that row security would hide is an error, until the settings are restored.
SPIPlanPtr analysed(const std::string& sql);

// Until `visit` returns false; disconnects.
void visit_rows(SPIPlanPtr plan, const std::function<bool(const QueryRow&)>& visit);

}  // namespace schemaver::pg
