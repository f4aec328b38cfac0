// Facts of now, with what the ledger knows of before put over them.
//
// Definitions before the commit say which columns, types and constraints its tables had; what it added is
// taken away. Rows, sizes, indexes that were dropped since, and locks nobody has kept.
#include "lint/hindsight.hpp"

#include <algorithm>
#include <optional>

#include "core/error.hpp"
#include "core/lint_world.hpp"
#include "core/text.hpp"
#include "drift/rules.hpp"
#include "ledger/recorded.hpp"
#include "lint/facts.hpp"
#include "lint/settings.hpp"
#include "pg/describe_script.hpp"
#include "pg/query.hpp"

namespace schemaver::lint {

namespace {

struct RecordedScript {
    std::vector<core::LintStatement> statements;
    std::vector<std::size_t> commands;  // the number of each statement's command
    bool is_concurrent = false;
};

RecordedScript recorded_script(std::int64_t commit) {
    RecordedScript script;
    for (const auto& row : pg::query(fmt::format("SELECT k.number, k.statement FROM schemaver.commands AS k "
                                                 "WHERE k.commit OPERATOR(pg_catalog.=) {} "
                                                 "ORDER BY k.number",
                                                 commit))) {
        if (!row[1]) continue;
        for (core::LintStatement& statement : pg::describe_script(*row[1])) {
            script.is_concurrent |= statement.concurrently;
            script.statements.push_back(std::move(statement));
            script.commands.push_back(std::stoull(*row[0]));
        }
    }
    return script;
}

core::LintName name_of_identity(const std::string& identity) {
    const std::vector<std::string> parts = core::identifier_parts(identity);
    if (parts.size() < 2) return {"", identity};
    return {parts[parts.size() - 2], parts.back()};
}

// By the parser, from the text that the ledger keeps: character varying(20).
core::LintType type_of_text(const std::string& text) {
    const auto script = pg::describe_script("ALTER TABLE t ALTER COLUMN c TYPE " + text);
    return script.front().actions.front().column.type;
}

std::optional<core::LintConstraintKind> constraint_kind_of(const std::string& type) {
    using Kind = core::LintConstraintKind;
    if (type == "primary key") return Kind::primary_key;
    if (type == "unique") return Kind::unique;
    if (type == "check") return Kind::check;
    if (type == "foreign key") return Kind::foreign_key;
    if (type == "exclusion") return Kind::exclusion;
    return std::nullopt;
}

bool flag(const core::Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

core::LintColumn column_of(const core::Json& described) {
    core::LintColumn column;
    column.name = described.at("name").get<std::string>();
    column.type = type_of_text(described.at("type").get<std::string>());
    if (described.contains("collation"))
        column.collation = name_of_identity(described.at("collation").get<std::string>());
    column.not_null = flag(described, "not_null");
    column.is_identity = described.contains("identity");
    column.is_stored = described.contains("generated") && !flag(described, "virtual");
    column.is_virtual = described.contains("generated") && flag(described, "virtual");
    if (described.contains("default")) column.default_value.emplace();
    return column;
}

std::vector<core::LintConstraint> constraints_of(const core::Json& structure, const core::LintTable& table) {
    std::vector<core::LintConstraint> constraints;
    for (const core::Json& described : structure.value("constraints", core::Json::array())) {
        const auto kind = constraint_kind_of(described.value("type", std::string()));
        if (!kind) continue;
        core::LintConstraint constraint;
        constraint.name = described.value("name", std::string());
        constraint.kind = *kind;
        constraint.columns = described.value("columns", std::vector<std::string>());
        constraint.is_valid = !flag(described, "not_valid");
        // Which columns a CHECK proves to be NOT NULL is known of those that are there still.
        if (const core::LintConstraint* still = core::find_constraint(table, constraint.name))
            constraint.not_null_columns = still->not_null_columns;
        constraints.push_back(std::move(constraint));
    }
    return constraints;
}

void put_back(core::LintTable& table, const core::Json& definition, const std::string& identity) {
    const core::LintName name = name_of_identity(identity);
    table.schema = name.schema;
    table.name = name.name;
    const core::Json structure = definition.value("structure", core::Json::object());
    table.columns.clear();
    for (const core::Json& column : structure.value("columns", core::Json::array()))
        table.columns.push_back(column_of(column));
    table.constraints = constraints_of(structure, table);
    std::erase_if(table.indexes, [&](const core::LintIndex& index) {
        return !index.constraint.empty() && core::find_constraint(table, index.constraint) == nullptr;
    });
}

void take_index_away(core::LintFacts& facts, const core::LintName& name) {
    for (auto& [owner, table] : facts.tables) {
        if (owner.schema != name.schema) continue;
        std::erase_if(table.indexes, [&](const core::LintIndex& index) { return index.name == name.name; });
    }
    facts.tables.erase(name);
}

void take_back(core::LintFacts& facts, const ledger::CommittedChange& change,
               const std::vector<ledger::Stretch>& stretches, Snapshot snapshot) {
    const std::string& kind = change.object.kind;
    const core::LintName now = name_of_identity(change.object.identity);
    if (change.change == "added") {
        if (kind == "index") {
            take_index_away(facts, now);
        } else if (kind == "schema") {
            facts.schemas.erase(now.name);
        } else {
            facts.tables.erase(now);
            facts.types.erase(now);
        }
        return;
    }
    if (kind != "table") return;
    const std::string& before =
        change.former_identity.empty() ? change.object.identity : change.former_identity;
    core::LintTable table;
    if (const auto found = facts.tables.find(now); found != facts.tables.end()) {
        table = found->second;
        facts.tables.erase(found);
    }
    put_back(table, ledger::load_definition(stretches, change.digest_before, snapshot), before);
    facts.tables.insert_or_assign(name_of_identity(before), std::move(table));
}

void require_commit(const std::vector<ledger::Stretch>& stretches, std::int64_t commit, Snapshot snapshot) {
    if (ledger::find_commit(stretches, commit, snapshot)) return;
    throw core::Error(core::sqlstate::unknown_point,
                      fmt::format("there is no commit {} in the ledger", commit), "",
                      "SELECT commit, at, summary FROM schemaver.log lists the commits.");
}

}  // namespace

std::vector<core::LintFinding> lint_commit(std::int64_t commit) {
    Snapshot snapshot = pg::call([] { return GetActiveSnapshot(); });
    const std::vector<ledger::Stretch> stretches = ledger::lineage(snapshot).stretches;
    require_commit(stretches, commit, snapshot);
    const RecordedScript script = recorded_script(commit);
    core::LintFacts facts = read_facts(script.statements);
    facts.is_hindsight = true;
    facts.in_transaction = !script.is_concurrent;
    std::vector<ledger::CommittedChange> changes =
        ledger::recorded_changes(stretches, commit - 1, commit, snapshot);
    for (const ledger::CommittedChange& change : changes) take_back(facts, change, stretches, snapshot);
    auto findings = core::lint(script.statements, facts, read_settings(), drift::is_like);
    for (core::LintFinding& finding : findings)
        if (finding.statement > 0) finding.statement = script.commands[finding.statement - 1];
    return findings;
}

}  // namespace schemaver::lint
