// Publisher beside subscriber, rule by rule, and with what a publisher could make up.
#include "core/replication.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace schemaver::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Object table(const std::string& name, const char* structure) {
    return {"table", "public." + name, "public", {{"structure", Json::parse(structure)}}};
}

constexpr char people[] =
    R"({"columns": [{"name": "id", "type": "integer", "not_null": true}, {"name": "v", "type": "text"}],
    "constraints": [{"name": "people_pkey", "type": "primary key", "columns": ["id"]}]})";

Object publication(const char* structure) {
    return {"publication", "news", "", {{"structure", Json::parse(structure)}}};
}
const Object all_tables = publication(R"({"publish": ["insert", "update", "delete"], "all_tables": true})");

Object published(const std::string& structure) {
    return {"publication relation",
            "public.people in publication news",
            "",
            {{"structure", Json::parse(structure)}}};
}

std::vector<std::string> found(Schema publisher, Schema subscriber,
                               Subscription subscription = {{"news"}, {"public.people"}}) {
    sort(publisher);
    sort(subscriber);
    std::vector<std::string> words;
    const Normalise as_it_is = [](const std::string& sql) { return sql; };
    for (const ReplicationFinding& finding :
         check_replication(subscription, publisher, subscriber, as_it_is)) {
        EXPECT_FALSE(finding.detail.empty());
        words.push_back(finding.severity + " " + finding.check + " " + finding.table);
    }
    return words;
}

TEST(Replication, TheSameOnBothSides) {
    EXPECT_THAT(found({all_tables, table("people", people)}, {table("people", people)}), IsEmpty());
}

TEST(Replication, AnotherTypeInBinaryForm) {
    constexpr char wider[] =
        R"({"columns": [{"name": "id", "type": "bigint", "not_null": true}, {"name": "v", "type": "text"}],
        "constraints": [{"name": "people_pkey", "type": "primary key", "columns": ["id"]}]})";
    const Schema publisher = {all_tables, table("people", people)};
    EXPECT_THAT(found(publisher, {table("people", wider)}), IsEmpty());
    EXPECT_THAT(found(publisher, {table("people", wider)}, {{"news"}, {"public.people"}, true}),
                ElementsAre("error column type public.people"));
}

Object trigger(const char* enabled, const char* level, const char* event) {
    return {"trigger",
            "guard on public.people",
            "public",
            {{"structure",
              {{"table", "public.people"}, {"enabled", enabled}, {"level", level}, {"events", {event}}}}}};
}

TEST(Replication, TriggersThatFireForAReplica) {
    const Schema publisher = {all_tables, table("people", people)};
    const auto with = [&](const Object& one) { return found(publisher, {table("people", people), one}); };
    EXPECT_THAT(with(trigger("always", "row", "insert")), ElementsAre("warning trigger public.people"));
    EXPECT_THAT(with(trigger("replica", "row", "insert")), ElementsAre("warning trigger public.people"));
    EXPECT_THAT(with(trigger("always", "statement", "truncate")),
                ElementsAre("warning trigger public.people"));
    EXPECT_THAT(with(trigger("always", "statement", "insert")), IsEmpty());
    EXPECT_THAT(with(trigger("disabled", "row", "insert")), IsEmpty());
}

TEST(Replication, RightsOfTheApplyWorker) {
    const Schema both = {all_tables, table("people", people)};
    Subscription subscription{{"news"}, {"public.people"}};
    subscription.rights["public.people"] = {"plain", true, false, {"UPDATE"}};
    EXPECT_THAT(found(both, both, subscription), ElementsAre("error privilege public.people"));
    subscription.rights["public.people"].missing = {"TRUNCATE"};  // which is not published
    EXPECT_THAT(found(both, both, subscription), IsEmpty());
    const Object inserts = publication(R"({"publish": ["insert"], "all_tables": true})");
    subscription.rights["public.people"].missing = {"UPDATE"};
    EXPECT_THAT(found({inserts, table("people", people)}, both, subscription), IsEmpty());
    subscription.rights["public.people"] = {"plain", true, true, {}};
    EXPECT_THAT(found(both, both, subscription), ElementsAre("error row security public.people"));
    subscription.rights["public.people"] = {"plain", false, false, {}};
    EXPECT_THAT(found(both, both, subscription), ElementsAre("error privilege public.people"));
    subscription.rights.clear();
    subscription.lacks_password = true;
    EXPECT_THAT(found(both, both, subscription), ElementsAre("error password "));
}

Object partition(const std::string& name, const std::string& parent, const std::string& bound,
                 const char* key = nullptr) {
    Object object = table(name, people);
    Json& structure = object.definition["structure"];
    structure["partition_of"] = "public." + parent;
    structure["partition_bound"] = bound;
    if (key != nullptr) structure["partition_by"] = {{"strategy", key}};
    return object;
}

