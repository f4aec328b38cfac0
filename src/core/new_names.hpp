// A definition as it would read if the things that it names had been called already what they are called on
// the other side: what differs by nothing but a new name is no difference.
//
// Example: with public.people renamed to public.persons and its column mail to email, an index's {"table":
// "public.people", "keys": [{"column": "mail"}]} reads {"table": "public.persons", "keys": [{"column":
// "email"}]}.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/model.hpp"
#include "core/renames.hpp"

namespace schemaver::core {

using ColumnNames = std::map<std::string, std::string>;  // former -> now, without quotes

class NewNames {
  public:
    NewNames(const std::vector<Rename>& renames, const std::vector<ColumnRename>& columns);

    bool empty() const { return names_.empty() && columns_.empty(); }

    // A name, wherever a definition has it: "public.people", and as the beginning of "public.people.id".
    // `except`: a name that is left as it is.
    std::string in(const std::string& text, const std::string& except = {}) const;

    // A part of a definition. `columns` are those of the relation that it is about; nullptr: of none.
    Json in(const Json& value, const ColumnNames* columns) const;

    // Of the relation that the object is or is a part of (an index's table), called by the side that
    // `object` is on; nullptr: none has another name.
    const ColumnNames* columns_of(const Object& object) const;

  private:
    std::map<std::string, std::string> names_;
    std::map<std::string, ColumnNames> columns_;  // by what the relation was called
};

// An expression in which columns have other names. What is quoted as a text stays as it is.
std::string with_columns_named(std::string_view sql, const ColumnNames& columns);

}  // namespace schemaver::core
