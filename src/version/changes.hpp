// Which objects differ between two points, found without reading those that do not.
//
// Between two commits of one history only the changes of the commits between them are read and folded: the
// cost grows with the change, not with the schema. Where the live schema is one side, digests are compared,
// and only the definitions of what differs are read. Across databases everything is.
#pragma once

#include "catalog/digests.hpp"
#include "core/diff.hpp"
#include "ledger/object_history.hpp"
#include "version/fold.hpp"
#include "version/point.hpp"

namespace schemaver::version {

struct Changes {
    core::Schema from;  // the objects that differ, as they are on each side; sorted
    core::Schema to;
    std::vector<core::Rename> renames;
    std::vector<core::ColumnRename> column_renames;
    bool one_history = false;                         // the ledger knows how one point became the other
    bool in_order = false;                            // one of them came after the other
    bool backward = false;                            // and that is `from`
    Stories stories;                                  // where they are in order: how it became the other
    std::map<ObjectKey, ObjectKey> called_in_ledger;  // of a live object that goes by another name there
};

// Digests of the live schema's objects, read once for several comparisons: by list(), or by read() already,
// and then no more is done under the active snapshot than that.
class LiveObjects {
  public:
    void read();
    bool is_read() const { return digests_ != nullptr || objects_.has_value(); }
    const std::vector<ledger::RecordedObject>& list();

  private:
    std::unique_ptr<catalog::Digests> digests_;  // until they are hashed
    std::optional<std::vector<ledger::RecordedObject>> objects_;
};

Changes changes_between(const Point& from, const Point& to, LiveObjects& live);

// The object's definitions from before the first of these changes to after the last, with the names that
// commands gave to its columns.
std::vector<core::Version> versions_of(const Stories& stories, const std::vector<std::size_t>& story,
                                       ledger::HistoryReader& reader);

// The names that the commands of this change's commit gave to columns of its object.
std::set<std::string> column_names_given(const ledger::CommittedChange& change, const core::Json& definition,
                                         ledger::HistoryReader& reader);

}  // namespace schemaver::version
