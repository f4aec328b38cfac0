// How a scan begins and ends, and the columns of a catalog row as C++ values.
#include "pg/scan.hpp"

#include "pg/open_relations.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/tupmacs.h"
#include "catalog/index.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
}

namespace schemaver::pg {

namespace {

// The elements of a one-dimensional array of a fixed-width type without NULLs, which is what catalogs hold.
// `array` begins after its length, and so may lie at any address.
template <typename Element>
std::vector<Element> elements(std::string_view array) {
    constexpr std::size_t count_at = sizeof(ArrayType) - VARHDRSZ;
    constexpr std::size_t elements_at = ARR_OVERHEAD_NONULLS(1) - VARHDRSZ;
    if (array.size() <= elements_at) return {};  // empty: it has no dimensions
    int count = 0;
    std::memcpy(&count, array.data() + count_at, sizeof count);
    std::vector<Element> values(static_cast<std::size_t>(count));
    std::memcpy(values.data(), array.data() + elements_at, values.size() * sizeof(Element));
    return values;
}

template <typename Element>
std::vector<Element> elements(const Row& row, AttrNumber column) {
    if (const auto bytes = row.bytes(column)) return elements<Element>(*bytes);
    const auto value = row.datum(column);
    if (!value) return {};
    const auto* array = call([=] { return pg_detoast_datum(reinterpret_cast<varlena*>(*value)); });
    return elements<Element>({VARDATA(array), VARSIZE(array) - VARHDRSZ});
}

// What systable_beginscan() asks before it uses an index.
bool may_use(Oid index) { return !IgnoreSystemIndexes && !ReindexIsProcessingIndex(index); }

}  // namespace

bool has_pages(Oid table) {
    OpenRelations* open = OpenRelations::current();
    Relation kept = open != nullptr ? open->table(table) : nullptr;
    return call([=] {
        Relation relation = kept != nullptr ? kept : table_open(table, AccessShareLock);
        const bool has_some = RelationGetNumberOfBlocks(relation) > 0;
        if (relation != kept) table_close(relation, AccessShareLock);
        return has_some;
    });
}

RunningScan begin_scan(Oid relation, Oid index, const std::vector<Key>& keys, Snapshot snapshot,
                       Order order) {
    std::array<ScanKeyData, 4> entries;
    ScanKeyData* first = entries.data();
    const Key* asked = keys.data();
    const int count = static_cast<int>(keys.size());
    RunningScan running{nullptr, nullptr, nullptr, false};
    if (OpenRelations* open = OpenRelations::current()) {
        running.stays_open = true;
        running.table = open->table(relation);
        if (order == Order::of_index || (OidIsValid(index) && may_use(index)))
            running.index = open->index(index);
    }
    RunningScan* begun = &running;
    call([=] {
        for (int i = 0; i < count; ++i)
            ScanKeyInit(&first[i], asked[i].column, asked[i].strategy, asked[i].equal, asked[i].value);
        if (!begun->stays_open) {
            begun->table = table_open(relation, AccessShareLock);
            if (order == Order::of_index) begun->index = index_open(index, AccessShareLock);
        }
        begun->rows =
            begun->index != nullptr
                ? systable_beginscan_ordered(begun->table, begun->index, snapshot, count, first)
                : systable_beginscan(begun->table, index, OidIsValid(index), snapshot, count, first);
    });
    return running;
}

void end_scan(const RunningScan& running) {
    call([&] {
        if (running.index != nullptr) {
            systable_endscan_ordered(running.rows);
        } else {
            systable_endscan(running.rows);
        }
        if (running.stays_open) return;
        if (running.index != nullptr) index_close(running.index, AccessShareLock);
        table_close(running.table, AccessShareLock);
    });
}

std::optional<Datum> Row::datum(AttrNumber column) const {
    // Most nullable columns of most rows are NULL: not worth entering the boundary for.
    if (column > 0 && HeapTupleHasNulls(tuple_) && att_isnull(column - 1, tuple_->t_data->t_bits) &&
        column <= HeapTupleHeaderGetNatts(tuple_->t_data)) {
        return std::nullopt;
    }
    // Where a column stands is found without anything that can raise.
    bool null = false;
    const Datum value = heap_getattr(tuple_, column, descriptor_, &null);
    if (null) return std::nullopt;
    return value;
}

std::optional<std::string_view> Row::bytes(AttrNumber column) const {
    const auto value = datum(column);
    if (!value) return std::nullopt;
    const auto* stored = reinterpret_cast<const varlena*>(*value);
    if (VARATT_IS_COMPRESSED(stored) || VARATT_IS_EXTERNAL(stored)) return std::nullopt;
    return std::string_view(VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored));
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
    return elements<std::int16_t>(*this, column);
}

std::vector<Oid> Row::oid_array(AttrNumber column) const { return elements<Oid>(*this, column); }

std::string Row::char_array(AttrNumber column) const {
    const auto characters = elements<char>(*this, column);
    return {characters.begin(), characters.end()};
}

TransactionId Row::xmin() const { return HeapTupleHeaderGetXmin(tuple_->t_data); }

TransactionId Row::xmax() const { return HeapTupleHeaderGetRawXmax(tuple_->t_data); }

}  // namespace schemaver::pg
