// Operators, their classes and families, and casts.
//
// An operator's commutator and negator need not be there: naming them makes shells, which their own CREATE
// OPERATOR fills. So a shell that is an object by itself comes from those who name it.
#include "core/properties.hpp"
#include "core/script.hpp"
#include "core/text.hpp"

namespace schemaver::core::script {

namespace {

std::string number_of(const Json& holder, std::string_view key) {
    const Json* number = member(holder, key);
    return number != nullptr && number->is_number_integer() ? std::to_string(number->get<std::int64_t>())
                                                            : "0";
}

// OPERATOR 1 pg_catalog.<(integer,integer), FUNCTION 1 (integer, integer)
// pg_catalog.btint4cmp(integer,integer)
std::vector<std::string> class_members(const Json& structure) {
    std::vector<std::string> members;
    for (const Json* entry : objects_of(structure, "operators")) {
        std::string text = "OPERATOR " + number_of(*entry, "strategy") + " " + text_of(*entry, "operator");
        if (has(*entry, "for_order_by")) text += " FOR ORDER BY " + name_in(text_of(*entry, "for_order_by"));
        members.push_back(std::move(text));
    }
    for (const Json* entry : objects_of(structure, "functions"))
        members.push_back("FUNCTION " + number_of(*entry, "number") + " (" +
                          joined(texts_of(*entry, "for_types"), ", ") + ") " + text_of(*entry, "function"));
    return members;
}

std::string method_of(const Json& structure) { return quote_identifier(text_of(structure, "method")); }

}  // namespace

void put_operator(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    put_privileges(script, object);
    if (is_true(structure, "shell")) return;
    std::vector<std::string> parts = {"FUNCTION = " + name_in(text_of(structure, "function"))};
    if (has(structure, "left")) parts.push_back("LEFTARG = " + text_of(structure, "left"));
    parts.push_back("RIGHTARG = " + text_of(structure, "right"));
    const std::string needs = joined(parts, ", ");
    const auto put = [&](std::string_view property, const std::string& text) {
        if (has(structure, property)) parts.push_back(text);
    };
    put("commutator", "COMMUTATOR = " + operator_reference(text_of(structure, "commutator")));
    put("negator", "NEGATOR = " + operator_reference(text_of(structure, "negator")));
    put("restrict", "RESTRICT = " + name_in(text_of(structure, "restrict")));
    put("join", "JOIN = " + name_in(text_of(structure, "join")));
    if (is_true(structure, "merges")) parts.emplace_back("MERGES");
    if (is_true(structure, "hashes")) parts.emplace_back("HASHES");
    const std::string estimators = " " + text_of(structure, "restrict") + " " + text_of(structure, "join") +
                                   " " + text_of(structure, "function");
    script.define({.rank = Rank::operator_symbol,
                   .sql = "CREATE OPERATOR " + name_in(object.identity) + " (\n    " +
                          joined(parts, ",\n    ") + "\n);",
                   .needs = needs + estimators,
                   .provides = {name_in(object.identity)},
                   .followers = followers_of(object)});
}

void put_operator_class(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    std::vector<std::string> members = class_members(structure);
    if (has(structure, "storage_type") || members.empty())
        members.push_back("STORAGE " +
                          text_of(structure, has(structure, "storage_type") ? "storage_type" : "type"));
    const std::string sql = "CREATE OPERATOR CLASS " + name_in(object.identity) +
                            (is_true(structure, "default") ? " DEFAULT" : "") + " FOR TYPE " +
                            text_of(structure, "type") + " USING " + method_of(structure) + " FAMILY " +
                            name_in(text_of(structure, "family")) + " AS\n    " + joined(members, ",\n    ") +
                            ";";
    script.define({.rank = Rank::operator_class,
                   .sql = sql,
                   .needs = sql,
                   .provides = {name_in(object.identity)},
                   .followers = followers_of(object),
                   .after = {"method " + method_of(structure), "family " + text_of(structure, "family")},
                   .without = {name_in(text_of(structure, "family")), name_in(object.identity)}});
}

void put_operator_family(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    script.define({.rank = Rank::operator_family,
                   .sql = "CREATE OPERATOR FAMILY " + object.identity + ";",
                   .provides = {name_in(object.identity), "family " + object.identity},
                   .followers = followers_of(object),
                   .after = {"method " + method_of(structure)}});
    const std::vector<std::string> members = class_members(structure);
    if (members.empty()) return;
    const std::string sql =
        "ALTER OPERATOR FAMILY " + object.identity + " ADD\n    " + joined(members, ",\n    ") + ";";
    script.define(
        {.rank = Rank::operator_class, .sql = sql, .needs = sql, .after = {"family " + object.identity}});
}

void put_cast(Script& script, const Object& object) {
    const Json& structure = facet(object, "structure");
    std::string sql =
        "CREATE CAST (" + text_of(structure, "source") + " AS " + text_of(structure, "target") + ")";
    const std::string method = text_of(structure, "method");
    if (has(structure, "function")) sql += " WITH FUNCTION " + text_of(structure, "function");
    if (method == "inout") sql += " WITH INOUT";
    if (method == "binary") sql += " WITHOUT FUNCTION";
    const std::string context = text_of(structure, "context");
    if (context == "assignment") sql += " AS ASSIGNMENT";
    if (context == "implicit") sql += " AS IMPLICIT";
    sql += ";";
    script.define({.rank = Rank::cast, .sql = sql, .needs = sql, .followers = followers_of(object)});
}

}  // namespace schemaver::core::script
