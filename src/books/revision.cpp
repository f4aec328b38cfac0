// Reads Alembic's table straight from the heap.
#include "books/revision.hpp"

#include <algorithm>

extern "C" {
#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
}

namespace schemaver::books {

namespace {

struct Candidate {
    Oid table;
    std::string schema;
};

bool has_text_column(Oid table, const char* column) {
    return pg::call([=] {
        const AttrNumber number = get_attnum(table, column);
        if (number == InvalidAttrNumber) return false;
        const Oid type = get_atttype(table, number);
        return type == VARCHAROID || type == TEXTOID;
    });
}

// By name, in whatever schema: public before others, then by the schema's name.
std::optional<Candidate> find_table(const char* name, const char* column, Snapshot snapshot) {
    std::vector<Candidate> candidates;
    const Datum key = pg::name_datum(name);
    pg::scan(
        RelationRelationId, ClassNameNspIndexId, {{Anum_pg_class_relname, F_NAMEEQ, key}}, snapshot,
        [&](const pg::Row& row) {
            const auto& form = row.form<FormData_pg_class>();
            if (form.relkind != RELKIND_RELATION || form.relpersistence == RELPERSISTENCE_TEMP) return;
            const Oid table = form.oid;
            const Oid schema = form.relnamespace;
            if (!has_text_column(table, column)) return;
            candidates.push_back({table, pg::to_utf8(pg::call([=] { return get_namespace_name(schema); }))});
        });
    if (candidates.empty()) return std::nullopt;
    return *std::min_element(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
        return std::make_pair(a.schema != "public", a.schema) <
               std::make_pair(b.schema != "public", b.schema);
    });
}

}  // namespace

std::string Revision::text() const {
    std::string joined;
    for (const std::string& head : heads) {
        if (!joined.empty()) joined += ", ";
        joined += head;
    }
    return joined;
}

Revision current_revision(Snapshot snapshot) {
    Revision revision;
    const auto found = find_table("alembic_version", "version_num", nullptr);
    if (!found) return revision;
    revision.tool = "alembic";
    revision.schema = found->schema;
    const Oid table = found->table;
    if (!pg::call([=] { return ConditionalLockRelationOid(table, AccessShareLock); })) {
        revision.locked = true;
        return revision;
    }
    const AttrNumber column = pg::call([=] { return get_attnum(table, "version_num"); });
    if (column != InvalidAttrNumber) {
        pg::scan(table, {}, snapshot, [&](const pg::Row& row) {
            if (auto head = row.optional_text(column)) revision.heads.push_back(*std::move(head));
        });
    }
    pg::call([=] { UnlockRelationOid(table, AccessShareLock); });
    std::sort(revision.heads.begin(), revision.heads.end());
    return revision;
}

}  // namespace schemaver::books
