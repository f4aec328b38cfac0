// Where a connection may go: libpq's lists of host, hostaddr and port side by side, and what becomes of them
// when the names in them have been looked up. libpq goes on trusting the names (in certificates and password
// files) while it connects to the addresses.
//
//     const HostList hosts = *host_list("db1,/tmp", "", "5432");
//     join(with_addresses(hosts, {{"db1", {"10.0.0.7", "fd00::7"}}}))
//         // host "db1,db1,/tmp", hostaddr "10.0.0.7,fd00::7,", port "5432,5432,5432"
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace schemaver::core {

struct Host {
    std::string name;     // or the folder of a socket
    std::string address;  // if it is given
    std::string port;

    friend bool operator==(const Host&, const Host&) = default;
};
using HostList = std::vector<Host>;

// Nothing: the lists do not fit together, which libpq will say.
std::optional<HostList> host_list(const std::string& host, const std::string& hostaddr,
                                  const std::string& port);

// Whether libpq would have to look up its name.
bool is_to_be_looked_up(const Host& host);

// Each host whose name was looked up once for each of its addresses, in their order; without one, not at all.
HostList with_addresses(const HostList& hosts,
                        const std::map<std::string, std::vector<std::string>>& addresses);

// As libpq takes them.
struct HostOptions {
    std::string host;
    std::string hostaddr;
    std::string port;
};
HostOptions join(const HostList& hosts);

}  // namespace schemaver::core
