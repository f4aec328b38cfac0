// Reads the registry by SQL, with the caller's rights; checks what is written into it.
#include <fmt/ranges.h>

#include "documents/registry.hpp"

#include "core/json_schema.hpp"
#include "core/nearest.hpp"
#include "core/text.hpp"
#include "pg/boundary.hpp"
#include "pg/query.hpp"
#include "pg/text.hpp"

extern "C" {
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/regproc.h"
#include "utils/syscache.h"
}

namespace schemaver::documents {

namespace {

std::string as_called(const pg::QueryRow& row, std::size_t schema) {
    return pg::quote_qualified(*row[schema], *row[schema + 1]);
}

std::string likely_kinds(const std::string& name) {
    std::vector<std::string> kinds;
    for (const pg::QueryRow& row :
         pg::query("SELECT k.kind FROM schemaver.document_kind AS k ORDER BY k.kind"))
        kinds.push_back(*row[0]);
    if (kinds.empty()) return "No kind of document has been registered.";
    const auto near = core::nearest(name, kinds);
    return fmt::format("{} {}.", near.empty() ? "Registered are" : "Perhaps it is",
                       fmt::join(near.empty() ? kinds : near, ", "));
}

std::vector<core::DocumentStep> steps_of(const std::string& kind) {
    std::vector<core::DocumentStep> steps;
    const auto rows = pg::query(
        fmt::format("SELECT s.from_version, s.to_version, s.function_schema, s.function_name FROM "
                    "schemaver.document_step AS s "
                    "WHERE s.kind OPERATOR(pg_catalog.=) {} ORDER BY s.at, s.from_version, s.to_version",
                    core::quote_literal(kind)));
    for (const pg::QueryRow& row : rows) steps.push_back({*row[0], *row[1], as_called(row, 2)});
    return steps;
}

struct Signature {
    Oid returns = InvalidOid;
    bool takes_a_document = false;
    const char* identity = "";
};

Signature signature_of(Oid function) {
    return pg::call([=] {
        Signature signature;
        HeapTuple row = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
        if (!HeapTupleIsValid(row)) return signature;
        const auto* form = reinterpret_cast<Form_pg_proc>(GETSTRUCT(row));
        signature.returns = form->proretset ? InvalidOid : form->prorettype;
        signature.takes_a_document = form->prokind == PROKIND_FUNCTION && form->pronargs == 1 &&
                                     form->proargtypes.values[0] == JSONBOID;
        ReleaseSysCache(row);
        signature.identity = format_procedure(function);
        return signature;
    });
}

}  // namespace

Kind require_kind(const std::string& name) {
    const auto rows =
        pg::query(fmt::format("SELECT k.version_key, k.first_version FROM schemaver.document_kind AS k "
                              "WHERE k.kind OPERATOR(pg_catalog.=) {} ORDER BY k.at DESC LIMIT 1",
                              core::quote_literal(name)));
    if (rows.empty())
        throw core::Error(core::sqlstate::unknown_document_kind,
                          fmt::format("there is no kind of document \"{}\"", name), likely_kinds(name),
                          "SELECT schemaver.register_document_kind(kind) makes it known.");
    return {name, *rows[0][0], rows[0][1], steps_of(name)};
}

std::optional<Rule> rule_of(const std::string& kind, const std::string& version) {
    const auto rows = pg::query(fmt::format(
        "SELECT r.json_schema, r.function_schema, r.function_name FROM schemaver.document_rule AS r "
        "WHERE r.kind OPERATOR(pg_catalog.=) {} AND r.version OPERATOR(pg_catalog.=) {} ORDER BY r.at DESC "
        "LIMIT 1",
        core::quote_literal(kind), core::quote_literal(version)));
    if (rows.empty()) return std::nullopt;
    Rule rule{rows[0][0], std::nullopt};
    if (rows[0][1]) rule.function = as_called(rows[0], 1);
    return rule;
}

// check_document_registration(kind text, versions text[], function regprocedure, is_step boolean, json_schema
// jsonb)
SCHEMAVER_FUNCTION(schemaver_check_document_registration)(pg::Arguments arguments) {
    const std::string kind = arguments.required_text(0, "kind");
    if (const auto versions = arguments.text_array(1)) {
        (void)require_kind(kind);
        for (const std::string& version : *versions)
            if (version.empty())
                throw core::Error(core::sqlstate::invalid_argument,
                                  "a version of a document must not be empty", "", "");
    } else if (kind.empty()) {
        throw core::Error(core::sqlstate::invalid_argument, "a kind of document must have a name", "", "");
    }
    if (!arguments.is_null(2)) {
        const Signature signature = signature_of(DatumGetObjectId(arguments.datum(2)));
        const bool is_step = arguments.boolean(3, true);
        const bool is_right = signature.takes_a_document &&
                              (is_step ? signature.returns == JSONBOID
                                       : signature.returns == BOOLOID || signature.returns == TEXTOID);
        if (!is_right)
            throw core::Error(
                core::sqlstate::invalid_argument,
                fmt::format("{} is not a function of one jsonb that returns {}",
                            pg::to_utf8(signature.identity), is_step ? "jsonb" : "boolean or text"),
                "",
                is_step ? "A step takes a document of one version and returns it as the next one has it."
                        : "A check returns true, or a NULL text, for a document that is right.");
    }
    if (!arguments.is_null(4))
        core::require_json_schema(core::document_from_text(pg::text_from_jsonb(arguments.datum(4))));
    return pg::Result::null();
}

}  // namespace schemaver::documents
