// Restore rules on what stands around the tables: types in use, sequences, triggers, row security, the rest.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/diff.hpp"
#include "core/poll.hpp"
#include "core/properties.hpp"
#include "core/restore_rules.hpp"
#include "core/restore_types.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

// Types
// ----------------------------------------------------------------------------------------------------------

// The user-made types that the backup's rows are written in, also those inside domains and composite types.
std::set<std::string> types_in_use(const Schema& schema) {
    std::set<std::string> used;
    std::vector<std::string> waiting;
    const auto use = [&](const Json& structure) {
        for (const Json* column : objects_of(structure, "columns"))
            waiting.push_back(element_type(text_of(*column, "type")));
    };
    for (const Object& object : schema)
        if (holds_rows(object)) use(structure_of(object));
    while (!waiting.empty()) {
        const std::string type = std::move(waiting.back());
        waiting.pop_back();
        const Json* structure = structure_of_type(schema, type);
        if (structure == nullptr || !used.insert(type).second) continue;
        use(*structure);
        waiting.push_back(element_type(text_of(*structure, "base")));
    }
    return used;
}

void check_enum(RuleContext& context, const Object& type, const Json& backup, const Json& target) {
    const auto labels = texts_of(backup, "labels");
    const auto listed = texts_of(target, "labels");
    const std::set<std::string> here{listed.begin(), listed.end()};
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (here.contains(labels[i])) continue;
        const std::string place = i == 0 ? "" : " AFTER " + quote_literal(labels[i - 1]);
        context.error("enum label", "type", type.identity,
                      fmt::format("The label {} of {} is not here: rows that have it would be refused.",
                                  quote_literal(labels[i]), type.identity),
                      context.hint_to_change(fmt::format("ALTER TYPE {} ADD VALUE {}{};", type.identity,
                                                         quote_literal(labels[i]), place)));
    }
}

void check_domain(RuleContext& context, const Object& type, const Json& backup, const Json& target) {
    const TypeFit base = fit_of(text_of(backup, "base"), *context.backup.objects, text_of(target, "base"),
                                *context.target.objects);
    const std::string detail =
        fmt::format("The domain {} is over {} in the backup and over {} here: {}.", type.identity,
                    text_of(backup, "base"), text_of(target, "base"), base.why);
    if (base.fit == Fit::narrows)
        context.error("domain type", "type", type.identity, detail, "");
    else if (base.fit == Fit::changes)
        context.warning("domain type", "type", type.identity, detail, "");
    else if (base.fit == Fit::widens)
        context.info("domain type", "type", type.identity, detail, "");
}

void check_composite(RuleContext& context, const Object& type, const Json& backup, const Json& target) {
    const auto fields = objects_of(backup, "columns");
    const auto here = objects_of(target, "columns");
    if (fields.size() != here.size()) {
        context.error("composite type", "type", type.identity,
                      fmt::format("{} has {} in the backup and {} here: its values would be refused.",
                                  type.identity, counted(fields.size(), "field"), here.size()),
                      context.hint_to_change(""));
        return;
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::string from = text_of(*fields[i], "type");
        const std::string to = text_of(*here[i], "type");
        const TypeFit result = fit_of(from, *context.backup.objects, to, *context.target.objects);
        check_domain_constraints(context, from, to, nullptr, "");
        const std::string detail = fmt::format("Field {} of {} is {} in the backup and {} here: {}.", i + 1,
                                               type.identity, from, to, result.why);
        if (result.fit == Fit::narrows)
            context.error("composite type", "type", type.identity, detail, context.hint_to_change(""));
        else if (result.fit == Fit::changes)
            context.warning("composite type", "type", type.identity, detail, "");
    }
}

// Sequences
// ------------------------------------------------------------------------------------------------------

// "public.people.id": whether the column that a sequence belongs to is missing here, which is said of the
// column.
bool is_column_missing(const RuleContext& context, const std::string& column) {
    const auto parts = identifier_parts(column);
    if (parts.size() != 3) return false;
    const std::string table = quote_identifier(parts[0]) + "." + quote_identifier(parts[1]);
    const Object* here = find(*context.target.objects, "table", table);
    return here == nullptr || named(structure_of(*here), "columns", parts[2]) == nullptr;
}

struct Bounds {
    std::int64_t minimum;
    std::int64_t maximum;
};

