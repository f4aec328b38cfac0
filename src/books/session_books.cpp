// Keeps the tools' tables and what was read from them, and forgets what invalidation messages name.
#include "books/session_books.hpp"

#include <algorithm>
#include <array>

#include "pg/pages.hpp"
#include "pg/table.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "storage/bufmgr.h"
#include "utils/inval.h"
}

namespace schemaver::books {

namespace {

// Relations that changed since the last look. In a plain array: an invalidation callback must not allocate.
struct Changed {
    std::array<Oid, 64> relations;
    int count = 0;
    bool all = true;
};
Changed changed;

void note_changed(Datum, Oid relation) {
    if (changed.all) return;
    if (!OidIsValid(relation) || changed.count == static_cast<int>(changed.relations.size())) {
        changed.all = true;
        return;
    }
    const auto* const end = changed.relations.begin() + changed.count;
    if (std::find(changed.relations.cbegin(), end, relation) == end)
        changed.relations[changed.count++] = relation;
}

struct KeptBooks {
    BookTable table;
    bool is_heap = false;
    pg::HeapStamp stamp;
    std::shared_ptr<const ToolBooks> books;
};

struct Kept {
    std::string described;
    std::vector<Tool> tools;
    std::vector<std::string> names;  // of tables that make a tool's, sorted
    std::vector<KeptBooks> books;
};
Kept* kept = nullptr;

std::vector<std::string> names_of_tables(const std::vector<Tool>& tools) {
    std::vector<std::string> names;
    for (const Tool& tool : tools) {
        names.emplace_back(tool->table);
        if (!tool->beside.empty()) names.emplace_back(tool->beside);
    }
    std::sort(names.begin(), names.end());
    return names;
}

bool is_kept(Oid relation) {
    return std::any_of(kept->books.begin(), kept->books.end(),
                       [=](const KeptBooks& one) { return one.table.table == relation; });
}

// Whether a relation between these OIDs has a name that a tool's table has.
bool has_name_of_a_tool(Oid first, Oid last) {
    bool found = false;
    std::string converted;
    pg::scan(RelationRelationId, ClassOidIndexId,
             {{Anum_pg_class_oid, F_OIDGE, ObjectIdGetDatum(first), BTGreaterEqualStrategyNumber},
              {Anum_pg_class_oid, F_OIDLE, ObjectIdGetDatum(last), BTLessEqualStrategyNumber}},
             nullptr, [&](const pg::Row& row) {
                 const auto name = pg::utf8_view(row.form<FormData_pg_class>().relname, converted);
                 found |= std::binary_search(kept->names.begin(), kept->names.end(), name);
             });
    return found;
}

// Whether one of these relations is, or was, a tool's table. What one command makes or drops has OIDs close
// to each other: a stretch of them is looked at by one scan. The server's own catalogs are nobody's books.
bool any_matters(Changed& now) {
    constexpr Oid largest_gap = 16;
    auto* const end = now.relations.begin() + now.count;
    if (std::any_of(now.relations.begin(), end, is_kept)) return true;
    std::sort(now.relations.begin(), end);
    for (auto* first = std::lower_bound(now.relations.begin(), end, FirstNormalObjectId); first != end;) {
        auto* last = first;
        while (last + 1 != end && last[1] - last[0] <= largest_gap) ++last;
        if (has_name_of_a_tool(*first, *last)) return true;
        first = last + 1;
    }
    return false;
}

void find_anew(std::string described) {
    auto fresh = std::make_unique<Kept>();
    fresh->tools = all_tools(described);
    fresh->names = names_of_tables(fresh->tools);
    fresh->described = std::move(described);
    // From here on: what changes while we look is looked at the next time.
    changed.all = false;
    changed.count = 0;
    delete kept;
    kept = nullptr;
    for (BookTable& table : find_tables(fresh->tools)) {
        KeptBooks one;
        const Oid oid = table.table;
        one.is_heap = pg::call([=] {
            Relation relation = RelationIdGetRelation(oid);
            const bool is_heap = RelationIsValid(relation) && relation->rd_rel->relam == HEAP_TABLE_AM_OID;
            if (RelationIsValid(relation)) RelationClose(relation);
            return is_heap;
        });
        one.table = std::move(table);
        fresh->books.push_back(std::move(one));
    }
    kept = fresh.release();
}

void bring_up_to_date() {
    std::string described = described_tools();
    if (kept == nullptr || changed.all || kept->described != described) {
        find_anew(std::move(described));
        return;
    }
    if (changed.count == 0) return;
    Changed now = changed;
    changed.count = 0;
    if (any_matters(now)) find_anew(std::move(described));
}

std::shared_ptr<const ToolBooks> read_anew(KeptBooks& one) {
    auto fresh = std::make_shared<ToolBooks>();
    fresh->tool = one.table.tool;
    fresh->table = one.table.table;
    fresh->schema = one.table.schema;
    std::vector<core::BookRow> rows;
    pg::HeapStamp stamp;
    const Snapshot snapshot = pg::call([] { return RegisterSnapshot(GetLatestSnapshot()); });
    if (one.is_heap) {
        stamp = pg::scan_pages(one.table.table, snapshot, [&](const pg::Row& row, BlockNumber) {
            rows.push_back(read_row(one.table, row));
        });
    } else {
        pg::scan(one.table.table, {}, snapshot,
                 [&](const pg::Row& row) { rows.push_back(read_row(one.table, row)); });
    }
    pg::call([=] { UnregisterSnapshot(snapshot); });
    fresh->books = core::read_books(*one.table.tool, rows, false);
    one.stamp = std::move(stamp);
    return fresh;
}

bool is_unchanged(const KeptBooks& one) {
    if (one.books == nullptr || one.books->locked || !one.is_heap) return false;
    const auto pages = pg::changed_pages(one.table.table, one.stamp);
    return pages && pages->empty();
}

// A page that others are writing to is not settled, and read again each time: what comes out is mostly the
// same.
bool says_the_same(const ToolBooks& left, const ToolBooks& right) {
    return left.locked == right.locked && left.books.state == right.books.state &&
           left.books.failed == right.books.failed && left.books.applied == right.books.applied &&
           left.books.revisions == right.books.revisions;
}

// Nobody applies so many migrations: whoever calls a large table by a tool's name does not slow down each
// commit.
constexpr BlockNumber most_pages = 1024;

bool is_too_large(Oid table) {
    return pg::call([=] {
        Relation relation = RelationIdGetRelation(table);
        if (!RelationIsValid(relation)) return true;
        const bool is_large = RelationGetNumberOfBlocks(relation) > most_pages;
        RelationClose(relation);
        return is_large;
    });
}

std::shared_ptr<const ToolBooks> present_books(KeptBooks& one) {
    const bool is_locked = lock_table(one.table.table);
    const bool is_readable = is_locked && !is_too_large(one.table.table);
    if (is_locked && !is_readable) unlock_table(one.table.table);
    if (!is_readable) {
        auto locked = std::make_shared<ToolBooks>();
        locked->tool = one.table.tool;
        locked->table = one.table.table;
        locked->schema = one.table.schema;
        locked->locked = true;
        one.books = nullptr;
        return locked;
    }
    if (!is_unchanged(one)) {
        auto fresh = read_anew(one);
        if (one.books == nullptr || !says_the_same(*one.books, *fresh)) one.books = std::move(fresh);
    }
    unlock_table(one.table.table);
    return one.books;
}

}  // namespace

SessionBooks session_books() {
    bring_up_to_date();
    SessionBooks all;
    for (KeptBooks& one : kept->books) all.push_back(present_books(one));
    return all;
}

void register_invalidation() {
    pg::call([] { CacheRegisterRelcacheCallback(note_changed, Datum{0}); });
}

}  // namespace schemaver::books
