// A list: the relations of one commit are about twenty.
#include "pg/open_relations.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
}

namespace schemaver::pg {

namespace {

OpenRelations* innermost_open = nullptr;

}  // namespace

OpenRelations::OpenRelations() : outer_(innermost_open), owner_(CurrentResourceOwner) {
    opened_.reserve(32);
    innermost_open = this;
}

OpenRelations::~OpenRelations() { innermost_open = outer_; }

OpenRelations* OpenRelations::current() {
    const bool usable = innermost_open != nullptr && innermost_open->owner_ == CurrentResourceOwner;
    return usable ? innermost_open : nullptr;
}

Relation OpenRelations::find(Oid oid) const {
    for (const Opened& opened : opened_) {
        if (opened.oid == oid) return opened.relation;
    }
    return nullptr;
}

Relation OpenRelations::table(Oid oid) {
    if (Relation known = find(oid)) return known;
    opened_.push_back({oid, false, call([=] { return table_open(oid, AccessShareLock); })});
    return opened_.back().relation;
}

Relation OpenRelations::index(Oid oid) {
    if (Relation known = find(oid)) return known;
    opened_.push_back({oid, true, call([=] { return index_open(oid, AccessShareLock); })});
    return opened_.back().relation;
}

void OpenRelations::close() {
    for (const Opened& opened : opened_) {
        const Opened* closing = &opened;
        call([=] {
            if (closing->is_index) {
                index_close(closing->relation, AccessShareLock);
            } else {
                table_close(closing->relation, AccessShareLock);
            }
        });
    }
    opened_.clear();
}

}  // namespace schemaver::pg
