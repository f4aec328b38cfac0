// libpq's rules for its lists of hosts (connectOptions2() and parse_comma_separated_list()).
#include "core/host_list.hpp"

#include <string_view>

namespace schemaver::core {

namespace {

std::vector<std::string> hosts_in(std::string_view list) {
    std::vector<std::string> elements;
    while (true) {
        const auto comma = list.find(',');
        elements.emplace_back(list.substr(0, comma));
        if (comma == std::string_view::npos) return elements;
        list.remove_prefix(comma + 1);
    }
}

}  // namespace

std::optional<HostList> host_list(const std::string& host, const std::string& hostaddr,
                                  const std::string& port) {
    auto names = hosts_in(host);
    auto addresses = hosts_in(hostaddr);
    auto ports = hosts_in(port);
    if (host.empty()) names.resize(addresses.size());
    if (hostaddr.empty()) addresses.resize(names.size());
    if (ports.size() == 1) ports.resize(names.size(), port);
    if (names.size() != addresses.size() || names.size() != ports.size()) return std::nullopt;
    HostList hosts;
    for (std::size_t i = 0; i < names.size(); ++i) hosts.push_back({names[i], addresses[i], ports[i]});
    return hosts;
}

bool is_to_be_looked_up(const Host& host) {
    return host.address.empty() && !host.name.empty() && host.name.front() != '/' && host.name.front() != '@';
}

HostList with_addresses(const HostList& hosts,
                        const std::map<std::string, std::vector<std::string>>& addresses) {
    HostList all;
    for (const Host& host : hosts) {
        const auto found = addresses.find(host.name);
        if (!is_to_be_looked_up(host) || found == addresses.end()) {
            all.push_back(host);
            continue;
        }
        for (const std::string& address : found->second) all.push_back({host.name, address, host.port});
    }
    return all;
}

HostOptions join(const HostList& hosts) {
    HostOptions options;
    for (const Host& host : hosts) {
        const char* comma = &host == &hosts.front() ? "" : ",";
        options.host += comma + host.name;
        options.hostaddr += comma + host.address;
        options.port += comma + host.port;
    }
    return options;
}

}  // namespace schemaver::core