std::int64_t number_or(const std::string& text, std::int64_t otherwise) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? number : otherwise;
}

// As CREATE SEQUENCE has them where none are given.
Bounds bounds_of(const Json& sequence) {
    using Largest = std::numeric_limits<std::int64_t>;
    const std::string type = text_of(sequence, "type");
    const std::int64_t largest = type == "smallint"  ? std::numeric_limits<std::int16_t>::max()
                                 : type == "integer" ? std::numeric_limits<std::int32_t>::max()
                                                     : Largest::max();
    const bool is_ascending = !text_of(sequence, "increment").starts_with('-');
    return {number_or(text_of(sequence, "minimum"), is_ascending ? 1 : -largest - 1),
            number_or(text_of(sequence, "maximum"), is_ascending ? largest : -1)};
}

void check_settings(RuleContext& context, const Object& sequence, const Object& here) {
    const Bounds from = bounds_of(structure_of(sequence));
    const Bounds to = bounds_of(structure_of(here));
    if (from.minimum < to.minimum || from.maximum > to.maximum)
        context.error(
            "sequence", "sequence", sequence.identity,
            fmt::format("{} goes from {} to {} in the backup and from {} to {} here: a value outside could "
                        "not be set.",
                        sequence.identity, from.minimum, from.maximum, to.minimum, to.maximum),
            context.hint_to_change(fmt::format("ALTER SEQUENCE {} MINVALUE {} MAXVALUE {};",
                                               sequence.identity, from.minimum, from.maximum)));
    else if (structure_of(here) != structure_of(sequence))
        context.info("sequence", "sequence", sequence.identity,
                     fmt::format("{} has other settings here than in the backup.", sequence.identity), "");
}

// Triggers
// -------------------------------------------------------------------------------------------------------

bool fires_on_load(const Json& trigger) {
    const auto events = texts_of(trigger, "events");
    const std::string enabled = text_of(trigger, "enabled");
    return std::find(events.begin(), events.end(), "insert") != events.end() && enabled != "disabled" &&
           enabled != "replica";
}

struct TableTriggers {
    std::vector<std::string> firing;  // names
    std::vector<std::string>
        specials;  // "DISABLE TRIGGER audit": what makes each as it is, if not the ordinary way
};

std::string command_for_mode(const std::string& mode) {
    return mode == "disabled" ? "DISABLE TRIGGER"
           : mode == "always" ? "ENABLE ALWAYS TRIGGER"
                              : "ENABLE REPLICA TRIGGER";
}

std::map<std::string, TableTriggers> triggers_by_table(const Schema& schema) {
    std::map<std::string, TableTriggers> by_table;
    for (const Object& object : schema) {
        if (object.kind != "trigger") continue;
        const Json& trigger = structure_of(object);
        const std::string mode = text_of(trigger, "enabled");
        const std::string name = object.identity.substr(0, object.identity.rfind(" on "));
        TableTriggers& table = by_table[text_of(trigger, "table")];
        if (fires_on_load(trigger)) table.firing.push_back(name);
        if (!mode.empty()) table.specials.push_back(command_for_mode(mode) + " " + name);
    }
    return by_table;
}

}  // namespace

void check_types(RuleContext& context) {
    for (const std::string& name : types_in_use(*context.backup.objects)) {
        const Object& type = *find(*context.backup.objects, "type", name);
        const Json& backup = structure_of(type);
        const Json* target = structure_of_type(*context.target.objects, name);
        if (target == nullptr) continue;  // then no column here has it, which is said of the column
        const std::string sort = text_of(backup, "type");
        if (sort != text_of(*target, "type"))
            context.error("object kind", "type", type.identity,
                          fmt::format("{} is of another sort here: {}, where the backup has {}.",
                                      type.identity, text_of(*target, "type"), sort),
                          context.hint_to_change(""));
        else if (sort == "enum")
            check_enum(context, type, backup, *target);
        else if (sort == "domain")
            check_domain(context, type, backup, *target);
        else if (sort == "composite")
            check_composite(context, type, backup, *target);
    }
}

