// Reads "key: value" lines. Keys that other scripts added are skipped; what is known is taken as it stands.
#include "core/metadata_text.hpp"

#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

bool is_key(std::string_view text) {
    return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
    });
}

// "018_add_faculty_columns (head)", as `alembic current` prints it, or several, or "unknown" where the script
// could not ask.
std::vector<std::string> revisions_in(std::string_view value) {
    std::vector<std::string> revisions;
    while (!value.empty()) {
        const auto end = std::min(value.find_first_of(" ,\t"), value.size());
        const std::string_view word = value.substr(0, end);
        if (!word.empty() && word.front() != '(' && word != "unknown" && word != "None" && word != "none")
            revisions.emplace_back(word);
        value.remove_prefix(std::min(end + 1, value.size()));
    }
    return revisions;
}

// What is read here goes into messages, and these must be valid in every server.
void require_valid(std::string_view text) {
    if (text.find('\0') == std::string_view::npos && is_utf8(text)) return;
    throw Error{sqlstate::invalid_metadata, "the backup metadata holds bytes that are not UTF-8 text", "",
                "Pass the text of the metadata file as it was written."};
}

}  // namespace

std::optional<Metadata> read_metadata_text(std::string_view text) {
    std::map<std::string, std::string_view, std::less<>> values;
    require_valid(text);
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.front() == '#') continue;
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !is_key(line.substr(0, colon))) return std::nullopt;
        const std::string_view key = line.substr(0, colon);
        if (!values.emplace(key, trimmed(line.substr(colon + 1))).second)
            throw Error{sqlstate::invalid_metadata, fmt::format("the backup metadata says \"{}\" twice", key),
                        "Each key of the older \"key: value\" form may stand there once.",
                        "Pass the metadata of one backup."};
    }
    const auto value = [&](std::string_view key) {
        const auto place = values.find(key);
        return place == values.end() ? std::string_view{} : place->second;
    };
    if (!values.contains("timestamp") && !values.contains("alembic_version") &&
        !values.contains("database") && !values.contains("backup_file"))
        return std::nullopt;

    Metadata metadata;
    metadata.from_text_file = true;
    metadata.created_at = value("timestamp");
    metadata.database = value("database");
    metadata.backup_file = value("backup_file");
    metadata.migration.revisions = revisions_in(value("alembic_version"));
    if (!metadata.migration.revisions.empty()) metadata.migration.tool = "alembic";
    return metadata;
}

}  // namespace schemaver::core
