// Compares lists of revisions.
#include "core/revisions.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/text.hpp"

namespace schemaver::core {

namespace {

using Revisions = std::vector<std::string>;

Revisions without(const Revisions& all, const Revisions& others) {
    Revisions left;
    for (const std::string& one : all)
        if (!contains(others, one)) left.push_back(one);
    return left;
}

bool is_hexadecimal(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool begins_with_word(std::string_view text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    if (text.size() == word.size()) return true;
    const char next = text[word.size()];
    if (next == '_' || next == '-') return true;
    // Behind a point: a file's ending, and not another version.
    return next == '.' && std::none_of(text.begin() + static_cast<std::ptrdiff_t>(word.size()), text.end(),
                                       [](char c) { return c >= '0' && c <= '9'; });
}

// What may be shortened, as Alembic's digests may: hexadecimal digits that are no number.
constexpr std::size_t shortest_digest = 12;
constexpr std::size_t shortest_of_digest = 4;

bool is_revision_digest(std::string_view text) {
    return text.size() >= shortest_digest && is_hexadecimal(text) &&
           std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a'; });
}

std::string direction_of(const MigrationTool& tool, const Books& before, const Books& after,
                         const BookChange& change) {
    if (change.is_none()) return "";
    if (after.revisions.empty()) return "downgrade";
    if (before.revisions.empty()) return "upgrade";
    if (tool.keeps != Keeps::heads) return change.added.empty() ? "downgrade" : "upgrade";
    if (tool.order != Order::by_version || before.revisions.size() != 1 || after.revisions.size() != 1)
        return "";
    return compare_versions(after.revisions[0], before.revisions[0]) < 0 ? "downgrade" : "upgrade";
}

std::string list_of(const Revisions& revisions) {
    if (revisions.empty()) return "none";
    constexpr std::size_t most = 5;
    Revisions shown(revisions.begin(),
                    revisions.begin() + static_cast<std::ptrdiff_t>(std::min(most, revisions.size())));
    if (revisions.size() > most) shown.push_back(fmt::format("{} more", revisions.size() - most));
    return in_a_sentence(shown);
}

constexpr char by_whom[] = "by hand, or by a migration that ran no DDL";

std::optional<BookFinding> check_heads(const BookExpectation& expected, const Books& books) {
    const Revisions unknown = without(books.revisions, expected.seen);
    if (books.revisions.size() > 1 && expected.revisions.size() <= 1)
        return BookFinding{"warning", "several heads",
                           fmt::format("It has {} rows, {}, where the ledger saw {}.", books.revisions.size(),
                                       list_of(books.revisions), list_of(expected.revisions))};
    if (!unknown.empty())
        return BookFinding{"warning", "unknown revision",
                           fmt::format("No commit has ever seen {}; the ledger saw {}. It was changed {}.",
                                       list_of(unknown), list_of(expected.revisions), by_whom)};
    if (books.revisions != expected.revisions)
        return BookFinding{"warning", "changed",
                           fmt::format("It says {} and the ledger saw {}: it was changed {}.",
                                       list_of(books.revisions), list_of(expected.revisions), by_whom)};
    return std::nullopt;
}

std::optional<BookFinding> check_list(const BookExpectation& expected, const Books& books) {
    const Revisions missing = without(expected.applied, books.applied);
    const Revisions extra = without(books.applied, expected.applied);
    if (missing.empty() && extra.empty()) return std::nullopt;
    if (missing.empty())
        return BookFinding{
            "info", "changed",
            fmt::format("It has {}, which no commit has seen: added by a migration that ran no "
                        "DDL or wrote this after its DDL, or by hand.",
                        list_of(extra))};
    if (extra.empty())
        return BookFinding{"warning", "rows missing",
                           fmt::format("The ledger saw {} applied, which it has no more: taken out {}.",
                                       list_of(missing), by_whom)};
    return BookFinding{"warning", "edited",
                       fmt::format("The ledger saw {} applied, which it has no more, and it has {}, "
                                   "which no commit has seen.",
                                   list_of(missing), list_of(extra))};
}

}  // namespace

bool names_revision(const MigrationTool& tool, std::string_view asked, std::string_view revision) {
    if (asked.empty()) return false;
    if (asked == revision) return true;
    if (!tool.group.empty()) {
        const std::size_t name = revision.find('.') + 1;
        const std::string_view group = revision.substr(0, name);
        revision.remove_prefix(name);
        if (asked.starts_with(group)) asked.remove_prefix(group.size());
        if (asked.empty()) return false;
    }
    if (begins_with_word(revision, asked)) return true;
    return asked.size() >= shortest_of_digest && is_revision_digest(revision) && revision.starts_with(asked);
}

BookChange compare_books(const MigrationTool& tool, const Books& before, const Books& after) {
    BookChange change;
    change.added = without(after.applied, before.applied);
    change.removed = without(before.applied, after.applied);
    std::reverse(change.removed.begin(), change.removed.end());
    change.direction = direction_of(tool, before, after, change);
    return change;
}

void follow(Revisions& applied, const BookChange& change, const Revisions& revisions, Keeps keeps) {
    if (keeps != Keeps::heads) {
        applied = without(applied, change.removed);
        for (const std::string& one : change.added)
            if (!contains(applied, one)) applied.push_back(one);
        return;
    }
    if (revisions.empty()) {
        applied.clear();
        return;
    }
    const bool leads_back = std::all_of(revisions.begin(), revisions.end(),
                                        [&](const auto& one) { return contains(applied, one); });
    if (!leads_back) {
        for (const std::string& one : change.added)
            if (!contains(applied, one)) applied.push_back(one);
        return;
    }
    const auto last = std::find_if(applied.rbegin(), applied.rend(),
                                   [&](const auto& one) { return contains(revisions, one); });
    applied.erase(last.base(), applied.end());
    if (revisions.size() == 1) return;
    // A branch that went back to its base leaves the other's revisions alone.
    applied = without(applied, change.removed);
}

std::optional<BookFinding> check_books(const MigrationTool& tool, const BookExpectation& expected,
                                       const Books& books) {
    if (books.applied.empty() && books.failed.empty() && !expected.applied.empty())
        return BookFinding{"warning", "emptied",
                           fmt::format("It has no row, and the ledger saw {}.", list_of(expected.revisions))};
    return tool.keeps == Keeps::heads ? check_heads(expected, books) : check_list(expected, books);
}

}  // namespace schemaver::core
