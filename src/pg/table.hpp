// Our own tables: rows are inserted straight into the heap and its indexes, and read by index.
//
// No SQL statement runs, so recording a command needs no privilege of the user, fires no trigger or rule,
// shows in no statistics of statements, and cannot be changed by a setting. Only for tables without defaults,
// checks, generated columns and triggers, which ours are.
#pragma once

#include <functional>

#include "pg/scan.hpp"

namespace schemaver::pg {

// InvalidOid where the extension is not installed in this database.
Oid schemaver_namespace();
// A table, index or sequence of the schema schemaver; throws when missing. `name` is a literal: it is kept.
Oid our_relation(const char* name);

using Value = std::optional<Datum>;  // nullopt: NULL

// NULL for an empty text.
Value text_or_null(const std::string& text);

// All columns, in order.
void insert_row(const char* table, const std::vector<Value>& values);
// The same of several: the table and its indexes are opened once.
void insert_rows(const char* table, const std::vector<std::vector<Value>>& rows);

// Like nextval(), which the session's lastval() and currval() do not notice.
std::int64_t next_value(const char* sequence);

// Deletes the rows of which `is_it` says so, seen as latest_committed(); without waiting or failing where
// somebody else deletes them at the same time.
void delete_rows(const char* table, const std::function<bool(const Row&)>& is_it);

// The same of one row, as Row::place() had it in this transaction. Rows of ours are not updated but deleted
// and inserted anew: a subscriber to a publication of all tables cannot apply an update of a table without a
// key.
void delete_row(const char* table, ItemPointerData place);

// The state as of now, own changes included, without an MVCC snapshot: so it sees what others committed after
// a REPEATABLE READ transaction began, and leaves no predicate locks behind under SERIALIZABLE. Good for
// tables into which rows are only inserted.
Snapshot latest_committed();

Datum uuid_datum(const std::array<unsigned char, 16>& uuid);
Datum bytes_datum(std::string_view bytes);
std::string bytes_from_datum(Datum bytes);

}  // namespace schemaver::pg
