// What is ready goes out, the lowest rank first, and makes others ready. Where nothing is ready there is a
// circle: a table whose CHECK calls a function that takes the table's rows, say. Then something in it goes
// out as far as it can without the others, the table without its CHECK.
#include <algorithm>
#include <set>
#include <tuple>

#include "core/poll.hpp"
#include "core/script.hpp"
#include "core/text.hpp"

namespace schemaver::core::script {

namespace {

bool begins_identifier(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (static_cast<unsigned char>(c) & 0x80) != 0;
}

bool is_in_identifier(char c) { return begins_identifier(c) || (c >= '0' && c <= '9') || c == '$'; }

bool is_in_operator(char c) {
    return std::string_view("+-*/<>=~!@#%^&|`?").find(c) != std::string_view::npos;
}

// Where the identifier that begins at `at` ends; `at` itself if none does.
std::size_t end_of_identifier(std::string_view text, std::size_t at) {
    if (at >= text.size()) return at;
    if (text[at] == '"') {
        for (std::size_t end = at + 1; end < text.size(); ++end) {
            if (text[end] != '"') continue;
            if (end + 1 < text.size() && text[end + 1] == '"')
                ++end;
            else
                return end + 1;
        }
        return at;
    }
    if (!begins_identifier(text[at])) return at;
    std::size_t end = at + 1;
    while (end < text.size() && is_in_identifier(text[end])) ++end;
    return end;
}

std::size_t end_of_operator(std::string_view text, std::size_t at) {
    while (at < text.size() && is_in_operator(text[at])) ++at;
    return at;
}

class Ordering {
  public:
    explicit Ordering(std::vector<Statement> statements) : statements_(std::move(statements)) {
        for (std::size_t i = 0; i < statements_.size(); ++i)
            for (const std::string& name : statements_[i].provides) providers_.emplace(name, i);
        needs_.resize(statements_.size());
        dependents_.resize(statements_.size());
        done_.resize(statements_.size());
        for (std::size_t i = 0; i < statements_.size(); ++i) find_needs(i);
    }

    std::vector<std::string> result() {
        std::size_t left = statements_.size();
        for (; left > 0; --left) {
            poll();
            if (ready_.empty()) break_circle();
            const std::size_t next = ready_.begin()->second;
            ready_.erase(ready_.begin());
            emit(next);
        }
        return std::move(sql_);
    }

  private:
    using Names = std::multimap<std::string, std::size_t, std::less<>>;

    void need_name(std::size_t statement, std::string_view name) {
        const auto [first, last] = providers_.equal_range(name);
        for (auto at = first; at != last; ++at)
            if (at->second != statement) needs_[statement].insert(at->second);
    }

    void find_needs(std::size_t i) {
        const Statement& statement = statements_[i];
        for (const std::string& name : qualified_names(statement.needs)) {
            if (contains(statement.without, name)) continue;
            need_name(i, name);
            if (statement.reads_tables && !contains(statement.provides, name))
                need_name(i, "keys of " + name);
        }
        for (const std::string& name : statement.after) need_name(i, name);
        for (const std::size_t needed : needs_[i]) dependents_[needed].push_back(i);
        if (needs_[i].empty()) ready_.emplace(order_of(i), i);
    }

    std::pair<Rank, std::size_t> order_of(std::size_t i) const { return {statements_[i].rank, i}; }

    void emit(std::size_t i) {
        done_[i] = true;
        sql_.push_back(statements_[i].sql);
        for (const std::string& follower : statements_[i].followers) sql_.push_back(follower);
        for (const std::size_t dependent : dependents_[i]) {
            needs_[dependent].erase(i);
            if (!done_[dependent] && needs_[dependent].empty())
                ready_.emplace(order_of(dependent), dependent);
        }
        if (completions_.empty()) return;
        complete();
    }

