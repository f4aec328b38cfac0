// Waiting for the answer to one question.
#include "remote/session.hpp"

namespace schemaver::remote {

std::string transaction_question(int timeout) {
    return fmt::format(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
        "SET LOCAL search_path = pg_catalog, pg_temp;"
        "SET LOCAL statement_timeout = {};"
        "SET LOCAL client_connection_check_interval = 1000;",
        timeout);
}

Session::Session(pg::ConnectionPlan plan) : connection_(std::move(plan)) {
    connection_.connect();
    wait();
}

void Session::wait() {
    while (connection_.is_busy()) pg::wait_for_any({&connection_});
    if (connection_.failure()) throw core::Error(*connection_.failure());
}

std::vector<pg::QueryRow> Session::ask(const std::string& sql,
                                       const std::vector<std::optional<std::string>>& arguments) {
    connection_.ask(sql, arguments);
    wait();
    return connection_.take_rows();
}

}  // namespace schemaver::remote
