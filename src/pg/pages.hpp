// Reading a catalog page by page, and knowing later which pages have changed.
//
// Every change of a page moves its LSN, so a page whose LSN is what it was holds what it held. That says what
// a snapshot sees of it only when each row on the page was decided already (its transactions over) at the
// first reading: such a page is settled. So to look for changes costs a look at each page's header, and not a
// look at each row.
//
//     HeapStamp stamp = pg::scan_pages(RelationRelationId, snapshot, [&](const pg::Row& row, BlockNumber)
//     {...});
//     ...
//     for (BlockNumber block : pg::changed_pages(RelationRelationId, later, stamp)) ...   // mostly none
#pragma once

#include "pg/scan.hpp"

extern "C" {
#include "access/xlogdefs.h"
#include "storage/bufmgr.h"
}

namespace schemaver::pg {

struct PageStamp {
    XLogRecPtr lsn;
    bool settled;
};

// All pages of a catalog as one reading found them.
struct HeapStamp {
    Oid file = InvalidOid;  // a rewritten catalog (VACUUM FULL, CLUSTER) is another file
    std::vector<PageStamp> pages;
};

// One page of a catalog, pinned, with the rows that the snapshot sees. Trivially destructible: whoever leaves
// it pinned on the way up leaves that to the resource owner.
struct CatalogPage {
    Buffer buffer = InvalidBuffer;
    PageStamp stamp;
    int count;
    std::array<HeapTupleData, MaxHeapTuplesPerPage> rows;
};

// Reads one page, and lets go of the one that `page` was before. `strategy` may be nullptr.
void read_page(Relation relation, BlockNumber block, Snapshot snapshot, BufferAccessStrategy strategy,
               CatalogPage& page);

// The catalog, open for page-wise reading; to be closed when all went well.
class PagedCatalog {
  public:
    explicit PagedCatalog(Oid catalog);
    Relation relation() const { return relation_; }
    BlockNumber pages() const { return pages_; }
    Oid file() const;
    // Whether page LSNs tell of changes at all: not for a file that this transaction made without WAL.
    bool is_logged() const;
    void close();

    template <typename Visit>
    PageStamp visit(BlockNumber block, Snapshot snapshot, Visit&& visit_row) {
        check_for_interrupts();
        read_page(relation_, block, snapshot, strategy_, page_);
        TupleDesc descriptor = RelationGetDescr(relation_);
        for (int i = 0; i < page_.count; ++i) visit_row(Row(&page_.rows[i], descriptor));
        return page_.stamp;
    }

  private:
    Relation relation_;
    BlockNumber pages_;
    BufferAccessStrategy strategy_;
    CatalogPage page_;
};

// Visits all rows that an MVCC snapshot sees, in heap order, with the number of the page they stand on.
template <typename Visit>
HeapStamp scan_pages(Oid catalog, Snapshot snapshot, Visit&& visit) {
    PagedCatalog paged(catalog);
    HeapStamp stamp;
    stamp.file = paged.is_logged() ? paged.file() : InvalidOid;
    stamp.pages.reserve(paged.pages());
    for (BlockNumber block = 0; block < paged.pages(); ++block) {
        stamp.pages.push_back(paged.visit(block, snapshot, [&](const Row& row) { visit(row, block); }));
    }
    paged.close();
    return stamp;
}

// The pages of which `stamp` no longer tells what is on them, pages added since among them; nothing (nullopt)
// where the whole catalog must be read anew.
std::optional<std::vector<BlockNumber>> changed_pages(Oid catalog, const HeapStamp& stamp);

}  // namespace schemaver::pg
