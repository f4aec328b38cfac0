// The session's side: asks, waits, reads the answers.
#include "models/scratch.hpp"

#include "core/metadata.hpp"
#include "models/workers.hpp"
#include "pg/compat.hpp"
#include "pg/exchange.hpp"
#include "pg/text.hpp"

extern "C" {
#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "utils/syscache.h"
}

namespace schemaver::models {

namespace {

BackgroundWorkerHandle* started(const pg::WorkerPlan& plan) {
    BackgroundWorkerHandle* worker = pg::start_worker(plan);
    if (worker == nullptr)
        throw core::Error("53000", "no worker process is free to make a scratch database",
                          "Two are needed for as long as the check takes.",
                          "Try again later, or raise max_worker_processes and restart the server.");
    return worker;
}

// Gives the handle back, whatever error goes by. The worker itself ends by the exchange.
class StartedWorker {
  public:
    explicit StartedWorker(const pg::WorkerPlan& plan) : handle_(started(plan)) {}
    ~StartedWorker() { pg::release(handle_); }
    StartedWorker(const StartedWorker&) = delete;
    StartedWorker& operator=(const StartedWorker&) = delete;
    BackgroundWorkerHandle* handle() const { return handle_; }

  private:
    BackgroundWorkerHandle* handle_;
};

[[noreturn]] void throw_as_told(const core::Json& error) {
    const auto text = [&](const char* key) { return error.value(key, std::string()); };
    const auto number = error.value("statement", 0);
    if (number == 0) throw core::Error(text("sqlstate"), text("message"), text("detail"), text("hint"));
    std::string detail = fmt::format("{} ({}).", text("message"), text("sqlstate"));
    if (!text("detail").empty()) detail += " " + text("detail");
    throw core::Error(core::sqlstate::script_failed,
                      fmt::format("statement {} of the script fails in an empty database", number), detail,
                      text("hint"));
}

core::Json answer(pg::Exchange& exchange, int queue, BackgroundWorkerHandle* worker) {
    const auto text = exchange.receive(queue, worker);
    if (!text)
        throw core::Error(core::sqlstate::script_failed,
                          "a worker process of the scratch database has ended without an answer", "",
                          "The server's log says why.");
    const core::Json told = core::Json::parse(*text);
    if (const auto error = told.find("error"); error != told.end()) throw_as_told(*error);
    return told;
}

// A worker that may not be the role ends without a word but in the log.
void require_login() {
    if (pg::any_role != 0) return;
    struct Caller {
        const char* name;
        bool may_log_in;
    };
    const Caller caller = pg::call([] {
        HeapTuple row = SearchSysCache1(AUTHOID, ObjectIdGetDatum(GetUserId()));
        const bool may_log_in =
            HeapTupleIsValid(row) && reinterpret_cast<Form_pg_authid>(GETSTRUCT(row))->rolcanlogin;
        if (HeapTupleIsValid(row)) ReleaseSysCache(row);
        return Caller{GetUserNameFromId(GetUserId(), false), may_log_in};
    });
    if (caller.may_log_in) return;
    throw core::Error(
        "55000",
        fmt::format("role \"{}\" cannot log in, so no worker can make a scratch database for it",
                    pg::to_utf8(caller.name)),
        "Before version 17 of the server a worker can only be a role that has LOGIN.",
        "RESET ROLE, or ask as a role that can log in.");
}

}  // namespace

core::Schema schema_made_by(const std::string& script) {
    require_login();
    pg::Exchange exchange(script);
    const StartedWorker keeper(
        {"schemaver scratch keeper", "schemaver_scratch_keeper", exchange.handle(), MyDatabaseId});
    const auto wait_until_dropped = [&] {
        exchange.finish();
        pg::wait_for_end(keeper.handle());
    };
    const Oid database = answer(exchange, keeper_queue, keeper.handle()).at("database").get<Oid>();
    try {
        const StartedWorker builder(
            {"schemaver scratch builder", "schemaver_scratch_builder", exchange.handle(), database});
        core::Schema schema =
            core::objects_from_json(answer(exchange, builder_queue, builder.handle()).at("objects"));
        wait_until_dropped();
        return schema;
    } catch (const core::Error&) {
        // Of a script that fails, as after one that does not. A cancel waits for nothing.
        wait_until_dropped();
        throw;
    }
}

}  // namespace schemaver::models
