// The ledger's SQL-callable functions.
#include "ledger/ledger.hpp"
#include "pg/result_set.hpp"

namespace schemaver::ledger {

// start_timeline(), for the install script
SCHEMAVER_FUNCTION(schemaver_start_timeline)(pg::Arguments) {
    write_first_commit(start_timeline("install"), "install");
    return pg::Result::null();
}

// current_timelines()
SCHEMAVER_FUNCTION(schemaver_current_timelines)(pg::Arguments arguments) {
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    pg::ResultSet rows(arguments);
    for (const Stretch& stretch : lineage(snapshot).stretches) {
        rows.add({pg::uuid_datum(stretch.timeline), Int64GetDatum(stretch.until)});
    }
    return rows.done();
}

}  // namespace schemaver::ledger
