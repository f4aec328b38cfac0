// Which objects differ between two points, found without reading those that do not.
//
// Between two commits of one history only the changes of the commits between them are read and folded: the
// cost grows with the change, not with the schema. Where the live schema is one side, digests are compared,
// and only the definitions of what differs are read. Across databases everything is.
#pragma once

#include "core/diff.hpp"
#include "version/point.hpp"

namespace schemaver::version {

using ObjectKey = std::pair<std::string, std::string>;  // kind, identity

struct Changes {
    core::Schema from;  // the objects that differ, as they are on each side; sorted
    core::Schema to;
    std::vector<core::Rename> renames;
    bool one_history = false;                   // the ledger knows how one point became the other
    std::map<ObjectKey, std::int64_t> commits;  // the last one between the points that changed the object
};

// Digests of the live schema's objects, read once for several comparisons.
class LiveObjects {
  public:
    const std::vector<ledger::RecordedObject>& list();

  private:
    std::optional<std::vector<ledger::RecordedObject>> objects_;
};

Changes changes_between(const Point& from, const Point& to, LiveObjects& live);

}  // namespace schemaver::version
