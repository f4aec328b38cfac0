// Rules of compatibility on types, routines and access.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/compatibility_rules.hpp"
#include "core/properties.hpp"
#include "core/restore_rules.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

// Types
// ------------------------------------------------------------------------------------------------------------

void compare_enums(CompatibilityContext& context, const Object& type, const Json& known, const Json& found) {
    const auto labels = texts_of(found, "labels");
    for (const std::string& label : texts_of(known, "labels"))
        if (!contains(labels, label))
            context.add(type, "labels", fmt::format("there is no label {}", quote_literal(label)));
}

void compare_domains(CompatibilityContext& context, const Object& type, const Json& known,
                     const Json& found) {
    if (const auto trouble = trouble_with_type(context, text_of(known, "base"), text_of(found, "base")))
        context.add(type, "base", *trouble);
    if (is_true(found, "not_null") && !is_true(known, "not_null"))
        context.add(type, "not_null", "NULL is refused");
    std::set<std::string> demands;
    for (const Json* constraint : objects_of(known, "constraints"))
        demands.insert(context.normal(expression_of(*constraint, "expression")));
    for (const Json* constraint : objects_of(found, "constraints"))
        if (!demands.contains(context.normal(expression_of(*constraint, "expression"))))
            context.add(type, "constraints." + quote_identifier(text_of(*constraint, "name")),
                        fmt::format("values that do not meet it are refused: {}", in_words(*constraint)));
}

void compare_composites(CompatibilityContext& context, const Object& known, const Object& found) {
    check_relation(context, known, found);
    for (const Json* field : objects_of(structure_of(found), "columns"))
        if (named(structure_of(known), "columns", text_of(*field, "name")) == nullptr)
            context.add(found, "columns." + quote_identifier(text_of(*field, "name")),
                        "rows that are written with ROW(...) have a field too few");
}

// Routines
// ---------------------------------------------------------------------------------------------------------

struct Argument {
    std::string name;
    std::string type;
    bool has_default;
};

bool is_input(const Json& argument) {
    const std::string mode = text_of(argument, "mode");
    return mode.empty() || mode == "in" || mode == "inout" || mode == "variadic";
}

std::vector<Argument> inputs_of(const Object& routine) {
    std::vector<Argument> inputs;
    for (const Json* argument : objects_of(structure_of(routine), "arguments"))
        if (is_input(*argument))
            inputs.push_back(
                {text_of(*argument, "name"), text_of(*argument, "type"), has(*argument, "default")});
    return inputs;
}

// The name without the arguments: public.f(integer) -> public.f
std::string name_of(const Object& routine) { return routine.identity.substr(0, routine.identity.find('(')); }

// Calls that leave out what has a default, by position and by name, can be made as before.
std::string trouble_with_calls(const Object& known, const Object& found) {
    const auto before = inputs_of(known);
    const auto after = inputs_of(found);
    for (std::size_t i = 0; i < std::max(before.size(), after.size()); ++i) {
        if (i >= after.size()) return "it has fewer arguments";
        if (i >= before.size()) {
            if (after[i].has_default) continue;
            return fmt::format("it needs one more argument, {}",
                               after[i].name.empty() ? after[i].type : after[i].name);
        }
        if (before[i].type != after[i].type)
            return fmt::format("its argument {} is {} instead of {}", i + 1, after[i].type, before[i].type);
        if (before[i].has_default && !after[i].has_default)
            return fmt::format("its argument {} cannot be left out",
                               before[i].name.empty() ? std::to_string(i + 1) : before[i].name);
        if (!before[i].name.empty() && before[i].name != after[i].name)
            return fmt::format("its argument {} is not called {}", i + 1, before[i].name);
    }
    return "";
}

// What comes out by name: OUT arguments and the columns of TABLE (...).
void check_results(CompatibilityContext& context, const Object& known, const Object& found) {
    std::map<std::string, std::string> results;
    for (const Json* argument : objects_of(structure_of(found), "arguments"))
        if (const std::string mode = text_of(*argument, "mode");
            mode == "out" || mode == "table" || mode == "inout")
            results[text_of(*argument, "name")] = text_of(*argument, "type");
    bool has_columns = false;
    for (const Json* argument : objects_of(structure_of(known), "arguments")) {
        const std::string mode = text_of(*argument, "mode");
        if (mode != "out" && mode != "table" && mode != "inout") continue;
        has_columns = true;
        const std::string name = text_of(*argument, "name");
        const auto place = results.find(name);
        if (place == results.end())
            context.add(found, "arguments",
                        fmt::format("its result has no column {}", quote_identifier(name)));
        else if (const auto trouble = trouble_with_type(context, text_of(*argument, "type"), place->second))
            context.add(found, "arguments",
                        fmt::format("in its result, {}: {}", quote_identifier(name), *trouble));
    }
    const std::string before = text_of(structure_of(known), "returns");
    const std::string after = text_of(structure_of(found), "returns");
    if (has_columns || before == after) return;
    const auto trouble = trouble_with_type(context, before, after);
    if (trouble) context.add(found, "returns", fmt::format("it returns {} instead of {}", after, before));
}

