// A script of SQL as a client would send it, statement by statement: in a worker, which is no client's.
//
// Each statement is a transaction of its own unless the script says BEGIN, and those that refuse to run
// inside a transaction (CREATE DATABASE) run. What a statement returns goes nowhere.
#pragma once

#include <string>

#include "pg/boundary.hpp"

namespace schemaver::pg {

// Throws pg::Error of the statement that failed, whose number (from 1) is in `number`, and its transaction is
// over; core::Error (invalid_argument) where the script has left a transaction open. Only in a worker,
// outside any transaction. UTF-8.
void run_script(const std::string& sql, int& number);

// Throws core::Error: the server's own for a syntax error, with its line; invalid_argument for the first
// statement that would reach outside the database that it runs in: other databases, roles, tablespaces,
// files, other servers.
void require_inside_database(const std::string& sql);

}  // namespace schemaver::pg
