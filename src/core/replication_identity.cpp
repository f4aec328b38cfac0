// Whether UPDATE and DELETE find their row: by the replica identity, on both sides.
#include <fmt/format.h>

#include "core/replication_rules.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

// The columns by which UPDATE and DELETE find their row; nothing: it has none; `full`: all of them.
struct RowIdentity {
    bool full = false;
    std::set<std::string> columns;
    bool exists() const { return full || !columns.empty(); }
    std::vector<std::string> list() const { return {columns.begin(), columns.end()}; }
};

RowIdentity primary_key_of(const Json& structure) {
    RowIdentity identity;
    for (const Json* constraint : objects_of(structure, "constraints"))
        if (text_of(*constraint, "type") == "primary key")
            for (const std::string& column : texts_of(*constraint, "columns"))
                identity.columns.insert(column);
    return identity;
}

RowIdentity identity_of(const TableParts& parts, const std::string& table, const Json& structure) {
    RowIdentity identity;
    const std::string word = text_of(structure, "replica_identity");
    if (word == "full") identity.full = true;
    if (word == "full" || word == "nothing") return identity;
    const Json* chosen = member(structure, "replica_identity");
    if (chosen == nullptr) return primary_key_of(structure);
    const std::string name = text_of(*chosen, "index");
    for (const Object* object : parts.indexes(table)) {
        const auto words = identifier_parts(object->identity);
        if (words.empty() || words.back() != name) continue;
        for (const Json* key : objects_of(structure_in(*object), "keys"))
            identity.columns.insert(text_of(*key, "column"));
    }
    return identity;
}

// `place`: the table here, or a partition of it.
void check_own(const ReplicatedTable& table, const Object& place, const RowIdentity& there) {
    const Json& structure = structure_in(place);
    RowIdentity own = identity_of(table.sides.here, place.identity, structure);
    if (own.columns.empty()) own = primary_key_of(structure);
    if (own.columns.empty() && !there.full)
        table.add_about(
            place.identity, "error", "replica identity",
            fmt::format("{} has neither a replica identity nor a primary key here, so no UPDATE or "
                        "DELETE finds its row.",
                        place.identity),
            alter_table(place.identity, fmt::format("ADD PRIMARY KEY ({})", joined(there.list(), ", "))));
    if (own.columns.empty() && there.full)
        table.add_about(
            place.identity, "info", "replica identity",
            fmt::format("{} has no primary key here: each UPDATE and DELETE may read the whole table.",
                        place.identity),
            alter_table(place.identity, "ADD PRIMARY KEY (...)"));
    if (there.full) return;
    for (const std::string& column : own.columns)
        if (!there.columns.contains(column))
            table.add_about(
                place.identity, "error", "replica identity",
                fmt::format("UPDATE and DELETE look for rows of {} by {} here, which the publisher does "
                            "not send for them.",
                            place.identity, quote_identifier(column)),
                "Let both sides have the same replica identity.");
}

}  // namespace

void check_row_identity(const ReplicatedTable& table) {
    if (!table.published.updates_or_deletes()) return;
    const RowIdentity there = identity_of(table.sides.there, table.name, table.there);
    if (!there.exists()) {
        table.add("error", "replica identity",
                  fmt::format("The publisher refuses UPDATE and DELETE of {}: it has no replica identity.",
                              table.name),
                  "At the publisher: a primary key, or " + alter_table(table.name, "REPLICA IDENTITY FULL"));
        return;
    }
    std::vector<std::string> left_out;
    for (const std::string& column : there.columns)
        if (!table.published.columns.contains(column)) left_out.push_back(column);
    if (!there.full && !table.published.all_columns && !left_out.empty())
        table.add("error", "replica identity",
                  fmt::format("The publisher refuses UPDATE and DELETE of {}: the published columns lack {}.",
                              table.name, in_a_sentence(left_out)),
                  "Publish them too.");
    for (const Object* place : table.places()) check_own(table, *place, there);
}

}  // namespace schemaver::core
