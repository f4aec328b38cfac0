// By SPI; the result is copied before SPI's memory goes.
#include "pg/query.hpp"

#include "pg/text.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/fmgrprotos.h"
}

namespace schemaver::pg {

std::optional<std::string> query(const char* sql, const std::vector<std::optional<std::string>>& arguments) {
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

}  // namespace schemaver::pg
