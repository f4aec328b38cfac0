// The hook of the executor's permission checks, whose arguments differ between versions.
#include "pg/update_hook.hpp"

#include "pg/boundary.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/sysattr.h"
#include "executor/executor.h"
#include "nodes/bitmapset.h"
#include "nodes/parsenodes.h"
}

namespace schemaver::pg {

namespace {

ExecutorCheckPerms_hook_type next_check = nullptr;
bool (*is_wanted_now)() = nullptr;
void (*note_update)(Oid, AttrNumber) = nullptr;

void tell_updated(const CheckedTable& table) {
    if ((table.requiredPerms & ACL_UPDATE) == 0) return;
    for (int bit = -1; (bit = bms_next_member(table.updatedCols, bit)) >= 0;) {
        const int column = bit + FirstLowInvalidHeapAttributeNumber;
        if (column > 0) note_update(table.relid, static_cast<AttrNumber>(column));
    }
}

bool on_check(SCHEMAVER_CHECK_PARAMETERS) {
    if (is_wanted_now()) {
        const Decision decision = guard([=] {
            for (int i = 0; i < list_length(checked_tables); ++i)
                tell_updated(*static_cast<const CheckedTable*>(list_nth(checked_tables, i)));
        });
        raise_if(decision);
    }
    return next_check == nullptr || next_check(SCHEMAVER_CHECK_ARGUMENTS);
}

}  // namespace

void install_update_hook(bool (*is_wanted)(), void (*note)(Oid table, AttrNumber column)) {
    is_wanted_now = is_wanted;
    note_update = note;
    next_check = ExecutorCheckPerms_hook;
    ExecutorCheckPerms_hook = on_check;
}

}  // namespace schemaver::pg
