// The schema at a moment of a trial: every object, with its definition. What differs from the state before is
// read, the rest is shared with it.
//
//     SchemaState before = read_state({});
//     ... ALTER TABLE people ADD COLUMN pager text ...
//     SchemaState after = read_state(before);
//     differences(before, after, {});         // people: columns.pager added
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "catalog/output.hpp"
#include "core/diff.hpp"

namespace schemaver::trial {

struct KnownObject {
    catalog::Address address;
    core::DigestBytes digest;
    std::shared_ptr<const core::Object> object;
};

using SchemaState = std::map<std::pair<std::string, std::string>, KnownObject>;  // by kind and identity

// As it is now, this transaction's own changes included.
SchemaState read_state(const SchemaState& former);

// Rows as diff() has them. `new_names` are those that RENAME has given to columns in between.
std::vector<core::Difference> differences(const SchemaState& from, const SchemaState& to,
                                          const std::set<std::string>& new_names);

// "table public.people: columns.pager added: text"
std::string in_one_line(const core::Difference& difference);

core::Json as_json(const core::Difference& difference);

}  // namespace schemaver::trial
