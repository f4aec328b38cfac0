// getaddrinfo_a() of the GNU C library. The name and the request are not in the server's memory, since the
// thread may outlive the transaction.
#include "pg/host_lookup.hpp"

#include <memory>

#include <netdb.h>
#include <sys/socket.h>

#ifdef __GLIBC__
// Before 2.34 it is in a library of its own, which nobody has to load for us: it is missing then.
#pragma weak getaddrinfo_a
#pragma weak gai_cancel
#pragma weak gai_error
#endif

namespace schemaver::pg {

namespace {

struct AddressesDeleter {
    void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, AddressesDeleter>;

// As libpq asks.
addrinfo usual_hints() {
    addrinfo hints = {};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    return hints;
}

std::string numeric(const addrinfo& address) {
    char text[NI_MAXHOST] = "";
    const int status =
        getnameinfo(address.ai_addr, address.ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
    return status == 0 ? text : "";
}

}  // namespace

bool HostLookup::is_address(const std::string& name) {
    addrinfo hints = usual_hints();
    hints.ai_flags = AI_NUMERICHOST;
    addrinfo* list = nullptr;
    if (getaddrinfo(name.c_str(), nullptr, &hints, &list) != 0) return false;
    const Addresses owner(list);
    return true;
}

#ifdef __GLIBC__

struct HostLookup::Request {
    std::string name;
    addrinfo hints = usual_hints();
    gaicb block = {};
    int refusal = 0;  // to begin at all
    Request* next = nullptr;

    explicit Request(const std::string& text) : name(text) {
        block.ar_name = name.c_str();
        block.ar_request = &hints;
    }
    ~Request() {
        if (block.ar_result != nullptr) freeaddrinfo(block.ar_result);
    }
};

namespace {

// Those that nobody waits for any more, but whose thread is still at it.
void* left_behind = nullptr;

// Takes it off the queue if its turn has not come. False: a thread is at it, or has not put it away yet.
bool is_nobodys(gaicb* block) { return gai_cancel(block) != EAI_NOTCANCELED; }

}  // namespace

bool HostLookup::is_possible() { return getaddrinfo_a != nullptr; }

HostLookup::HostLookup(const std::string& name) : request_(new Request(name)) {
    Request* kept = nullptr;
    for (auto* over = static_cast<Request*>(left_behind); over != nullptr;) {
        Request* next = over->next;
        if (is_nobodys(&over->block)) {
            delete over;
        } else {
            over->next = kept;
            kept = over;
        }
        over = next;
    }
    left_behind = kept;
    gaicb* list[] = {&request_->block};
    request_->refusal = getaddrinfo_a(GAI_NOWAIT, list, 1, nullptr);
}

HostLookup::~HostLookup() {
    if (request_->refusal != 0 || is_nobodys(&request_->block)) {
        delete request_;
        return;
    }
    request_->next = static_cast<Request*>(left_behind);
    left_behind = request_;
}

const std::string& HostLookup::name() const { return request_->name; }

// The second question is asked under the lock under which the thread has put the request away, so that what
// it wrote before is there to be read.
bool HostLookup::is_done() const {
    if (request_->refusal != 0) return true;
    return gai_error(&request_->block) != EAI_INPROGRESS && is_nobodys(&request_->block);
}

std::vector<std::string> HostLookup::addresses() const {
    std::vector<std::string> found;
    if (request_->refusal != 0 || gai_error(&request_->block) != 0) return found;
    for (const addrinfo* one = request_->block.ar_result; one != nullptr; one = one->ai_next)
        if (std::string text = numeric(*one); !text.empty()) found.push_back(std::move(text));
    return found;
}

std::string HostLookup::failure() const {
    const int status = request_->refusal != 0 ? EAI_AGAIN : gai_error(&request_->block);
    return status == 0 ? "it has no address" : gai_strerror(status);
}

#else

struct HostLookup::Request {
    std::string name;
};

bool HostLookup::is_possible() { return false; }
HostLookup::HostLookup(const std::string& name) : request_(new Request{name}) {}
HostLookup::~HostLookup() { delete request_; }
const std::string& HostLookup::name() const { return request_->name; }
bool HostLookup::is_done() const { return true; }
std::vector<std::string> HostLookup::addresses() const { return {}; }
std::string HostLookup::failure() const { return "this C library cannot look it up"; }

#endif

}  // namespace schemaver::pg
