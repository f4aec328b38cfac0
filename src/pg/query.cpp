// SPI, in the boundary.
#include "pg/query.hpp"

#include "pg/text.hpp"

extern "C" {
#include "executor/spi.h"
#include "utils/guc.h"
}

namespace schemaver::pg {

std::vector<QueryRow> query(const std::string& sql) {
    const std::string in_server = from_utf8(sql);
    const char* text = in_server.c_str();
    call([=] {
        if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
        const int status = SPI_execute(text, true, 0);
        if (status != SPI_OK_SELECT) elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(status));
    });
    std::vector<QueryRow> rows;
    const std::uint64_t count = SPI_processed;
    SPITupleTable* table = SPI_tuptable;
    for (std::uint64_t i = 0; i < count; ++i) {
        QueryRow row;
        for (int column = 1; column <= table->tupdesc->natts; ++column) {
            const char* value = call([=] { return SPI_getvalue(table->vals[i], table->tupdesc, column); });
            row.push_back(value == nullptr ? std::optional<std::string>() : to_utf8(value));
        }
        rows.push_back(std::move(row));
    }
    call([] { SPI_finish(); });
    return rows;
}

RowSecurityOff::RowSecurityOff() : nest_level_(call([] { return NewGUCNestLevel(); })) {
    call([] {
        (void)set_config_option("row_security", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
                                false);
    });
}

void RowSecurityOff::restore() {
    const int level = nest_level_;
    call([&] { AtEOXact_GUC(true, level); });
}

}  // namespace schemaver::pg
