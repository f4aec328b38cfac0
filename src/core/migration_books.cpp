// What a tool's rows come to: where it is, what it has applied, and whether it got stuck.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/migration_tools.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

bool is_numeral(char c) { return c >= '0' && c <= '9'; }

int compare_cells(const Cell& left, const Cell& right, Order order) {
    if (left.is_number && right.is_number)
        return left.number < right.number ? -1 : left.number > right.number ? 1 : 0;
    const std::string a = left.text.value_or("");
    const std::string b = right.text.value_or("");
    return order == Order::by_version ? compare_versions(a, b) : a.compare(b);
}

class Reading {
  public:
    Reading(const MigrationTool& tool, const std::vector<BookRow>& rows) : tool_(tool) {
        for (const BookRow& row : rows) rows_.push_back(&row);
        std::stable_sort(rows_.begin(), rows_.end(),
                         [&](const BookRow* a, const BookRow* b) { return comes_before(*a, *b); });
    }

    Books books() {
        if (tool_.keeps == Keeps::every_act) keep_last_acts();
        std::map<std::string, std::string> last_of_group;
        Books books;
        const BookRow* previous = nullptr;
        for (const BookRow* row : rows_) {
            const bool follows = previous == nullptr || is_chained(*previous, *row);
            const RowState state = follows ? state_of(*row) : RowState::failed;
            previous = row;
            const std::string revision = revision_of(*row);
            // What a tool without a list did not finish is where it is, nevertheless.
            if (state == RowState::failed) books.failed.push_back(revision);
            if (state == RowState::undone || revision.empty()) continue;
            if (state == RowState::failed && tool_.keeps != Keeps::heads) continue;
            books.applied.push_back(revision);
            if (!has_child(*row)) last_of_group[group_of(*row)] = revision;
            note_time(*row, revision, books);
        }
        if (tool_.has_no_gaps) note_gaps(books);
        if (books.last.empty() && !books.applied.empty()) books.last = books.applied.back();
        if (tool_.keeps == Keeps::heads) {
            books.revisions = books.applied;
        } else {
            for (const auto& [group, revision] : last_of_group) books.revisions.push_back(revision);
        }
        return books;
    }

  private:
    const MigrationTool& tool_;
    std::vector<const BookRow*> rows_;

    RowState state_of(const BookRow& row) const {
        if (tool_.judge != nullptr) return tool_.judge(tool_, row);
        if (tool_.failed_column.empty()) return RowState::applied;
        return says(tool_.cell(row, tool_.failed_column), tool_.failed_value) ? RowState::failed
                                                                              : RowState::applied;
    }

    // Booleans come as 1 and 0.
    static bool says(const Cell& cell, std::string_view value) {
        if (!cell.text) return value == "{null}";
        if (*cell.text == value) return true;
        return (*cell.text == "1" && (value == "true" || value == "t")) ||
               (*cell.text == "0" && (value == "false" || value == "f"));
    }

    bool is_chained(const BookRow& before, const BookRow& row) const {
        if (tool_.chain[0].empty()) return true;
        return tool_.cell(row, tool_.chain[1]).text == tool_.cell(before, tool_.chain[0]).text;
    }

    // Another one that is applied, of the same group, names it as the one before.
    bool has_child(const BookRow& row) const {
        if (tool_.parent.empty()) return false;
        const auto is_child = [&](const BookRow* other) {
            return tool_.cell(*other, tool_.parent).text == row.front().text &&
                   group_of(*other) == group_of(row) && state_of(*other) == RowState::applied;
        };
        return std::any_of(rows_.begin(), rows_.end(), is_child);
    }

    // In the order of the revisions by now.
    void note_gaps(Books& books) const {
        const auto is_applied = [&](const BookRow* row) { return state_of(*row) == RowState::applied; };
        const auto last = std::find_if(rows_.rbegin(), rows_.rend(), is_applied);
        for (auto row = rows_.begin(); row != rows_.end() && row != last.base(); ++row)
            if (!is_applied(*row) && (*row)->front().number > 0) books.failed.push_back(revision_of(**row));
    }

    // Of rows of the same time the later in the tool's order.
    void note_time(const BookRow& row, const std::string& revision, Books& books) const {
        if (row.size() <= tool_.columns.size()) return;
        const Cell& time = row.back();
        if (!time.is_number || (books.last_at && *books.last_at > time.number)) return;
        books.last_at = time.number;
        books.last = revision;
    }

