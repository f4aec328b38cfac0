// Non-blocking libpq, driven by the server's wait events.
#include "pg/libpq.hpp"

#include <algorithm>
#include <deque>

#include "core/json.hpp"
#include "core/text.hpp"
#include "pg/compat.hpp"
#include "pg/text.hpp"

extern "C" {
#include "libpq-fe.h"
#include "pgstat.h"
#include "storage/fd.h"
#include "storage/latch.h"
#include "utils/snapmgr.h"
}

namespace schemaver::pg {

namespace {

using Clock = std::chrono::steady_clock;
namespace sqlstate = core::sqlstate;

// Of those that a session may have beside its files. One more has to be left, to wait for the connection.
bool acquire_descriptor() {
    return call([] {
        if (!AcquireExternalFD()) return false;
        const bool can_wait = AcquireExternalFD();
        ReleaseExternalFD();
        return can_wait;
    });
}

struct ResultDeleter {
    void operator()(PGresult* result) const { PQclear(result); }
};
struct OptionsDeleter {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
struct ConnectionDeleter {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
using ResultPointer = std::unique_ptr<PGresult, ResultDeleter>;

// What another server says about itself is for nobody here to read.
void ignore_notice(void*, const PGresult*) {}

// Messages of libpq come in the language and the encoding of whoever wrote them.
std::string readable(const char* text) {
    std::string message(core::trimmed(text == nullptr ? "" : text));
    if (core::is_utf8(message)) return message;
    for (char& c : message) {
        if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    }
    return message;
}

std::string field(const PGresult* result, int code) { return readable(PQresultErrorField(result, code)); }

class EventSet {
  public:
    explicit EventSet(int events) : set_(call([=] { return create_wait_event_set(events); })) {}
    ~EventSet() { FreeWaitEventSet(set_); }  // closes a descriptor and frees memory
    EventSet(const EventSet&) = delete;
    EventSet& operator=(const EventSet&) = delete;
    WaitEventSet* get() const { return set_; }

  private:
    WaitEventSet* set_;
};

core::Error refused_password(const std::string& server) {
    return {sqlstate::password_required, fmt::format("server \"{}\" must be asked with a password", server),
            "Who is no superuser, or asks a server that belongs to somebody who is none, cannot use what the "
            "server's "
            "operating system user may do: the password must stand in the user mapping, and the other side "
            "must ask for "
            "it.",
            fmt::format("ALTER USER MAPPING FOR CURRENT_USER SERVER {} OPTIONS (ADD password '...');",
                        quote_identifier(server))};
}

bool has_password(const ConnectionPlan& plan) {
    for (const auto& [keyword, value] : plan.options) {
        if (keyword == "password" && !value.empty()) return true;
    }
    return false;
}

// What PQconnectStartParams() takes. The texts stay where they are while others come.
class ConnectParameters {
  public:
    explicit ConnectParameters(const ConnectionPlan& plan) {
        for (const auto& [keyword, value] : plan.options) add(from_utf8(keyword), from_utf8(value));
        add("fallback_application_name", "schemaver");
        add("client_encoding", "UTF8");
    }

    // The last of a keyword counts. In the server's encoding.
    void add(std::string keyword, std::string value) {
        keywords_.push_back(texts_.emplace_back(std::move(keyword)).c_str());
        values_.push_back(texts_.emplace_back(std::move(value)).c_str());
    }

    // Not nullptr. Whether it failed at once its status says.
    PGconn* start() {
        keywords_.push_back(nullptr);
        values_.push_back(nullptr);
        PGconn* connection = PQconnectStartParams(keywords_.data(), values_.data(), 0);
        if (connection == nullptr) throw std::bad_alloc{};
        return connection;
    }

