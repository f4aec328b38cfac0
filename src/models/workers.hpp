// What session and workers of a scratch database agree on.
#pragma once

namespace schemaver::models {

// keeper: {"database": oid}. builder: {"objects": [...]}. Either: {"error": {"sqlstate", "message", "detail",
// "hint", "statement"}}; 0 or no "statement": it was none of the script's.
inline constexpr int keeper_queue = 0;
inline constexpr int builder_queue = 1;

}  // namespace schemaver::models
