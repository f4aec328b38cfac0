// Each table and each sequence in a subtransaction of its own: what may not be read is said, and the rest
// goes on.
#include "backup/rows.hpp"

#include <algorithm>
#include <cstdlib>
#include <span>

#include "core/error.hpp"
#include "core/properties.hpp"
#include "core/restore_rules.hpp"
#include "core/text.hpp"
#include "pg/file_size.hpp"
#include "pg/query.hpp"
#include "pg/subtransaction.hpp"
#include "pg/table_query.hpp"
#include "pg/text.hpp"

extern "C" {
#include "utils/inval.h"
}

namespace schemaver::backup {

namespace {

std::int64_t number_in(const pg::QueryRow& row, std::size_t column) {
    return std::strtoll(row.at(column).value_or("0").c_str(), nullptr, 10);
}

// What the server remembers of relations that it has opened, 50 KiB of a table with its indexes, it would
// keep to the session's end: with ten thousand that is most of the memory. To forget is always allowed, as
// another session's commands may make it so at any lock.
constexpr std::size_t most_relations = 1000;

void forget_relations() {
    pg::call([] { InvalidateSystemCaches(); });
}

// The columns whose values a sequence gives. A type that is not the server's own would bring its own
// operators along, which must not run here. Last, the table's owner, whether it is one file, and that file's
// place.
constexpr char owned_sequences[] =
    "SELECT pg_catalog.format('%I.%I', sn.nspname, s.relname), pg_catalog.format('%I.%I', tn.nspname, "
    "t.relname), "
    "pg_catalog.quote_ident(a.attname), q.seqincrement, t.relowner, "
    "t.relkind = 'r' AND NOT t.relhassubclass AND m.amname = 'heap' AND t.relfilenode <> 0, t.reltablespace, "
    "t.relfilenode "
    "FROM pg_catalog.pg_depend AS d "
    "JOIN pg_catalog.pg_class AS s ON s.oid = d.objid AND s.relkind = 'S' AND s.relpersistence <> 't' "
    "JOIN pg_catalog.pg_namespace AS sn ON sn.oid = s.relnamespace "
    "JOIN pg_catalog.pg_sequence AS q ON q.seqrelid = s.oid "
    "JOIN pg_catalog.pg_class AS t ON t.oid = d.refobjid "
    "JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace "
    "LEFT JOIN pg_catalog.pg_am AS m ON m.oid = t.relam "
    "JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid "
    "WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = d.classid "
    "AND d.deptype IN ('a', 'i') AND NOT q.seqcycle "
    "AND a.atttypid IN ('pg_catalog.int2'::pg_catalog.regtype, 'pg_catalog.int4'::pg_catalog.regtype, "
    "'pg_catalog.int8'::pg_catalog.regtype) "
    "AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS e WHERE e.classid = d.classid AND e.objid = t.oid "
    "AND e.deptype = 'e') ORDER BY t.relowner, 1, 2";

struct OwnedSequence {
    std::string sequence;
    std::string table;
    std::string column;
    std::int64_t increment = 1;
    std::int64_t owner = 0;
};

// Without looking into the table, which would have to be opened: of ten thousand that are empty none is.
bool has_no_row(const pg::QueryRow& row) {
    return row.at(5) == "t" && pg::file_size(static_cast<Oid>(number_in(row, 6)),
                                             static_cast<std::uint32_t>(number_in(row, 7))) == 0;
}

std::vector<OwnedSequence> sequences_in_use() {
    std::vector<OwnedSequence> sequences;
    for (const pg::QueryRow& row : pg::query(owned_sequences)) {
        pg::check_for_interrupts();
        OwnedSequence one{row.at(0).value_or(""), row.at(1).value_or(""), row.at(2).value_or(""),
                          number_in(row, 3), number_in(row, 4)};
        if (!one.sequence.starts_with("schemaver.") && !has_no_row(row)) sequences.push_back(std::move(one));
    }
    return sequences;
}

std::string question(const OwnedSequence& one, std::size_t place) {
    return fmt::format(
        "SELECT {}, s.last_value, s.is_called, (SELECT pg_catalog.{}(t.{}) FROM {} AS t) FROM {} AS s", place,
        one.increment > 0 ? "max" : "min", one.column, one.table, one.sequence);
}

void judge(const OwnedSequence& one, const pg::QueryRow& row, std::vector<core::Finding>& findings) {
    if (!row.at(3)) return;  // no rows
    const std::int64_t last = number_in(row, 1);
    const bool is_called = row.at(2) == "t";
    const std::int64_t reached = number_in(row, 3);
    // The next value is `last` itself where it has not been given out.
    const bool is_behind = one.increment > 0 ? (is_called ? reached > last : reached >= last)
                                             : (is_called ? reached < last : reached <= last);
    if (!is_behind) return;
    findings.push_back(
        {"error", "sequence behind", "sequence", one.sequence,
         fmt::format("{}.{} goes to {}, the sequence has reached {}: its next values are in use.", one.table,
                     one.column, reached, last),
         fmt::format("SELECT pg_catalog.setval({}, {});", core::quote_literal(one.sequence), reached)});
}

// Empty: it went well. Undone in any case, so that no lock on a table is kept: while a stamp's transaction
// waits for pg_dump, pg_dump would wait behind an ALTER TABLE that waits for that lock.
std::string undone(const std::function<void()>& body) {
    bool is_done = false;
    const auto error = pg::subtransaction([&] {
        body();
        is_done = true;
        throw core::Error(core::sqlstate::internal, "undone");
    });
    return is_done || !error ? std::string() : pg::to_utf8(error->what());
}

std::string try_table_query(const std::string& sql, std::vector<pg::QueryRow>& rows) {
    rows.clear();
    return undone([&] { rows = pg::query_tables(sql); });
}

// Several of one owner in one question, as long as each may be asked: otherwise one by one, to say which may
// not.
void ask(std::span<const OwnedSequence> sequences, std::vector<core::Finding>& findings) {
    pg::check_for_interrupts();
    std::string sql;
    for (std::size_t place = 0; place < sequences.size(); ++place)
        sql += (place == 0 ? "" : " UNION ALL ") + question(sequences[place], place);
    std::vector<pg::QueryRow> rows;
    const std::string problem = try_table_query(sql, rows);
    if (problem.empty()) {
        for (const pg::QueryRow& row : rows)
            judge(sequences[static_cast<std::size_t>(number_in(row, 0))], row, findings);
        return;
    }
    if (sequences.size() > 1) {
        for (std::size_t place = 0; place < sequences.size(); ++place)
            ask(sequences.subspan(place, 1), findings);
        return;
    }
    const OwnedSequence& one = sequences.front();
    findings.push_back(
        {"info", "not looked at", "sequence", one.sequence,
         fmt::format("Whether it is behind {}.{} is not known: {}.", one.table, one.column, problem), ""});
}

}  // namespace

std::string try_query(const std::string& sql, std::vector<pg::QueryRow>& rows) {
    rows.clear();
    return undone([&] { rows = pg::query(sql); });
}

core::RowCounts count_rows(const std::vector<std::string>& tables) {
    core::RowCounts counts;
    pg::RowSecurityOff row_security;
    std::vector<pg::QueryRow> rows;
    for (const std::string& table : tables) {
        pg::check_for_interrupts();
        const std::string problem = try_table_query("SELECT pg_catalog.count(*) FROM ONLY " + table, rows);
        if (problem.empty())
            counts.tables.push_back({table, number_in(rows.at(0), 0)});
        else
            counts.uncounted.push_back({table, problem});
        if ((counts.tables.size() + counts.uncounted.size()) % most_relations == 0) forget_relations();
    }
    row_security.restore();
    return counts;
}

std::vector<std::string> tables_with_rows(const core::Schema& schema) {
    std::vector<std::string> tables;
    for (const core::Object& object : schema)
        if (core::holds_rows(object)) tables.push_back(object.identity);
    return tables;
}

void compare_row_counts(const core::RowCounts& then, std::vector<core::Finding>& findings) {
    std::vector<std::string> tables;
    for (const core::RowCount& count : then.tables) {
        // A name from a file becomes part of a query: only as what it is, a table's qualified name.
        const auto parts = core::identifier_parts(count.table);
        if (parts.size() == 2)
            tables.push_back(core::quote_identifier(parts[0]) + "." + core::quote_identifier(parts[1]));
        else
            tables.push_back(core::quote_identifier(count.table));
    }
    const core::RowCounts now = count_rows(tables);
    std::map<std::string, std::int64_t> by_table;
    for (const core::RowCount& count : now.tables) by_table[count.table] = count.rows;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const auto here = by_table.find(tables[i]);
        const std::int64_t expected = then.tables[i].rows;
        if (here == by_table.end() || here->second == expected) continue;
        const bool is_less = here->second < expected;
        findings.push_back(
            {is_less ? "error" : "warning", "row count", "table", tables[i],
             fmt::format("It had {} when the backup was stamped, and has {} now.",
                         core::counted(static_cast<std::size_t>(expected), "row"), here->second),
             ""});
    }
    for (const core::Uncounted& table : now.uncounted)
        findings.push_back({"warning", "not counted", "table", table.table,
                            fmt::format("Its rows could not be counted now: {}.", table.reason), ""});
    for (const core::Uncounted& table : then.uncounted)
        findings.push_back(
            {"info", "not counted", "table", table.table,
             fmt::format("Its rows were not counted when the backup was stamped: {}.", table.reason), ""});
}

void check_sequences_reach(std::vector<core::Finding>& findings) {
    constexpr std::size_t at_a_time = 50;
    pg::RowSecurityOff row_security;
    const std::vector<OwnedSequence> all = sequences_in_use();
    for (std::size_t first = 0; first < all.size();) {
        std::size_t last = first + 1;
        while (last < all.size() && last - first < at_a_time && all[last].owner == all[first].owner) ++last;
        ask(std::span(all).subspan(first, last - first), findings);
        if (first / most_relations != last / most_relations) forget_relations();
        first = last;
    }
    row_security.restore();
}

}  // namespace schemaver::backup
