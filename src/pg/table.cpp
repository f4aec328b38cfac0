// Inserts and look-ups in the schema schemaver, below SQL.
#include "pg/table.hpp"

#include <algorithm>

extern "C" {
#include "access/heapam.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/uuid.h"
}

namespace schemaver::pg {

namespace {

// The columns of a table, by their types, as src/schema.sql has them. Values are read and written by number:
// with other columns the server would take a number for an address.
struct Shape {
    const char* name;
    int count;
    std::array<Oid, 24> types;
};

constexpr auto shapes = std::to_array<Shape>({
    {"timeline",
     12,
     {UUIDOID, UUIDOID, INT8OID, BOOLOID, TEXTOID, OIDOID, INT4OID, OIDOID, TEXTOID, TEXTOID, TIMESTAMPTZOID,
      TEXTOID}},
    {"commit",
     14,
     {UUIDOID, INT8OID, XID8OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
      INT4OID, INT4OID, TEXTARRAYOID, BYTEAOID}},
    {"command",
     9,
     {UUIDOID, XID8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTARRAYOID, BYTEAOID, BYTEAOID}},
    {"change",
     14,
     {UUIDOID, INT8OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, BYTEAOID, BYTEAOID, OIDOID,
      OIDOID, INT4OID, BOOLOID}},
    {"definition", 3, {UUIDOID, BYTEAOID, TEXTOID}},
    {"statement", 4, {UUIDOID, BYTEAOID, TEXTOID, BYTEAOID}},
    {"connection", 3, {UUIDOID, XID8OID, INETOID}},
    {"postponed", 3, {UUIDOID, OIDOID, OIDOID}},
    {"seal",
     11,
     {UUIDOID, INT8OID, BYTEAOID, INT8OID, BYTEAOID, INT8OID, PG_SNAPSHOTOID, XID8OID, TIMESTAMPTZOID,
      TEXTOID, BYTEAOID}},
    {"sealed", 5, {UUIDOID, INT8OID, BYTEAOID, UUIDOID, INT8OID}},
    {"checkpoint",
     9,
     {UUIDOID, INT8OID, INT8OID, INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID}},
    {"backup",
     12,
     {UUIDOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID, INT4OID,
      TEXTOID, TEXTOID}},
    {"backup_act",
     11,
     {UUIDOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, INT8OID, TEXTOID, TEXTOID, TEXTOID,
      TEXTOID}},
    {"found_drift", 23, {UUIDOID,        INT8OID,        TEXTOID,        TEXTOID,        TEXTOID,
                         TEXTOID,        TEXTOID,        TEXTOID,        TEXTOID,        TEXTOID,
                         TEXTOID,        TEXTOID,        TEXTOID,        BOOLOID,        INT8OID,
                         TEXTOID,        TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
                         TIMESTAMPTZOID, TEXTOID,        TEXTOID}},
    {"drift_check", 7, {UUIDOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, INT8OID, INT4OID, INT4OID}},
    {"ignore_rule", 8, {TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID}},
    {"job", 9, {UUIDOID, TEXTOID, INT4OID, TEXTOID, INTERVALOID, TEXTOID, JSONBOID, TIMESTAMPTZOID, TEXTOID}},
    {"job_run",
     11,
     {UUIDOID, TEXTOID, INT8OID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT4OID, INT4OID,
      TEXTOID, TEXTOID}},
    {"retention", 2, {TEXTOID, INTERVALOID}},
    {"snapshot", 6, {UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID, TEXTOID, BOOLOID}},
    {"migration", 8, {UUIDOID, INT8OID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, INT8OID}},
    {"revision_change",
     13,
     {UUIDOID, TEXTOID, TEXTOID, INT8OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT4OID, TEXTARRAYOID,
      TEXTARRAYOID, TEXTOID}},
    {"commit_effect", 5, {UUIDOID, INT8OID, TIMESTAMPTZOID, TEXTARRAYOID, TEXTARRAYOID}},
    {"guard_act",
     9,
     {TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, XID8OID, TEXTOID, TEXTOID, TEXTOID}},
});

const Shape* shape_of(const char* name) {
    const auto* shape = std::find_if(shapes.begin(), shapes.end(),
                                     [=](const Shape& s) { return std::strcmp(s.name, name) == 0; });
    return shape == shapes.end() ? nullptr : shape;
}

bool has_shape(Oid oid, const Shape& shape) {
    const Shape* wanted = &shape;
    return call([=] {
        Relation relation = RelationIdGetRelation(oid);
        if (!RelationIsValid(relation)) return false;
        const TupleDesc columns = RelationGetDescr(relation);
        bool same = columns->natts == wanted->count;
        for (int i = 0; same && i < columns->natts; ++i)
            same = TupleDescAttr(columns, i)->atttypid == wanted->types[i];
        RelationClose(relation);
        return same;
    });
}

}  // namespace

Oid schemaver_namespace() {
    return call([] { return get_namespace_oid("schemaver", true); });
}

namespace {

// The OIDs of our relations, looked up once a session: recording a command needs a dozen of them. Whatever
// makes one of them another relation (DROP EXTENSION, a rename) sends an invalidation of it. The server calls
// back with nothing of ours on the stack, so there is nothing to guard.
struct KnownRelation {
    const char* name;
    Oid oid;
};
std::array<KnownRelation, 64> known_relations;
std::size_t known_count = 0;

void forget_relation(Datum, Oid relation) {
    for (std::size_t i = 0; i < known_count; ++i) {
        if (!OidIsValid(relation) || known_relations[i].oid == relation) known_relations[i].oid = InvalidOid;
    }
}

KnownRelation* known_relation(const char* name) {
    for (std::size_t i = 0; i < known_count; ++i) {
        if (std::strcmp(known_relations[i].name, name) == 0) return &known_relations[i];
    }
    if (known_count == known_relations.size()) return nullptr;
    if (known_count == 0) call([] { CacheRegisterRelcacheCallback(forget_relation, 0); });
    known_relations[known_count] = {name, InvalidOid};
    return &known_relations[known_count++];
}

}  // namespace

Oid our_relation(const char* name) {
    KnownRelation* known = known_relation(name);
    if (known != nullptr && OidIsValid(known->oid)) return known->oid;
    const Oid schema = schemaver_namespace();
    const Oid relation =
        OidIsValid(schema) ? call([=] { return get_relname_relid(name, schema); }) : InvalidOid;
    if (!OidIsValid(relation)) {
        throw core::Error(
            core::sqlstate::library_mismatch,
            fmt::format("schemaver's relation schemaver.{} does not exist", name),
            "The library and the SQL objects of the extension do not fit together, or the extension "
            "is not installed in this database.",
            "Run CREATE EXTENSION schemaver, or ALTER EXTENSION schemaver UPDATE.");
    }
    if (const Shape* shape = shape_of(name); shape != nullptr && !has_shape(relation, *shape)) {
        throw core::Error(
            core::sqlstate::library_mismatch,
            fmt::format("schemaver.{} does not have the {} columns that this library reads and writes", name,
                        shape->count),
            "The library and the SQL objects of the extension are of different versions, or the table has "
            "been "
            "altered.",
            "Run ALTER EXTENSION schemaver UPDATE; or DROP EXTENSION schemaver and CREATE EXTENSION "
            "schemaver.");
    }
    if (known != nullptr) known->oid = relation;
    return relation;
}

Value text_or_null(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return text_datum(text);
}

namespace {

// A table of ours, open for inserting; to be closed when all went well.
class Insertion {
  public:
    explicit Insertion(const char* table) : name_(table) {
        const Oid oid = our_relation(table);
        call([=, this] {
            relation_ = table_open(oid, RowExclusiveLock);
            indexes_ = CatalogOpenIndexes(relation_);
        });
    }

