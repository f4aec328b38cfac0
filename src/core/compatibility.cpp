// Walks over the objects of the two schemas and asks the rules of their kinds.
#include "core/compatibility.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "core/compatibility_rules.hpp"
#include "core/properties.hpp"
#include "core/restore_rules.hpp"
#include "core/restore_types.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr std::array<std::string_view, 4> relation_kinds = {"foreign table", "materialized view", "table",
                                                            "view"};
constexpr std::array<std::string_view, 3> routine_kinds = {"aggregate", "function", "procedure"};
// Applications do not name them, or not as a part of the schema that they work with.
constexpr std::array<std::string_view, 11> unnamed_kinds = {
    "access method",        "default acl", "event trigger",
    "operator family",      "publication", "publication namespace",
    "publication relation", "schema",      "statistics object",
    "subscription",         "transform"};

template <typename List>
bool is_one(const List& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

// What a trigger, rule, policy or index hangs on.
std::string relation_of(const Object& object) {
    for (const char* facet : {"structure", "security"}) {
        const Json* properties = member(object.definition, facet);
        if (properties != nullptr && has(*properties, "table")) return text_of(*properties, "table");
    }
    return "";
}

bool meddles_with_rows(const Object& trigger) {
    const Json& structure = structure_of(trigger);
    return text_of(structure, "timing") != "after" || is_true(structure, "constraint");
}

bool is_restrictive(const Object& policy) {
    const Json* security = member(policy.definition, "security");
    return security != nullptr && is_true(*security, "restrictive");
}

class CompatibilityWalk {
  public:
    explicit CompatibilityWalk(CompatibilityContext& context) : context_(context) {}

    void run() {
        for (const Object& object : context_.known) {
            const Object* now = find(context_.found, object.kind, object.identity);
            if (now == nullptr)
                gone(object);
            else if (now->definition != object.definition)
                changed(object, *now);
        }
        for (const Object& object : context_.found)
            if (find(context_.known, object.kind, object.identity) == nullptr) appeared(object);
    }

  private:
    CompatibilityContext& context_;

    void gone(const Object& object) {
        if (is_one(unnamed_kinds, object.kind)) return;
        if (is_one(relation_kinds, object.kind)) {
            relation_gone(object);
        } else if (is_one(routine_kinds, object.kind)) {
            if (stand_in(context_, object) == nullptr) missing(object);
        } else if (const std::string relation = relation_of(object); !relation.empty()) {
            if (!context_.is_gone(relation)) part_gone(object);
        } else if (object.kind == "sequence") {
            sequence_gone(object);
        } else if (object.kind == "privileges") {
            context_.add(object, "", "the privileges that it gave are gone");
        } else {
            missing(object);
        }
    }

    void missing(const Object& object) {
        for (const Rename& rename : context_.renames) {
            const bool forward = rename.kind == object.kind && rename.former_identity == object.identity;
            const bool backward = rename.kind == object.kind && rename.identity == object.identity;
            if (!forward && !backward) continue;
            context_.add(
                object, "",
                fmt::format("it is called {} there", forward ? rename.identity : rename.former_identity),
                forward ? "Keep the old name as well, as a view or a wrapper, until nobody uses it." : "");
            return;
        }
        context_.add(object, "", "there is none",
                     "Remove it in a later release, when no application uses it any more.");
    }

    void relation_gone(const Object& relation) {
        const Object* other = find_relation(context_.found, relation.identity);
        if (other == nullptr) {
            missing(relation);
            return;
        }
        if (relation.kind == "table" || relation.kind == "foreign table")
            context_.add(relation, "",
                         fmt::format("it is a {} there, which may not take what is written", other->kind));
        check_relation(context_, relation, *other);
    }

    void part_gone(const Object& part) {
        const Json& structure = structure_of(part);
        if (part.kind == "index" && is_true(structure, "unique") && !has(structure, "constraint"))
            check_unique_index(context_, part, false);
        if (part.kind == "trigger" && meddles_with_rows(part))
            context_.add(part, "", "it is not there to do what it does to rows that are written");
        if (part.kind == "rule") context_.add(part, "", "it is not there to do what it does instead");
        if (part.kind == "policy" && !is_restrictive(part))
            context_.add(part, "", "rows that it lets through are hidden or refused");
    }

    void sequence_gone(const Object& sequence) {
        const Json& structure = structure_of(sequence);
        if (has(structure, "identity_of")) return;
        // dropped along with its table, whose absence has been said
        const auto parts = identifier_parts(text_of(structure, "owned_by"));
        if (parts.size() == 3 &&
            context_.is_gone(quote_identifier(parts[0]) + "." + quote_identifier(parts[1])))
            return;
        missing(sequence);
    }

    void appeared(const Object& object) {
        const std::string relation = relation_of(object);
        if (relation.empty() || context_.is_new(relation)) return;
        const Json& structure = structure_of(object);
        if (object.kind == "trigger" && meddles_with_rows(object))
            context_.add(object, "", "it may change or refuse rows that are written");
        if (object.kind == "rule") context_.add(object, "", "it does something else than was asked for");
        if (object.kind == "policy" && is_restrictive(object))
            context_.add(object, "", "it may hide or refuse rows");
        if (object.kind == "index" && is_true(structure, "unique") && !has(structure, "constraint"))
            check_unique_index(context_, object, true);
    }

    void changed(const Object& known, const Object& found) {
        check_access(context_, known, found);
        const Json& before = structure_of(known);
        const Json& after = structure_of(found);
        if (known.kind == "policy" && known.definition != found.definition)
            context_.add(found, "", "it may hide or refuse other rows");
        if (before == after) return;
        if (is_one(relation_kinds, known.kind)) {
            check_relation(context_, known, found);
            if (known.kind == "table") check_table_constraints(context_, known, found);
        } else if (is_one(routine_kinds, known.kind)) {
            check_routine(context_, known, found);
        } else if (known.kind == "type") {
            check_type(context_, known, found);
        } else if (known.kind == "trigger" && (meddles_with_rows(known) || meddles_with_rows(found))) {
            context_.add(found, "", "it does something else to rows that are written");
        } else if (known.kind == "rule") {
            context_.add(found, "", "it does something else than before");
        } else if (known.kind == "index") {
            index_changed(known, found);
        } else if (known.kind == "sequence") {
            sequence_changed(found, before, after);
        } else if (known.kind == "extension" && text_of(before, "schema") != text_of(after, "schema")) {
            context_.add(found, "schema",
                         fmt::format("its objects are in schema {}", text_of(after, "schema")));
        }
    }

    void index_changed(const Object& known, const Object& found) {
        const Json& before = structure_of(known);
        const Json& after = structure_of(found);
        if (has(before, "constraint") || has(after, "constraint")) return;
        if (portable(before, context_.normalise) == portable(after, context_.normalise)) return;
        if (is_true(before, "unique")) check_unique_index(context_, known, false);
        if (is_true(after, "unique")) check_unique_index(context_, found, true);
    }

    void sequence_changed(const Object& sequence, const Json& before, const Json& after) {
        if (const auto trouble = trouble_with_type(context_, text_of(before, "type"), text_of(after, "type")))
            context_.add(sequence, "type", "it ends at a smaller number: " + *trouble);
    }
};

std::vector<Break> sided(std::vector<Break> breaks, const char* side) {
    for (Break& one : breaks) one.breaks = side;
    return breaks;
}

}  // namespace

