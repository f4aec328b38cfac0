// Columns of a catalog row as C++ values.
#include "pg/scan.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/tupmacs.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
}

namespace schemaver::pg {

namespace {

struct ArrayView {
    const char* data = nullptr;
    int count = 0;
};

// The elements of a one-dimensional array of a fixed-width type without NULLs, which is what catalogs hold.
ArrayView array_view(Datum value) {
    return call([&] {
        ArrayType* array = DatumGetArrayTypeP(value);
        ArrayView view;
        view.count = ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];
        view.data = ARR_DATA_PTR(array);
        return view;
    });
}

template <typename Element>
std::vector<Element> elements(std::optional<Datum> value) {
    if (!value) return {};
    const ArrayView view = array_view(*value);
    const auto* first = reinterpret_cast<const Element*>(view.data);
    return {first, first + view.count};
}

}  // namespace

std::optional<Datum> Row::datum(AttrNumber column) const {
    // Most nullable columns of most rows are NULL: not worth entering the boundary for.
    if (column > 0 && HeapTupleHasNulls(tuple_) && att_isnull(column - 1, tuple_->t_data->t_bits) &&
        column <= HeapTupleHeaderGetNatts(tuple_->t_data)) {
        return std::nullopt;
    }
    bool null = false;
    HeapTuple tuple = tuple_;
    TupleDesc descriptor = descriptor_;
    Datum value = call([&] { return heap_getattr(tuple, column, descriptor, &null); });
    if (null) return std::nullopt;
    return value;
}

// By the row's own bitmap: far cheaper than fetching the value.
bool Row::is_null(AttrNumber column) const {
    const HeapTupleHeader header = tuple_->t_data;
    if (column > HeapTupleHeaderGetNatts(header)) return !datum(column).has_value();
    return HeapTupleHasNulls(tuple_) && att_isnull(column - 1, header->t_bits);
}

Oid Row::oid(AttrNumber column) const {
    return DatumGetObjectId(datum(column).value_or(ObjectIdGetDatum(InvalidOid)));
}

std::string Row::name(AttrNumber column) const {
    const auto value = datum(column);
    return value ? to_utf8(NameStr(*DatumGetName(*value))) : std::string();
}

std::string Row::text(AttrNumber column) const { return optional_text(column).value_or(""); }

std::optional<std::string> Row::optional_text(AttrNumber column) const {
    const auto value = datum(column);
    if (!value) return std::nullopt;
    return text_from_datum(*value);
}

std::vector<std::string> Row::text_array(AttrNumber column) const {
    const auto value = datum(column);
    return value ? text_array_from_datum(*value) : std::vector<std::string>();
}

std::vector<std::int16_t> Row::int2_array(AttrNumber column) const {
    return elements<std::int16_t>(datum(column));
}

std::vector<Oid> Row::oid_array(AttrNumber column) const { return elements<Oid>(datum(column)); }

std::string Row::char_array(AttrNumber column) const {
    const auto value = datum(column);
    if (!value) return {};
    const ArrayView view = array_view(*value);
    return {view.data, static_cast<std::size_t>(view.count)};
}

TransactionId Row::xmin() const { return HeapTupleHeaderGetXmin(tuple_->t_data); }

}  // namespace schemaver::pg
