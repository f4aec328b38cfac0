// What heap scans do inside the server (heapam.c), with a note of each page's LSN.
#include "pg/pages.hpp"

#include "pg/compat.hpp"

extern "C" {
#include "access/heapam.h"
#include "access/multixact.h"
#include "access/transam.h"
#include "storage/bufpage.h"
}

namespace schemaver::pg {

namespace {

// Whether all that ever touched this row version was over when the snapshot was taken.
bool is_decided(HeapTupleHeader header, Snapshot snapshot) {
    const auto over = [&](TransactionId xid) {
        return !TransactionIdIsNormal(xid) || TransactionIdPrecedes(xid, snapshot->xmin);
    };
    if (!HeapTupleHeaderXminFrozen(header) && !over(HeapTupleHeaderGetRawXmin(header))) return false;
    if ((header->t_infomask & HEAP_XMAX_INVALID) != 0) return true;
    if ((header->t_infomask & HEAP_XMAX_IS_MULTI) != 0) return false;
    return over(HeapTupleHeaderGetRawXmax(header));
}

// Under share lock on the buffer, which keeps the page as it is.
void collect_rows(Relation relation, BlockNumber block, Snapshot snapshot, CatalogPage& page) {
    auto* const header = BufferGetPage(page.buffer);
    page.count = 0;
    page.stamp.settled = true;
    // As heap scans do: what is visible to all is visible to this snapshot, except on a standby.
    const bool all_visible = PageIsAllVisible(header) && !snapshot->takenDuringRecovery;
    const OffsetNumber last = PageGetMaxOffsetNumber(header);
    for (OffsetNumber offset = FirstOffsetNumber; offset <= last; offset = OffsetNumberNext(offset)) {
        const ItemId item = PageGetItemId(header, offset);
        if (!ItemIdIsNormal(item)) continue;
        HeapTupleData& row = page.rows[page.count];
        row.t_tableOid = RelationGetRelid(relation);
        row.t_data = reinterpret_cast<HeapTupleHeader>(PageGetItem(header, item));
        row.t_len = ItemIdGetLength(item);
        ItemPointerSet(&row.t_self, block, offset);
        if (all_visible) {
            ++page.count;
            continue;
        }
        page.stamp.settled = page.stamp.settled && is_decided(row.t_data, snapshot);
        if (HeapTupleSatisfiesVisibility(&row, snapshot, page.buffer)) ++page.count;
    }
    // Last: where hint bits are logged, setting them for this very reading has moved the LSN.
    page.stamp.lsn = BufferGetLSNAtomic(page.buffer);
}

}  // namespace

void read_page(Relation relation, BlockNumber block, Snapshot snapshot, BufferAccessStrategy strategy,
               CatalogPage& page) {
    call([&] {
        if (BufferIsValid(page.buffer)) ReleaseBuffer(page.buffer);
        page.buffer = InvalidBuffer;
        page.buffer = ReadBufferExtended(relation, MAIN_FORKNUM, block, RBM_NORMAL, strategy);
        LockBuffer(page.buffer, BUFFER_LOCK_SHARE);
        collect_rows(relation, block, snapshot, page);
        LockBuffer(page.buffer, BUFFER_LOCK_UNLOCK);
    });
}

PagedCatalog::PagedCatalog(Oid catalog) {
    call([&] {
        relation_ = table_open(catalog, AccessShareLock);
        pages_ = RelationGetNumberOfBlocks(relation_);
        // As heap scans do: a catalog that fills the cache must not push everything else out of it.
        strategy_ =
            pages_ > static_cast<BlockNumber>(NBuffers / 4) ? GetAccessStrategy(BAS_BULKREAD) : nullptr;
    });
}

Oid PagedCatalog::file() const { return file_number(relation_); }

bool PagedCatalog::is_logged() const { return RelationNeedsWAL(relation_); }

void PagedCatalog::close() {
    call([this] {
        if (BufferIsValid(page_.buffer)) ReleaseBuffer(page_.buffer);
        if (strategy_ != nullptr) FreeAccessStrategy(strategy_);
        table_close(relation_, AccessShareLock);
    });
}

std::optional<std::vector<BlockNumber>> changed_pages(Oid catalog, const HeapStamp& stamp) {
    PagedCatalog paged(catalog);
    if (!paged.is_logged() || paged.file() != stamp.file || paged.pages() < stamp.pages.size()) {
        paged.close();
        return std::nullopt;
    }
    std::vector<BlockNumber> changed;
    for (BlockNumber block = 0; block < paged.pages(); ++block) {
        if ((block & 1023U) == 0) check_for_interrupts();
        if (block >= stamp.pages.size() || !stamp.pages[block].settled) {
            changed.push_back(block);
            continue;
        }
        const XLogRecPtr now = call([&] {
            const Buffer buffer = ReadBuffer(paged.relation(), block);
            const XLogRecPtr lsn = BufferGetLSNAtomic(buffer);
            ReleaseBuffer(buffer);
            return lsn;
        });
        if (now != stamp.pages[block].lsn) changed.push_back(block);
    }
    paged.close();
    return changed;
}

}  // namespace schemaver::pg
