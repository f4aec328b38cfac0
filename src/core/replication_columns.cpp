// Whether each value that comes has a column that takes it.
#include <fmt/format.h>

#include "core/replication_rules.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

std::string quoted(const Json& column) { return quote_identifier(text_of(column, "name")); }

// Virtual generated columns are never published.
bool arrives(const ReplicatedTable& table, const Json& column) {
    if (has(column, "generated") && (!table.published.generated_columns || is_true(column, "virtual")))
        return false;
    return table.published.all_columns || table.published.columns.contains(text_of(column, "name"));
}

// Of an enum of the same name.
void check_labels(const ReplicatedTable& table, const Json& own, const std::string& type) {
    const Json* there = structure_of_type(table.sides.publisher, type);
    const Json* here = structure_of_type(table.sides.subscriber, type);
    if (there == nullptr || here == nullptr) return;
    const auto known = texts_of(*here, "labels");
    std::vector<std::string> unknown;
    for (const std::string& label : texts_of(*there, "labels"))
        if (!contains(known, label)) unknown.push_back(quote_literal(label));
    if (unknown.empty()) return;
    table.add("warning", "column type",
              fmt::format("{}.{} can be {} at the publisher, which {} does not have here. Such a row stops "
                          "replication.",
                          table.name, quoted(own), in_a_sentence(unknown), type),
              fmt::format("ALTER TYPE {} ADD VALUE {};", type, unknown.front()));
}

void check_type(const ReplicatedTable& table, const Json& column, const Json& own) {
    const std::string from = text_of(column, "type");
    const std::string to = text_of(own, "type");
    const TypeFit fit = fit_of(from, table.sides.publisher, to, table.sides.subscriber);
    if (fit.fit == Fit::same) return check_labels(table, own, element_type(to));
    const std::string types =
        fmt::format("{}.{} is {} at the publisher and {} here", table.name, quoted(own), from, to);
    const std::string hint =
        alter_table(table.name, fmt::format("ALTER COLUMN {} TYPE {}", quoted(own), from));
    if (table.sides.subscription.binary && from != to)
        table.add("error", "column type", types + ", and the subscription takes values in binary form.",
                  "ALTER SUBSCRIPTION ... SET (binary = false); or " + hint);
    else if (fit.fit == Fit::narrows)
        table.add("warning", "column type",
                  fmt::format("{}: {}. Such a row stops replication.", types, fit.why), hint);
    else if (fit.fit == Fit::changes)
        table.add("warning", "column type", fmt::format("{}: {}.", types, fit.why), hint);
}

void check_pair(const ReplicatedTable& table, const Json& column, const Json& own) {
    if (has(own, "generated")) {
        table.add("error", "generated column",
                  fmt::format("{}.{} is generated here, so the value that comes has no place.", table.name,
                              quoted(own)),
                  alter_table(table.name, fmt::format("ALTER COLUMN {} DROP EXPRESSION", quoted(own))));
        return;
    }
    check_type(table, column, own);
    if (is_true(own, "not_null") && !is_true(column, "not_null"))
        table.add(
            "warning", "not null",
            fmt::format("{}.{} may be NULL at the publisher and is NOT NULL here: a row with NULL stops "
                        "replication.",
                        table.name, quoted(own)),
            alter_table(table.name, fmt::format("ALTER COLUMN {} DROP NOT NULL", quoted(own))));
}

}  // namespace

std::string alter_table(const std::string& table, const std::string& action) {
    return fmt::format("ALTER TABLE {} {};", table, action);
}

void check_columns(const ReplicatedTable& table) {
    for (const Json* column : objects_of(table.there, "columns")) {
        if (!arrives(table, *column)) continue;
        const Json* own = named(table.here, "columns", text_of(*column, "name"));
        if (own == nullptr)
            table.add("error", "missing column",
                      fmt::format("{} has no column {}, which is published.", table.name, quoted(*column)),
                      alter_table(table.name, fmt::format("ADD COLUMN {} {}", quoted(*column),
                                                          text_of(*column, "type"))));
        else
            check_pair(table, *column, *own);
    }
    for (const Json* own : objects_of(table.here, "columns")) {
        const Json* column = named(table.there, "columns", text_of(*own, "name"));
        if (column != nullptr && arrives(table, *column)) continue;
        const bool fills_itself = has(*own, "default") || has(*own, "identity") || has(*own, "generated");
        if (is_true(*own, "not_null") && !fills_itself)
            table.add("error", "not null",
                      fmt::format("No value comes for {}.{}, which is NOT NULL and has no default.",
                                  table.name, quoted(*own)),
                      alter_table(table.name, fmt::format("ALTER COLUMN {} SET DEFAULT ...", quoted(*own))));
    }
}

}  // namespace schemaver::core
