// The sections, and what is looked up in them: sequences by the column that they are of, indexes by their
// constraint.
#include "core/script.hpp"

#include <algorithm>

#include "core/properties.hpp"

namespace schemaver::core::script {

Script::Script(const Schema& schema) {
    for (const Object& object : schema) {
        const Json& structure = facet(object, "structure");
        if (object.kind == "table" || object.kind == "foreign table") tables_[object.identity] = &object;
        if (object.kind == "sequence" && has(structure, "identity_of"))
            identity_sequences_[text_of(structure, "identity_of")] = &object;
        if (object.kind == "index" && has(structure, "constraint"))
            constraint_indexes_[{text_of(structure, "table"), text_of(structure, "constraint")}] = &object;
        if (object.kind == "type")
            for (std::string& function : functions_of_type(structure))
                types_made_of_.emplace(std::move(function), object.identity);
    }
}

void Script::add(Section section, std::string sql) {
    if (!sql.empty()) sections_[section].push_back(std::move(sql));
}

std::string remark(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return "-- " + text;
}

void Script::define(Statement statement) { definitions_.push_back(std::move(statement)); }

const Json* Script::table(const std::string& identity) const {
    const auto at = tables_.find(identity);
    return at == tables_.end() ? nullptr : &at->second->definition;
}

const Object* Script::identity_sequence(const std::string& column) const {
    const auto at = identity_sequences_.find(column);
    return at == identity_sequences_.end() ? nullptr : at->second;
}

const Object* Script::constraint_index(const std::string& table, const std::string& constraint) const {
    const auto at = constraint_indexes_.find({table, constraint});
    return at == constraint_indexes_.end() ? nullptr : at->second;
}

std::vector<std::string> Script::types_made_of(const std::string& function) const {
    std::vector<std::string> types;
    const auto [first, last] = types_made_of_.equal_range(function);
    for (auto at = first; at != last; ++at) types.push_back(at->second);
    return types;
}

std::vector<std::string> Script::statements() const {
    std::vector<std::string> all;
    const auto append = [&](const std::vector<std::string>& list) {
        all.insert(all.end(), list.begin(), list.end());
    };
    bool defined = false;
    for (const auto& [section, list] : sections_) {
        if (section > Section::definitions && !std::exchange(defined, true)) append(in_order(definitions_));
        append(list);
    }
    if (!defined) append(in_order(definitions_));
    return all;
}

}  // namespace schemaver::core::script