Object partitioned(const std::string& name, const char* key) {
    Object object = table(name, people);
    object.definition["structure"]["partition_by"] = {{"strategy", key}};
    return object;
}

constexpr char low[] = "FOR VALUES FROM (0) TO (10)";
constexpr char high[] = "FOR VALUES FROM (10) TO (20)";

TEST(Replication, PartitionsOfPartitions) {
    const Object by_root =
        publication(R"({"publish": ["insert"], "all_tables": true, "publish_via_partition_root": true})");
    const Schema tables = {partitioned("people", "range"), partition("low", "people", low, "list"),
                           partition("low_a", "low", "FOR VALUES IN ('a')"),
                           partition("low_b", "low", "FOR VALUES IN ('b')")};
    const auto without = [&](std::size_t place) {
        Schema rest = tables;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(place));
        return rest;
    };
    Schema publisher = tables;
    publisher.push_back(by_root);
    EXPECT_THAT(found(publisher, tables), IsEmpty());
    EXPECT_THAT(found(publisher, without(3)), ElementsAre("warning partition public.low"));
    EXPECT_THAT(found(publisher, without(1)), ElementsAre("warning partition public.people"));
    // A partition that the publisher has not got takes no rows from it, whatever it lacks.
    Schema more = tables;
    more.push_back(partition("high", "people", high, "list"));
    EXPECT_THAT(found(publisher, more), IsEmpty());
    // What is one partition there are several here: some of its rows may find none.
    Schema whole = {by_root, partitioned("people", "range"), partition("low", "people", low)};
    EXPECT_THAT(found(whole, tables), ElementsAre("warning partition public.low"));
    // The privilege that counts is that on the partition.
    Subscription subscription{{"news"}, {"public.people"}};
    subscription.rights["public.people"] = {"plain", true, true, {"INSERT"}};
    EXPECT_THAT(found(publisher, tables, subscription), IsEmpty());
    subscription.rights["public.low_a"] = {"plain", true, false, {"INSERT"}};
    EXPECT_THAT(found(publisher, tables, subscription), ElementsAre("error privilege public.low_a"));
    // And what only a partition makes sure of.
    Schema stricter = tables;
    stricter[2].definition["structure"]["constraints"].push_back(
        Json::parse(R"({"name": "c", "type": "check", "expression": {"sql": "v <> 'x'"}})"));
    EXPECT_THAT(found(publisher, stricter), ElementsAre("warning constraint public.low_a"));
}

TEST(Replication, BoundsAboveATableThatComesByItsOwnName) {
    const Schema tables = {partitioned("people", "range"), partition("low", "people", low, "list"),
                           partition("low_a", "low", "FOR VALUES IN ('a')")};
    Schema publisher = tables;
    publisher.push_back(all_tables);
    const Subscription subscription{{"news"}, {"public.low_a"}};
    EXPECT_THAT(found(publisher, tables, subscription), IsEmpty());
    Schema other = tables;
    other[1].definition["structure"]["partition_bound"] = high;
    EXPECT_THAT(found(publisher, other, subscription), ElementsAre("warning partition public.low_a"));
    // By the same words, but of another key.
    other = tables;
    other[1].definition["structure"]["partition_by"] =
        Json::parse(R"({"strategy": "list", "keys": [{"column": "v"}]})");
    EXPECT_THAT(found(publisher, other, subscription), ElementsAre("warning partition public.low_a"));
    // DEFAULT is what the partitions beside it leave.
    Schema rest = tables;
    rest[2].definition["structure"]["partition_bound"] = "DEFAULT";
    Schema from = rest;
    from.push_back(all_tables);
    EXPECT_THAT(found(from, rest, subscription), IsEmpty());
    rest.push_back(partition("low_b", "low", "FOR VALUES IN ('b')"));
    EXPECT_THAT(found(from, rest, subscription), ElementsAre("warning partition public.low_a"));
}

TEST(Replication, VirtualColumnsDoNotArrive) {
    constexpr char computed[] =
        R"({"columns": [{"name": "id", "type": "integer", "not_null": true}, {"name": "v", "type": "text"},
        {"name": "w", "type": "text", "generated": "s"}, {"name": "x", "type": "text", "generated": "v", "virtual": true}],
        "constraints": [{"name": "people_pkey", "type": "primary key", "columns": ["id"]}]})";
    const Object with_generated =
        publication(R"({"publish": ["insert"], "all_tables": true, "publish_generated_columns": "stored"})");
    EXPECT_THAT(found({all_tables, table("people", computed)}, {table("people", people)}), IsEmpty());
    EXPECT_THAT(found({with_generated, table("people", computed)}, {table("people", people)}),
                ElementsAre("error missing column public.people"));
}