    bool comes_before(const BookRow& left, const BookRow& right) const {
        const bool by_revision = tool_.ordered[0].empty();
        for (std::size_t i = 0; i < tool_.ordered.size(); ++i) {
            const std::string_view column = by_revision ? tool_.columns[0] : tool_.ordered[i];
            if (column.empty()) return false;
            const int order = compare_cells(tool_.cell(left, column), tool_.cell(right, column), tool_.order);
            if (order != 0) return order < 0;
            if (by_revision) return false;
        }
        return false;
    }

    // Of each revision the last row alone, in the order of the revisions; those that lead to none all.
    void keep_last_acts() {
        std::map<std::string, const BookRow*> last;
        for (const BookRow* row : rows_) last[revision_of(*row)] = row;
        std::erase_if(
            rows_, [&](const BookRow* row) { return row->front().text && last[revision_of(*row)] != row; });
        std::stable_sort(rows_.begin(), rows_.end(), [&](const BookRow* a, const BookRow* b) {
            return compare_cells(a->front(), b->front(), Order::by_version) < 0;
        });
    }

    std::string group_of(const BookRow& row) const {
        return tool_.group.empty() ? "" : tool_.cell(row, tool_.group).text.value_or("");
    }

    std::string revision_of(const BookRow& row) const {
        const std::string revision = tool_.cell(row, tool_.columns[0]).text.value_or("");
        return tool_.group.empty() || revision.empty() ? revision : group_of(row) + "." + revision;
    }
};

// Each placeholder once, from left to right: what a revision brings along is never looked at again.
std::string filled_in(std::string_view command, const std::string& revision, std::size_t count) {
    const auto dot = revision.find('.');
    const auto word = [&](std::string_view placeholder) {
        if (placeholder == "{count}") return fmt::format("{}", count);
        if (placeholder == "{group}")
            return shell_word(revision.substr(0, dot == std::string::npos ? 0 : dot));
        if (placeholder == "{name}" && dot != std::string::npos) return shell_word(revision.substr(dot + 1));
        return shell_word(revision);
    };
    std::string text;
    while (!command.empty()) {
        const auto start = std::min(command.find('{'), command.size());
        text += command.substr(0, start);
        command.remove_prefix(start);
        if (command.empty()) break;
        const auto end = command.find('}');
        text += word(command.substr(0, end + 1));
        command.remove_prefix(end + 1);
    }
    return text;
}

bool mentions(std::string_view command, std::string_view placeholder) {
    return command.find(placeholder) != std::string_view::npos;
}

}  // namespace

int compare_versions(std::string_view left, std::string_view right) {
    while (!left.empty() && !right.empty()) {
        if (is_numeral(left.front()) && is_numeral(right.front())) {
            const auto run = [](std::string_view& text) {
                text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
                const auto end = static_cast<std::size_t>(
                    std::find_if_not(text.begin(), text.end(), is_numeral) - text.begin());
                const std::string_view digits = text.substr(0, end);
                text.remove_prefix(end);
                return digits;
            };
            const std::string_view a = run(left);
            const std::string_view b = run(right);
            if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
            if (const int order = a.compare(b); order != 0) return order;
        } else {
            if (left.front() != right.front()) return left.front() < right.front() ? -1 : 1;
            left.remove_prefix(1);
            right.remove_prefix(1);
        }
    }
    return left.empty() ? (right.empty() ? 0 : -1) : 1;
}

void note_failure(Books& books, const std::string& revision) {
    books.failed.push_back(revision);
    books.state = "failed";
}

Books read_books(const MigrationTool& tool, const std::vector<BookRow>& rows, bool is_locked) {
    Books books = Reading{tool, rows}.books();
    std::sort(books.revisions.begin(), books.revisions.end());
    books.is_locked = is_locked;
    if (!books.failed.empty())
        books.state = tool.keeps == Keeps::heads ? "dirty" : "failed";
    else if (is_locked)
        books.state = "dirty";
    else if (books.revisions.empty())
        books.state = "empty";
    else
        books.state = books.revisions.size() > 1 && tool.group.empty() ? "several heads" : "ok";
    return books;
}

std::vector<std::string> tool_commands(std::string_view command, const std::vector<std::string>& revisions,
                                       const std::vector<std::string>& steps) {
    if (command.empty()) return {};
    std::vector<std::string> commands;
    if (mentions(command, "{step}")) {
        for (const std::string& step : steps) commands.push_back(filled_in(command, step, steps.size()));
    } else if (mentions(command, "{revision}") || mentions(command, "{name}")) {
        for (const std::string& one : revisions) commands.push_back(filled_in(command, one, steps.size()));
    } else if (!mentions(command, "{count}") || !steps.empty()) {
        commands.push_back(filled_in(command, "", steps.size()));
    }
    return commands;
}

}  // namespace schemaver::core
