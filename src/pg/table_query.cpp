// The statement is analysed as the caller, who may see other schemas than the owner, and planned as the
// owner. An error's abort gives the session back to its user.
#include "pg/table_query.hpp"

#include "pg/settings.hpp"
#include "pg/text.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "utils/acl.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace schemaver::pg {

namespace {

constexpr long fetched_at_a_time = 100;

// In the database's encoding.
Oid table_named(const char* name) {
    LOCAL_FCINFO(fcinfo, 1);
    InitFunctionCallInfoData(*fcinfo, nullptr, 1, InvalidOid, nullptr, nullptr);
    fcinfo->args[0] = {PointerGetDatum(cstring_to_text(name)), false};
    const Datum found = to_regclass(fcinfo);
    if (fcinfo->isnull) elog(ERROR, "schemaver: there is no table %s", name);
    return DatumGetObjectId(found);
}

void require_select(Oid table) {
    if (pg_class_aclcheck(table, GetUserId(), ACL_SELECT) == ACLCHECK_OK ||
        pg_attribute_aclcheck_all(table, GetUserId(), ACL_SELECT, ACLMASK_ALL) == ACLCHECK_OK)
        return;
    aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(table));
}

Oid owner_of_table(Oid table) {
    const HeapTuple row = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
    if (!HeapTupleIsValid(row)) elog(ERROR, "schemaver: there is no table %u", table);
    const Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(row))->relowner;
    ReleaseSysCache(row);
    return owner;
}

QueryRow fetched_row(uint64 place) {
    QueryRow row;
    SPITupleTable* table = SPI_tuptable;
    const int columns = call([=] { return table->tupdesc->natts; });
    for (int column = 1; column <= columns; ++column) {
        const char* value = call([=] { return SPI_getvalue(table->vals[place], table->tupdesc, column); });
        row.push_back(value == nullptr ? std::nullopt : std::optional(to_utf8(value)));
    }
    return row;
}

// Whose rights the query of these tables is to have; the caller may read each of them.
Oid common_owner(const char* const* names, std::size_t count) {
    Oid owner = InvalidOid;
    for (std::size_t i = 0; i < count; ++i) {
        const Oid table = table_named(names[i]);
        require_select(table);
        const Oid own = owner_of_table(table);
        if (OidIsValid(owner) && own != owner) elog(ERROR, "schemaver: %s has another owner", names[i]);
        owner = own;
    }
    return owner;
}

void query_as_owner(const std::vector<std::string>& tables, const std::string& sql,
                    const std::function<bool(const QueryRow&)>& visit) {
    std::vector<std::string> names_in_server;
    for (const std::string& table : tables) names_in_server.push_back(from_utf8(table));
    std::vector<const char*> name_list;
    for (const std::string& name : names_in_server) name_list.push_back(name.c_str());
    const std::string sql_in_server = from_utf8(sql);
    const char* const* names = name_list.data();
    const std::size_t count = name_list.size();
    const char* text = sql_in_server.c_str();
    Oid user = InvalidOid;
    int context = 0;
    GetUserIdAndSecContext(&user, &context);
    PinnedSettings pinned;
    Portal portal = call([=] {
        (void)set_config_option("row_security", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
                                false);
        SPI_connect();
        SPIPlanPtr plan = SPI_prepare(text, 0, nullptr);
        if (plan == nullptr) elog(ERROR, "schemaver: cannot prepare: %s", text);
        const Oid owner = common_owner(names, count);
        SetUserIdAndSecContext(owner, context | SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS);
        return SPI_cursor_open(nullptr, plan, nullptr, nullptr, true);
    });
    bool go_on = true;
    while (go_on) {
        check_for_interrupts();
        call([=] { SPI_cursor_fetch(portal, true, fetched_at_a_time); });
        const uint64 rows = SPI_processed;
        for (uint64 place = 0; go_on && place < rows; ++place) go_on = visit(fetched_row(place));
        call([] { SPI_freetuptable(SPI_tuptable); });
        if (rows == 0) break;
    }
    call([=] {
        SPI_cursor_close(portal);
        SPI_finish();
        SetUserIdAndSecContext(user, context);
    });
    pinned.restore();
}

}  // namespace

void query_table(const std::string& table, const std::string& sql,
                 const std::function<bool(const QueryRow&)>& visit) {
    query_as_owner({table}, sql, visit);
}

std::vector<QueryRow> query_tables(const std::vector<std::string>& tables, const std::string& sql) {
    std::vector<QueryRow> rows;
    query_as_owner(tables, sql, [&](const QueryRow& row) {
        rows.push_back(row);
        return true;
    });
    return rows;
}

}  // namespace schemaver::pg
