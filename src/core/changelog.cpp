// Puts differences into words, one line each.
#include "core/changelog.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/properties.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

constexpr std::size_t longest_in_line = 100;  // bytes, of a value within a line

// `text`; with a backquote in it, between two of them
std::string code(const std::string& text) {
    if (text.find('`') == std::string::npos) return "`" + text + "`";
    return "`` " + text + " ``";
}

// In one line, whatever is in it.
std::string value_text(const Json& value) {
    std::string words = shortened(in_words(value), longest_in_line);
    std::replace(words.begin(), words.end(), '\n', ' ');
    return words;
}

std::string capitalized(std::string word) {
    if (!word.empty() && word.front() >= 'a' && word.front() <= 'z') word.front() -= 'a' - 'A';
    return word;
}

std::string kind_and_name(const Difference& row) { return capitalized(row.kind) + " " + code(row.identity); }

// What is worth saying of a whole object: how large it is, what it is for.
std::string gist_of(const Json& definition) {
    const Json* structure = member(definition, "structure");
    if (structure == nullptr) return "";
    const auto columns = objects_of(*structure, "columns").size();
    if (columns > 0) return fmt::format(" ({})", counted(columns, "column"));
    const auto labels = texts_of(*structure, "labels");
    if (!labels.empty()) return fmt::format(" ({})", shortened(joined(labels, ", "), longest_in_line));
    const std::string table = text_of(*structure, "table");
    if (!table.empty()) return fmt::format(" on {}", code(table));
    return "";
}

