// What event triggers do not see: which statements those are, and what they are about.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "catalog/catalog.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace schemaver::ledger {

// What the utility hook has to do for a kind of statement.
struct Treatment {
    bool is_maintenance = false;  // recorded where schemaver.record_maintenance says so
    bool needs_command = false;   // no event trigger records it
    bool irrevocable = false;     // what it does outside the catalogs stays done after an error
    std::set<Oid> cluster = {};   // catalogs that all databases share and it may change
    bool changes_event_trigger = false;
};

// Whether the statement is DDL at all, or maintenance that is to be recorded. Cheap: it runs for every
// utility statement.
bool is_worth_a_look(const Node* statement, bool with_maintenance);

// Nothing: event triggers see all of it.
std::optional<Treatment> treatment_of(const Node* statement);

// "role ann", "database app", as commands list their objects. What DROP ... IF EXISTS names may not be there.
std::vector<std::string> named_objects(const Node* statement);

// Of CREATE, ALTER, DROP EVENT TRIGGER and what is said about event triggers otherwise: their names, in the
// database's encoding.
std::vector<std::string> named_event_triggers(const Node* statement);

// What EXPLAIN explains, if that makes a table or a materialized view: with ANALYZE it is there afterwards.
const RangeVar* made_by_explain(const Node* statement);

// After a role or a tablespace has been renamed: the objects whose definitions say its name.
std::set<catalog::Address> naming_objects(const Node* statement);

}  // namespace schemaver::ledger
