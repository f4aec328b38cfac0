// INSERTs of a hundred rows each, and setval() for the sequences.
#include "core/kept_rows.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/properties.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr std::size_t rows_in_a_statement = 100;

std::string row_in_parentheses(const std::vector<std::optional<std::string>>& row) {
    std::vector<std::string> values;
    for (const auto& value : row) values.push_back(value ? quote_literal(*value) : "NULL");
    return "(" + joined(values, ", ") + ")";
}

std::string beginning_of_insert(const KeptTable& table) {
    std::vector<std::string> columns;
    for (const std::string& column : table.columns) columns.push_back(quote_identifier(column));
    return fmt::format("INSERT INTO {} ({}){} VALUES", table.table, joined(columns, ", "),
                       table.has_identity ? " OVERRIDING SYSTEM VALUE" : "");
}

}  // namespace

Json to_json(const KeptTable& table) {
    Json rows = Json::array();
    for (const auto& row : table.rows) {
        Json values = Json::array();
        for (const auto& value : row) values.push_back(value ? Json(*value) : Json());
        rows.push_back(std::move(values));
    }
    Json sequences = Json::array();
    for (const KeptSequence& one : table.sequences)
        sequences.push_back({{"sequence", one.sequence}, {"value", one.value}, {"called", one.is_called}});
    return {{"table", table.table},
            {"columns", table.columns},
            {"identity", table.has_identity},
            {"rows", std::move(rows)},
            {"sequences", std::move(sequences)}};
}

KeptTable kept_table_from(const Json& json) {
    KeptTable table;
    table.table = text_of(json, "table");
    table.columns = texts_of(json, "columns");
    table.has_identity = is_true(json, "identity");
    if (const Json* rows = member(json, "rows"))
        for (const Json& row : *rows) {
            auto& values = table.rows.emplace_back();
            for (const Json& value : row)
                values.push_back(value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt);
        }
    for (const Json* one : objects_of(json, "sequences"))
        table.sequences.push_back(
            {text_of(*one, "sequence"), text_of(*one, "value"), is_true(*one, "called")});
    return table;
}

std::vector<std::string> row_statements(const KeptTable& table) {
    std::vector<std::string> statements;
    for (std::size_t first = 0; first < table.rows.size(); first += rows_in_a_statement) {
        const std::size_t end = std::min(first + rows_in_a_statement, table.rows.size());
        if (table.columns.empty()) {
            statements.insert(statements.end(), end - first,
                              "INSERT INTO " + table.table + " DEFAULT VALUES;");
            continue;
        }
        std::vector<std::string> lines;
        for (std::size_t at = first; at < end; ++at)
            lines.push_back("    " + row_in_parentheses(table.rows[at]));
        statements.push_back(beginning_of_insert(table) + "\n" + joined(lines, ",\n") + ";");
    }
    for (const KeptSequence& one : table.sequences)
        statements.push_back(fmt::format("SELECT pg_catalog.setval({}, {}, {});", quote_literal(one.sequence),
                                         one.value, one.is_called));
    return statements;
}

}  // namespace schemaver::core
