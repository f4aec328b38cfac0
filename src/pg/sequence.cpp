// The next number of a sequence of ours, without nextval(): that would make the number of a commit what
// lastval() says to the user, whose own last number it was before.
//
// A sequence is a table of one row and one page; nextval() writes the row in place, and so does this. Each
// number is logged, where nextval() logs 32 at once: beside the rest of a commit that is little, and no
// numbers are lost in a crash.
#include "pg/compat.hpp"
#include "pg/table.hpp"

extern "C" {
#include "access/relation.h"
#include "access/xlog.h"
#include "access/xloginsert.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "tcop/utility.h"
}

namespace schemaver::pg {

namespace {

void log_sequence(Relation sequence, Buffer buffer, HeapTupleHeader row, std::uint32_t length) {
    xl_seq_rec record = sequence_record(sequence);
    XLogBeginInsert();
    XLogRegisterBuffer(0, buffer, REGBUF_WILL_INIT);
    XLogRegisterData(reinterpret_cast<char*>(&record), sizeof record);
    XLogRegisterData(reinterpret_cast<char*>(row), length);
    const XLogRecPtr end = XLogInsert(RM_SEQ_ID, XLOG_SEQ_LOG);
    PageSetLSN(BufferGetPage(buffer), end);
}

}  // namespace

std::int64_t next_value(const char* name) {
    const Oid oid = our_relation(name);
    return call([=] {
        PreventCommandIfReadOnly("nextval()");
        Relation sequence = relation_open(oid, RowExclusiveLock);
        if (sequence->rd_rel->relkind != RELKIND_SEQUENCE) {
            ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
                    errmsg("\"%s\" is not a sequence", RelationGetRelationName(sequence)));
        }
        if (RelationNeedsWAL(sequence)) GetTopTransactionId();
        Buffer buffer = ReadBuffer(sequence, 0);
        LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
        Page page = BufferGetPage(buffer);
        ItemId item = PageGetItemId(page, FirstOffsetNumber);
        auto* row = reinterpret_cast<HeapTupleHeader>(PageGetItem(page, item));
        auto* data = reinterpret_cast<Form_pg_sequence_data>(reinterpret_cast<char*>(row) + row->t_hoff);
        const int64 next = data->is_called ? data->last_value + 1 : data->last_value;
        START_CRIT_SECTION();
        MarkBufferDirty(buffer);
        data->last_value = next;
        data->is_called = true;
        data->log_cnt = 0;
        if (RelationNeedsWAL(sequence)) log_sequence(sequence, buffer, row, ItemIdGetLength(item));
        END_CRIT_SECTION();
        UnlockReleaseBuffer(buffer);
        relation_close(sequence, NoLock);
        return next;
    });
}

}  // namespace schemaver::pg