// "columns.email.type" -> columns, email, type. Names may hold dots, in quotes.
std::vector<std::string> path_parts(const std::string& property) {
    std::vector<std::string> parts(1);
    bool in_quotes = false;
    for (const char c : property) {
        if (c == '"') in_quotes = !in_quotes;
        if (c == '.' && !in_quotes)
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

std::string before_and_after(const Difference& row) {
    if (row.old_value.is_null() && row.new_value == Json(true)) return "set";
    if (row.new_value.is_null() && row.old_value == Json(true)) return "no longer set";
    if (row.old_value.is_null()) return fmt::format("now {}", code(value_text(row.new_value)));
    if (row.new_value.is_null()) return fmt::format("no longer {}", code(value_text(row.old_value)));
    return fmt::format("from {} to {}", code(value_text(row.old_value)), code(value_text(row.new_value)));
}

const char* past_word(const Difference& row) {
    return row.change == "added" ? "added" : row.change == "removed" ? "removed" : "changed";
}

// A column, constraint or the like that comes or goes as a whole.
std::string element_line(const Difference& row, const std::string& what, const std::string& name) {
    const Json& value = row.change == "removed" ? row.old_value : row.new_value;
    const std::string words = value.is_null() ? "" : value_text(value);
    const bool says_more = row.change == "added" && !words.empty();
    return fmt::format("{} {} {}{}", what, code(name), past_word(row), says_more ? ": " + code(words) : "");
}

std::string in_percent(const Difference& row) {
    return row.likeness < 1 ? fmt::format(" (a guess: they are alike to {:.0f} %)", row.likeness * 100) : "";
}

std::string column_line(const Difference& row, const std::vector<std::string>& parts) {
    const std::string& name = parts[1];
    if (row.change == "renamed")
        return fmt::format("column {} is called {} now{}", code(value_text(row.old_value)),
                           code(value_text(row.new_value)), in_percent(row));
    if (parts.size() == 2) return element_line(row, "column", name);
    if (parts[2] == "not_null")
        return fmt::format(
            "column {} {}", code(name),
            row.new_value == Json(true) ? "must have a value now (NOT NULL)" : "can be NULL now");
    return fmt::format("{} of column {} {}", parts[2], code(name), before_and_after(row));
}

std::string labels_line(const Difference& row) {
    std::vector<std::string> before;
    std::vector<std::string> after;
    for (const Json& label : row.old_value)
        if (label.is_string()) before.push_back(code(label.get<std::string>()));
    for (const Json& label : row.new_value)
        if (label.is_string()) after.push_back(code(label.get<std::string>()));
    std::vector<std::string> words;
    std::vector<std::string> more;
    std::vector<std::string> less;
    for (const std::string& label : after)
        if (!contains(before, label)) more.push_back(label);
    for (const std::string& label : before)
        if (!contains(after, label)) less.push_back(label);
    if (!more.empty())
        words.push_back(
            fmt::format("{} {} added", more.size() == 1 ? "label" : "labels", in_a_sentence(more)));
    if (!less.empty())
        words.push_back(
            fmt::format("{} {} removed", less.size() == 1 ? "label" : "labels", in_a_sentence(less)));
    return words.empty() ? "labels in another order" : joined(words, "; ");
}

bool is_long_text(const Difference& row) {
    return row.property == "body" || row.property == "sql_body" || row.property == "query" ||
           row.property == "definition";
}

std::string property_line(const Difference& row) {
    const auto parts = path_parts(row.property);
    if (row.facet == "comment") return "comment " + std::string{past_word(row)};
    if (row.property == "privileges" || row.property.starts_with("privileges")) return "privileges changed";
    if (parts.size() >= 2 && parts[0] == "columns" && row.facet == "structure")
        return column_line(row, parts);
    if (parts.size() == 2 && parts[0] == "constraints") return element_line(row, "constraint", parts[1]);
    if (row.property == "columns") return "columns in another order";
    if (row.property == "labels") return labels_line(row);
    if (is_long_text(row))
        return fmt::format("{} changed", row.property == "sql_body" ? "body" : row.property);
    return fmt::format("{} {}", joined(parts, " "), before_and_after(row));
}

std::string bullets(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += "- " + line + "\n";
    return text;
}

void add_heading(std::string& text, const char* heading, const std::vector<std::string>& lines) {
    if (!lines.empty()) text += fmt::format("\n### {}\n\n{}", heading, bullets(lines));
}

std::string compatibility_paragraph(const Release& release) {
    if (release.former_name.empty()) return "";
    const std::string& verdict = release.compatibility.verdict;
    if (verdict == "identical") return "";
    std::string text = "\n### Compatibility\n\n";
    if (verdict == "backward compatible") {
        return text + fmt::format("Backward compatible: applications written for {} go on working.\n",
                                  release.former_name);
    }
    text += fmt::format(
        "Not backward compatible with {}{}:\n\n", release.former_name,
        verdict == "forward compatible"
            ? ", but forward compatible: applications written for the new schema work on the old one"
            : "");
    std::vector<std::string> lines;
    for (const Break& one : release.compatibility.breaks) {
        if (one.breaks != "old applications") continue;
        lines.push_back(fmt::format("{} {}{}: {}", capitalized(one.kind), code(one.identity),
                                    one.property.empty() ? "" : ", " + code(one.property), one.reason));
    }
    return text + bullets(lines);
}

// What going back loses, and what it cannot bring back.
std::string rollback_paragraph(const Release& release) {
    if (release.former_name.empty() || release.differences.empty()) return "";
    std::vector<std::string> lost;
    std::vector<std::string> empty;
    for (const Difference& row : release.differences) {
        const bool is_table = row.kind == "table" && row.property.empty();
        const auto parts = path_parts(row.property);
        const bool is_column =
            row.kind == "table" && parts.size() == 2 && parts[0] == "columns" && row.facet == "structure";
        if (!is_table && !is_column) continue;
        const std::string name = is_table ? code(row.identity) : code(row.identity + "." + parts[1]);
        if (row.change == "added") lost.push_back(name);
        if (row.change == "removed") empty.push_back(name);
    }
    std::string text = "\n### Rollback\n\n";
    if (!release.former_revision.empty() && release.former_revision != release.revision)
        text += fmt::format("Run the migrations down from {} to {}. ", code(release.revision),
                            code(release.former_revision));
    else
        text += fmt::format("Undo the changes above in reverse order, or restore a backup of {}. ",
                            release.former_name);
    if (!lost.empty()) text += fmt::format("What has been written to {} is lost. ", in_a_sentence(lost));
    if (!empty.empty())
        text += fmt::format("{} {} back empty: the rows are in a backup of {} only. ", in_a_sentence(empty),
                            empty.size() == 1 ? "comes" : "come", release.former_name);
    text += fmt::format("Afterwards compare with {}, which must give no row.\n",
                        code(fmt::format("SELECT * FROM schemaver.diff('{}', 'live')", release.former_name)));
    return text;
}

}  // namespace

std::string change_in_a_line(const Difference& row) {
    if (row.change == "renamed" && row.property.empty())
        return fmt::format("{} is called {} now{}", capitalized(row.kind) + " " + code(row.former_identity),
                           code(row.identity), in_percent(row));
    if (row.property.empty())
        return kind_and_name(row) + gist_of(row.change == "removed" ? row.old_value : row.new_value);
    return kind_and_name(row) + ": " + property_line(row);
}

std::string changelog_section(const Release& release) {
    std::string text = "## " + release.name;
    if (!release.date.empty()) text += " - " + release.date;
    text += "\n";
    if (!release.description.empty()) text += "\n" + release.description + "\n";
    if (release.differences.empty()) return text + "\nNo change of the schema.\n";
    if (release.former_name.empty()) {
        std::map<std::string, std::size_t> kinds;
        for (const Object& object : release.to) ++kinds[object.kind];
        std::vector<std::string> words;
        for (const auto& [kind, number] : kinds) {
            const std::string many = kind.ends_with("x") || kind.ends_with("s") ? kind + "es"
                                     : kind.ends_with("y") ? kind.substr(0, kind.size() - 1) + "ies"
                                                           : kind + "s";
            words.push_back(counted(number, kind, many));
        }
        return text + fmt::format("\nThe first version: {}.\n", in_a_sentence(words));
    }
    std::map<std::string, std::vector<std::string>> lines;
    for (const Difference& row : release.differences) {
        const bool whole = row.property.empty() && row.change != "renamed";
        lines[whole ? row.change : "modified"].push_back(change_in_a_line(row));
    }
    add_heading(text, "Added", lines["added"]);
    add_heading(text, "Modified", lines["modified"]);
    add_heading(text, "Removed", lines["removed"]);
    return text + compatibility_paragraph(release) + rollback_paragraph(release);
}

}  // namespace schemaver::core
