// Rows are only ever inserted, so all of each is covered.
#include "migration/sealed.hpp"

#include "ledger/commit_digest.hpp"

extern "C" {
#include "utils/uuid.h"
}

namespace schemaver::migration {

namespace {

// In the order of migration.sql; the timeline is the first column of each.
struct SealedTable {
    const char* name;
    char letter;
    AttrNumber commit;
};
constexpr SealedTable declared_migrations = {"migration", 'M', 8};
constexpr SealedTable revision_changes = {"revision_change", 'R', 4};
constexpr SealedTable commit_effects = {"commit_effect", 'E', 2};

// Those with a commit, or those without.
void append_rows(std::vector<ledger::RowBeside>& rows, const SealedTable& table, bool of_commits,
                 Snapshot snapshot) {
    pg::scan(pg::our_relation(table.name), {}, snapshot, [&](const pg::Row& row) {
        const auto commit = row.datum(table.commit);
        if (commit.has_value() != of_commits) return;
        ledger::Uuid timeline{};
        if (const auto value = row.datum(1))
            std::memcpy(timeline.data(), DatumGetUUIDP(*value)->data, timeline.size());
        rows.push_back({table.name, timeline, commit ? DatumGetInt64(*commit) : 0,
                        ledger::row_bytes(table.letter, row)});
    });
}

}  // namespace

std::vector<ledger::RowBeside> sealed_rows(Snapshot snapshot) {
    std::vector<ledger::RowBeside> rows;
    for (const SealedTable& table : {declared_migrations, revision_changes, commit_effects})
        append_rows(rows, table, true, snapshot);
    return rows;
}

std::vector<ledger::RowBeside> sealed_acts(Snapshot snapshot) {
    std::vector<ledger::RowBeside> rows;
    append_rows(rows, declared_migrations, false, snapshot);
    return rows;
}

}  // namespace schemaver::migration