// A dump sets each sequence to its last value after the rows; a sequence that is not here stops it.
void check_sequences(RuleContext& context) {
    for (const Object& sequence : *context.backup.objects) {
        if (sequence.kind != "sequence") continue;
        const Object* here = find(*context.target.objects, "sequence", sequence.identity);
        const Json& structure = structure_of(sequence);
        std::string owner = text_of(structure, "owned_by");
        if (owner.empty()) owner = text_of(structure, "identity_of");
        if (here != nullptr) check_settings(context, sequence, *here);
        if (here != nullptr || is_column_missing(context, owner)) continue;
        context.error(
            "missing sequence", "sequence", sequence.identity,
            fmt::format("The backup sets the sequence {}, which is not here: the restore would stop there.",
                        sequence.identity),
            context.hint_to_change(fmt::format("CREATE SEQUENCE {};", sequence.identity)));
    }
}

void check_triggers(RuleContext& context) {
    const auto by_table = triggers_by_table(*context.target.objects);
    for (const Object& table : *context.backup.objects) {
        const auto place = by_table.find(table.identity);
        if (table.kind != "table" || place == by_table.end()) continue;
        const TableTriggers& triggers = place->second;
        if (!triggers.firing.empty())
            context.warning(
                "triggers", "table", table.identity,
                fmt::format("{} on {} would fire for the rows loaded: {}.",
                            counted(triggers.firing.size(), "trigger"), table.identity,
                            in_a_sentence(triggers.firing)),
                "pg_restore --disable-triggers, run by a superuser, loads rows without firing them.");
        // ALTER TABLE ... ENABLE TRIGGER ALL, which pg_restore ends with, knows only the ordinary way
        if (!triggers.specials.empty())
            context.warning(
                "trigger modes", "table", table.identity,
                fmt::format(
                    "pg_restore --disable-triggers leaves every trigger on {} enabled in the ordinary way; "
                    "{} here should not be.",
                    table.identity, counted(triggers.specials.size(), "trigger")),
                fmt::format("If you use it, run afterwards: ALTER TABLE {} {};", table.identity,
                            joined(triggers.specials, ", ")));
    }
}

void check_row_security(RuleContext& context) {
    for (const Object& table : *context.backup.objects) {
        const Object* here = find(*context.target.objects, "table", table.identity);
        const Json* security = here == nullptr ? nullptr : member(here->definition, "security");
        if (table.kind != "table" || security == nullptr) continue;
        if (is_true(*security, "force_row_security"))
            context.warning(
                "row security", "table", table.identity,
                fmt::format("Row security is forced on {}: only a superuser or a role with BYPASSRLS "
                            "can load rows.",
                            table.identity),
                "");
        else if (is_true(*security, "row_security"))
            context.info(
                "row security", "table", table.identity,
                fmt::format("Row security is on for {}: its owner, a superuser or a role with BYPASSRLS "
                            "can load rows.",
                            table.identity),
                "");
    }
}

namespace {

// Of what has rules of its own more is said elsewhere.
bool is_another_object(const Object& object) {
    return object.kind != "table" && object.kind != "type" && object.kind != "sequence" &&
           object.kind != "extension";
}

bool are_different(const RuleContext& context, const Object& there, const Object& here) {
    constexpr FacetSet structure{false, false, false, true};
    return structure_of(there) != structure_of(here) &&
           !diff(Schema{there}, Schema{here}, structure, context.normalise).empty();
}

}  // namespace

void check_other_objects(RuleContext& context) {
    const Schema& backup = *context.backup.objects;
    const Schema& target = *context.target.objects;
    std::map<std::string, std::size_t> by_kind;
    for (const Object& object : backup) {
        if (!is_another_object(object)) continue;
        poll();
        const Object* here = find(target, object.kind, object.identity);
        if (here == nullptr || are_different(context, object, *here)) ++by_kind[object.kind];
    }
    for (const Object& object : target)
        if (is_another_object(object) && find(backup, object.kind, object.identity) == nullptr)
            ++by_kind[object.kind];
    if (by_kind.empty()) return;
    std::vector<std::string> parts;
    for (const auto& [kind, count] : by_kind) {
        const bool ends_in_s = kind == "index" || kind.ends_with("s");
        parts.push_back(counted(count, kind,
                                kind == "policy" ? "policies"
                                : ends_in_s      ? kind + "es"
                                                 : kind + "s"));
    }
    context.info(
        "other objects", "", "",
        fmt::format("Beside tables, types and sequences these differ: {}. That does nothing to rows.",
                    in_a_sentence(parts)),
        "");
}

}  // namespace schemaver::core
