// Through SPI, a hundred rows at a time.
#include "pg/query.hpp"

#include "pg/settings.hpp"
#include "pg/text.hpp"

extern "C" {
#include "executor/spi.h"
}

namespace schemaver::pg {

namespace {

constexpr long rows_at_a_time = 100;

TextRow text_row(uint64 place) {
    TextRow row;
    SPITupleTable* table = SPI_tuptable;
    const int columns = call([=] { return table->tupdesc->natts; });
    for (int column = 1; column <= columns; ++column) {
        const char* value = call([=] { return SPI_getvalue(table->vals[place], table->tupdesc, column); });
        row.push_back(value == nullptr ? std::nullopt : std::optional(to_utf8(value)));
    }
    return row;
}

}  // namespace

void query_as_caller(const std::string& sql, const std::function<bool(const TextRow&)>& visit) {
    const std::string in_server = from_utf8(sql);
    const char* text = in_server.c_str();
    PinnedSettings pinned;
    Portal portal = call([=] {
        (void)set_config_option("row_security", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
                                false);
        SPI_connect();
        SPIPlanPtr plan = SPI_prepare(text, 0, nullptr);
        if (plan == nullptr) elog(ERROR, "schemaver: cannot prepare: %s", text);
        return SPI_cursor_open(nullptr, plan, nullptr, nullptr, true);
    });
    bool go_on = true;
    while (go_on) {
        check_for_interrupts();
        call([=] { SPI_cursor_fetch(portal, true, rows_at_a_time); });
        const uint64 rows = SPI_processed;
        for (uint64 place = 0; go_on && place < rows; ++place) go_on = visit(text_row(place));
        call([] { SPI_freetuptable(SPI_tuptable); });
        if (rows == 0) break;
    }
    call([=] {
        SPI_cursor_close(portal);
        SPI_finish();
    });
    pinned.restore();
}

}  // namespace schemaver::pg