    void insert(const std::vector<Value>& values) {
        std::array<Datum, largest> data;
        std::array<bool, largest> nulls;
        if (values.size() != static_cast<std::size_t>(RelationGetDescr(relation_)->natts))
            refuse(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            nulls[i] = !values[i].has_value();
            data[i] = values[i].value_or(0);
        }
        call([&, this] {
            HeapTuple tuple = heap_form_tuple(RelationGetDescr(relation_), data.data(), nulls.data());
            CatalogTupleInsertWithInfo(relation_, tuple, indexes_);
            heap_freetuple(tuple);
        });
    }

    void close() {
        call([this] {
            CatalogCloseIndexes(indexes_);
            table_close(relation_, NoLock);
        });
    }

  private:
    static constexpr std::size_t largest = 32;  // columns of a table of ours

    void refuse(std::size_t count) const {
        throw core::Error(
            core::sqlstate::library_mismatch,
            fmt::format("schemaver.{} does not have the {} columns that this library writes", name_, count),
            "The library and the SQL objects of the extension are of different versions.",
            "Run ALTER EXTENSION schemaver UPDATE.");
    }

    const char* name_;
    Relation relation_ = nullptr;
    CatalogIndexState indexes_ = nullptr;
};

}  // namespace

void insert_row(const char* table, const std::vector<Value>& values) {
    Insertion insertion(table);
    insertion.insert(values);
    insertion.close();
}

void insert_rows(const char* table, const std::vector<std::vector<Value>>& rows) {
    if (rows.empty()) return;
    Insertion insertion(table);
    for (const auto& values : rows) insertion.insert(values);
    insertion.close();
}

void delete_rows(const char* table, const std::function<bool(const Row&)>& is_it) {
    std::vector<ItemPointerData> found;
    scan(our_relation(table), {}, latest_committed(), [&](const Row& row) {
        if (is_it(row)) found.push_back(row.place());
    });
    for (const ItemPointerData& place : found) delete_row(table, place);
}

void delete_row(const char* table, ItemPointerData place) {
    const Oid oid = our_relation(table);
    call([=, &place] {
        Relation relation = table_open(oid, RowExclusiveLock);
        TM_FailureData failure;
        table_tuple_delete(relation, &place, GetCurrentCommandId(true), InvalidSnapshot, InvalidSnapshot,
                           false, &failure, false);
        table_close(relation, NoLock);
    });
}

Snapshot latest_committed() { return SnapshotSelf; }

Datum uuid_datum(const std::array<unsigned char, 16>& uuid) {
    const unsigned char* bytes = uuid.data();
    return call([=] {
        auto* value = static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t)));
        std::memcpy(value->data, bytes, UUID_LEN);
        return UUIDPGetDatum(value);
    });
}

Datum bytes_datum(std::string_view bytes) {
    return call([=] {
        auto* value = static_cast<bytea*>(palloc(VARHDRSZ + bytes.size()));
        SET_VARSIZE(value, VARHDRSZ + bytes.size());
        std::memcpy(VARDATA(value), bytes.data(), bytes.size());
        return PointerGetDatum(value);
    });
}

std::string bytes_from_datum(Datum datum) {
    const bytea* bytes = call([=] { return DatumGetByteaPP(datum); });
    return {VARDATA_ANY(bytes), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(bytes))};
}

}  // namespace schemaver::pg
