// Rows of small tables that are kept with a version: read by tag(), given back by schema_sql().
//
// They are users' data. So they are read with the rights of whoever calls tag(), and stand in a table of
// their own that nobody may read unless it is granted, and that dumps leave out; what a dump carries along,
// in schemaver.ref, is which tables there were and how many rows of each.
#pragma once

#include "core/kept_rows.hpp"
#include "version/point.hpp"
#include "version/refs.hpp"

namespace schemaver::version {

// Defined in src/module.cpp, described in docs/settings.md.
struct KeptLimits {
    int rows;
    int kilobytes;
};
extern KeptLimits kept_limits;  // of one table

// Each name as people write it: public.countries, or countries where only one table is called that. Throws
// Error (program_limit) that names a table which is larger than the limits.
std::vector<core::KeptTable> read_rows(const std::vector<std::string>& tables);

// Says in the ref what is kept with it; before it is inserted.
void note_rows(Ref& ref, const std::vector<core::KeptTable>& tables);
void store_rows(const Ref& ref, const std::vector<core::KeptTable>& tables);
void delete_rows(const Ref& ref);

// The rows that are kept with the version at the point. Throws Error where it is no version, none are kept,
// they may not be read, or they are not here (rows_not_here).
std::vector<core::KeptTable> rows_at(const Point& point);

}  // namespace schemaver::version