bool CompatibilityContext::is_new(const std::string& relation) const {
    return find_relation(found, relation) != nullptr && find_relation(known, relation) == nullptr;
}

bool CompatibilityContext::is_gone(const std::string& relation) const {
    return find_relation(known, relation) != nullptr && find_relation(found, relation) == nullptr;
}

const Object* find_relation(const Schema& schema, const std::string& identity) {
    for (const std::string_view kind : relation_kinds)
        if (const Object* object = find(schema, kind, identity)) return object;
    return nullptr;
}

std::optional<std::string> trouble_with_type(const CompatibilityContext& context, const std::string& known,
                                             const std::string& found) {
    if (known == found) return std::nullopt;
    const TypeFit fit = fit_of(known, context.known, found, context.found);
    if (fit.fit == Fit::same || fit.fit == Fit::widens) return std::nullopt;
    return fmt::format("it is {} instead of {}: {}", found, known, fit.why);
}

std::vector<Break> breaks_on(const Schema& known, const Schema& found, const std::vector<Rename>& renames,
                             const std::vector<ColumnRename>& columns, const Normalise& normalise) {
    CompatibilityContext context{known, found, renames, columns, normalise, {}};
    CompatibilityWalk{context}.run();
    return std::move(context.breaks);
}

Compatibility compatibility(const Schema& from, const Schema& to, const std::vector<Rename>& renames,
                            const std::vector<ColumnRename>& columns, const Normalise& normalise) {
    Compatibility result;
    if (diff(from, to, renames, columns, {}, normalise).empty() && renames.empty()) {
        result.verdict = "identical";
        return result;
    }
    auto old_ones = sided(breaks_on(from, to, renames, columns, normalise), "old applications");
    auto new_ones =
        sided(breaks_on(to, from, renames, reversed(columns, renames), normalise), "new applications");
    for (Break& one : new_ones) one.hint.clear();  // hints say how to change from old to new
    result.verdict = old_ones.empty()   ? "backward compatible"
                     : new_ones.empty() ? "forward compatible"
                                        : "breaking";
    result.breaks = std::move(old_ones);
    result.breaks.insert(result.breaks.end(), new_ones.begin(), new_ones.end());
    return result;
}

}  // namespace schemaver::core
