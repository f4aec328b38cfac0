// What only the subscriber makes sure of can refuse a row: constraints, unique indexes, triggers; and what
// its worker may not do.
#include <algorithm>

#include <fmt/format.h>

#include "core/replication_rules.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

// What makes sure of the same on both sides has the same words.
std::string words_of_constraint(const Json& constraint, const Normalise& normalise) {
    std::string type = text_of(constraint, "type");
    auto columns = texts_of(constraint, "columns");
    if (type == "check") return "check " + normalise(expression_of(constraint, "expression"));
    if (type == "exclusion")
        return "exclusion " + joined(columns, ",") + " " + joined(texts_of(constraint, "operators"), ",");
    std::sort(columns.begin(), columns.end());
    return "unique " + joined(columns, ",");
}

std::string words_of_index(const Json& index, const Normalise& normalise) {
    std::vector<std::string> keys;
    for (const Json* key : objects_of(index, "keys"))
        keys.push_back(has(*key, "column") ? text_of(*key, "column")
                                           : normalise(expression_of(*key, "expression")));
    std::sort(keys.begin(), keys.end());
    std::string words = "unique " + joined(keys, ",");
    if (has(index, "where")) words += " where " + normalise(expression_of(index, "where"));
    return words;
}

// Foreign keys are not looked at by the apply worker; NOT NULL is the columns'.
std::vector<const Json*> constraints_of(const Json& structure) {
    std::vector<const Json*> found = objects_of(structure, "constraints");
    std::erase_if(found, [](const Json* one) {
        return text_of(*one, "type") == "foreign key" || is_true(*one, "not_enforced");
    });
    return found;
}

std::vector<const Object*> unique_indexes_of(const TableParts& parts, const std::string& table) {
    std::vector<const Object*> found = parts.indexes(table);
    std::erase_if(found, [](const Object* one) { return !is_true(structure_in(*one), "unique"); });
    return found;
}

void add_words(std::set<std::string>& words, const TableParts& parts, const std::string& table,
               const Json& structure, const Normalise& normalise) {
    for (const Json* constraint : constraints_of(structure))
        words.insert(words_of_constraint(*constraint, normalise));
    for (const Object* index : unique_indexes_of(parts, table))
        words.insert(words_of_index(structure_in(*index), normalise));
}

// `place`: the table here, or a partition of it.
void check_place(const ReplicatedTable& table, const std::string& place, const Json& structure,
                 const std::set<std::string>& known) {
    const Normalise& normalise = table.sides.normalise;
    for (const Json* constraint : constraints_of(structure)) {
        if (known.contains(words_of_constraint(*constraint, normalise))) continue;
        const std::string name = quote_identifier(text_of(*constraint, "name"));
        table.add_about(place, "warning", "constraint",
                        fmt::format("Only here, {} {} of {} can refuse a row, which stops replication.",
                                    text_of(*constraint, "type"), name, place),
                        alter_table(place, "DROP CONSTRAINT " + name));
    }
    for (const Object* index : unique_indexes_of(table.sides.here, place)) {
        if (has(structure_in(*index), "constraint") ||
            known.contains(words_of_index(structure_in(*index), normalise)))
            continue;
        table.add_about(
            place, "warning", "constraint",
            fmt::format("Only here, the unique index {} of {} can refuse a row, which stops replication.",
                        index->identity, place),
            fmt::format("DROP INDEX {};", index->identity));
    }
}

// The worker's session is a replica's: triggers fire that are ENABLE REPLICA or ALWAYS, and of those on
// statements the ones on TRUNCATE.
void check_triggers_of(const ReplicatedTable& table, const std::string& place) {
    for (const Object* object : table.sides.here.triggers(place)) {
        const Json& trigger = structure_in(*object);
        const std::string enabled = text_of(trigger, "enabled");
        if (enabled != "always" && enabled != "replica") continue;
        if (text_of(trigger, "level") == "statement" && !contains(texts_of(trigger, "events"), "truncate"))
            continue;
        const std::string name = object->identity.substr(0, object->identity.size() - place.size() - 4);
        table.add_about(
            place, "warning", "trigger",
            fmt::format("Trigger {} of {} fires for rows that arrive, as it is ENABLE {}: {}an error in it "
                        "stops replication.",
                        name, place, enabled == "always" ? "ALWAYS" : "REPLICA",
                        text_of(trigger, "timing") == "before" ? "it can change and skip them, and " : ""),
            alter_table(place, "ENABLE TRIGGER " + name));
    }
}

std::string in_lower_case(std::string word) {
    for (char& c : word) c = static_cast<char>(c + ('a' - 'A'));
    return word;
}

void check_rights_on(const ReplicatedTable& table, const std::string& place) {
    const auto found = table.sides.subscription.rights.find(place);
    if (found == table.sides.subscription.rights.end()) return;
    const ApplyRights& rights = found->second;
    const std::string role = quote_identifier(rights.role);
    if (rights.row_security)
        table.add_about(
            place, "error", "row security",
            fmt::format("The apply worker writes {} as {}, to whom its row security applies: it refuses "
                        "every row.",
                        place, role),
            fmt::format("ALTER ROLE {} BYPASSRLS; or ALTER TABLE {} NO FORCE ROW LEVEL SECURITY where it "
                        "is the owner.",
                        role, place));
    std::vector<std::string> missing = rights.missing;
    std::erase_if(missing, [&](const std::string& right) {
        return !table.published.operations.contains(in_lower_case(right));
    });
    if (missing.empty()) return;
    table.add_about(place, "error", "privilege",
                    fmt::format("The apply worker writes {} as {}, which has no right to {}.", place, role,
                                in_a_sentence(missing)),
                    fmt::format("GRANT {} ON {} TO {};", joined(missing, ", "), place, role));
}

}  // namespace

std::vector<const Object*> ReplicatedTable::places() const {
    if (has(here, "partition_by")) return sides.here.leaves(name);
    return {find(sides.subscriber, "table", name)};
}

void check_constraints(const ReplicatedTable& table) {
    const Normalise& normalise = table.sides.normalise;
    std::set<std::string> known;
    add_words(known, table.sides.there, table.name, table.there, normalise);
    check_place(table, table.name, table.here, known);
    if (!has(table.here, "partition_by")) return;
    // What the partitions have from the table is told once.
    add_words(known, table.sides.here, table.name, table.here, normalise);
    for (const Object* place : table.places()) {
        std::set<std::string> its = known;
        if (const Json* there = table_structure(table.sides.publisher, place->identity))
            add_words(its, table.sides.there, place->identity, *there, normalise);
        check_place(table, place->identity, structure_in(*place), its);
    }
}

void check_triggers(const ReplicatedTable& table) {
    check_triggers_of(table, table.name);
    if (!has(table.here, "partition_by")) return;
    for (const Object* place : table.places()) check_triggers_of(table, place->identity);
}

// Of a partitioned table it is the partition that a row goes to whose privileges are asked for.
void check_rights(const ReplicatedTable& table) {
    const auto found = table.sides.subscription.rights.find(table.name);
    if (found != table.sides.subscription.rights.end() && !found->second.may_become)
        table.add("error", "privilege",
                  fmt::format("The apply worker writes {} as its owner, {}, which the owner of the "
                              "subscription cannot become.",
                              table.name, quote_identifier(found->second.role)),
                  fmt::format("GRANT {} TO the owner of the subscription; or ALTER SUBSCRIPTION ... SET "
                              "(run_as_owner = true);",
                              quote_identifier(found->second.role)));
    for (const Object* place : table.places()) check_rights_on(table, place->identity);
}

}  // namespace schemaver::core
