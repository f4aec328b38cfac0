// Rows of a small table that are kept with a version: what tag() stores, and the statements that bring them
// back.
//
//     INSERT INTO public.countries (code, name) VALUES
//         ('de', 'Germany'),
//         ('fr', NULL);
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/json.hpp"

namespace schemaver::core {

struct KeptSequence {
    std::string sequence;  // its identity
    std::string value;
    bool is_called = false;  // the next one comes behind it
};

struct KeptTable {
    std::string table;                                          // its identity
    std::vector<std::string> columns;                           // without quotes; generated ones are left out
    bool has_identity = false;                                  // one of them is an identity column
    std::vector<std::vector<std::optional<std::string>>> rows;  // values as their types write them
    std::vector<KeptSequence> sequences;                        // that belong to its columns
};

Json to_json(const KeptTable& table);
KeptTable kept_table_from(const Json& json);

std::vector<std::string> row_statements(const KeptTable& table);

}  // namespace schemaver::core
