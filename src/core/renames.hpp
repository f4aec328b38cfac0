// What is called otherwise on the other side of a comparison: objects, and columns of relations.
//
// Known where a ledger has seen the rename (likeness 1), guessed where none has. Example: {"table",
// "public.people", "public.persons"}, and of that table {"table", "public.persons", "mail", "email"}.
#pragma once

#include <string>
#include <vector>

namespace schemaver::core {

// An object that is called otherwise on the other side.
struct Rename {
    std::string kind;
    std::string former_identity;
    std::string identity;
    double likeness = 1;  // 1: it is known; below: guessed, see guess_renames()
};

// A column of a table, view or composite type that is.
struct ColumnRename {
    std::string kind;
    std::string identity;  // the relation's, as it is called now
    std::string former;    // without quotes
    std::string name;
    double likeness = 1;
};

// For the way back: what was "now" is "former".
std::vector<Rename> reversed(const std::vector<Rename>& renames);
std::vector<ColumnRename> reversed(const std::vector<ColumnRename>& columns,
                                   const std::vector<Rename>& renames);

}  // namespace schemaver::core
