// Rows of the ledger as bytes to be hashed.
#include "ledger/commit_digest.hpp"

#include <span>

#include "core/row_bytes.hpp"
#include "ledger/columns.hpp"
#include "pg/cursor.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"
}

namespace schemaver::ledger {

namespace {

// What the digests cover, in the order of docs/security.md.
struct CoveredColumn {
    AttrNumber number;
    Oid type;
};

constexpr CoveredColumn covered_of_command[] = {
    {command_number, INT4OID},         {command_at, TIMESTAMPTZOID},    {command_tag, TEXTOID},
    {command_effective_user, TEXTOID}, {command_objects, TEXTARRAYOID}, {command_statement, BYTEAOID},
    {command_script, BYTEAOID}};

constexpr CoveredColumn covered_of_change[] = {
    {change_number, INT4OID},         {change_change, TEXTOID},        {change_kind, TEXTOID},
    {change_identity, TEXTOID},       {change_schema, TEXTOID},        {change_former_identity, TEXTOID},
    {change_digest_before, BYTEAOID}, {change_digest_after, BYTEAOID}, {change_catalog, OIDOID},
    {change_object, OIDOID},          {change_command, INT4OID},       {change_consequence, BOOLOID}};

constexpr CoveredColumn covered_of_commit[] = {
    {commit_timeline, UUIDOID},       {commit_id, INT8OID},
    {commit_transaction, XID8OID},    {commit_at, TIMESTAMPTZOID},
    {commit_source, TEXTOID},         {commit_user, TEXTOID},
    {commit_application, TEXTOID},    {commit_revision_before, TEXTOID},
    {commit_revision_after, TEXTOID}, {commit_message, TEXTOID},
    {commit_commands, INT4OID},       {commit_changes, INT4OID},
    {commit_postponed, TEXTARRAYOID}};

constexpr CoveredColumn covered_of_seal[] = {
    {seal_timeline, UUIDOID},        {seal_number, INT8OID},
    {seal_previous, BYTEAOID},       {seal_commits, INT8OID},
    {seal_root, BYTEAOID},           {seal_horizon, INT8OID},
    {seal_snapshot, PG_SNAPSHOTOID}, {seal_next_transaction, XID8OID},
    {seal_at, TIMESTAMPTZOID},       {seal_who, TEXTOID}};

constexpr CoveredColumn covered_of_checkpoint[] = {
    {checkpoint_timeline, UUIDOID},  {checkpoint_commit, INT8OID}, {checkpoint_first_commit, INT8OID},
    {checkpoint_commits, INT8OID},   {checkpoint_seal, TEXTOID},   {checkpoint_fingerprint, TEXTOID},
    {checkpoint_at, TIMESTAMPTZOID}, {checkpoint_who, TEXTOID},    {checkpoint_reason, TEXTOID}};

core::TextArray text_array(Datum datum) {
    core::TextArray value;
    ArrayType* array = pg::call([=] { return DatumGetArrayTypeP(datum); });
    Datum* elements = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    pg::call([&] { deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count); });
    for (int i = 0; i < ARR_NDIM(array); ++i)
        value.dimensions.push_back({ARR_DIMS(array)[i], ARR_LBOUND(array)[i]});
    for (int i = 0; i < count; ++i) {
        value.elements.push_back(nulls[i] ? std::nullopt : std::optional(pg::text_from_datum(elements[i])));
    }
    return value;
}

void append_value(core::RowBytes& out, Oid type, Datum datum) {
    switch (type) {
        case BOOLOID:
            return out.boolean(DatumGetBool(datum));
        case INT4OID:
            return out.int32(DatumGetInt32(datum));
        case OIDOID:
            return out.int32(static_cast<std::int32_t>(DatumGetObjectId(datum)));
        case INT8OID:
        case TIMESTAMPTZOID:
        case XID8OID:
            return out.int64(DatumGetInt64(datum));
        case UUIDOID:
            return out.bytes({DatumGetCString(datum), 16});
        case BYTEAOID:
            return out.bytes(pg::bytes_from_datum(datum));
        case TEXTARRAYOID:
            return out.array(text_array(datum));
        case PG_SNAPSHOTOID:
            return out.text(
                DatumGetCString(pg::call([=] { return DirectFunctionCall1(pg_snapshot_out, datum); })));
        default:
            return out.text(pg::text_from_datum(datum));
    }
}

template <typename ValueOf>
std::string covered_bytes(char letter, std::span<const CoveredColumn> columns, ValueOf&& value_of) {
    core::RowBytes out;
    out.begin(letter);
    for (const CoveredColumn& column : columns) {
        if (const pg::Value value = value_of(column.number)) {
            append_value(out, column.type, *value);
        } else {
            out.null();
        }
    }
    out.end();
    return out.all();
}

std::string covered_bytes(char letter, std::span<const CoveredColumn> columns, const pg::Row& row) {
    return covered_bytes(letter, columns, [&](AttrNumber column) { return row.datum(column); });
}

std::string covered_bytes(char letter, std::span<const CoveredColumn> columns,
                          const std::vector<pg::Value>& values) {
    return covered_bytes(letter, columns, [&](AttrNumber column) { return values[column - 1]; });
}

}  // namespace

std::string command_bytes(const pg::Row& row) { return covered_bytes('D', covered_of_command, row); }
std::string change_bytes(const pg::Row& row) { return covered_bytes('O', covered_of_change, row); }
std::string change_bytes(const std::vector<pg::Value>& values) {
    return covered_bytes('O', covered_of_change, values);
}
std::string commit_bytes(const pg::Row& row) { return covered_bytes('C', covered_of_commit, row); }
std::string commit_bytes(const std::vector<pg::Value>& values) {
    return covered_bytes('C', covered_of_commit, values);
}
std::string seal_bytes(const pg::Row& row) { return covered_bytes('S', covered_of_seal, row); }
std::string seal_bytes(const std::vector<pg::Value>& values) {
    return covered_bytes('S', covered_of_seal, values);
}
std::string checkpoint_bytes(const pg::Row& row) { return covered_bytes('K', covered_of_checkpoint, row); }

std::string row_bytes(char letter, const pg::Row& row) {
    std::vector<CoveredColumn> columns;
    for (AttrNumber column = 1; column <= row.columns(); ++column)
        columns.push_back({column, row.type(column)});
    return covered_bytes(letter, columns, row);
}

void require_ledger_tables() {
    pg::require_columns("commit", {UUIDOID, INT8OID, XID8OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID,
                                   TEXTOID, TEXTOID, TEXTOID, INT4OID, INT4OID, TEXTARRAYOID, BYTEAOID});
    pg::require_columns("command", {UUIDOID, XID8OID, INT4OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTARRAYOID,
                                    BYTEAOID, BYTEAOID});
    pg::require_columns("change", {UUIDOID, INT8OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
                                   BYTEAOID, BYTEAOID, OIDOID, OIDOID, INT4OID, BOOLOID});
    pg::require_columns("definition", {UUIDOID, BYTEAOID, TEXTOID});
    pg::require_columns("statement", {UUIDOID, BYTEAOID, TEXTOID});
    pg::require_columns("seal", {UUIDOID, INT8OID, BYTEAOID, INT8OID, BYTEAOID, INT8OID, PG_SNAPSHOTOID,
                                 XID8OID, TIMESTAMPTZOID, TEXTOID, BYTEAOID});
    pg::require_columns("sealed", {UUIDOID, INT8OID, BYTEAOID, UUIDOID, INT8OID});
}

}  // namespace schemaver::ledger
