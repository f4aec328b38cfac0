// The statements of SQL that stand in the body of a DO block or function in plpgsql, by its tokens.
//
//     BEGIN IF x THEN DROP TABLE a; END IF; PERFORM f(); END
//         {"DROP TABLE a", conditional}, {"SELECT f()"}
//
// What else there is (assignments, expressions, loops over queries) is passed over: it may read, and call
// functions.
#pragma once

#include "core/redact_text.hpp"

namespace schemaver::core {

struct PlpgsqlStatement {
    std::string text = {};        // PERFORM as SELECT; without INTO; of EXECUTE 'text', that text
    std::size_t start = 0;        // in bytes
    bool is_conditional = false;  // within IF, CASE, a loop, or a block that catches errors
    bool is_dynamic = false;      // EXECUTE of what is only put together when it runs
};

// `body` and the values of its tokens in one encoding, whichever, that agrees with ASCII.
std::vector<PlpgsqlStatement> statements_in_plpgsql(std::string_view body, const std::vector<Token>& tokens);

}  // namespace schemaver::core
