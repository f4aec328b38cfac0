// The kinds of objects that are modelled, one reader each, and the one place that lists them.
//
// A reader adds to the reading every wanted object of its kind. A kind is known by the catalog its objects
// live in; pg_class holds several kinds.
#pragma once

#include "catalog/reading.hpp"

namespace schemaver::catalog {

void read_schemas(Reading& reading);
void read_extensions(Reading& reading);
void read_types(Reading& reading);
void read_functions(Reading& reading);
void read_tables(Reading& reading);
void read_indexes(Reading& reading);
void read_sequences(Reading& reading);
void read_views(Reading& reading);
void read_triggers(Reading& reading);
void read_rules(Reading& reading);
void read_policies(Reading& reading);

struct Kind {
    Oid catalog;
    void (*read)(Reading&);
};

// In the order of reading; relations first, so that the others find column names remembered.
const std::vector<Kind>& kinds();

}  // namespace schemaver::catalog
