// Metadata that fits into a small slot. Whatever the schema, it keeps what a check needs most: the
// fingerprints, the server, the place in the ledger and the revision.
//
// Example: of 300 revisions in the history the oldest go first, and "left_out" has "migration.history".
#include <array>

#include "core/metadata.hpp"

namespace schemaver::core {

namespace {

// A list that can go, the least missed first. `empty` leaves nothing of it, and says whether there was
// anything.
struct Part {
    const char* name;
    bool (*empty)(Metadata&);
};

template <typename List>
bool empty_list(List& list) {
    const bool was_there = !list.empty();
    list.clear();
    return was_there;
}

constexpr std::array<Part, 7> parts = {{
    {"row_counts",
     [](Metadata& metadata) {
         const bool was_there = metadata.row_counts.has_value();
         metadata.row_counts.reset();
         return was_there;
     }},
    {"counts", [](Metadata& metadata) { return empty_list(metadata.counts); }},
    {"tablespaces", [](Metadata& metadata) { return empty_list(metadata.tablespaces); }},
    {"roles", [](Metadata& metadata) { return empty_list(metadata.roles); }},
    {"extensions", [](Metadata& metadata) { return empty_list(metadata.extensions); }},
    {"migration.revisions", [](Metadata& metadata) { return empty_list(metadata.migration.revisions); }},
    {"migration.tool",
     [](Metadata& metadata) { return empty_list(metadata.migration.tool); }},  // as users call it
}};

bool shorten_history(Metadata& metadata) {
    auto& history = metadata.migration.history;
    if (history.empty()) return false;
    if (metadata.left_out.empty()) metadata.left_out.push_back("migration.history");
    history.erase(history.begin(), history.begin() + static_cast<std::ptrdiff_t>((history.size() + 1) / 2));
    return true;
}

}  // namespace

std::string write_compact_metadata(Metadata metadata) {
    metadata.objects.reset();
    std::string text = write_metadata(metadata);
    while (text.size() > compact_limit && shorten_history(metadata)) text = write_metadata(metadata);
    for (const Part& part : parts) {
        if (text.size() <= compact_limit) break;
        if (!part.empty(metadata)) continue;
        metadata.left_out.emplace_back(part.name);
        text = write_metadata(metadata);
    }
    return text;
}

}  // namespace schemaver::core
