// A connection to another database over libpq that never blocks this backend: whatever it waits for, a cancel
// and a shutdown get through, and each question has its deadline.
//
//     Connection staging({"staging", {{"host", "10.0.0.7"}, {"dbname", "shop"}}, false, 30'000});
//     staging.connect();
//     while (staging.is_busy()) wait_for_any({&staging});
//
// Many of them are waited for at once, so a slow one holds up none of the others. What the other side says is
// text and nothing else. The destructor closes the connection: errors are C++ exceptions here, so it runs on
// every way out, and calls nothing of the server's that can raise.
#pragma once

#include <chrono>
#include <memory>

#include "core/host_list.hpp"
#include "pg/host_lookup.hpp"
#include "pg/query.hpp"

struct pg_conn;
struct pg_result;

namespace schemaver::pg {

struct ConnectionPlan {
    std::string server;  // as messages call it
    std::vector<std::pair<std::string, std::string>>
        options;                  // what libpq is told; the last of a name counts
    bool needs_password = false;  // who asks is no superuser: the password must be theirs, and be asked for
    int timeout = 30'000;         // milliseconds, for connecting and for each question
};

class Connection {
  public:
    explicit Connection(ConnectionPlan plan) : plan_(std::move(plan)) {}
    ~Connection() { close(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    const std::string& server() const { return plan_.server; }
    int timeout() const { return plan_.timeout; }

    // Both only begin; wait_for_any() goes on.
    void connect();
    // Without arguments several statements may stand in `sql`; the rows are those of all.
    void ask(const std::string& sql, const std::vector<std::optional<std::string>>& arguments = {});

    bool is_busy() const { return state_ != State::closed && state_ != State::idle; }
    // Why it cannot be asked any more.
    const std::optional<core::Error>& failure() const { return failure_; }
    std::vector<QueryRow> take_rows() { return std::move(rows_); }
    void close() noexcept;

    // For wait_for_any(). There is no socket while host names are being looked up.
    bool is_looking_up() const { return state_ == State::looking_up; }
    std::chrono::steady_clock::time_point next_look() const { return next_look_; }
    int socket() const;
    bool is_connecting() const { return state_ == State::connecting; }
    bool waits_to_write() const { return waits_to_write_; }
    std::chrono::steady_clock::time_point deadline() const { return deadline_; }
    void go_on();
    void fail_if_late();

  private:
    enum class State { closed, looking_up, connecting, idle, asking };

    ConnectionPlan plan_;
    pg_conn* connection_ = nullptr;
    bool has_descriptor_ = false;
    State state_ = State::closed;
    bool waits_to_write_ = false;
    std::chrono::steady_clock::time_point deadline_;
    core::HostList hosts_;
    std::vector<std::unique_ptr<HostLookup>> lookups_;
    std::chrono::steady_clock::time_point next_look_;
    std::chrono::milliseconds pause_{1};
    std::string unknown_hosts_;  // why their names led to no address
    std::optional<core::Error> failure_;
    std::optional<core::Error> refusal_;  // of the question being asked
    std::vector<QueryRow> rows_;
    std::size_t bytes_ = 0;

    void start_clock();
    void begin_lookups();
    void go_on_looking_up();
    void start(const std::optional<core::HostOptions>& addresses);
    void go_on_connecting();
    void go_on_asking();
    bool take(const pg_result* result);
    void fail(core::Error error);
    core::Error unreachable() const;
    std::string message() const;
};

// Whether this session may have one more connection, beside its files and other connections.
bool may_connect();

// Waits until at least one of these, which are busy, could go on, or is too late; or until something else
// wakes this backend up. To be called again while one that matters is busy.
void wait_for_any(const std::vector<Connection*>& connections);

// The keywords that a foreign server's options may have, or those of a user mapping: libpq's own list,
// without those for its developers and those that schemaver sets itself.
std::vector<std::string> connection_keywords(bool of_user_mapping);

// What a connection string says, of either form, as options for a ConnectionPlan; nothing: libpq cannot read
// it.
std::optional<std::vector<std::pair<std::string, std::string>>> connection_options(const std::string& text);

}  // namespace schemaver::pg