// Access
// -----------------------------------------------------------------------------------------------------------

using Grants = std::map<std::string, std::set<std::string>>;

void add_grants(Grants& grants, const Json& holder, const std::string& prefix) {
    for (const Json* item : objects_of(holder, "privileges"))
        for (const std::string& privilege : texts_of(*item, "privileges"))
            grants[text_of(*item, "grantee")].insert(prefix + privilege);
}

// Whoever may use it by default, where no privileges are written down.
Grants grants_of(const Object& object) {
    Grants grants;
    const Json* security = member(object.definition, "security");
    if (security == nullptr) return grants;
    add_grants(grants, *security, "");
    for (const Json* column : objects_of(*security, "columns"))
        add_grants(grants, *column, quote_identifier(text_of(*column, "name")) + " ");
    if (has(*security, "privileges")) return grants;
    if (const std::string owner = text_of(*security, "owner"); !owner.empty()) grants[owner].insert("ALL");
    constexpr std::array<std::string_view, 5> open_kinds = {"aggregate", "function", "language", "procedure",
                                                            "type"};
    if (std::find(open_kinds.begin(), open_kinds.end(), object.kind) != open_kinds.end())
        grants["PUBLIC"].insert("ALL");
    return grants;
}

bool covers(const std::set<std::string>& grants, const std::string& privilege) {
    return grants.contains("ALL") || grants.contains(privilege) ||
           grants.contains(privilege.substr(privilege.rfind(' ') + 1));
}

void check_grants(CompatibilityContext& context, const Object& known, const Object& found) {
    const Grants after = grants_of(found);
    const auto everybody = after.find("PUBLIC");
    for (const auto& [grantee, privileges] : grants_of(known)) {
        const auto place = after.find(grantee);
        std::vector<std::string> lost;
        for (const std::string& privilege : privileges) {
            const bool kept = (place != after.end() && covers(place->second, privilege)) ||
                              (everybody != after.end() && covers(everybody->second, privilege));
            if (!kept) lost.push_back(privilege == "ALL" ? "all" : privilege);
        }
        if (lost.empty()) continue;
        context.add(found, "privileges",
                    fmt::format("{} has not the privilege {}", grantee, in_a_sentence(lost)));
    }
}

void compare_row_security(CompatibilityContext& context, const Object& known, const Object& found) {
    const Json* before = member(known.definition, "security");
    const Json* after = member(found.definition, "security");
    if (after == nullptr) return;
    for (const char* property : {"row_security", "force_row_security"}) {
        if (is_true(*after, property) && (before == nullptr || !is_true(*before, property)))
            context.add(found, property, "rows that no policy lets through are hidden or refused",
                        "Create the policies first, one that lets everything through among them.");
    }
}

}  // namespace

void check_type(CompatibilityContext& context, const Object& known, const Object& found) {
    const Json& before = structure_of(known);
    const Json& after = structure_of(found);
    const std::string kind = text_of(before, "type");
    if (kind != text_of(after, "type"))
        context.add(found, "type",
                    fmt::format("it is a {} type instead of {}", text_of(after, "type"), kind));
    else if (kind == "enum")
        compare_enums(context, found, before, after);
    else if (kind == "domain")
        compare_domains(context, found, before, after);
    else if (kind == "composite")
        compare_composites(context, known, found);
    else if (portable(before, context.normalise) != portable(after, context.normalise))
        context.add(found, "", "its values are others");
}

const Object* stand_in(const CompatibilityContext& context, const Object& routine) {
    for (const Object& other : context.found) {
        if (other.kind != routine.kind || name_of(other) != name_of(routine)) continue;
        if (!trouble_with_calls(routine, other).empty()) continue;
        if (text_of(structure_of(routine), "returns") == text_of(structure_of(other), "returns"))
            return &other;
    }
    return nullptr;
}

void check_routine(CompatibilityContext& context, const Object& known, const Object& found) {
    if (const std::string trouble = trouble_with_calls(known, found); !trouble.empty())
        context.add(found, "arguments", trouble);
    check_results(context, known, found);
    if (is_true(structure_of(known), "security_definer") && !is_true(structure_of(found), "security_definer"))
        context.add(found, "security_definer", "it runs with its caller's privileges");
}

void check_access(CompatibilityContext& context, const Object& known, const Object& found) {
    check_grants(context, known, found);
    compare_row_security(context, known, found);
}

}  // namespace schemaver::core
