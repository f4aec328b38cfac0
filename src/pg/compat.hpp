// What differs between PostgreSQL 15 and 18, in one place: no other file looks at PG_VERSION_NUM.
#pragma once

#include "pg/scan.hpp"

extern "C" {
#include "catalog/pg_attribute.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_foreign_server.h"
#include "commands/sequence.h"
#include "postmaster/bgworker.h"
#include "storage/latch.h"
#include "tcop/pquery.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace schemaver::pg {

#ifdef ACL_MAINTAIN  // since 17
inline constexpr AclMode acl_maintain = ACL_MAINTAIN;
#else
inline constexpr AclMode acl_maintain = 0;
#endif

// Minor versions since the summer of 2026 keep a column's version among its options, for themselves: pg_dump
// leaves it out, and so do we. The name is ATTRIBUTE_VERSION_ATTOPTION in their headers.
inline bool is_internal_column_option(std::string_view option) { return option.starts_with("pg_attver="); }

// Whether a row of pg_attribute has options but that one. With those minor versions nearly every column has
// it, so it is looked for where it mostly stands: right behind the fixed part, an array of one element.
inline bool has_column_options(const Row& attribute) {
    if (attribute.is_null(Anum_pg_attribute_attoptions)) return false;
    if (!attribute.is_null(Anum_pg_attribute_attacl)) return true;
#if PG_VERSION_NUM >= 170000
    if (!attribute.is_null(Anum_pg_attribute_attstattarget)) return true;
#endif
    const auto* fixed = reinterpret_cast<const char*>(&attribute.form<FormData_pg_attribute>());
    const char* array = fixed + ATTRIBUTE_FIXED_PART_SIZE;
    constexpr std::size_t element_at = ARR_OVERHEAD_NONULLS(1) - VARHDRSZ;
    if (!VARATT_IS_SHORT(array) || VARSIZE_SHORT(array) - VARHDRSZ_SHORT < element_at + VARHDRSZ) return true;
    const std::string_view stored(VARDATA_SHORT(array), VARSIZE_SHORT(array) - VARHDRSZ_SHORT);
    int count = 0;
    std::memcpy(&count, stored.data() + sizeof(ArrayType) - VARHDRSZ, sizeof count);
    return count != 1 || !is_internal_column_option(stored.substr(element_at + VARHDRSZ));
}

// pg_attribute.attstattarget: an int4 up to 15, an int2 in 16, nullable from 17; -1 or NULL is the default.
inline std::optional<int> statistics_target(std::optional<Datum> column) {
    if (!column) return std::nullopt;
#if PG_VERSION_NUM >= 160000
    const int target = DatumGetInt16(*column);
#else
    const int target = DatumGetInt32(*column);
#endif
    if (target < 0) return std::nullopt;
    return target;
}

// The same of a row of pg_attribute, where up to 16 it is in the fixed part, the cheapest to come by.
inline std::optional<int> statistics_target(const Row& attribute) {
#if PG_VERSION_NUM >= 170000
    return statistics_target(attribute.datum(Anum_pg_attribute_attstattarget));
#else
    const int target = attribute.form<FormData_pg_attribute>().attstattarget;
    return target < 0 ? std::nullopt : std::optional<int>(target);
#endif
}

// pg_constraint of 17 and 18: named NOT NULL, NOT ENFORCED, PERIOD and WITHOUT OVERLAPS.
#if PG_VERSION_NUM >= 170000
inline constexpr char not_null_constraint = CONSTRAINT_NOTNULL;
#else
inline constexpr char not_null_constraint = 'n';
#endif

inline bool is_enforced([[maybe_unused]] const FormData_pg_constraint& constraint) {
#if PG_VERSION_NUM >= 180000
    return constraint.conenforced;
#else
    return true;
#endif
}

inline bool is_temporal([[maybe_unused]] const FormData_pg_constraint& constraint) {
#if PG_VERSION_NUM >= 180000
    return constraint.conperiod;
#else
    return false;
#endif
}

// The number of the file that holds the relation's rows now.
inline Oid file_number(Relation relation) {
#if PG_VERSION_NUM >= 160000
    return relation->rd_locator.relNumber;
#else
    return relation->rd_node.relNode;
#endif
}

// Whether the running transaction gave the relation another file: by rewriting or truncating it.
inline bool has_new_file(Relation relation) {
#if PG_VERSION_NUM >= 160000
    return relation->rd_firstRelfilelocatorSubid != InvalidSubTransactionId;
#else
    return relation->rd_firstRelfilenodeSubid != InvalidSubTransactionId;
#endif
}

// What the WAL says of a sequence that was drawn from.
inline xl_seq_rec sequence_record(Relation sequence) {
    xl_seq_rec record;
#if PG_VERSION_NUM >= 160000
    record.locator = sequence->rd_locator;
#else
    record.node = sequence->rd_node;
#endif
    return record;
}

// Runs a portal to its end; what it returns goes nowhere.
inline void run_portal(Portal portal) {
    QueryCompletion completion;
#if PG_VERSION_NUM >= 180000
    (void)PortalRun(portal, FETCH_ALL, true, None_Receiver, None_Receiver, &completion);
#else
    (void)PortalRun(portal, FETCH_ALL, true, true, None_Receiver, None_Receiver, &completion);
#endif
}

// A column that only some versions have: nullopt in the others, and where it is NULL.
inline std::optional<Datum> column_if_any(const Row& row, Oid catalog, const char* column) {
    const AttrNumber number = call([=] { return get_attnum(catalog, column); });
    if (number == InvalidAttrNumber) return std::nullopt;
    return row.datum(number);
}

// Of a collation: the column with the locale of a provider that is not libc, and that with the ICU rules,
// which are there since 16 (InvalidAttrNumber: no such column).
#if PG_VERSION_NUM >= 170000
inline constexpr AttrNumber collation_locale_column = Anum_pg_collation_colllocale;
#else
inline constexpr AttrNumber collation_locale_column = Anum_pg_collation_colliculocale;
#endif
#if PG_VERSION_NUM >= 160000
inline constexpr AttrNumber collation_rules_column = Anum_pg_collation_collicurules;
#else
inline constexpr AttrNumber collation_rules_column = InvalidAttrNumber;
#endif
inline constexpr char collation_provider_builtin = 'b';  // since 17

// Whether pg_dump writes the name that a domain's NOT NULL has been given. The constraint is there since 17.
inline constexpr bool domain_not_null_has_name = PG_VERSION_NUM >= 180000;

// What a worker's connection is told so that it may be a role that cannot log in; 0: there is nothing to
// tell.
#ifdef BGWORKER_BYPASS_ROLELOGINCHECK  // since 17
inline constexpr uint32 any_role = BGWORKER_BYPASS_ROLELOGINCHECK;
#else
inline constexpr uint32 any_role = 0;
#endif

inline bool may_use_server(Oid server, Oid user) {
#if PG_VERSION_NUM >= 160000
    return object_aclcheck(ForeignServerRelationId, server, user, ACL_USAGE) == ACLCHECK_OK;
#else
    return pg_foreign_server_aclcheck(server, user, ACL_USAGE) == ACLCHECK_OK;
#endif
}

// Whether the apply worker of a subscription may write as another role than its owner: asked since 16.
inline bool may_become([[maybe_unused]] Oid role, [[maybe_unused]] Oid other) {
#if PG_VERSION_NUM >= 160000
    return member_can_set_role(role, other);
#else
    return true;
#endif
}

// What a query's permission checks are about: since 16 a list beside the range table.
#if PG_VERSION_NUM >= 160000
using CheckedTable = RTEPermissionInfo;
#define SCHEMAVER_CHECK_PARAMETERS List *range_table, List *checked_tables, bool raises
#define SCHEMAVER_CHECK_ARGUMENTS range_table, checked_tables, raises
#else
using CheckedTable = RangeTblEntry;
#define SCHEMAVER_CHECK_PARAMETERS List *checked_tables, bool raises
#define SCHEMAVER_CHECK_ARGUMENTS checked_tables, raises
#endif

// Not the business of a resource owner: whoever makes one frees it.
inline WaitEventSet* create_wait_event_set(int events) {
#if PG_VERSION_NUM >= 170000
    return CreateWaitEventSet(nullptr, events);
#else
    return CreateWaitEventSet(CurrentMemoryContext, events);
#endif
}

}  // namespace schemaver::pg
