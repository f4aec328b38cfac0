// Materialized results.
#include "pg/result_set.hpp"

extern "C" {
#include "utils/tuplestore.h"
}

namespace schemaver::pg {

namespace {

struct FlatRow {
    std::vector<Datum> values;
    std::unique_ptr<bool[]> nulls;
};

FlatRow flatten(const std::vector<Value>& values, int expected) {
    if (static_cast<int>(values.size()) != expected) {
        throw core::Error(core::sqlstate::library_mismatch,
                          fmt::format("a function of schemaver returns {} columns where {} are declared",
                                      values.size(), expected),
                          "The library and the SQL objects of the extension are of different versions.",
                          "Run ALTER EXTENSION schemaver UPDATE.");
    }
    FlatRow row{std::vector<Datum>(values.size()), std::make_unique<bool[]>(values.size())};
    for (std::size_t i = 0; i < values.size(); ++i) {
        row.nulls[i] = !values[i].has_value();
        row.values[i] = values[i].value_or(0);
    }
    return row;
}

}  // namespace

ResultSet::ResultSet(const Arguments& arguments, bool scalar) {
    FunctionCallInfo fcinfo = arguments.info();
    const bits32 flags = scalar ? MAT_SRF_USE_EXPECTED_DESC : 0;
    call([=] { InitMaterializedSRF(fcinfo, flags); });
    info_ = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
}

void ResultSet::add(const std::vector<Value>& values) {
    FlatRow row = flatten(values, info_->setDesc->natts);
    Datum* data = row.values.data();
    bool* nulls = row.nulls.get();
    ReturnSetInfo* info = info_;
    call([=] { tuplestore_putvalues(info->setResult, info->setDesc, data, nulls); });
}

Result single_row(const Arguments& arguments, const std::vector<Value>& values) {
    FunctionCallInfo fcinfo = arguments.info();
    TupleDesc descriptor = nullptr;
    call([&] {
        if (get_call_result_type(fcinfo, nullptr, &descriptor) != TYPEFUNC_COMPOSITE) {
            elog(ERROR, "schemaver: the function is not declared to return a row");
        }
        descriptor = BlessTupleDesc(descriptor);
    });
    FlatRow row = flatten(values, descriptor->natts);
    Datum* data = row.values.data();
    bool* nulls = row.nulls.get();
    return {call([=] { return HeapTupleGetDatum(heap_form_tuple(descriptor, data, nulls)); }), false};
}

}  // namespace schemaver::pg