    // What is left and not merely waiting behind a circle: leaves out, in turn, what nothing else waits for.
    std::vector<std::size_t> circle() const {
        std::vector<std::size_t> waiting(statements_.size());
        std::vector<std::size_t> unwanted;
        std::set<std::size_t> members;
        for (std::size_t i = 0; i < statements_.size(); ++i) {
            if (done_[i]) continue;
            members.insert(i);
            waiting[i] = static_cast<std::size_t>(
                std::count_if(dependents_[i].begin(), dependents_[i].end(),
                              [&](std::size_t other) { return !done_[other] && needs_[other].contains(i); }));
            if (waiting[i] == 0) unwanted.push_back(i);
        }
        while (!unwanted.empty()) {
            const std::size_t i = unwanted.back();
            unwanted.pop_back();
            members.erase(i);
            for (const std::size_t needed : needs_[i])
                if (--waiting[needed] == 0) unwanted.push_back(needed);
        }
        std::vector<std::size_t> list(members.begin(), members.end());
        std::sort(list.begin(), list.end(),
                  [&](auto one, auto other) { return order_of(one) < order_of(other); });
        return list;
    }

    // What the shell needs is counted anew; the rest waits for what the whole would have waited for.
    void split(std::size_t i) {
        Statement& statement = statements_[i];
        completions_.push_back({i, needs_[i], std::move(statement.completion)});
        statement.sql = std::move(statement.shell);
        statement.needs = std::move(statement.shell_needs);
        statement.shell.clear();
        statement.reads_tables = false;
        const std::set<std::size_t> before = std::move(needs_[i]);
        needs_[i].clear();
        for (const std::string& name : qualified_names(statement.needs)) need_name(i, name);
        for (const std::string& name : statement.after) need_name(i, name);
        std::erase_if(needs_[i], [&](std::size_t needed) { return done_[needed]; });
        if (needs_[i].empty()) ready_.emplace(order_of(i), i);
    }

    void break_circle() {
        const std::vector<std::size_t> members = circle();
        for (const std::size_t i : members) {
            if (statements_[i].shell.empty()) continue;
            split(i);
            if (!ready_.empty()) return;
        }
        // Only names that look like references can do this, or what pg_dump could not write either.
        const std::size_t first = members.front();
        needs_[first].clear();
        ready_.emplace(order_of(first), first);
    }

    struct Completion {
        std::size_t of;
        std::set<std::size_t> needs;
        std::vector<std::string> sql;
    };

    void complete() {
        for (auto at = completions_.begin(); at != completions_.end();) {
            const bool ready = done_[at->of] && std::all_of(at->needs.begin(), at->needs.end(),
                                                            [&](std::size_t i) { return done_[i]; });
            if (ready) sql_.insert(sql_.end(), at->sql.begin(), at->sql.end());
            at = ready ? completions_.erase(at) : at + 1;
        }
    }

    std::vector<Statement> statements_;
    Names providers_;
    std::vector<std::set<std::size_t>> needs_;
    std::vector<std::vector<std::size_t>> dependents_;
    std::vector<bool> done_;
    std::set<std::pair<std::pair<Rank, std::size_t>, std::size_t>> ready_;
    std::vector<Completion> completions_;
    std::vector<std::string> sql_;
};

}  // namespace

std::vector<std::string> qualified_names(std::string_view text) {
    std::vector<std::string> names;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = end_of_identifier(text, at);
        if (end == at) {
            ++at;
            continue;
        }
        if (end < text.size() && text[end] == '.') {
            std::size_t last = end_of_identifier(text, end + 1);
            if (last == end + 1) last = end_of_operator(text, last);
            if (last > end + 1) names.emplace_back(text.substr(at, last - at));
            at = end + 1;  // of a.b.c also b.c
        } else {
            at = text[at] == '"' ? at + 1 : end;  // a quote in a constant may be none of a name
        }
    }
    return names;
}

std::vector<std::string> in_order(std::vector<Statement> statements) {
    return Ordering(std::move(statements)).result();
}

}  // namespace schemaver::core::script
