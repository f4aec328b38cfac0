// A schema as a script: the statements that recreate it in an empty database, in an order that runs.
//
//     schema_sql(schema)  ->  SET search_path = '';  CREATE SCHEMA app;  CREATE TABLE app.people (...);  ...
//
// Made of the documents alone, so it can be had of the schema at any point.
#pragma once

#include <string>
#include <vector>

#include "core/kept_rows.hpp"
#include "core/model.hpp"

namespace schemaver::core {

// With the rows of these tables.
std::vector<std::string> schema_sql(const Schema& schema, const std::vector<KeptTable>& rows = {});

}  // namespace schemaver::core
