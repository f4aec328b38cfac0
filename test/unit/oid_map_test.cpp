// Maps by OID and kept texts: against the standard's, and that what was given out stays where it is.
#include "core/oid_map.hpp"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/texts.hpp"

namespace schemaver::core {
namespace {

// OIDs as they come: runs of neighbours, jumps, and the largest ones.
std::vector<std::uint32_t> oids(std::size_t count) {
    std::vector<std::uint32_t> list;
    std::uint32_t oid = 16384;
    for (std::size_t i = 0; i < count; ++i) {
        list.push_back(oid);
        oid += i % 7 == 0 ? 1 : i % 100 == 99 ? 4096 * 16 : 3;
    }
    list.push_back(0);
    list.push_back(UINT32_MAX);
    return list;
}

TEST(OidMap, FindsWhatAStandardMapFinds) {
    for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 64U, 65U, 5000U}) {
        OidMap<std::string> map;
        std::map<std::uint32_t, std::string> standard;
        EXPECT_TRUE(map.empty());
        EXPECT_EQ(map.find(1), map.end());
        for (const std::uint32_t oid : oids(count)) {
            const std::string text = std::to_string(oid);
            EXPECT_TRUE(map.try_emplace(oid, text).second);
            EXPECT_FALSE(map.try_emplace(oid, "another").second);
            standard[oid] = text;
        }
        EXPECT_EQ(map.size(), standard.size());
        for (const auto& [oid, text] : standard) {
            for (const std::uint32_t near : {oid - 1, oid, oid + 1}) {
                const auto at = map.find(near);
                ASSERT_EQ(at != map.end(), standard.count(near) == 1) << near;
                if (at != map.end()) {
                    EXPECT_EQ(at->second, standard[near]);
                }
            }
        }
    }
}

TEST(OidMap, KeepsTheOrderOfInsertionAndItsValuesInPlace) {
    OidMap<std::uint32_t> map;
    std::vector<const std::uint32_t*> places;
    const auto list = oids(3000);
    for (const std::uint32_t oid : list) {
        map[oid] = oid + 1;
        places.push_back(&map[oid]);
    }
    std::size_t at = 0;
    for (const auto& [oid, value] : map) {
        ASSERT_EQ(oid, list[at]);
        ASSERT_EQ(&value, places[at]);
        ASSERT_EQ(value, oid + 1);
        ++at;
    }
    EXPECT_EQ(at, list.size());
}

TEST(Texts, StayWhereTheyAre) {
    Texts texts;
    std::vector<std::string_view> kept;
    for (int i = 0; i < 20000; ++i) kept.push_back(texts.keep(std::to_string(i)));
    const std::string large(1 << 20, 'x');
    kept.push_back(texts.keep(large));
    kept.push_back(texts.keep(""));
    const Texts moved = std::move(texts);
    for (int i = 0; i < 20000; ++i) ASSERT_EQ(kept[static_cast<std::size_t>(i)], std::to_string(i));
    EXPECT_EQ(kept[20000], large);
    EXPECT_TRUE(kept[20001].empty());
}

}  // namespace
}  // namespace schemaver::core
