// The address as the server's own inet_client_addr() has it.
#include "ledger/connection.hpp"

extern "C" {
#include "utils/fmgrprotos.h"
#include "utils/xid8.h"
}

namespace schemaver::ledger {

void store_connection(const Uuid& timeline, FullTransactionId transaction) {
    bool has_none = false;
    const Datum address = pg::call([&] {
        LOCAL_FCINFO(fcinfo, 0);
        InitFunctionCallInfoData(*fcinfo, nullptr, 0, InvalidOid, nullptr, nullptr);
        const Datum found = inet_client_addr(fcinfo);
        has_none = fcinfo->isnull;
        return found;
    });
    if (has_none) return;
    pg::insert_row("connection", {pg::uuid_datum(timeline), FullTransactionIdGetDatum(transaction), address});
}

}  // namespace schemaver::ledger
