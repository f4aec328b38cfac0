// One segment of dynamic shared memory: a header, the question's bytes, and the server's own message queues.
#include "pg/exchange.hpp"

extern "C" {
#include "miscadmin.h"
#include "storage/dsm.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "storage/shm_mq.h"
#include "storage/spin.h"
}

namespace schemaver::pg {

struct ExchangeHeader {
    Oid role;
    Oid database;
    std::size_t length;  // of the question, which follows the queues
    slock_t lock;        // over the two below
    bool is_finished;
    PGPROC* waiting;  // to be woken then
};

namespace {

constexpr std::size_t queue_size = 64 * 1024;
constexpr std::size_t header_size = MAXALIGN(sizeof(ExchangeHeader));

char* queue_at(ExchangeHeader* header, int queue) {
    return reinterpret_cast<char*>(header) + header_size + queue_size * static_cast<std::size_t>(queue);
}

char* question_of(ExchangeHeader* header) { return queue_at(header, Exchange::queues); }

void finish_header(ExchangeHeader* header) {
    SpinLockAcquire(&header->lock);
    header->is_finished = true;
    PGPROC* waiting = header->waiting;
    header->waiting = nullptr;
    SpinLockRelease(&header->lock);
    if (waiting != nullptr) SetLatch(&waiting->procLatch);
}

void on_detach(dsm_segment*, Datum header) {
    finish_header(reinterpret_cast<ExchangeHeader*>(DatumGetPointer(header)));
}

}  // namespace

Exchange::Exchange(std::string_view question) {
    dsm_segment* segment = call([=] {
        dsm_segment* made = dsm_create(header_size + queue_size * queues + question.size(), 0);
        auto* header = static_cast<ExchangeHeader*>(dsm_segment_address(made));
        header->role = GetUserId();
        header->database = MyDatabaseId;
        header->length = question.size();
        SpinLockInit(&header->lock);
        header->is_finished = false;
        header->waiting = nullptr;
        for (int i = 0; i < queues; ++i)
            shm_mq_set_receiver(shm_mq_create(queue_at(header, i), queue_size), MyProc);
        std::memcpy(question_of(header), question.data(), question.size());
        on_dsm_detach(made, on_detach, PointerGetDatum(header));
        return made;
    });
    segment_ = segment;
    header_ = static_cast<ExchangeHeader*>(dsm_segment_address(segment));
}

std::int32_t Exchange::handle() const {
    return static_cast<std::int32_t>(dsm_segment_handle(static_cast<dsm_segment*>(segment_)));
}

std::optional<std::string> Exchange::receive(int queue, BackgroundWorkerHandle* worker) {
    struct Message {
        const char* bytes = nullptr;
        Size length = 0;
    };
    const auto message = call([this, queue, worker] {
        shm_mq_handle* attached = shm_mq_attach(reinterpret_cast<shm_mq*>(queue_at(header_, queue)),
                                                static_cast<dsm_segment*>(segment_), worker);
        Message received;
        void* bytes = nullptr;
        if (shm_mq_receive(attached, &received.length, &bytes, false) == SHM_MQ_SUCCESS)
            received.bytes = static_cast<const char*>(bytes);
        return received;
    });
    if (message.bytes == nullptr) return std::nullopt;
    return std::string(message.bytes, message.length);
}

void Exchange::finish() {
    call([this] { dsm_detach(static_cast<dsm_segment*>(segment_)); });
}

ExchangePart::ExchangePart(std::int32_t handle) {
    dsm_segment* segment = call([=] { return dsm_attach(static_cast<dsm_handle>(handle)); });
    if (segment == nullptr)
        throw core::Error(core::sqlstate::internal, "the session that asked has gone", "", "");
    segment_ = segment;
    header_ = static_cast<ExchangeHeader*>(dsm_segment_address(segment));
}

Oid ExchangePart::role() const { return header_->role; }
Oid ExchangePart::database() const { return header_->database; }
std::string ExchangePart::question() const { return {question_of(header_), header_->length}; }

void ExchangePart::send(int queue, std::string_view answer) {
    call([this, queue, answer] {
        auto* to = reinterpret_cast<shm_mq*>(queue_at(header_, queue));
        shm_mq_set_sender(to, MyProc);
        shm_mq_handle* attached = shm_mq_attach(to, static_cast<dsm_segment*>(segment_), nullptr);
        (void)shm_mq_send(attached, answer.size(), answer.data(), false, true);
        shm_mq_detach(attached);
    });
}

bool ExchangePart::is_finished() const {
    SpinLockAcquire(&header_->lock);
    const bool finished = header_->is_finished;
    SpinLockRelease(&header_->lock);
    return finished;
}

void ExchangePart::wake_when_finished() {
    SpinLockAcquire(&header_->lock);
    header_->waiting = MyProc;
    SpinLockRelease(&header_->lock);
}

}  // namespace schemaver::pg
