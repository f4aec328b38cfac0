// Rows in the order of an index, fetched one at a time: for merging tables, and for reading from the end.
//
//     pg::Cursor commits("commit", "commit_key", {}, snapshot);
//     while (commits.next()) use(commits.row());
//     commits.close();
//
// An error leaves it to the server's resource owner, as everywhere.
#pragma once

#include "pg/table.hpp"

namespace schemaver::pg {

class Cursor {
  public:
    // Of our own tables. The keys are on the leading columns of the index.
    Cursor(const char* table, const char* index, const std::vector<Key>& keys, Snapshot snapshot,
           ScanDirection direction = ForwardScanDirection);
    bool next();  // false: there are no more
    Row row() const { return {tuple_, RelationGetDescr(table_)}; }
    void close();

  private:
    Relation table_ = nullptr;
    Relation index_ = nullptr;
    SysScanDesc scan_ = nullptr;
    HeapTuple tuple_ = nullptr;
    ScanDirection direction_;
    MemoryContext memory_;  // what the scan allocates lives as long as the cursor
};

// Memory for what the server's functions return while one of many rows is looked at: a call of empty() for
// each.
class RowMemory {
  public:
    RowMemory();
    void empty();
    void leave();

  private:
    MemoryContext outer_;
    MemoryContext memory_;
};

// Throws library_mismatch unless the table's columns, from the first on, have these types.
void require_columns(const char* table, const std::vector<Oid>& types);

}  // namespace schemaver::pg
