// fingerprint(), objects() and describe(): the schema at a point, as a digest, as a list, as documents.
#include "catalog/catalog.hpp"
#include "catalog/cluster.hpp"
#include "catalog/live.hpp"
#include "catalog/normalise.hpp"
#include "core/digest.hpp"
#include "core/fingerprint.hpp"
#include "core/point.hpp"
#include "core/text.hpp"
#include "pg/result_set.hpp"
#include "version/fingerprint.hpp"
#include "version/point.hpp"

extern "C" {
#include "catalog/namespace.h"
}

namespace schemaver::version {

std::vector<core::DigestedObject> digests(const core::Schema& schema, const core::FacetSet& facets,
                                          bool exact) {
    catalog::Normaliser normaliser;
    const core::Normalise normalise = [&](const std::string& sql) { return normaliser(sql); };
    std::vector<core::DigestedObject> list;
    list.reserve(schema.size());
    for (const core::Object& object : schema) {
        pg::check_for_interrupts();
        list.push_back({object.kind, object.identity,
                        exact
                            ? core::definition_digest(object.definition, facets)
                            : core::definition_digest(core::portable(object.definition, normalise), facets)});
    }
    return list;
}

std::string fingerprint(const core::Schema& schema, const core::FacetSet& facets, bool exact) {
    return core::fingerprint(digests(schema, facets, exact));
}

namespace {

core::FacetSet facets_argument(const pg::Arguments& arguments, int index) {
    const auto names = arguments.text_array(index);
    return names ? core::facets_from_names(*names) : core::FacetSet();
}

// What a scope names: the database as a whole, the cluster, or one schema. A schema that is called cluster or
// database is reached as schema:cluster.
struct Scope {
    bool cluster = false;
    std::optional<std::string> schema;
};

Scope parse_scope(const std::optional<std::string>& text) {
    if (!text || *text == "database") return {};
    if (*text == "cluster") return {true, {}};
    constexpr std::string_view prefix = "schema:";
    return {false, text->rfind(prefix, 0) == 0 ? text->substr(prefix.size()) : *text};
}

// The server's error is about any value, and says neither which one this is nor what else there is.
Datum definition_datum(const std::string& kind, const std::string& identity, const core::Json& definition) {
    try {
        return pg::jsonb_datum(definition);
    } catch (const pg::Error& error) {
        if (error.sqlstate() != core::sqlstate::program_limit) throw;
        const char* detail = error.data().detail;
        throw core::Error(
            core::sqlstate::program_limit,
            fmt::format("the definition of {} {} is too large for jsonb: {}", kind, identity,
                        pg::to_utf8(error.what())),
            detail == nullptr ? "" : pg::to_utf8(detail),
            fmt::format(
                "The ledger has it as text: SELECT document FROM schemaver.definition WHERE digest = (SELECT "
                "decode(digest_after, 'hex') FROM schemaver.changes WHERE kind = {} AND identity = {} LIMIT "
                "1);",
                core::quote_literal(kind), core::quote_literal(identity)));
    }
}

core::Schema cluster_at(const std::string& at) {
    if (at == "live") return catalog::read_cluster();
    throw core::Error(core::sqlstate::unknown_point, fmt::format("the cluster has no point \"{}\"", at),
                      "The ledger is one database's; what all databases share is known as it is now alone.",
                      "Leave the point out, or say 'live'.");
}

core::Error unknown_schema(const std::string& schema) {
    return {core::sqlstate::unknown_object,
            fmt::format("no object at that point lives in a schema \"{}\"", schema), "",
            "SELECT DISTINCT schema FROM schemaver.objects() lists the schemas."};
}

bool is_elsewhere(const std::string& at) { return core::parse_point(at).kind == core::PointKind::server; }

core::Schema read_scope(const Scope& scope, const std::string& at) {
    if (scope.cluster) return cluster_at(at);
    core::Schema schema = schema_at(resolve(at), scope.schema);
    if (scope.schema && schema.empty()) throw unknown_schema(*scope.schema);
    return schema;
}

std::optional<core::Json> definition_in(const core::Schema& schema, const std::string& kind,
                                        const std::string& identity) {
    const core::Object* object = core::find(schema, kind, identity);
    if (object == nullptr) return std::nullopt;
    return std::optional<core::Json>(std::in_place, object->definition);
}

std::string live_fingerprint(const Scope& scope, const core::FacetSet& facets, bool exact) {
    std::unique_ptr<catalog::Digests> own;
    if (exact) own = catalog::read_digests(false);
    const catalog::Digests& digests = exact ? *own : catalog::live_digests();
    if (scope.schema && !digests.has_schema(*scope.schema)) throw unknown_schema(*scope.schema);
    return digests.fingerprint(scope.schema, facets);
}

std::vector<core::ListedObject> live_listing(const Scope& scope) {
    const catalog::Digests& digests = catalog::live_digests();
    if (scope.schema && !digests.has_schema(*scope.schema)) throw unknown_schema(*scope.schema);
    std::vector<core::ListedObject> list;
    digests.for_each([&](const catalog::DigestedRow& row) {
        if (!scope.schema || *row.schema == *scope.schema)
            list.push_back({*row.kind, std::string(row.identity), *row.schema, core::to_hex(row.digest)});
    });
    return list;
}

std::vector<core::ListedObject> listed(const core::Schema& schema) {
    const auto digested = digests(schema, {}, false);
    std::vector<core::ListedObject> list;
    for (std::size_t i = 0; i < schema.size(); ++i)
        list.push_back({schema[i].kind, schema[i].identity, schema[i].schema, digested[i].digest});
    return list;
}

}  // namespace

// fingerprint(at text, scope text, facets text[], exact boolean)
SCHEMAVER_FUNCTION(schemaver_fingerprint)(pg::Arguments arguments) {
    const std::string at = arguments.required_text(0, "at");
    const Scope scope = parse_scope(arguments.optional_text(1));
    const core::FacetSet facets = facets_argument(arguments, 2);
    const bool exact = arguments.boolean(3, false);
    if (at == "live" && !scope.cluster) return {pg::text_datum(live_fingerprint(scope, facets, exact))};
    if (is_elsewhere(at))
        return {pg::text_datum(
            resolve(at).server->fingerprint(arguments.optional_text(1), arguments.text_array(2), exact))};
    const core::Schema schema = read_scope(scope, at);
    return {pg::text_datum(fingerprint(schema, facets, exact))};
}

// objects(at text, scope text)
SCHEMAVER_FUNCTION(schemaver_objects)(pg::Arguments arguments) {
    const std::string at = arguments.required_text(0, "at");
    const Scope scope = parse_scope(arguments.optional_text(1));
    std::vector<core::ListedObject> list;
    if (is_elsewhere(at))
        list = resolve(at).server->objects(arguments.optional_text(1));
    else if (at == "live" && !scope.cluster)
        list = live_listing(scope);
    else
        list = listed(read_scope(scope, at));
    pg::ResultSet rows(arguments);
    for (const core::ListedObject& object : list) {
        rows.add({pg::text_datum(object.kind), pg::text_datum(object.identity),
                  pg::text_or_null(object.schema), pg::text_datum(object.digest)});
    }
    return rows.done();
}

// definitions(at text, kinds text[], identities text[])
SCHEMAVER_FUNCTION(schemaver_definitions)(pg::Arguments arguments) {
    const Point point = resolve(arguments.required_text(0, "at"));
    const auto kinds = arguments.text_array(1);
    const auto identities = arguments.text_array(2);
    if (kinds.has_value() != identities.has_value() || (kinds && kinds->size() != identities->size()))
        throw core::Error(core::sqlstate::invalid_argument, "kinds and identities must be of the same length",
                          "Each kind goes with the identity at its place.",
                          "SELECT array_agg(kind), array_agg(identity) FROM schemaver.objects() gives both.");
    std::vector<std::pair<std::string, std::string>> keys;
    for (std::size_t i = 0; kinds && i < kinds->size(); ++i)
        keys.emplace_back(kinds->at(i), identities->at(i));
    const core::Schema schema = kinds ? definitions_at(point, keys) : schema_at(point);
    pg::ResultSet rows(arguments);
    for (const core::Object& object : schema) {
        rows.add({pg::text_datum(object.kind), pg::text_datum(object.identity),
                  pg::text_or_null(object.schema),
                  definition_datum(object.kind, object.identity, object.definition)});
    }
    return rows.done();
}

// describe(kind text, identity text, at text)
SCHEMAVER_FUNCTION(schemaver_describe)(pg::Arguments arguments) {
    const std::string kind = arguments.required_text(0, "kind");
    const std::string identity = arguments.required_text(1, "identity");
    const std::string at = arguments.required_text(2, "at");
    const bool in_cluster = catalog::is_cluster_kind(kind);
    const auto definition = in_cluster ? definition_in(cluster_at(at), kind, identity)
                                       : definition_at(resolve(at), kind, identity);
    if (!definition) {
        throw core::Error(
            core::sqlstate::unknown_object, fmt::format("there is no {} {} at \"{}\"", kind, identity, at),
            "Kind and identity are those of pg_identify_object, for example 'table' and 'public.people'.",
            in_cluster ? "SELECT kind, identity FROM schemaver.objects(scope => 'cluster') lists them."
                       : "SELECT kind, identity FROM schemaver.objects() lists them.");
    }
    return {definition_datum(kind, identity, *definition)};
}

// unmodelled()
SCHEMAVER_FUNCTION(schemaver_unmodelled)(pg::Arguments arguments) {
    const auto found = catalog::read_unmodelled();
    pg::ResultSet rows(arguments);
    for (const auto& row : found) {
        rows.add({pg::text_datum(row.catalog), pg::text_datum(row.kind), pg::text_datum(row.identity)});
    }
    return rows.done();
}

}  // namespace schemaver::version
