// The texts of commands: each statement's own, and the script it came from.
//
//     psql -c 'CREATE TABLE a (); DO $$ BEGIN CREATE TABLE b (); END $$'
//         CREATE TABLE   statement: CREATE TABLE a ()    script: the whole string
//         CREATE TABLE   statement: CREATE TABLE b ()    script: the same row
#pragma once

#include <optional>
#include <string>

#include "ledger/timeline.hpp"
#include "pg/hook.hpp"

namespace schemaver::ledger {

// A statement that the utility hook has seen begin and not end, in the frame of the hook: so it is trivial.
// Memory is the server's, of the context the statement runs in.
struct RunningStatement {
    const pg::Utility* utility;
    RunningStatement* outer;
    bool is_redacted;    // then this is its text:
    const char* text;    // UTF-8; nullptr: none can be kept
    void* recorded;      // utility.cpp's
    const char* logged;  // what utility.cpp will log if it fails
};

RunningStatement* innermost_statement();
void set_innermost_statement(RunningStatement* statement);

// To be called before the statement runs: takes note of the secrets it has.
void note_secrets(RunningStatement& statement);
// COMMIT or PREPARE TRANSACTION: what stands behind it in the client's string has not run yet when the
// transaction ends.
void note_end_of_transaction(const pg::Utility& utility);
// The library has been loaded in the middle of what the client sent: what ran before was not seen.
void note_late_start();

// Values for schemaver.command: digests under which the texts are in schemaver.statement.
struct CommandTexts {
    pg::Value statement;
    pg::Value script;
};
// Of the command that is running now.
CommandTexts texts_of_command(const Uuid& timeline, const std::string& tag);

// Just before commit: stores the scripts that commands refer to.
void store_scripts(const Uuid& timeline);
void forget_scripts();

}  // namespace schemaver::ledger
