// The query is analysed as the caller, who may see other schemas than the owner, and planned as the owner. An
// error's abort gives the session back to its user.
#include "pg/table_query.hpp"

#include "core/error.hpp"
#include "pg/settings.hpp"
#include "pg/statement.hpp"
#include "pg/text.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/syscache.h"
}

namespace schemaver::pg {

namespace {

struct OwnedTable {
    Oid oid = InvalidOid;
    Oid owner = InvalidOid;
};

// That analysing the query has found, and locked.
std::vector<Oid> tables_of(SPIPlanPtr plan) {
    std::vector<Oid> tables;
    const List* sources = call([=] { return SPI_plan_get_plan_sources(plan); });
    for (int i = 0; i < list_length(sources); ++i) {
        const List* found = static_cast<CachedPlanSource*>(list_nth(sources, i))->relationOids;
        for (int k = 0; k < list_length(found); ++k) tables.push_back(list_nth_oid(found, k));
    }
    return tables;
}

OwnedTable readable_table(Oid oid) {
    OwnedTable table{oid, InvalidOid};
    call([&] {
        if (pg_class_aclcheck(oid, GetUserId(), ACL_SELECT) != ACLCHECK_OK &&
            pg_attribute_aclcheck_all(oid, GetUserId(), ACL_SELECT, ACLMASK_ALL) != ACLCHECK_OK)
            aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(oid));
        const HeapTuple row = SearchSysCache1(RELOID, ObjectIdGetDatum(oid));
        if (!HeapTupleIsValid(row)) elog(ERROR, "cache lookup failed for relation %u", oid);
        table.owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(row))->relowner;
        ReleaseSysCache(row);
    });
    return table;
}

std::string name_of(Oid table) {
    const char* schema = call([=] { return get_namespace_name(get_rel_namespace(table)); });
    const char* name = call([=] { return get_rel_name(table); });
    return quote_qualified(to_utf8(schema), to_utf8(name));
}

std::string owner_of(const OwnedTable& table) {
    return to_utf8(call([&] { return GetUserNameFromId(table.owner, false); }));
}

// Whose rights the query of these tables is to have; the caller may read each of them.
Oid common_owner(const std::vector<Oid>& oids) {
    OwnedTable first;
    for (const Oid oid : oids) {
        const OwnedTable table = readable_table(oid);
        if (!OidIsValid(first.oid)) first = table;
        if (table.owner == first.owner) continue;
        throw core::Error(
            core::sqlstate::serialization_failure,
            fmt::format("tables {} and {} cannot be read by one query, as they have different owners",
                        name_of(first.oid), name_of(table.oid)),
            fmt::format(
                "The first one belongs to {}, the second one to {}. A query has the rights of its tables' "
                "owner.",
                owner_of(first), owner_of(table)),
            "One of them may have changed hands since schemaver looked. Try again.");
    }
    return first.owner;
}

void set_user(Oid user, int context) {
    call([=] { SetUserIdAndSecContext(user, context); });
}

}  // namespace

void query_tables(const std::string& sql, const std::function<bool(const QueryRow&)>& visit) {
    Oid user = InvalidOid;
    int context = 0;
    GetUserIdAndSecContext(&user, &context);
    PinnedSettings pinned;
    const SPIPlanPtr plan = analysed(sql);
    const Oid owner = common_owner(tables_of(plan));
    set_user(owner, context | SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS);
    visit_rows(plan, visit);
    set_user(user, context);
    pinned.restore();
}

std::vector<QueryRow> query_tables(const std::string& sql) {
    std::vector<QueryRow> rows;
    query_tables(sql, [&](const QueryRow& row) {
        rows.push_back(row);
        return true;
    });
    return rows;
}

}  // namespace schemaver::pg
