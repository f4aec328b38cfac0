// Short forms for schemas in tests.
//
// Example: table("public.people", "id integer!; name text =''") has the column id, NOT NULL, and name with a
// default. A column is its name, its type, and then any of: ! (not null), =expression (default), ~expression
// (generated),
// @always or @by default (identity).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/metadata.hpp"
#include "core/model.hpp"

namespace schemaver::core::test {

inline Json sql(const std::string& text) { return {{"sql", text}}; }

inline Json column(std::string text) {
    Json result = Json::object();
    const auto cut = [&](char mark, const char* property, bool is_expression) {
        const auto place = text.find(std::string{" "} + mark);
        if (place == std::string::npos) return;
        const std::string value = text.substr(place + 2);
        result[property] = is_expression ? sql(value) : Json(value);
        text.resize(place);
    };
    cut('=', "default", true);
    cut('~', "generated", true);
    cut('@', "identity", false);
    if (text.ends_with('!')) {
        result["not_null"] = true;
        text.pop_back();
    }
    const auto space = text.find(' ');
    result["name"] = text.substr(0, space);
    result["type"] = text.substr(space + 1);
    return result;
}

inline Json columns(const std::string& text) {
    Json list = Json::array();
    for (std::size_t start = 0; start < text.size();) {
        const auto end = std::min(text.find("; ", start), text.size());
        list.push_back(column(text.substr(start, end - start)));
        start = end + 2;
    }
    return list;
}

inline Object object(const char* kind, const std::string& identity, const Json& structure) {
    return {kind, identity, "public", {{"structure", structure}}};
}

// `more` are further properties of the structure facet.
inline Object table(const std::string& identity, const std::string& column_list,
                    const Json& more = Json::object()) {
    Json structure = {{"columns", columns(column_list)}};
    structure.update(more);
    return object("table", identity, structure);
}

inline Json check(const char* name, const char* expression) {
    return {{"name", name}, {"type", "check"}, {"expression", sql(expression)}};
}

inline Json unique(const char* name, const std::vector<std::string>& column_names,
                   const char* type = "unique") {
    return {{"name", name}, {"type", type}, {"columns", column_names}};
}

inline Json foreign_key(const char* name, const char* column_name, const char* references) {
    return {{"name", name},
            {"type", "foreign key"},
            {"columns", {column_name}},
            {"references", {{"table", references}, {"columns", {"id"}}}}};
}

inline Json with(Json constraint, const char* property, const Json& value = true) {
    constraint[property] = value;
    return constraint;
}

inline Json constraints(const std::vector<Json>& list) { return {{"constraints", list}}; }

inline Object partition(const char* identity, const char* column_list, const char* parent, const char* bound,
                        const Json& more = Json::object()) {
    Json properties = {{"partition_of", parent}, {"partition_bound", bound}};
    properties.update(more);
    return table(identity, column_list, properties);
}

inline Object enumeration(const char* identity, const std::vector<std::string>& labels) {
    return object("type", identity, {{"type", "enum"}, {"labels", labels}});
}

inline Object domain(const char* identity, const char* base, const Json& more = Json::object()) {
    Json structure = {{"type", "domain"}, {"base", base}};
    structure.update(more);
    return object("type", identity, structure);
}

inline Object composite(const char* identity, const char* column_list) {
    return object("type", identity, {{"type", "composite"}, {"columns", columns(column_list)}});
}

inline Object unique_index(const char* identity, const char* table_name, const Json& keys,
                           const Json& more = Json::object()) {
    Json structure = {{"table", table_name}, {"method", "btree"}, {"unique", true}, {"keys", keys}};
    structure.update(more);
    return object("index", identity, structure);
}

inline Object trigger(const char* name, const char* table_name, const std::vector<std::string>& events,
                      const Json& more = Json::object()) {
    Json structure = {{"table", table_name},
                      {"timing", "before"},
                      {"level", "row"},
                      {"events", events},
                      {"function", "public.f()"}};
    structure.update(more);
    return object("trigger", std::string{name} + " on " + table_name, structure);
}

inline Metadata database(Schema schema) {
    sort(schema);
    Metadata metadata;
    metadata.database = "residency";
    metadata.server_version_num = 150018;
    metadata.objects = std::move(schema);
    return metadata;
}

}  // namespace schemaver::core::test
