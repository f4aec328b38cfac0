// Tells listeners and the log what a check has found.
#include "drift/alerts.hpp"

#include "pg/notify.hpp"
#include "pg/report.hpp"
#include "pg/table.hpp"

extern "C" {
#include "commands/dbcommands.h"
#include "miscadmin.h"
}

namespace schemaver::drift {

namespace {

constexpr char channel[] = "schemaver";
constexpr std::size_t longest_payload = 8000;  // NOTIFY takes less than that, in bytes
constexpr std::size_t most_told = 50;

core::DriftNews news_of(const FoundDrift& row, const std::string& database) {
    return {row.id,        database,      row.against,  row.severity, row.key,   row.former_identity,
            row.old_value, row.new_value, row.captured, row.who,      row.commit};
}

std::string in_the_log(const FoundDrift& row) {
    std::string what = fmt::format("{} {}", row.key.kind, row.key.identity);
    if (!row.key.property.empty()) what += ", " + row.key.property;
    return fmt::format("schemaver: drift {} from {}: {} {}", row.id,
                       row.against == the_ledger ? "the ledger" : row.against, what, row.key.change);
}

std::string who_in_the_log(const FoundDrift& row) {
    if (!row.captured) return "Not captured: nobody knows who did it.";
    return fmt::format("By {} in commit {}.", row.who, row.commit);
}

}  // namespace

void tell(const std::vector<FoundDrift>& opened) {
    if (opened.empty()) return;
    const std::string database = pg::to_utf8(pg::call([] { return get_database_name(MyDatabaseId); }));
    std::size_t told = 0;
    for (const FoundDrift& row : opened) {
        if (told == most_told) break;
        ++told;
        pg::notify(channel, core::payload(news_of(row, database), longest_payload));
        pg::log(row.severity == "critical"  ? pg::Level::warning
                : row.severity == "warning" ? pg::Level::log
                                            : pg::Level::notice,
                in_the_log(row), who_in_the_log(row));
    }
    if (told == opened.size()) return;
    const std::size_t more = opened.size() - told;
    pg::notify(channel, core::canonical({{"event", "drift"},
                                         {"database", database},
                                         {"and_more", more},
                                         {"more", "SELECT * FROM schemaver.drift WHERE state = 'open'"}}));
    pg::log(pg::Level::warning, fmt::format("schemaver: {} more differences", more),
            "SELECT * FROM schemaver.drift WHERE state = 'open' lists them.");
}

}  // namespace schemaver::drift
