// What statements of many kinds share: lists, options, what an object is called, its owner and its comments.
#include <algorithm>
#include <map>

#include "core/properties.hpp"
#include "core/script.hpp"
#include "core/text.hpp"

namespace schemaver::core::script {

namespace {

std::string upper_case(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

// The words of the commands, where they are not the kind in capitals.
std::string words_of_kind(const Object& object) {
    static const auto* const words = new std::map<std::string, std::string>{
        {"foreign-data wrapper", "FOREIGN DATA WRAPPER"}, {"statistics object", "STATISTICS"}};
    if (const auto at = words->find(object.kind); at != words->end()) return at->second;
    if (object.kind == "type" && text_of(facet(object, "structure"), "type") == "domain") return "DOMAIN";
    return upper_case(object.kind);
}

std::string option_pair(std::string_view name, std::string_view value) {
    return quote_identifier(name) + " " + quote_literal(value);
}

}  // namespace

const Json& facet(const Object& object, std::string_view name) {
    static const Json* const none = new Json(Json::object());
    const Json* found = member(object.definition, name);
    return found == nullptr ? *none : *found;
}

std::string name_in(std::string_view identity) {
    bool in_quotes = false;
    for (std::size_t at = 0; at < identity.size(); ++at) {
        const char c = identity[at];
        if (c == '"') in_quotes = !in_quotes;
        if (!in_quotes && (c == '(' || c == ' ')) return std::string(identity.substr(0, at));
    }
    return std::string(identity);
}

std::string operator_reference(const std::string& identity) { return "OPERATOR(" + name_in(identity) + ")"; }

std::string column_list(const std::vector<std::string>& names) {
    std::vector<std::string> quoted;
    for (const std::string& name : names) quoted.push_back(quote_identifier(name));
    return "(" + joined(quoted, ", ") + ")";
}

std::string with_options(const std::vector<std::string>& options) {
    if (options.empty()) return "";
    std::vector<std::string> list;
    for (const std::string& option : options) {
        const std::size_t equals = option.find('=');
        std::string name = option.substr(0, equals);
        const std::size_t dot = name.find('.');  // toast.autovacuum_enabled
        name = dot == std::string::npos
                   ? quote_identifier(name)
                   : quote_identifier(name.substr(0, dot)) + "." + quote_identifier(name.substr(dot + 1));
        if (equals != std::string::npos) name += "=" + quote_literal(option.substr(equals + 1));
        list.push_back(std::move(name));
    }
    return " WITH (" + joined(list, ", ") + ")";
}

std::string foreign_options(const Json& holder) {
    const Json* options = member(holder, "options");
    if (options == nullptr || !options->is_array() || options->empty()) return "";
    std::vector<std::string> list;
    for (const Json& option : *options) {
        if (option.is_object()) {
            list.push_back(option_pair(text_of(option, "name"), text_of(option, "value")));
        } else if (option.is_string()) {
            const auto text = option.get<std::string>();
            const std::size_t equals = std::min(text.find('='), text.size());
            list.push_back(
                option_pair(text.substr(0, equals), text.substr(std::min(equals + 1, text.size()))));
        }
    }
    return " OPTIONS (" + joined(list, ", ") + ")";
}

std::string target_of(const Object& object) {
    const Json& structure = facet(object, "structure");
    if (object.kind == "aggregate") {
        const std::string arguments = text_of(structure, "arguments");
        return "AGGREGATE " + name_in(object.identity) + "(" + (arguments.empty() ? "*" : arguments) + ")";
    }
    // By types alone, procedures that differ by what is an OUT argument could not be told apart.
    if (object.kind == "procedure") {
        std::vector<std::string> arguments;
        for (const Json* argument : objects_of(structure, "arguments")) {
            const std::string mode = text_of(*argument, "mode");
            arguments.push_back((mode.empty() ? "IN" : mode) + " " + text_of(*argument, "type"));
        }
        return "PROCEDURE " + name_in(object.identity) + "(" + joined(arguments, ", ") + ")";
    }
    if (object.kind == "transform")
        return "TRANSFORM FOR " + text_of(structure, "type") + " LANGUAGE " +
               quote_identifier(text_of(structure, "language"));
    return words_of_kind(object) + " " + object.identity;
}

std::string owner_statement(const Object& object) {
    const std::string owner = text_of(facet(object, "security"), "owner");
    if (owner.empty()) return "";
    return "ALTER " + target_of(object) + " OWNER TO " + quote_identifier(owner) + ";";
}

std::string comment_statement(const std::string& target, const std::string& text) {
    return "COMMENT ON " + target + " IS " + quote_literal(text) + ";";
}

std::vector<std::string> followers_of(const Object& object) {
    std::vector<std::string> list;
    if (std::string owner = owner_statement(object); !owner.empty()) list.push_back(std::move(owner));
    const Json& comment = facet(object, "comment");
    if (has(comment, "text")) list.push_back(comment_statement(target_of(object), text_of(comment, "text")));
    for (const Json* column : objects_of(comment, "columns"))
        list.push_back(
            comment_statement("COLUMN " + object.identity + "." + quote_identifier(text_of(*column, "name")),
                              text_of(*column, "text")));
    return list;
}

}  // namespace schemaver::core::script
