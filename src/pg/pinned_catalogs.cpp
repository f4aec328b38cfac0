// The historic snapshot, set and taken back on every way out.
#include "pg/pinned_catalogs.hpp"

#include "pg/scan.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "utils/inval.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
}

namespace schemaver::pg {

namespace {

// VACUUM FULL, CLUSTER and REINDEX of a catalog give it another file. A snapshot from before knows only the
// old one, which is empty or gone: nothing that was read under it can be trusted.
bool is_catalog_rewritten_since(Snapshot snapshot) {
    bool rewritten = false;
    const Key of_the_server{Anum_pg_class_oid, F_OIDLT, ObjectIdGetDatum(FirstNormalObjectId),
                            BTLessStrategyNumber};
    scan(RelationRelationId, ClassOidIndexId, {of_the_server}, nullptr, [&](const Row& row) {
        const TransactionId writer = row.xmin();
        if (!TransactionIdIsNormal(writer)) return;
        rewritten |= call([=] {
            return !TransactionIdIsCurrentTransactionId(writer) && XidInMVCCSnapshot(writer, snapshot);
        });
    });
    return rewritten;
}

// The subtransaction that reads by the historic snapshot.
SubTransactionId pinned_in = InvalidSubTransactionId;

// A terminated session leaves without coming back through our frames, and then looks for its temporary
// tables: not by a snapshot that has gone with the transaction.
void unpin_at_abort(SubXactEvent event, SubTransactionId subtransaction, SubTransactionId, void*) {
    if (event != SUBXACT_EVENT_ABORT_SUB || subtransaction != pinned_in) return;
    pinned_in = InvalidSubTransactionId;
    TeardownHistoricSnapshot(true);
}

}  // namespace

void with_catalogs_as_of(Snapshot snapshot, const std::function<void()>& body) {
    MemoryContext memory = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
    static bool registered = false;
    call([&] {
        if (!registered) RegisterSubXactCallback(unpin_at_abort, nullptr);
        registered = true;
        BeginInternalSubTransaction(nullptr);
        MemoryContextSwitchTo(memory);
        pinned_in = GetCurrentSubTransactionId();
    });
    std::exception_ptr failure;
    bool cancelled = false;
    try {
        call([=] {
            SetupHistoricSnapshot(snapshot, nullptr);
            InvalidateSystemCaches();
        });
        body();
    } catch (const Error& error) {
        cancelled = error.is_cancel();
        failure = std::current_exception();
    } catch (...) {
        failure = std::current_exception();
    }
    // Plain assignments, so they come first: whatever follows sees the catalogs as they are.
    pinned_in = InvalidSubTransactionId;
    TeardownHistoricSnapshot(failure != nullptr);
    call([&] {
        RollbackAndReleaseCurrentSubTransaction();
        MemoryContextSwitchTo(memory);
        CurrentResourceOwner = owner;
        InvalidateSystemCaches();
    });
    if (!cancelled && is_catalog_rewritten_since(snapshot)) {
        throw core::Error(core::sqlstate::serialization_failure,
                          "could not read the schema as of this transaction's snapshot",
                          "A system catalog was rewritten since: by REINDEX, VACUUM FULL or CLUSTER.",
                          "Try again in a new transaction.");
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace schemaver::pg
