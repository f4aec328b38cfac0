// A host name being looked up while this backend does something else: libpq would wait for the resolver
// inside PQconnectPoll(), where no cancel gets through, for as long as a silent nameserver takes.
//
//     HostLookup lookup("db1.example.com");
//     while (!lookup.is_done()) pg::nap(10);     // answers a cancel
//     lookup.addresses();                        // {"10.0.0.7", "fd00::7"}
//
// The C library does it in a thread of its own that takes no signals and knows nothing of the server. One
// that cannot be stopped any more is left to its end, with the memory that it writes to.
#pragma once

#include <string>
#include <vector>

namespace schemaver::pg {

class HostLookup {
  public:
    // Whether this C library can: the GNU one. Elsewhere names are libpq's to look up.
    static bool is_possible();
    // Such as 10.0.0.7: nothing has to be looked up.
    static bool is_address(const std::string& name);

    explicit HostLookup(const std::string& name);
    ~HostLookup();
    HostLookup(const HostLookup&) = delete;
    HostLookup& operator=(const HostLookup&) = delete;

    const std::string& name() const;
    bool is_done() const;
    // When it is done: its addresses, the best first, or why there are none.
    std::vector<std::string> addresses() const;
    std::string failure() const;

  private:
    struct Request;
    Request* request_;
};

}  // namespace schemaver::pg