TEST(Replication, Partitions) {
    const auto parted = [](const char* key) {
        Object object = table("people", people);
        object.definition["structure"]["partition_by"] = {{"strategy", key}};
        return object;
    };
    const auto part = [](const char* name, const char* bound) {
        Object object = table(name, people);
        object.definition["structure"]["partition_of"] = "public.people";
        object.definition["structure"]["partition_bound"] = bound;
        return object;
    };
    const Object root =
        publication(R"({"publish": ["insert"], "all_tables": true, "publish_via_partition_root": true})");
    const Schema publisher = {root, parted("range"), part("low", "FOR VALUES FROM (0) TO (10)")};
    EXPECT_THAT(found(publisher, publisher), IsEmpty());
    EXPECT_THAT(found(publisher, {parted("range")}), ElementsAre("warning partition public.people"));
    EXPECT_THAT(found(publisher, {parted("list"), part("low", "FOR VALUES FROM (0) TO (10)")}),
                ElementsAre("warning partition public.people"));
    EXPECT_THAT(found(publisher, {parted("list"), part("rest", "DEFAULT")}), IsEmpty());
    EXPECT_THAT(found(publisher, {parted("hash"), part("one", "FOR VALUES WITH (modulus 2, remainder 0)"),
                                  part("two", "FOR VALUES WITH (modulus 2, remainder 1)")}),
                IsEmpty());
    EXPECT_THAT(found(publisher, {parted("hash"), part("one", "FOR VALUES WITH (modulus 2, remainder 0)")}),
                ElementsAre("warning partition public.people"));
    // By its own name, into a partition of another bound.
    Object alone = table("low", people);
    EXPECT_THAT(
        found({all_tables, alone}, {part("low", "FOR VALUES FROM (0) TO (10)")}, {{"news"}, {"public.low"}}),
        ElementsAre("warning partition public.low"));
    EXPECT_THAT(found({all_tables, alone}, {part("low", "DEFAULT")}, {{"news"}, {"public.low"}}), IsEmpty());
}

TEST(Replication, UnloggedTablesAreNotPublished) {
    EXPECT_THAT(
        found({all_tables, table("people", R"({"unlogged": true, "columns": []})")}, {}, {{"news"}, {}}),
        IsEmpty());
}

TEST(Replication, ColumnListWithoutTheReplicaIdentity) {
    const Schema publisher = {
        publication(R"({"publish": ["update"]})"), table("people", people),
        published(R"({"publication": "news", "table": "public.people", "column_list": ["v"]})")};
    EXPECT_THAT(found(publisher, {table("people", people)}),
                ElementsAre("error not null public.people", "error replica identity public.people",
                            "info column list public.people"));
}

TEST(Replication, OnlyInsertsNeedNoReplicaIdentity) {
    constexpr char heap[] = R"({"columns": [{"name": "v", "type": "text"}]})";
    const Schema both = {table("people", heap)};
    Schema publisher = both;
    publisher.push_back(publication(R"({"publish": ["insert"], "all_tables": true})"));
    EXPECT_THAT(found(publisher, both), IsEmpty());
    publisher.back() = all_tables;
    EXPECT_THAT(found(publisher, both), ElementsAre("error replica identity public.people"));
}

TEST(Replication, PartitionsUnderTheirOwnNamesOrTheRoots) {
    constexpr char root[] =
        R"({"columns": [{"name": "v", "type": "text"}], "partition_by": {"strategy": "list"}, "replica_identity": "full"})";
    constexpr char leaf[] =
        R"({"columns": [{"name": "v", "type": "text"}], "partition_of": "public.people", "replica_identity": "full"})";
    Schema publisher = {publication(R"({"publish": ["insert"], "all_tables": true})"), table("people", root),
                        table("leaf", leaf)};
    EXPECT_THAT(found(publisher, {}, {{"news"}, {}}), ElementsAre("error missing table public.leaf"));
    publisher.front() =
        publication(R"({"publish": ["insert"], "all_tables": true, "publish_via_partition_root": true})");
    EXPECT_THAT(found(publisher, {}, {{"news"}, {}}), ElementsAre("error missing table public.people"));
}

TEST(Replication, WhatAPublisherMakesUp) {
    constexpr char ring[] = R"({"partition_by": {}, "partition_of": "public.people"})";
    EXPECT_THAT(found({all_tables, table("people", ring)}, {}, {{"news"}, {}}), IsEmpty());
    EXPECT_THAT(
        found({publication(R"({"publish": 1, "publish_via_partition_root": true, "all_tables": true})"),
               table("people", ring)},
              {}, {{"news"}, {}}),
        IsEmpty());
    EXPECT_THAT(found({{"publication", "news", "", Json("text")}}, {}, {{"news"}, {}}), IsEmpty());
    EXPECT_THAT(
        found({all_tables, table("people", R"({"columns": 7, "constraints": [7, {"type": "primary key"}]})")},
              {table("people", people)}),
        ElementsAre("error not null public.people", "error replica identity public.people",
                    "warning constraint public.people"));
}

}  // namespace
}  // namespace schemaver::core