  private:
    std::deque<std::string> texts_;
    std::vector<const char*> keywords_;
    std::vector<const char*> values_;
};

// The hosts may come from a service file or from the environment too. What it makes of all that libpq tells
// of a connection alone; this one it refuses before it looks for any host.
core::HostList hosts_of(const ConnectionPlan& plan) {
    ConnectParameters parameters(plan);
    parameters.add("target_session_attrs", "none of those that there are");
    const std::unique_ptr<PGconn, ConnectionDeleter> refused(parameters.start());
    const std::unique_ptr<PQconninfoOption, OptionsDeleter> options(PQconninfo(refused.get()));
    if (!options) throw std::bad_alloc{};
    std::map<std::string_view, std::string> known;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr) known[option->keyword] = option->val;
    return core::host_list(known["host"], known["hostaddr"], known["port"]).value_or(core::HostList());
}

}  // namespace

bool may_connect() {
    if (!acquire_descriptor()) return false;
    ReleaseExternalFD();
    return true;
}

void Connection::start_clock() { deadline_ = Clock::now() + std::chrono::milliseconds(plan_.timeout); }

int Connection::socket() const { return PQsocket(connection_); }

std::string Connection::message() const { return readable(PQerrorMessage(connection_)); }

void Connection::close() noexcept {
    PQfinish(connection_);
    connection_ = nullptr;
    lookups_.clear();
    if (has_descriptor_) ReleaseExternalFD();
    has_descriptor_ = false;
    state_ = State::closed;
}

void Connection::fail(core::Error error) {
    close();
    rows_.clear();
    failure_ = std::move(error);
}

void Connection::connect() {
    if (plan_.needs_password && !has_password(plan_)) return fail(refused_password(server()));
    start_clock();
    if (HostLookup::is_possible()) begin_lookups();
    if (lookups_.empty()) return start(std::nullopt);
    state_ = State::looking_up;
    go_on_looking_up();
}

void Connection::begin_lookups() {
    hosts_ = hosts_of(plan_);
    std::set<std::string> names;
    for (const core::Host& host : hosts_) {
        if (core::is_to_be_looked_up(host) && !HostLookup::is_address(host.name)) names.insert(host.name);
    }
    for (const std::string& name : names) lookups_.push_back(std::make_unique<HostLookup>(name));
}

void Connection::go_on_looking_up() {
    constexpr std::chrono::milliseconds longest_pause{50};
    const auto is_done = [](const auto& lookup) { return lookup->is_done(); };
    if (!std::all_of(lookups_.begin(), lookups_.end(), is_done)) {
        next_look_ = Clock::now() + pause_;
        pause_ = std::min(2 * pause_, longest_pause);
        return;
    }
    std::map<std::string, std::vector<std::string>> addresses;
    for (const auto& lookup : lookups_) {
        auto& found = addresses[lookup->name()] = lookup->addresses();
        if (found.empty())
            unknown_hosts_ +=
                fmt::format("could not translate host name \"{}\" to address: {}\n",
                            readable(lookup->name().c_str()), readable(lookup->failure().c_str()));
    }
    lookups_.clear();
    const core::HostList reachable = core::with_addresses(hosts_, addresses);
    if (reachable.empty()) return fail(unreachable());
    start(core::join(reachable));
}

// `addresses`: what host, hostaddr and port are to be, in the place of the plan's.
void Connection::start(const std::optional<core::HostOptions>& addresses) {
    ConnectParameters parameters(plan_);
    if (addresses) {
        parameters.add("host", addresses->host);
        parameters.add("hostaddr", addresses->hostaddr);
        parameters.add("port", addresses->port);
    }
    has_descriptor_ = acquire_descriptor();
    if (!has_descriptor_)
        return fail({sqlstate::program_limit, fmt::format("server \"{}\" cannot be reached", server()),
                     "This session has too many files and connections open.",
                     "Raise max_files_per_process."});
    connection_ = parameters.start();
    PQsetNoticeReceiver(connection_, ignore_notice, nullptr);
    state_ = State::connecting;
    waits_to_write_ = true;
    if (PQstatus(connection_) == CONNECTION_BAD) go_on_connecting();
}

core::Error Connection::unreachable() const {
    const std::string said = connection_ == nullptr ? std::string() : message();
    return {sqlstate::remote_unreachable, fmt::format("server \"{}\" cannot be reached", server()),
            std::string(core::trimmed(unknown_hosts_ + said)),
            "Compare its options and those of the user mapping with what psql needs to connect: "
            "\\des+ and \\deu+ show them."};
}

void Connection::go_on_connecting() {
    const PostgresPollingStatusType status =
        PQstatus(connection_) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PQconnectPoll(connection_);
    switch (status) {
        case PGRES_POLLING_READING:
            waits_to_write_ = false;
            return;
        case PGRES_POLLING_WRITING:
            waits_to_write_ = true;
            return;
        case PGRES_POLLING_OK:
            break;
        default:
            return fail(unreachable());
    }
    if (plan_.needs_password && PQconnectionUsedPassword(connection_) == 0)
        return fail(refused_password(server()));
    PQsetnonblocking(connection_, 1);
    state_ = State::idle;
}

void Connection::ask(const std::string& sql, const std::vector<std::optional<std::string>>& arguments) {
    if (state_ != State::idle) return;
    std::vector<const char*> values;
    for (const auto& argument : arguments) values.push_back(argument ? argument->c_str() : nullptr);
    const int sent = values.empty()
                         ? PQsendQuery(connection_, sql.c_str())
                         : PQsendQueryParams(connection_, sql.c_str(), static_cast<int>(values.size()),
                                             nullptr, values.data(), nullptr, nullptr, 0);
    state_ = State::asking;
    rows_.clear();
    refusal_.reset();
    bytes_ = 0;
    start_clock();
    if (sent == 0 || PQsetSingleRowMode(connection_) == 0)
        return fail({sqlstate::remote_lost, fmt::format("the connection to server \"{}\" was lost", server()),
                     message()});
    waits_to_write_ = PQflush(connection_) == 1;
}

// Row by row, so that an answer without an end is noticed; false: the connection is of no more use.
bool Connection::take(const PGresult* result) {
    switch (PQresultStatus(result)) {
        case PGRES_SINGLE_TUPLE:
        case PGRES_TUPLES_OK:
            break;
        case PGRES_COMMAND_OK:
            return true;
        case PGRES_FATAL_ERROR:
        case PGRES_NONFATAL_ERROR:
            if (const std::string state = field(result, PG_DIAG_SQLSTATE); !refusal_ && !state.empty()) {
                const std::string detail = field(result, PG_DIAG_MESSAGE_DETAIL);
                const bool late = state == "57014";
                refusal_ = core::Error(
                    late ? sqlstate::remote_timed_out : sqlstate::remote_failed,
                    fmt::format("server \"{}\" could not answer: {}", server(),
                                field(result, PG_DIAG_MESSAGE_PRIMARY)),
                    fmt::format("It says SQLSTATE {}.{}{}", state, detail.empty() ? "" : " ", detail),
                    state == sqlstate::insufficient_privilege
                        ? "There, GRANT pg_monitor TO the user of the mapping."
                        : field(result, PG_DIAG_MESSAGE_HINT));
            }
            return true;
        default:
            fail({sqlstate::remote_answer_invalid,
                  fmt::format("what server \"{}\" answers makes no sense", server()),
                  fmt::format("It answers a query with {}.", PQresStatus(PQresultStatus(result)))});
            return false;
    }
    for (int i = 0; i < PQntuples(result); ++i) {
        QueryRow row;
        for (int column = 0; column < PQnfields(result); ++column) {
            if (PQgetisnull(result, i, column) != 0) {
                row.emplace_back();
                continue;
            }
            row.emplace_back(std::in_place, PQgetvalue(result, i, column),
                             static_cast<std::size_t>(PQgetlength(result, i, column)));
            bytes_ += row.back()->size();
        }
        bytes_ += sizeof(QueryRow) + row.size() * sizeof(row.front());
        rows_.push_back(std::move(row));
    }
    if (bytes_ <= limits.answer) return true;
    fail({sqlstate::program_limit,
          fmt::format("server \"{}\" answers with more than {} MB", server(), limits.answer >> 20),
          "All of an answer is kept in memory.",
          "Ask for less at once: diff() takes schemas, kinds and facets; fingerprint() needs no "
          "definitions."});
    return false;
}

void Connection::go_on_asking() {
    const auto lost = [&] {
        fail({sqlstate::remote_lost, fmt::format("the connection to server \"{}\" was lost", server()),
              message(), "Try again; its log says why it ended."});
    };
    if (PQconsumeInput(connection_) == 0) return lost();
    while (PQisBusy(connection_) == 0) {
        check_for_interrupts();
        const ResultPointer result(PQgetResult(connection_));
        if (result) {
            if (!take(result.get())) return;
            continue;
        }
        if (PQstatus(connection_) == CONNECTION_BAD) return lost();
        state_ = State::idle;
        if (refusal_) fail(*refusal_);
        return;
    }
    const int flushed = PQflush(connection_);
    if (flushed < 0) return lost();
    waits_to_write_ = flushed == 1;
}

void Connection::go_on() {
    if (state_ == State::looking_up)
        return go_on_looking_up();  // a connection that begins is to be waited for
    if (state_ == State::connecting) go_on_connecting();
    if (state_ == State::asking) go_on_asking();
}

void Connection::fail_if_late() {
    if (!is_busy() || Clock::now() < deadline_) return;
    fail({sqlstate::remote_timed_out,
          fmt::format("server \"{}\" did not {} in time", server(),
                      state_ == State::asking ? "answer" : "let us connect"),
          fmt::format("{}schemaver.remote_timeout is {} ms.",
                      is_looking_up() ? "Its host names are still being looked up. " : "", plan_.timeout),
          "SET schemaver.remote_timeout = '2min' waits longer."});
}

void wait_for_any(const std::vector<Connection*>& connections) {
    const EventSet events(static_cast<int>(connections.size()) + 2);
    WaitEventSet* set = events.get();
    auto wake = Clock::time_point::max();
    call([=] {
        InvalidateCatalogSnapshotConditionally();  // or VACUUM respects it, though nobody uses it any more
        AddWaitEventToSet(set, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, nullptr);
        AddWaitEventToSet(set, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, nullptr, nullptr);
    });
    for (Connection* connection : connections) {
        wake = std::min(wake, connection->deadline());
        if (connection->is_looking_up()) {
            wake = std::min(wake, connection->next_look());
            continue;
        }
        const int socket = connection->socket();
        int wanted = connection->waits_to_write() ? WL_SOCKET_WRITEABLE : WL_SOCKET_READABLE;
        // While a question is being written, what comes must be read, or both sides wait for ever.
        if (!connection->is_connecting()) wanted |= WL_SOCKET_READABLE;
        call([=] { AddWaitEventToSet(set, wanted, socket, nullptr, connection); });
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(wake - Clock::now()).count();
    const long timeout = static_cast<long>(std::max<std::int64_t>(left, 0));
    std::vector<WaitEvent> happened(connections.size() + 2);
    WaitEvent* list = happened.data();
    const int most = static_cast<int>(happened.size());
    const int count = call([=] { return WaitEventSetWait(set, timeout, list, most, PG_WAIT_EXTENSION); });
    for (int i = 0; i < count; ++i) {
        if ((list[i].events & WL_LATCH_SET) != 0) {
            call([] {
                ResetLatch(MyLatch);
                CHECK_FOR_INTERRUPTS();
            });
        } else if (list[i].user_data != nullptr) {
            static_cast<Connection*>(list[i].user_data)->go_on();
        }
    }
    for (Connection* connection : connections) {
        if (connection->is_looking_up()) connection->go_on();
        connection->fail_if_late();
    }
}

std::optional<std::vector<std::pair<std::string, std::string>>> connection_options(const std::string& text) {
    const std::unique_ptr<PQconninfoOption, OptionsDeleter> options(
        PQconninfoParse(from_utf8(text).c_str(), nullptr));
    if (!options) return std::nullopt;
    std::vector<std::pair<std::string, std::string>> found;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr) found.emplace_back(option->keyword, to_utf8(option->val));
    return found;
}

std::vector<std::string> connection_keywords(bool of_user_mapping) {
    const std::unique_ptr<PQconninfoOption, OptionsDeleter> options(PQconndefaults());
    if (!options) throw std::bad_alloc{};
    std::vector<std::string> keywords;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        const std::string_view keyword = option->keyword;
        const std::string_view how_shown = option->dispchar;
        if (how_shown.find('D') != std::string_view::npos || keyword == "client_encoding" ||
            keyword == "fallback_application_name" || keyword.starts_with("oauth_") ||
            keyword == "sslkeylogfile")
            continue;
        const bool is_secret = how_shown.find('*') != std::string_view::npos;
        const bool is_certificate = keyword == "sslcert" || keyword == "sslkey";
        const bool is_personal = keyword == "user" || is_secret || is_certificate;
        if (of_user_mapping ? is_personal : !is_personal || is_certificate) keywords.emplace_back(keyword);
    }
    return keywords;
}

}  // namespace schemaver::pg
