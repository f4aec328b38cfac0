// A session and the workers that it starts for one question, and the memory that they share for it: the
// question, and a queue for each worker's answer.
//
//     pg::Exchange exchange(question, 2);             in the session
//     auto* worker = pg::start_worker({..., exchange.handle()});
//     std::string answer = *exchange.receive(0, worker);
//     exchange.finish();
//
//     pg::ExchangePart part(argument);                in a worker
//     part.send(0, answer);
//     while (!part.is_finished()) pg::nap(1000);
//
// When the session is done with it, or has an error, or dies, `is_finished` becomes true.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pg/worker.hpp"

namespace schemaver::pg {

struct ExchangeHeader;

class Exchange {
  public:
    static constexpr int queues = 2;

    // Of the session's effective user, in a transaction; an error that ends it finishes the exchange.
    explicit Exchange(std::string_view question);
    std::int32_t handle() const;
    // The whole answer. Nothing: the worker has ended without one. Interrupts go through.
    std::optional<std::string> receive(int queue, BackgroundWorkerHandle* worker);
    void finish();

  private:
    void* segment_;  // dsm_segment
    ExchangeHeader* header_;
};

class ExchangePart {
  public:
    explicit ExchangePart(std::int32_t handle);
    Oid role() const;      // who asks
    Oid database() const;  // where from
    std::string question() const;
    void send(int queue, std::string_view answer);
    bool is_finished() const;
    // Whoever finishes it wakes this process.
    void wake_when_finished();

  private:
    void* segment_;
    ExchangeHeader* header_;
};

}  // namespace schemaver::pg
