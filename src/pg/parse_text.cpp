// Looks at the client's string with the server's own grammar.
#include "pg/parse_text.hpp"

#include "pg/subtransaction.hpp"
#include "pg/text.hpp"

extern "C" {
#include "access/xact.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
}

namespace schemaver::pg {

namespace {

struct Sent {
    CommandTag tag = CMDTAG_UNKNOWN;  // of the only statement; unknown: none or several
    int start = 0;
    int length = 0;
};

// A DO block may run a thousand commands: its text is looked at once, not once for each.
TimestampTz looked_at = 0;
Sent last;

Sent look(const char* text) {
    return call([=] {
        Sent sent;
        List* statements = raw_parser(text, RAW_PARSE_DEFAULT);
        if (list_length(statements) != 1) return sent;
        auto* statement = reinterpret_cast<RawStmt*>(linitial(statements));
        sent.tag = CreateCommandTag(statement->stmt);
        sent.start = statement->stmt_location;
        sent.length = statement->stmt_len;
        return sent;
    });
}

}  // namespace

std::optional<std::string> single_statement_text(const std::string& tag) {
    const char* text = debug_query_string;
    if (text == nullptr) return std::nullopt;
    if (const TimestampTz now = GetCurrentStatementStartTimestamp(); looked_at != now) {
        // What was sent may not parse any more: an earlier statement of the same string may have changed
        // standard_conforming_strings. That is no reason for the command to fail.
        last = Sent();
        (void)subtransaction([=] { last = look(text); });
        looked_at = now;
    }
    if (last.tag == CMDTAG_UNKNOWN || tag != GetCommandTagName(last.tag)) return std::nullopt;
    const std::size_t start = last.start < 0 ? 0 : static_cast<std::size_t>(last.start);
    const std::size_t rest = std::strlen(text) - start;
    const std::size_t length = last.length == 0 ? rest : static_cast<std::size_t>(last.length);
    std::string found = to_utf8(text + start, length);
    const auto first = found.find_first_not_of(" \t\r\n");
    return first == std::string::npos ? std::string() : found.substr(first);
}

}  // namespace schemaver::pg
