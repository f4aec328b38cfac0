// A script as its statements, each with its text and place.
//
//     parse_script("CREATE TABLE a (); DROP TABLE b")     two statements, at positions 1 and 20
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pg/boundary.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace schemaver::trial {

struct Statement {
    int number = 0;    // from 1
    int position = 0;  // of its first character, from 1
    std::string text;  // in the database's encoding
    const Node* tree = nullptr;
    bool is_frame = false;  // the BEGIN before all, or the COMMIT behind all
};

struct Script {
    std::vector<Statement> statements;
};

// What went wrong, as a row shows it; UTF-8.
struct Failure {
    std::string sqlstate;
    std::string message;
    std::string detail;
    std::string hint;
    std::optional<int> position;  // in the script, in characters, from 1
};

// The trees live in the current memory context. Nothing: it does not parse, and `failure` says why.
std::optional<Script> parse_script(const std::string& sql, Failure& failure);

// Throws cannot_be_tried with the first statement that a trial does not run. `name` is what the text is
// called in the message: "" or "up script 2".
void require_harmless(const Script& script, const std::string& name);

// The place of an error in the script, when `statement` raised it.
Failure failure_of(const pg::Error& error, const Statement& statement);

// On one line, shortened; UTF-8.
std::string short_text(const Statement& statement);

}  // namespace schemaver::trial
