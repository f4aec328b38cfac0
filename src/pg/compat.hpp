// What differs between PostgreSQL 15 and 18, in one place: no other file looks at PG_VERSION_NUM.
#pragma once

#include "pg/server.hpp"

extern "C" {
#include "catalog/pg_attribute.h"
#include "utils/acl.h"
}

namespace schemaver::pg {

#ifdef ACL_MAINTAIN  // since 17
inline constexpr AclMode acl_maintain = ACL_MAINTAIN;
#else
inline constexpr AclMode acl_maintain = 0;
#endif

// Minor versions since the summer of 2026 keep a column's version among its options, for themselves: pg_dump
// leaves it out, and so do we. The name is ATTRIBUTE_VERSION_ATTOPTION in their headers.
inline bool is_internal_column_option(const std::string& option) {
    return option.rfind("pg_attver=", 0) == 0;
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

}  // namespace schemaver::pg
