// Relations that stay open from one scan to the next, for work that looks up many rows in the same few
// catalogs: opening and closing a table and its index is a third of looking one row up.
//
//     pg::OpenRelations open;
//     ...                      // scan() and its like open each relation once
//     open.close();            // when all went well; after an error the server's resource owner does it
#pragma once

#include <vector>

#include "pg/boundary.hpp"

extern "C" {
#include "utils/relcache.h"
#include "utils/resowner.h"
}

namespace schemaver::pg {

// While one lives, scans keep what they open, under AccessShareLock. Not those in a subtransaction, whose
// resource owner would close what is kept. The innermost counts.
class OpenRelations {
  public:
    OpenRelations();
    ~OpenRelations();
    OpenRelations(const OpenRelations&) = delete;
    OpenRelations& operator=(const OpenRelations&) = delete;

    // The one that scans are to use now, or nullptr.
    static OpenRelations* current();

    // An index is opened as one; the caller knows which it is.
    Relation table(Oid oid);
    Relation index(Oid oid);
    void close();

  private:
    struct Opened {
        Oid oid;
        bool is_index;
        Relation relation;
    };

    Relation find(Oid oid) const;

    OpenRelations* outer_;
    ResourceOwner owner_;
    std::vector<Opened> opened_;
};

}  // namespace schemaver::pg
