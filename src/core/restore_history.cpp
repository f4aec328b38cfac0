// A ledger sees revisions come in the order of time, and a migration that was undone makes an older one come
// back: 012, 018, 012 is a database at 012 that was at 018 once. The line that led to the present is what is
// left when the detours are taken out.
#include "core/restore_history.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>

#include "core/migration_tools.hpp"
#include "core/revisions.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

using Revisions = std::vector<std::string>;

bool contains_all(const Revisions& revisions, const Revisions& wanted) {
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const auto& one) { return contains(revisions, one); });
}

// A history is short beside a schema, but it comes from a file: a set keeps a hostile one from taking all
// day.
Revisions line_to_the_present(const Migration& migration) {
    Revisions line;
    std::set<std::string> on_line;
    const auto step = [&](const std::string& revision) {
        if (on_line.insert(revision).second) {
            line.push_back(revision);
            return;
        }
        for (; line.back() != revision; line.pop_back()) on_line.erase(line.back());
    };
    for (const std::string& revision : migration.history) step(revision);
    for (const std::string& revision : migration.revisions)
        if (!on_line.contains(revision)) step(revision);
    return line;
}

// What comes after the older side's revisions on the newer side's line.
Revisions steps_after(const Revisions& line, const Revisions& older) {
    std::size_t start = 0;
    for (std::size_t i = 0; i < line.size(); ++i)
        if (contains(older, line[i])) start = i + 1;
    return {line.begin() + static_cast<std::ptrdiff_t>(start), line.end()};
}

// With several heads a head may have come before the point where the older side stands.
Revisions steps_to(const Revisions& heads, const Revisions& line, const Revisions& older) {
    Revisions steps;
    const Revisions after = steps_after(line, older);
    for (const std::string& head : heads)
        if (!contains(older, head) && !contains(after, head)) steps.push_back(head);
    steps.insert(steps.end(), after.begin(), after.end());
    return steps;
}

}  // namespace

HistoryComparison compare_histories(const Migration& backup, const Migration& target) {
    if (backup.revisions.empty() && target.revisions.empty()) return {Position::no_revisions, {}};
    if (target.revisions.empty()) return {Position::backup_only, line_to_the_present(backup)};
    if (backup.revisions.empty()) return {Position::target_only, {}};
    if (contains_all(backup.revisions, target.revisions) && contains_all(target.revisions, backup.revisions))
        return {Position::same, {}};

    const Revisions backup_line = line_to_the_present(backup);
    const Revisions target_line = line_to_the_present(target);
    const bool behind = contains_all(backup_line, target.revisions);
    const bool ahead = contains_all(target_line, backup.revisions);
    if (behind && !ahead)
        return {Position::behind, steps_to(backup.revisions, backup_line, target.revisions)};
    if (ahead && !behind) return {Position::ahead, steps_to(target.revisions, target_line, backup.revisions)};
    if (behind && ahead) return {Position::unrelated, {}};

    // a detour that was undone on one side is where the other side stands
    if (contains_all(backup.history, target.revisions)) return {Position::ahead, target.revisions};
    if (contains_all(target.history, backup.revisions)) return {Position::behind, backup.revisions};
    return {Position::unrelated, {}};
}

void complete_revisions(Migration& backup, const Migration& target) {
    const MigrationTool* tool = find_migration_tool(backup.tool);
    if (tool == nullptr) return;
    std::set<std::string> known{target.history.begin(), target.history.end()};
    known.insert(target.revisions.begin(), target.revisions.end());
    for (std::string& revision : backup.revisions) {
        if (known.contains(revision)) continue;
        Revisions meant;
        std::copy_if(known.begin(), known.end(), std::back_inserter(meant),
                     [&](const std::string& one) { return names_revision(*tool, revision, one); });
        if (meant.size() == 1) revision = meant.front();
    }
}

Position compare_ledgers(const Metadata& backup, const Metadata& target) {
    if (backup.timeline.empty() || backup.commit == 0) return Position::no_revisions;
    const auto& own = target.own_timelines;
    const auto stretch = std::find_if(own.begin(), own.end(),
                                      [&](const auto& one) { return one.timeline == backup.timeline; });
    if (stretch == own.end()) return Position::no_revisions;
    if (backup.commit <= stretch->until) {
        if (backup.commit == target.commit) return Position::same;
        return backup.commit < target.commit ? Position::ahead : Position::behind;
    }
    // A copy that has gone its own way since.
    return target.commit <= stretch->until ? Position::behind : Position::unrelated;
}

}  // namespace schemaver::core
