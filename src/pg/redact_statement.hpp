// The texts of statements without the passwords, connection strings and the like that they hold.
//
// What is a secret is told by the parse tree: the password of a role, options of servers, user mappings,
// wrappers and foreign tables and settings by their names, connection strings.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pg/boundary.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace schemaver::pg {

// Whether statements of this kind can have secrets. Cheap.
bool may_hold_secret(const Node* statement);

struct RedactedText {
    std::optional<std::string> text;   // UTF-8; nothing where it is not certain that no secret is left
    std::vector<std::string> secrets;  // what was taken out, in the database's encoding
};

// The part of `query` that is this statement: from `location`, `length` bytes; 0: to the end (see
// PlannedStmt).
RedactedText redacted_statement(const Node* statement, const char* query, int location, int length);

// That part as it is, without blanks around it.
std::string statement_part(const char* query, int location, int length);

struct RedactedScript {
    RedactedText redacted;
    // Where it is just one statement, that statement's tag.
    std::optional<std::string> only_tag;
};

// A whole query string. Throws where it does not parse.
RedactedScript redacted_script(const char* query);

}  // namespace schemaver::pg
