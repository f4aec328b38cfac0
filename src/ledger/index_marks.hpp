// What maintenance changes of an index, of which no event tells: CLUSTER people USING people_by_name marks it
// as the one that the table is clustered by; REINDEX and REFRESH make an invalid one valid; REINDEX
// (TABLESPACE
// ...) moves it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "catalog/catalog.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace schemaver::ledger {

struct IndexMark {
    catalog::Address index;
    bool valid = false;
    bool clustered = false;
    Oid tablespace = InvalidOid;
};

// By schema and name, which REINDEX CONCURRENTLY leaves alone where it gives an index another OID.
using IndexMarks = std::map<std::pair<Oid, std::string>, IndexMark>;

bool may_mark_indexes(const Node* statement);

// Of the indexes in the statement's reach.
IndexMarks index_marks(const Node* statement);

// The indexes that were there before and have other marks now.
std::set<catalog::Address> newly_marked(const IndexMarks& before, const IndexMarks& after);

}  // namespace schemaver::ledger
