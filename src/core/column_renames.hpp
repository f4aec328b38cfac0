// Which columns of a relation are the same although they are called otherwise.
//
// A definition does not tell a column that was renamed from one that was dropped beside a new one. The
// command does: RENAME COLUMN is the one ALTER whose event names the column. And columns keep their order,
// new ones come last, so it is known too which one has got the name. Example: (id, mail, note) and (id,
// email, note), with a command that gave the name email, is mail renamed to email.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/blame.hpp"
#include "core/fingerprint.hpp"
#include "core/model.hpp"
#include "core/renames.hpp"

namespace schemaver::core {

using ColumnPairs = std::vector<std::pair<std::string, std::string>>;  // former and present name

// The columns that one commit renamed, or left as they are: each that is in both definitions. `new_names` are
// those that its commands gave. What cannot be told for sure is left out.
ColumnPairs same_columns(const Json& before, const Json& after, const std::set<std::string>& new_names);

// The columns that are in the first and in the last version under different names; a chain of renames is one,
// and one that was taken back is none. None of the versions between may be missing.
ColumnPairs renamed_columns(const std::vector<Version>& versions);

// Whether the relation can have renamed columns at all between two definitions: the same names in the same
// order are the same columns, whatever they were called meanwhile.
bool has_other_columns(const Json& before, const Json& after);

// Renames that are likely although nobody saw them: in relations on both sides, columns that came and went
// are compared by type and other properties, by name, and by the column that follows them.
std::vector<ColumnRename> guess_column_renames(const Schema& from, const Schema& to,
                                               const std::vector<Rename>& renames,
                                               const Normalise& normalise);

// The names that a command gave to columns of these relations, by its tag and objects: ALTER TABLE and "table
// column public.people.email" is email. No relations: of any.
std::set<std::string> column_names_given_by(const std::string& tag, const std::vector<std::string>& objects,
                                            const std::set<std::string>& relations);

// Whether a relation's columns can be renamed by a command on another one: its parent, or its type.
bool follows_another(const Json& definition);

}  // namespace schemaver::core
