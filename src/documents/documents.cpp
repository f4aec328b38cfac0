// Documents from one version to another: migrate_document() and what it is made of.
#include <fmt/ranges.h>

#include "core/json_schema.hpp"
#include "core/text.hpp"
#include "documents/registry.hpp"
#include "pg/query.hpp"
#include "pg/result_set.hpp"
#include "pg/text.hpp"

namespace schemaver::documents {

namespace {

constexpr std::size_t shown_of_document = 200;

std::string document_argument(const pg::Arguments& arguments, int index) {
    if (arguments.is_null(index)) (void)arguments.required_text(index, "document");
    return pg::text_from_jsonb(arguments.datum(index));
}

std::optional<std::string> version_in(const Kind& kind, const std::string& document) {
    return pg::single_value(
        "SELECT CASE WHEN pg_catalog.jsonb_typeof($1::pg_catalog.jsonb) OPERATOR(pg_catalog.=) 'object' "
        "THEN $1::pg_catalog.jsonb OPERATOR(pg_catalog.->>) $2 END",
        {document, kind.version_key});
}

std::string require_version(const Kind& kind, const std::string& document) {
    auto version = version_in(kind, document);
    if (!version) version = kind.first_version;
    if (version) return *version;
    throw core::Error(
        core::sqlstate::invalid_document,
        fmt::format("a document of kind \"{}\" does not say which version it has", kind.name),
        fmt::format("It has no member \"{}\": {}", kind.version_key,
                    core::shortened(document, shown_of_document)),
        "SELECT schemaver.register_document_kind(kind, version_key, first_version) says where the "
        "version stands, and which one documents have that do not say.");
}

std::string listed(const std::vector<std::string>& versions) {
    return versions.empty() ? "nowhere" : fmt::format("{}", fmt::join(versions, ", "));
}

std::vector<core::DocumentStep> require_way(const Kind& kind, const std::string& from,
                                            const std::string& to) {
    auto way = core::shortest_way(kind.steps, from, to);
    if (way) return *std::move(way);
    const core::Gap gap = core::gap_between(kind.steps, from, to);
    const std::string last = gap.reached.empty() ? from : gap.reached.back();
    const std::string next = gap.leading.empty() ? to : gap.leading.front();
    throw core::Error(
        core::sqlstate::missing_document_step,
        fmt::format("no steps lead from version {} to {} of documents of kind \"{}\"", from, to, kind.name),
        fmt::format("From {} steps lead to: {}. Steps lead to {} from: {}.", from, listed(gap.reached), to,
                    listed(gap.leading)),
        fmt::format(
            "Close the gap, for example with SELECT schemaver.register_document_step({}, {}, {}, function).",
            core::quote_literal(kind.name), core::quote_literal(last), core::quote_literal(next)));
}

std::optional<std::string> call_function(const std::string& function, const std::string& document) {
    const std::string sql =
        pg::from_utf8(fmt::format("SELECT {}($1::pg_catalog.jsonb)::pg_catalog.text", function));
    return pg::single_value(sql.c_str(), {document});
}

// What the step returns, with the version that it leads to.
std::string take_step(const Kind& kind, const core::DocumentStep& step, const std::string& document) {
    const auto returned = call_function(step.function, document);
    if (!returned)
        throw core::Error(core::sqlstate::invalid_document,
                          fmt::format("{} returned NULL instead of a document", step.function),
                          fmt::format("It was given version {} of kind \"{}\": {}", step.from, kind.name,
                                      core::shortened(document, shown_of_document)),
                          "");
    const auto version = version_in(kind, *returned);
    if (version == step.to) return *returned;
    if (version && *version != step.from)
        throw core::Error(core::sqlstate::invalid_document,
                          fmt::format("{} should lead to version {}, and returned version {}", step.function,
                                      step.to, *version),
                          core::shortened(*returned, shown_of_document), "");
    const auto marked = pg::single_value(
        "SELECT CASE WHEN pg_catalog.jsonb_typeof($1::pg_catalog.jsonb) OPERATOR(pg_catalog.=) 'object' "
        "THEN pg_catalog.jsonb_set($1::pg_catalog.jsonb, ARRAY[$2], "
        "pg_catalog.to_jsonb($3))::pg_catalog.text END",
        {*returned, kind.version_key, step.to});
    if (!marked)
        throw core::Error(core::sqlstate::invalid_document,
                          fmt::format("{} returned something else than an object", step.function),
                          core::shortened(*returned, shown_of_document), "");
    return *marked;
}

std::vector<core::DocumentProblem> problems_of(const Kind& kind, const std::string& version,
                                               const std::string& document) {
    std::vector<core::DocumentProblem> problems;
    const auto rule = rule_of(kind.name, version);
    if (!rule) return problems;
    if (rule->json_schema)
        problems = core::find_problems(core::document_from_text(*rule->json_schema),
                                       core::document_from_text(document));
    if (!rule->function) return problems;
    const auto answer = call_function(*rule->function, document);
    if (answer == "false") problems.push_back({"", fmt::format("{} says no", *rule->function)});
    if (answer && *answer != "true" && *answer != "false") problems.push_back({"", *answer});
    return problems;
}

std::string in_words(const core::DocumentProblem& problem) {
    return problem.place.empty() ? problem.problem : problem.place + " " + problem.problem;
}

void require_valid(const Kind& kind, const std::string& version, const std::string& document) {
    const auto problems = problems_of(kind, version, document);
    if (problems.empty()) return;
    std::string detail;
    for (const auto& problem : problems) detail += (detail.empty() ? "" : "\n") + in_words(problem);
    throw core::Error(
        core::sqlstate::invalid_document,
        fmt::format("the document is not as version {} of kind \"{}\" must be", version, kind.name), detail,
        "SELECT * FROM schemaver.validate_document(kind, document) shows what is wrong.");
}

}  // namespace

// document_version(kind text, document jsonb)
SCHEMAVER_FUNCTION(schemaver_document_version)(pg::Arguments arguments) {
    const Kind kind = require_kind(arguments.required_text(0, "kind"));
    auto version = version_in(kind, document_argument(arguments, 1));
    if (!version) version = kind.first_version;
    if (!version) return pg::Result::null();
    return {pg::text_datum(*version)};
}

// migrate_document(kind text, document jsonb, "to" text)
SCHEMAVER_FUNCTION(schemaver_migrate_document)(pg::Arguments arguments) {
    const Kind kind = require_kind(arguments.required_text(0, "kind"));
    std::string document = document_argument(arguments, 1);
    const std::string to = arguments.required_text(2, "to");
    const auto way = require_way(kind, require_version(kind, document), to);
    for (const core::DocumentStep& step : way) document = take_step(kind, step, document);
    if (!way.empty()) require_valid(kind, to, document);
    return {pg::jsonb_from_text(document)};
}

// document_path(kind text, "from" text, "to" text)
SCHEMAVER_FUNCTION(schemaver_document_path)(pg::Arguments arguments) {
    const Kind kind = require_kind(arguments.required_text(0, "kind"));
    const auto way = require_way(kind, arguments.required_text(1, "from"), arguments.required_text(2, "to"));
    pg::ResultSet rows(arguments);
    for (std::size_t i = 0; i < way.size(); ++i)
        rows.add({Int32GetDatum(static_cast<int>(i + 1)), pg::text_datum(way[i].from),
                  pg::text_datum(way[i].to), pg::text_datum(way[i].function)});
    return rows.done();
}

// validate_document(kind text, document jsonb)
SCHEMAVER_FUNCTION(schemaver_validate_document)(pg::Arguments arguments) {
    const Kind kind = require_kind(arguments.required_text(0, "kind"));
    const std::string document = document_argument(arguments, 1);
    pg::ResultSet rows(arguments);
    for (const auto& problem : problems_of(kind, require_version(kind, document), document))
        rows.add({pg::text_datum(problem.place), pg::text_datum(problem.problem)});
    return rows.done();
}

}  // namespace schemaver::documents
