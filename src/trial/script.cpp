// The server's own parser takes the script apart.
#include "trial/script.hpp"

#include "core/text.hpp"
#include "pg/subtransaction.hpp"
#include "pg/text.hpp"
#include "trial/refusals.hpp"

extern "C" {
#include "mb/pg_wchar.h"
#include "tcop/tcopprot.h"
}

namespace schemaver::trial {

namespace {

constexpr std::size_t shown_bytes = 120;

// Where the first word is, behind blanks and comments.
std::size_t first_word(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        if (text.find_first_of(" \t\r\n\f\v", at) == at) {
            ++at;
        } else if (text.substr(at, 2) == "--") {
            at = std::min(text.find_first_of("\r\n", at), text.size());
        } else if (text.substr(at, 2) == "/*") {
            int depth = 0;
            do {
                const std::string_view two = text.substr(at, 2);
                const int step = two == "/*" ? 1 : two == "*/" ? -1 : 0;
                depth += step;
                at += step == 0 ? 1 : 2;
            } while (depth > 0 && at < text.size());
        } else {
            break;
        }
    }
    return std::min(at, text.size());
}

int characters(const char* text, int bytes) {
    return pg::call([=] { return pg_mbstrlen_with_len(text, bytes); });
}

bool is_plain(const Node* tree, TransactionStmtKind first, TransactionStmtKind second) {
    if (!IsA(tree, TransactionStmt)) return false;
    const auto* statement = reinterpret_cast<const TransactionStmt*>(tree);
    return (statement->kind == first || statement->kind == second) && statement->options == nullptr &&
           !statement->chain;
}

// Tools write BEGIN and COMMIT around the whole, which is what a trial is in any case.
void mark_frame(Script& script) {
    if (script.statements.size() < 2) return;
    Statement& first = script.statements.front();
    Statement& last = script.statements.back();
    if (!is_plain(first.tree, TRANS_STMT_BEGIN, TRANS_STMT_START) ||
        !is_plain(last.tree, TRANS_STMT_COMMIT, TRANS_STMT_COMMIT))
        return;
    first.is_frame = true;
    last.is_frame = true;
}

Failure parts_of(const ErrorData& data, const std::string& sqlstate) {
    return {sqlstate, pg::to_utf8(data.message), pg::to_utf8(data.detail), pg::to_utf8(data.hint), {}};
}

}  // namespace

std::optional<Script> parse_script(const std::string& sql, Failure& failure) {
    const std::string in_server = pg::from_utf8(sql);
    const char* text = pg::call([bytes = in_server.c_str()] { return pstrdup(bytes); });
    List* trees = nullptr;
    if (const auto error =
            pg::subtransaction([&] { trees = pg::call([=] { return pg_parse_query(text); }); })) {
        failure = parts_of(error->data(), error->sqlstate());
        if (error->data().cursorpos > 0) failure.position = error->data().cursorpos;
        return std::nullopt;
    }
    Script script;
    for (int i = 0; i < list_length(trees); ++i) {
        const auto* raw = static_cast<const RawStmt*>(list_nth(trees, i));
        const int begin = std::max(0, static_cast<int>(raw->stmt_location));
        const std::string_view whole = raw->stmt_len > 0 ? std::string_view(text + begin, raw->stmt_len)
                                                         : std::string_view(text + begin);
        const int skipped = static_cast<int>(first_word(whole));
        script.statements.push_back({i + 1, characters(text, begin + skipped) + 1,
                                     std::string(whole.substr(skipped)), raw->stmt, false});
    }
    mark_frame(script);
    return script;
}

void require_harmless(const Script& script, const std::string& name) {
    for (const Statement& statement : script.statements) {
        if (statement.is_frame) continue;
        const auto refusal = refusal_of(statement.tree);
        if (!refusal) continue;
        throw core::Error(core::sqlstate::cannot_be_tried,
                          fmt::format("statement {}{} cannot be tried: {}", statement.number,
                                      name.empty() ? "" : " of " + name, short_text(statement)),
                          fmt::format("{} It stands at position {}; nothing has been run.", refusal->reason,
                                      statement.position),
                          refusal->instead);
    }
}

Failure failure_of(const pg::Error& error, const Statement& statement) {
    const ErrorData& data = error.data();
    Failure failure = parts_of(data, error.sqlstate());
    if (data.internalpos > 0 && data.internalquery != nullptr && statement.text == data.internalquery)
        failure.position = statement.position + data.internalpos - 1;
    return failure;
}

std::string short_text(const Statement& statement) {
    std::string line;
    for (const char letter : pg::to_utf8(statement.text.c_str())) {
        const bool is_blank = letter == ' ' || letter == '\n' || letter == '\t' || letter == '\r';
        if (!is_blank)
            line += letter;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    return core::shortened(line, shown_bytes);
}

}  // namespace schemaver::trial
