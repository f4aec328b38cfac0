// By SPI; results are copied before its memory goes.
#include "pg/query.hpp"

#include "pg/settings.hpp"
#include "pg/statement.hpp"
#include "pg/text.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "tcop/dest.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
}

namespace schemaver::pg {

namespace {

constexpr long rows_at_a_time = 100;

void turn_row_security_off() {
    (void)set_config_option("row_security", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
                            false);
}

QueryRow text_row(uint64 place) {
    QueryRow row;
    SPITupleTable* table = SPI_tuptable;
    const int columns = call([=] { return table->tupdesc->natts; });
    for (int column = 1; column <= columns; ++column) {
        const char* value = call([=] { return SPI_getvalue(table->vals[place], table->tupdesc, column); });
        row.push_back(value == nullptr ? std::nullopt : std::optional(to_utf8(value)));
    }
    return row;
}

}  // namespace

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
    for (std::uint64_t place = 0; place < count; ++place) rows.push_back(text_row(place));
    call([] { SPI_finish(); });
    return rows;
}

std::optional<std::string> single_value(const char* sql,
                                        const std::vector<std::optional<std::string>>& arguments) {
    std::vector<Datum> values;
    std::vector<Oid> types;
    std::string nulls;
    for (const auto& argument : arguments) {
        values.push_back(argument ? text_datum(*argument) : Datum{0});
        types.push_back(TEXTOID);
        nulls += argument ? ' ' : 'n';
    }
    const int count = static_cast<int>(values.size());
    Datum* data = values.data();
    Oid* kinds = types.data();
    const char* null_flags = nulls.c_str();
    const char* found = call([=]() -> const char* {
        SPI_connect();
        if (SPI_execute_with_args(sql, count, kinds, data, null_flags, false, 0) < 0)
            elog(ERROR, "schemaver: SPI does not run %s", sql);
        if (SPI_processed == 0 || SPI_tuptable == nullptr) return nullptr;
        return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
    });
    std::optional<std::string> result;
    if (found != nullptr) result = to_utf8(found);
    call([] { SPI_finish(); });
    return result;
}

void execute(const char* statement) {
    call([=] {
        SPI_connect();
        SPIExecuteOptions options;
        std::memset(&options, 0, sizeof options);
        options.dest = CreateDestReceiver(DestNone);
        const int status = SPI_execute_extended(statement, &options);
        if (status < 0) elog(ERROR, "SPI_execute_extended failed: %s", SPI_result_code_string(status));
        SPI_finish();
    });
}

bool has_function(const std::string& signature) {
    const Datum name = text_datum(signature);
    return call([=] {
        LOCAL_FCINFO(fcinfo, 1);
        InitFunctionCallInfoData(*fcinfo, nullptr, 1, InvalidOid, nullptr, nullptr);
        fcinfo->args[0] = {name, false};
        (void)to_regprocedure(fcinfo);
        return !fcinfo->isnull;
    });
}

SPIPlanPtr analysed(const std::string& sql) {
    const std::string in_server = from_utf8(sql);
    const char* text = in_server.c_str();
    return call([=] {
        turn_row_security_off();
        SPI_connect();
        SPIPlanPtr plan = SPI_prepare(text, 0, nullptr);
        if (plan == nullptr) elog(ERROR, "schemaver: cannot prepare: %s", text);
        return plan;
    });
}

void visit_rows(SPIPlanPtr plan, const std::function<bool(const QueryRow&)>& visit) {
    Portal portal = call([=] { return SPI_cursor_open(nullptr, plan, nullptr, nullptr, true); });
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
}

void query_as_caller(const std::string& sql, const std::function<bool(const QueryRow&)>& visit) {
    PinnedSettings pinned;
    visit_rows(analysed(sql), visit);
    pinned.restore();
}

RowSecurityOff::RowSecurityOff() : nest_level_(call([] { return NewGUCNestLevel(); })) {
    call([] { turn_row_security_off(); });
}

void RowSecurityOff::restore() {
    const int level = nest_level_;
    call([&] { AtEOXact_GUC(true, level); });
}

}  // namespace schemaver::pg
