// What the restore rules share: the two sides, and the list of findings that they add to.
//
// Severity answers one question, asked of pg_restore --data-only. "error": rows would be refused or lost or
// break a constraint, all or those that hold what the backup's schema allows and this one does not.
// "warning": every row loads, but something else comes out differently, or depends on how the restore is
// run. "info": nothing happens to rows.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/restore.hpp"
#include "core/restore_history.hpp"

namespace schemaver::core {

struct RuleContext {
    const Metadata& backup;
    const Metadata& target;
    const Normalise& normalise;
    HistoryComparison history;
    std::string migrate_command;  // what brings the database to the backup's revision; empty: none is known
    std::vector<Finding> findings;
    std::set<std::string> reported_domain_constraints;  // each is said once, whatever the number of columns

    void error(std::string check, std::string kind, std::string identity, std::string detail,
               std::string hint);
    void warning(std::string check, std::string kind, std::string identity, std::string detail,
                 std::string hint);
    void info(std::string check, std::string kind, std::string identity, std::string detail,
              std::string hint);

    // The migrations where they are known, otherwise the command that makes this one change.
    std::string hint_to_change(const std::string& command) const;
};

// The structure facet of an object, or null if it has none.
const Json& structure_of(const Object& object);

// Whether pg_dump writes rows for it: a table, and not one that only holds partitions.
bool holds_rows(const Object& object);

// The two texts of an expression, compared by their normal forms.
bool same_expression(const std::string& left, const std::string& right, const Normalise& normalise);

// Rules on the database as a whole: server, encoding, locale, extensions, roles, tablespaces, revisions.
void check_database(RuleContext& context);

// Rules on every table of the backup: is it here, with its columns, and do they take the values?
void check_tables(RuleContext& context);

// One table that is there on both sides: the constraints of the target's that the backup's rows never had to
// meet; and the partition that it is, or the partitions that it has.
class TableReport;
void check_constraints(TableReport& report);
void check_partitioning(TableReport& report);

// A value of the backup's type that comes into a domain, or an array of one: the domain's constraints that it
// never had to meet. `known` and `column` are what the table says of the column; null: it is none.
class KnownOfRows;
void check_domain_constraints(RuleContext& context, const std::string& from, const std::string& to,
                              const KnownOfRows* known, const std::string& column);

// Rules on the other objects: enum, domain and composite types in use, sequences, triggers, row security.
void check_types(RuleContext& context);
void check_sequences(RuleContext& context);
void check_triggers(RuleContext& context);
void check_row_security(RuleContext& context);
void check_other_objects(RuleContext& context);

}  // namespace schemaver::core
