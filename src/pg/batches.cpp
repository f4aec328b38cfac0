// By SPI in its non-atomic form, as plpgsql's COMMIT is done.
#include "pg/batches.hpp"

#include "pg/text.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "nodes/parsenodes.h"
}

namespace schemaver::pg {

Batches::Batches(const Arguments& arguments) {
    const Node* context = arguments.info()->context;
    const bool may_commit = context != nullptr && IsA(context, CallContext) &&
                            !reinterpret_cast<const CallContext*>(context)->atomic;
    if (!may_commit)
        throw core::Error("25001", "a procedure that commits cannot run inside a transaction block", "",
                          "CALL it by itself, without BEGIN, and not from a function.");
    call([] {
        if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT) elog(ERROR, "SPI_connect_ext failed");
    });
}

std::uint64_t Batches::run(const std::string& sql, const std::vector<std::string>& arguments) {
    const std::string in_server = from_utf8(sql);
    std::vector<Datum> values;
    for (const std::string& argument : arguments) values.push_back(text_datum(argument));
    std::vector<Oid> types(arguments.size(), TEXTOID);
    const char* text = in_server.c_str();
    Datum* data = values.data();
    Oid* kinds = types.data();
    const int count = static_cast<int>(values.size());
    return call([=]() -> std::uint64_t {
        if (SPI_execute_with_args(text, count, kinds, data, nullptr, false, 0) < 0)
            elog(ERROR, "schemaver: SPI does not run %s", text);
        SPI_freetuptable(SPI_tuptable);
        return SPI_processed;
    });
}

void Batches::commit() {
    call([] { SPI_commit(); });
}

void Batches::done() {
    call([] { SPI_finish(); });
}

}  // namespace schemaver::pg
