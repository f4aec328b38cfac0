// Another database, asked over one connection, one question after the other. The connection ends with the
// session.
//
//     Session publisher(plan_for("publisher"));
//     publisher.ask("SELECT nspname FROM pg_catalog.pg_namespace");
#pragma once

#include "core/remote_answer.hpp"
#include "pg/libpq.hpp"

namespace schemaver::remote {

class Session {
  public:
    // Connects. Throws Error; see docs/errors.md, SV040 to SV047.
    explicit Session(pg::ConnectionPlan plan);

    const std::string& server() const { return connection_.server(); }
    int timeout() const { return connection_.timeout(); }

    // Waits for the answer; a cancel and a shutdown get through. Throws Error.
    std::vector<pg::QueryRow> ask(const std::string& sql,
                                  const std::vector<std::optional<std::string>>& arguments = {});

  private:
    pg::Connection connection_;

    void wait();
};

// What a session begins with, before its first question of its own: a transaction that only reads, so that
// all answers are of one moment, where nothing of the other side's search path is looked at. A question ends
// there when nobody waits for its answer any more.
std::string transaction_question(int timeout);

}  // namespace schemaver::remote
