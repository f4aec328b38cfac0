// Bodies in plpgsql: the server's scanner finds where SQL begins and ends in them, its parser reads that. The
// grammar of plpgsql itself is in a library of its own, which gives nobody its trees.
#include "pg/describe_script.hpp"

#include <algorithm>

#include "core/plpgsql_body.hpp"
#include "pg/report.hpp"
#include "pg/scratch.hpp"
#include "pg/text.hpp"
#include "pg/tokens.hpp"

namespace schemaver::pg {

namespace {

// What does not parse by itself is no statement of SQL.
std::vector<core::LintStatement> described_part(const core::PlpgsqlStatement& part) {
    if (part.is_dynamic) {
        core::LintStatement dynamic;
        dynamic.kind = core::LintKind::dynamic;
        return {dynamic};
    }
    try {
        const core::LintBody described = describe_body(to_utf8(part.text.c_str(), part.text.size()));
        return described == nullptr ? std::vector<core::LintStatement>() : *described;
    } catch (const Error& error) {
        if (error.is_cancel()) throw;
        return {};
    }
}

}  // namespace

core::LintBody describe_plpgsql(std::string_view source) {
    const Scratch scratch;
    const Quiet quiet;
    const std::string body = from_utf8(source);
    std::vector<core::Token> tokens;
    try {
        tokens = tokens_of(body);
    } catch (const Error& error) {
        if (error.is_cancel()) throw;
        return nullptr;
    }
    std::vector<core::LintStatement> all;
    for (const core::PlpgsqlStatement& part : core::statements_in_plpgsql(body, tokens)) {
        check_for_interrupts();
        const auto start = body.begin() + static_cast<std::ptrdiff_t>(part.start);
        for (core::LintStatement& statement : described_part(part)) {
            statement.line = 1 + static_cast<std::size_t>(std::count(body.begin(), start, '\n'));
            statement.is_conditional = part.is_conditional;
            all.push_back(std::move(statement));
        }
    }
    return std::make_shared<const std::vector<core::LintStatement>>(std::move(all));
}

}  // namespace schemaver::pg
