// Lists of hosts as libpq reads them, and with addresses in the place of names.
#include "core/host_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace schemaver::core {
namespace {

using testing::ElementsAre;

TEST(HostList, HostsPortsAndAddressesSideBySide) {
    EXPECT_THAT(*host_list("db1", "", "5432"), ElementsAre(Host{"db1", "", "5432"}));
    EXPECT_THAT(*host_list("db1,db2", "", "5432"),
                ElementsAre(Host{"db1", "", "5432"}, Host{"db2", "", "5432"}));
    EXPECT_THAT(*host_list("db1,/tmp", ",", "1,2"), ElementsAre(Host{"db1", "", "1"}, Host{"/tmp", "", "2"}));
    EXPECT_THAT(*host_list("", "10.0.0.7,10.0.0.8", ""),
                ElementsAre(Host{"", "10.0.0.7", ""}, Host{"", "10.0.0.8", ""}));
    EXPECT_THAT(*host_list("", "", ""), ElementsAre(Host{"", "", ""}));
    EXPECT_THAT(*host_list(",db2", "", ""), ElementsAre(Host{"", "", ""}, Host{"db2", "", ""}));
}

TEST(HostList, WhatDoesNotFitTogetherIsForLibpqToSay) {
    EXPECT_FALSE(host_list("db1,db2", "10.0.0.7", ""));
    EXPECT_FALSE(host_list("db1,db2", "", "1,2,3"));
    EXPECT_FALSE(host_list("db1", "", "1,2"));
}

TEST(HostList, NamesAreToBeLookedUp) {
    EXPECT_TRUE(is_to_be_looked_up({"db1", "", ""}));
    EXPECT_FALSE(is_to_be_looked_up({"db1", "10.0.0.7", ""}));
    EXPECT_FALSE(is_to_be_looked_up({"/tmp", "", ""}));
    EXPECT_FALSE(is_to_be_looked_up({"@abstract", "", ""}));
    EXPECT_FALSE(is_to_be_looked_up({"", "", ""}));
}

TEST(HostList, EachAddressIsAHost) {
    const HostList hosts = *host_list("db1,/tmp,db2,db3", ",,10.1.1.1,", "1,2,3,4");
    const HostOptions options =
        join(with_addresses(hosts, {{"db1", {"10.0.0.7", "fd00::7"}}, {"db2", {"10.9.9.9"}}, {"db3", {}}}));
    EXPECT_EQ(options.host, "db1,db1,/tmp,db2");
    EXPECT_EQ(options.hostaddr, "10.0.0.7,fd00::7,,10.1.1.1");
    EXPECT_EQ(options.port, "1,1,2,3");
}

TEST(HostList, WhatWasNotLookedUpStays) {
    const HostOptions options = join(with_addresses(*host_list("10.0.0.7,db1", "", "5432"), {{"db1", {}}}));
    EXPECT_EQ(options.host, "10.0.0.7");
    EXPECT_EQ(options.hostaddr, "");
    EXPECT_EQ(options.port, "5432");
}

}  // namespace
}  // namespace schemaver::core
