// What lint decides by itself: costs of type changes, what statements leave behind, sizes, settings, formats.
// Each rule's examples are in sql/lint_rules.sql, where the server's parser reads them.
#include "core/lint.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/lint_rules.hpp"
#include "core/lint_stored.hpp"
#include "core/lint_text.hpp"

namespace schemaver::core {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

LintType type(const char* name, std::vector<std::int64_t> modifiers = {}) {
    return {{"", name}, modifiers, false};
}

struct TypeCase {
    const char* name;
    LintType from;
    LintType to;
    LintTypeChange change;
};

class TypeChanges : public testing::TestWithParam<TypeCase> {};

TEST_P(TypeChanges, CostWhatTheServerDoes) {
    LintFacts facts;
    facts.is_utc = true;
    facts.binary_casts = {{{"pg_catalog", "cidr"}, {"pg_catalog", "inet"}},
                          {{"pg_catalog", "text"}, {"public", "citext"}}};
    facts.types[{"public", "citext"}] = {.kind = 'b'};
    facts.types[{"public", "name_domain"}] = {.kind = 'd', .base = type("text")};
    facts.types[{"public", "positive"}] = {.kind = 'd', .base = type("int4"), .is_constrained = true};
    const LintWorld world(facts);
    EXPECT_EQ(lint_type_change(GetParam().from, GetParam().to, world), GetParam().change);
}

INSTANTIATE_TEST_SUITE_P(
    Lint, TypeChanges,
    testing::Values(
        TypeCase{"VarcharWider", type("varchar", {10}), type("varchar", {20}), LintTypeChange::free},
        TypeCase{"VarcharNarrower", type("varchar", {20}), type("varchar", {10}), LintTypeChange::rewrite},
        TypeCase{"VarcharToText", type("varchar", {20}), type("text"), LintTypeChange::free},
        TypeCase{"TextToVarchar", type("text"), type("varchar"), LintTypeChange::free},
        TypeCase{"TextToLimitedVarchar", type("text"), type("varchar", {10}), LintTypeChange::rewrite},
        TypeCase{"CharWider", type("bpchar", {1}), type("bpchar", {2}), LintTypeChange::rewrite},
        TypeCase{"CharToText", type("bpchar", {1}), type("text"), LintTypeChange::rewrite},
        TypeCase{"NumericWider", type("numeric", {10, 2}), type("numeric", {12, 2}), LintTypeChange::free},
        TypeCase{"NumericScale", type("numeric", {10, 2}), type("numeric", {12, 3}), LintTypeChange::rewrite},
        TypeCase{"NumericUnlimited", type("numeric", {10, 2}), type("numeric"), LintTypeChange::free},
        TypeCase{"IntToBigint", type("int4"), type("int8"), LintTypeChange::rewrite},
        TypeCase{"TimestampInUtc", type("timestamp"), type("timestamptz"), LintTypeChange::indexes},
        TypeCase{"TimestampWithAllDigits", type("timestamp"), type("timestamp", {6}), LintTypeChange::free},
        TypeCase{"TimestampLessPrecise", type("timestamp"), type("timestamp", {0}), LintTypeChange::rewrite},
        TypeCase{"BinaryCoercible", type("cidr"), type("inet"), LintTypeChange::free},
        TypeCase{"StoredAlike", type("text"), type("citext"), LintTypeChange::indexes},
        TypeCase{"NotStoredAlike", type("varchar"), type("citext"), LintTypeChange::rewrite},
        TypeCase{"PlainDomain", type("varchar", {5}), type("name_domain"), LintTypeChange::free},
        TypeCase{"ConstrainedDomain", type("int4"), type("positive"), LintTypeChange::rewrite},
        TypeCase{"OutOfADomain", type("positive"), type("int4"), LintTypeChange::free}),
    [](const auto& one) { return std::string(one.param.name); });

LintStatement add_check() {
    LintStatement statement;
    statement.kind = LintKind::alter_table;
    statement.object_kind = "table";
    statement.objects = {{"", "orders"}};
    statement.text = "ALTER TABLE orders\n  ADD CHECK (a > 0)";
    LintAction action;
    action.kind = LintActionKind::add_constraint;
    action.constraint.text = "CHECK (a > 0)";
    action.offset = 25;
    statement.actions = {action};
    return statement;
}

LintFacts with_orders(double rows, std::int64_t bytes) {
    LintFacts facts;
    facts.has_lock_timeout = facts.has_statement_timeout = true;
    LintTable table{.schema = "public", .name = "orders", .rows = rows, .bytes = bytes};
    table.is_empty = bytes == 0;
    table.columns = {{.name = "a", .type = type("int4")}};
    facts.tables[{"public", "orders"}] = table;
    return facts;
}

std::vector<std::string> rules_of(const std::vector<LintFinding>& findings) {
    std::vector<std::string> rules;
    for (const LintFinding& finding : findings) rules.push_back(finding.rule);
    return rules;
}

TEST(Lint, FindsByStatementAndPlace) {
    const auto findings = lint({add_check()}, with_orders(1e6, 1 << 30));
    ASSERT_THAT(rules_of(findings), ElementsAre("adding-check"));
    EXPECT_EQ(findings[0].severity, LintSeverity::error);
    EXPECT_EQ(findings[0].statement, 1u);
    EXPECT_EQ(findings[0].line, 2u);
    EXPECT_EQ(findings[0].column, 7u);
    EXPECT_EQ(findings[0].identity, "public.orders");
    EXPECT_EQ(findings[0].instead,
              "ALTER TABLE public.orders ADD CONSTRAINT orders_check CHECK (a > 0) NOT VALID;\n"
              "ALTER TABLE public.orders VALIDATE CONSTRAINT orders_check;");
}

TEST(Lint, ASmallTableLowersTheSeverity) {
    EXPECT_EQ(lint({add_check()}, with_orders(10, 8192))[0].severity, LintSeverity::notice);
    EXPECT_EQ(lint({add_check()}, with_orders(10, 1 << 30))[0].severity, LintSeverity::error);
    EXPECT_EQ(lint({add_check()}, with_orders(1e6, 8192))[0].severity, LintSeverity::error);
    EXPECT_EQ(lint({add_check()}, with_orders(-1, 8192))[0].severity, LintSeverity::notice);
    EXPECT_NE(lint({add_check()}, with_orders(0, 0))[0].why.find("(empty: small)"), std::string::npos);
}

LintStatement statement_of(LintKind kind, const char* object_kind, LintName object) {
    LintStatement statement;
    statement.kind = kind;
    statement.object_kind = object_kind;
    statement.objects = {std::move(object)};
    return statement;
}

TEST(Lint, ATableOfTheScriptIsEmpty) {
    LintStatement create = statement_of(LintKind::create_table, "table", {"", "orders"});
    LintAction key;
    key.kind = LintActionKind::add_constraint;
    key.constraint = {.kind = LintConstraintKind::primary_key, .columns = {"a"}};
    LintAction column;
    column.kind = LintActionKind::add_column;
    column.column = {.name = "a", .type = type("int8")};
    create.actions = {column, key};
    EXPECT_THAT(lint({create, add_check()}, {}), IsEmpty());
}

TEST(Lint, WhatIsDroppedIsGone) {
    const LintStatement drop = statement_of(LintKind::drop, "table", {"", "orders"});
    EXPECT_THAT(rules_of(lint({drop, add_check()}, with_orders(10, 8192))),
                ElementsAre("dropping-table", "object-missing"));
}

TEST(Lint, ARenamedTableIsFoundByItsNewName) {
    LintStatement rename = statement_of(LintKind::rename, "table", {"", "orders"});
    rename.new_name = "purchases";
    LintStatement check = add_check();
    EXPECT_THAT(rules_of(lint({rename, check}, with_orders(10, 8192))), Contains("object-missing"));
    check.objects = {{"", "purchases"}};
    const auto findings = lint({rename, check}, with_orders(10, 8192));
    EXPECT_THAT(rules_of(findings), Not(Contains("object-missing")));
    EXPECT_THAT(rules_of(findings), Contains("adding-check"));
}

TEST(Lint, SessionsThatRunNow) {
    LintFacts facts = with_orders(10, 8192);
    facts.tables.begin()->second.holders = {{42, "AccessShareLock", 5}, {43, "ShareUpdateExclusiveLock", 5}};
    auto findings = lint({add_check()}, facts);
    ASSERT_THAT(rules_of(findings), Contains("conflict-now"));
    LintStatement update = statement_of(LintKind::update, "table", {"", "orders"});
    update.has_where = true;
    EXPECT_THAT(rules_of(lint({update}, facts)), Not(Contains("conflict-now")));
    facts.tables.begin()->second.holders = {{42, "AccessShareLock", 3600}};
    findings = lint({add_check()}, facts);
    const auto found = std::find_if(findings.begin(), findings.end(),
                                    [](const LintFinding& one) { return one.rule == "conflict-now"; });
    ASSERT_NE(found, findings.end());
    EXPECT_EQ(found->severity, LintSeverity::error);
    EXPECT_NE(found->why.find("process 42 (AccessShareLock, for 3600 s)"), std::string::npos);
}

TEST(Lint, WhoIsNotInTheWayDoesNotMakeItWorse) {
    LintFacts facts = with_orders(10, 8192);
    facts.tables.begin()->second.holders = {{42, "AccessShareLock", 3600}, {43, "RowExclusiveLock", 5}};
    LintStatement index = statement_of(LintKind::create_index, "index", {"", "orders"});
    index.values = {"a"};
    const auto findings = lint({index}, facts);
    const auto found = std::find_if(findings.begin(), findings.end(),
                                    [](const LintFinding& one) { return one.rule == "conflict-now"; });
    ASSERT_NE(found, findings.end());
    EXPECT_EQ(found->severity, LintSeverity::warning);
    EXPECT_EQ(found->why.find("42"), std::string::npos);
}

TEST(Lint, AForeignTableHasNoRowsToRead) {
    LintFacts facts = with_orders(1e6, 1 << 30);
    facts.tables.begin()->second.kind = "foreign table";
    EXPECT_THAT(rules_of(lint({add_check()}, facts)), Not(Contains("adding-check")));
}

TEST(Lint, LockModesConflictAsInTheManual) {
    EXPECT_FALSE(conflicts(LintLockMode::share, "ShareLock"));
    EXPECT_TRUE(conflicts(LintLockMode::share, "RowExclusiveLock"));
    EXPECT_TRUE(conflicts(LintLockMode::share_update_exclusive, "ShareUpdateExclusiveLock"));
    EXPECT_TRUE(conflicts(LintLockMode::share_update_exclusive, "ShareLock"));
    EXPECT_FALSE(conflicts(LintLockMode::share_update_exclusive, "RowExclusiveLock"));
    EXPECT_FALSE(conflicts(LintLockMode::exclusive, "AccessShareLock"));
    EXPECT_TRUE(conflicts(LintLockMode::exclusive, "RowShareLock"));
    EXPECT_TRUE(conflicts(LintLockMode::access_exclusive, "AccessShareLock"));
}

TEST(Lint, OldServersRefuseForeignKeysOfPartitionedTables) {
    LintStatement statement = add_check();
    statement.actions[0].constraint = {.kind = LintConstraintKind::foreign_key,
                                       .columns = {"a"},
                                       .is_valid = false,
                                       .references = {"", "orders"}};
    LintFacts facts = with_orders(10, 8192);
    facts.tables.begin()->second.kind = "partitioned table";
    EXPECT_THAT(rules_of(lint({statement}, facts)), Contains("not-for-partitioned"));
    // So nor does lint advise it.
    statement.actions[0].constraint.is_valid = true;
    EXPECT_NE(lint({statement}, facts)[0].instead.find("-- for each partition"), std::string::npos);
    statement.actions[0].constraint.is_valid = false;
    facts.server_version = 180000;
    EXPECT_THAT(rules_of(lint({statement}, facts)), Not(Contains("not-for-partitioned")));
}

TEST(TypeChanges, AnotherCollationIsAnotherOrder) {
    const LintFacts facts;
    const LintWorld world(facts);
    LintColumn column{.name = "a", .type = type("text"), .collation = {"pg_catalog", "C"}};
    LintAction action;
    action.column = {.name = "a", .type = type("varchar"), .collation = {"", "C"}};
    EXPECT_EQ(lint_type_change(column, action, world), LintTypeChange::free);
    action.column.collation = {"", "POSIX"};
    EXPECT_EQ(lint_type_change(column, action, world), LintTypeChange::indexes);
    action.column.collation = {};
    EXPECT_EQ(lint_type_change(column, action, world), LintTypeChange::indexes);
    column.collation = {};
    action.column.collation = {"pg_catalog", "default"};
    EXPECT_EQ(lint_type_change(column, action, world), LintTypeChange::free);
}

// ALTER COLUMN ... SET EXPRESSION, which 15 and 16 do not parse.
TEST(Lint, AnotherExpressionOfAStoredColumn) {
    LintStatement statement = add_check();
    statement.actions[0] = {};
    statement.actions[0].kind = LintActionKind::set_expression;
    statement.actions[0].name = "a";
    LintFacts facts = with_orders(1e6, 1 << 30);
    LintColumn& column = facts.tables.begin()->second.columns[0];
    column.is_stored = true;
    EXPECT_THAT(rules_of(lint({statement}, facts)), ElementsAre("changing-expression"));
    column.is_stored = false;
    column.is_virtual = true;
    EXPECT_THAT(lint({statement}, facts), IsEmpty());
}

TEST(Lint, SettingsOfUsersTheMostSpecialFirst) {
    const auto equal = [](const std::string& text, const std::string& pattern) { return text == pattern; };
    const LintFacts facts = with_orders(1e6, 1 << 30);
    const LintSetting off{"adding-check", std::nullopt, true, std::nullopt};
    EXPECT_THAT(lint({add_check()}, facts, {off}, equal), IsEmpty());
    const LintSetting here{"adding-check", "public.orders", false, LintSeverity::warning};
    EXPECT_EQ(lint({add_check()}, facts, {off, here}, equal)[0].severity, LintSeverity::warning);
    const LintSetting elsewhere{"adding-check", "public.other", true, std::nullopt};
    EXPECT_EQ(lint({add_check()}, facts, {elsewhere}, equal)[0].severity, LintSeverity::error);
}

TEST(Lint, Sarif) {
    const Json log = lint_sarif(lint({add_check()}, with_orders(10, 8192)), "db/1.sql", "1.2.3");
    EXPECT_EQ(log["version"], "2.1.0");
    const Json& run = log["runs"][0];
    EXPECT_EQ(run["tool"]["driver"]["rules"].size(), lint_rules().size());
    const Json& result = run["results"][0];
    EXPECT_EQ(result["ruleId"], "adding-check");
    EXPECT_EQ(result["level"], "note");
    EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "db/1.sql");
    EXPECT_EQ(result["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
    EXPECT_EQ(result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "public.orders");
}

TEST(LintRules, HaveNamesOfTheirOwnAndSayWhatFor) {
    const auto rules = lint_rules();
    EXPECT_GE(rules.size(), 35u);
    for (std::size_t i = 0; i < rules.size(); ++i) {
        EXPECT_FALSE(rules[i].what.empty()) << rules[i].name;
        if (i > 0) {
            EXPECT_LT(rules[i - 1].name, rules[i].name);
        }
    }
}

TEST(LintText, FirstWordIsBehindCommentsOfBothSorts) {
    const std::string_view text = "  -- one /* \n /* two /* three */ */\tSELECT 1";
    EXPECT_EQ(text.substr(first_word(text, 0)), "SELECT 1");
    EXPECT_EQ(first_word("-- no more", 0), 10u);
}

TEST(LintText, PlacesCountCharacters) {
    TextPlace place;
    place.go_on("ä\nöx");
    EXPECT_EQ(place.line, 2u);
    EXPECT_EQ(place.column, 3u);
    EXPECT_EQ(place.position, 5u);
    EXPECT_EQ(first_characters("äöx", 2), "äö");
}

TEST(LintText, AWordIsPutBehindAnother) {
    EXPECT_EQ(with_word_after("create unique index index_1 on t (a)", "INDEX", "CONCURRENTLY"),
              "create unique index CONCURRENTLY index_1 on t (a)");
    EXPECT_EQ(with_word_after("CREATE VIEW reindex AS", "INDEX", "CONCURRENTLY"), "CREATE VIEW reindex AS");
}

TEST(LintStored, ModifiersOfTypes) {
    EXPECT_THAT(type_modifiers("varchar", 24), ElementsAre(20));
    EXPECT_THAT(type_modifiers("varchar", -1), IsEmpty());
    EXPECT_THAT(type_modifiers("numeric", (10 << 16 | 2) + 4), ElementsAre(10, 2));
    EXPECT_THAT(type_modifiers("timestamptz", 3), ElementsAre(3));
}

TEST(LintStored, ColumnsThatACheckProvesNotNull) {
    const std::string test =
        "{NULLTEST :arg {VAR :varno 1 :varattno 3 :vartype 23} :nulltesttype 1 :argisrow false}";
    const std::string is_null =
        "{NULLTEST :arg {VAR :varno 1 :varattno 4 :vartype 23} :nulltesttype 0 :argisrow false}";
    EXPECT_THAT(not_null_attributes(test), ElementsAre(3));
    EXPECT_THAT(not_null_attributes(is_null), IsEmpty());
    EXPECT_THAT(not_null_attributes("{BOOLEXPR :boolop and :args (" + is_null + " " + test + ")}"),
                ElementsAre(3));
    EXPECT_THAT(not_null_attributes("{BOOLEXPR :boolop or :args (" + test + " " + test + ")}"), IsEmpty());
    EXPECT_THAT(
        not_null_attributes("{BOOLEXPR :boolop and :args ({BOOLEXPR :boolop not :args (" + test + ")})}"),
        IsEmpty());
}

TEST(LintSettings, NamesThatNoRuleHas) {
    const auto unknown = unknown_lint_rules({{"dropping-table", {}, true, {}},
                                             {{}, "public.%", true, {}},
                                             {"droping-table", {}, true, {}},
                                             {"droping-table", "public.a", true, {}},
                                             {"zzz", {}, true, {}}});
    ASSERT_EQ(unknown.size(), 2U);
    EXPECT_EQ(unknown[0].name, "droping-table");
    EXPECT_EQ(unknown[0].likely.front(), "dropping-table");
    EXPECT_EQ(unknown[1].name, "zzz");
    EXPECT_THAT(unknown[1].likely, IsEmpty());
    EXPECT_THAT(unknown_lint_rules({}), IsEmpty());
}

}  // namespace
}  // namespace schemaver::core
