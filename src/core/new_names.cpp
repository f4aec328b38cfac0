// Puts new names into values of definitions and into texts of expressions.
#include "core/new_names.hpp"

#include <algorithm>

#include "core/fingerprint.hpp"
#include "core/properties.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

bool begins_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool goes_on_word(char c) { return begins_word(c) || (c >= '0' && c <= '9') || c == '$'; }

// Behind the closing quote of what begins at `start`, in which it stands doubled.
std::size_t end_of_quotes(std::string_view sql, std::size_t start) {
    const char quote = sql[start];
    const bool has_escapes = quote == '\'' && start > 0 && (sql[start - 1] == 'E' || sql[start - 1] == 'e');
    std::size_t at = start + 1;
    for (; at < sql.size(); ++at) {
        if (has_escapes && sql[at] == '\\')
            ++at;
        else if (sql[at] == quote && at + 1 < sql.size() && sql[at + 1] == quote)
            ++at;
        else if (sql[at] == quote)
            return at + 1;
    }
    return sql.size();
}

std::string out_of_quotes(std::string_view word) {
    std::string name;
    for (std::size_t at = 1; at + 1 < word.size(); ++at) {
        name += word[at];
        if (word[at] == '"') ++at;
    }
    return name;
}

// What the relation was called that is called this now.
std::string former_of(const std::vector<Rename>& renames, const ColumnRename& column) {
    for (const Rename& rename : renames)
        if (rename.kind == column.kind && rename.identity == column.identity) return rename.former_identity;
    return column.identity;
}

}  // namespace

std::vector<Rename> reversed(const std::vector<Rename>& renames) {
    std::vector<Rename> back = renames;
    for (Rename& rename : back) std::swap(rename.former_identity, rename.identity);
    return back;
}

std::vector<ColumnRename> reversed(const std::vector<ColumnRename>& columns,
                                   const std::vector<Rename>& renames) {
    std::vector<ColumnRename> back;
    for (const ColumnRename& column : columns)
        back.push_back(
            {column.kind, former_of(renames, column), column.name, column.former, column.likeness});
    return back;
}

NewNames::NewNames(const std::vector<Rename>& renames, const std::vector<ColumnRename>& columns) {
    for (const Rename& rename : renames) names_[rename.former_identity] = rename.identity;
    for (const ColumnRename& column : columns) {
        const std::string former = former_of(renames, column);
        columns_[former][column.former] = column.name;
        names_[former + "." + quote_identifier(column.former)] =
            column.identity + "." + quote_identifier(column.name);
    }
}

// The longest name that it begins with counts. Where a part of an object is named "trigger on table", the
// table counts.
std::string NewNames::in(const std::string& text, const std::string& except) const {
    for (std::size_t end = text.size(); end != std::string::npos && end > 0; end = text.rfind('.', end - 1)) {
        const auto place = names_.find(text.substr(0, end));
        if (place != names_.end() && place->first != except) return place->second + text.substr(end);
    }
    const auto place = text.find(" on ");
    if (place == std::string::npos) return text;
    return text.substr(0, place + 4) + in(text.substr(place + 4), except);
}

Json NewNames::in(const Json& value, const ColumnNames* columns) const {
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        if (columns != nullptr)
            if (const auto column = columns->find(text); column != columns->end()) return column->second;
        return in(text);
    }
    if (!value.is_structured()) return value;
    if (is_expression(value)) {
        if (columns == nullptr) return value;
        return {{"sql", with_columns_named(value["sql"].get_ref<const std::string&>(), *columns)}};
    }
    if (value.is_array()) {
        Json renamed = Json::array();
        for (const Json& element : value) renamed.push_back(in(element, columns));
        return renamed;
    }
    Json renamed = Json::object();
    for (const auto& [key, element] : value.items()) {
        const ColumnNames* of_element = columns;
        if (key == "references") {  // a foreign key's columns of another table
            const auto other = columns_.find(text_of(element, "table"));
            of_element = other == columns_.end() ? nullptr : &other->second;
        }
        renamed[key] = in(element, of_element);
    }
    return renamed;
}

const ColumnNames* NewNames::columns_of(const Object& object) const {
    if (columns_.empty()) return nullptr;
    std::string relation = object.identity;
    for (const char* facet : {"structure", "security"})
        if (const Json* properties = member(object.definition, facet);
            properties != nullptr && has(*properties, "table"))
            relation = text_of(*properties, "table");
    const auto place = columns_.find(relation);
    return place == columns_.end() ? nullptr : &place->second;
}

std::string with_columns_named(std::string_view sql, const ColumnNames& columns) {
    std::string renamed;
    for (std::size_t at = 0; at < sql.size();) {
        std::size_t end = at + 1;
        if (sql[at] == '\'' || sql[at] == '"')
            end = end_of_quotes(sql, at);
        else if (begins_word(sql[at]))
            while (end < sql.size() && goes_on_word(sql[end])) ++end;
        else if (sql[at] >= '0' && sql[at] <= '9')
            while (end < sql.size() && goes_on_word(sql[end])) ++end;
        const std::string_view token = sql.substr(at, end - at);
        const bool is_quoted = token.front() == '"';
        const bool is_call = end < sql.size() && sql[end] == '(' && !is_quoted;
        const auto column = is_quoted ? columns.find(out_of_quotes(token)) : columns.find(std::string{token});
        renamed += column == columns.end() || is_call ? std::string{token} : quote_identifier(column->second);
        at = end;
    }
    return renamed;
}

}  // namespace schemaver::core
