// Each published table through all rules, and what is about the subscription as a whole.
#include "core/replication.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/poll.hpp"
#include "core/replication_rules.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

void check_table(const BothSides& sides, const std::string& name, const PublishedTable& published) {
    poll();
    const Json* there = table_structure(sides.publisher, name);
    const Json* here = table_structure(sides.subscriber, name);
    if (there == nullptr) return;
    if (here == nullptr) {
        sides.findings.push_back({"error", "missing table", name,
                                  fmt::format("{} is published, and there is no such table here.", name),
                                  "Create the table; schemaver.schema_sql('server:...') has it where "
                                  "schemaver is there too. Then ALTER "
                                  "SUBSCRIPTION ... REFRESH PUBLICATION."});
        return;
    }
    const ReplicatedTable table{sides, name, published, *there, *here};
    if (!sides.subscription.tables.contains(name))
        table.add(
            "warning", "not subscribed",
            fmt::format("{} is published, and the subscription has not taken it up: its rows do not arrive.",
                        name),
            "ALTER SUBSCRIPTION ... REFRESH PUBLICATION.");
    check_columns(table);
    check_row_identity(table);
    check_constraints(table);
    check_partitions(table);
    check_triggers(table);
    check_rights(table);
    if (!published.all_rows)
        table.add(
            "info", "row filter",
            fmt::format("Of {} only rows with {} arrive.", name, joined(published.filters, " or with ")));
    if (!published.all_columns)
        table.add("info", "column list",
                  fmt::format("Of {} only {} arrive.", name,
                              in_a_sentence(std::vector<std::string>(published.columns.begin(),
                                                                     published.columns.end()))));
}

void check_password(const Subscription& subscription, std::vector<ReplicationFinding>& findings) {
    if (!subscription.lacks_password) return;
    findings.push_back({"error", "password", "",
                        "The owner of the subscription is no superuser, and there is no password in its "
                        "connection: the apply worker does not connect.",
                        "ALTER SUBSCRIPTION ... CONNECTION '... password=...'; or a superuser: ALTER "
                        "SUBSCRIPTION ... SET (password_required = false);"});
}

int rank(const ReplicationFinding& finding) {
    return finding.severity == "error" ? 0 : finding.severity == "warning" ? 1 : 2;
}

}  // namespace

bool is_about_replication(const std::string& kind) {
    return kind == "table" || kind == "index" || kind == "type" || kind == "trigger";
}

std::vector<ReplicationFinding> check_replication(const Subscription& subscription, const Schema& publisher,
                                                  const Schema& subscriber, const Normalise& normalise) {
    std::vector<ReplicationFinding> findings;
    const BothSides sides{subscription,           publisher, subscriber, TableParts(publisher),
                          TableParts(subscriber), normalise, findings};
    std::vector<std::string> missing;
    const PublishedTables published =
        published_tables(subscription.publications, publisher, sides.there, missing);
    for (const std::string& publication : missing)
        findings.push_back(
            {"error", "missing publication", "",
             fmt::format("The publisher has no publication {}.", quote_identifier(publication)),
             "ALTER SUBSCRIPTION ... SET PUBLICATION ...; or create it there."});
    check_password(subscription, findings);
    for (const auto& [name, table] : published) check_table(sides, name, table);
    for (const std::string& table : subscription.tables)
        if (!published.contains(table))
            findings.push_back(
                {"warning", "not published", table,
                 fmt::format("The subscription has {}, and it is published no more: no rows arrive.", table),
                 "ALTER SUBSCRIPTION ... REFRESH PUBLICATION."});
    std::stable_sort(findings.begin(), findings.end(), [&](const auto& one, const auto& other) {
        return rank(one) != rank(other) ? rank(one) < rank(other) : one.table < other.table;
    });
    return findings;
}

}  // namespace schemaver::core
