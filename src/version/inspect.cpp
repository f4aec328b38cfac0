// fingerprint(), objects() and describe(): the schema at a point, as a digest, as a list, as documents.
#include "catalog/catalog.hpp"
#include "catalog/normalise.hpp"
#include "core/digest.hpp"
#include "core/fingerprint.hpp"
#include "pg/report.hpp"
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

bool has_looked = false;

// Once in a session: a fingerprint that leaves something out must say so.
void warn_of_unmodelled() {
    if (has_looked) return;
    has_looked = true;
    const auto unmodelled = catalog::read_unmodelled();
    if (unmodelled.empty()) return;
    const auto& first = unmodelled.front();
    pg::warn(fmt::format("the fingerprint leaves out {} object{} of kinds that schemaver does not model yet",
                         unmodelled.size(), unmodelled.size() == 1 ? "" : "s"),
             fmt::format("The first is {} {}.", first.kind, first.identity),
             "SELECT * FROM schemaver.unmodelled() lists them. This warning comes once in a session.");
}

core::FacetSet facets_argument(const pg::Arguments& arguments, int index) {
    const auto names = arguments.text_array(index);
    return names ? core::facets_from_names(*names) : core::FacetSet();
}

void check_scope(const std::optional<std::string>& scope, const core::Schema& schema) {
    if (!scope) return;
    for (const core::Object& object : schema) {
        if (object.schema == *scope) return;
    }
    throw core::Error(core::sqlstate::unknown_object,
                      fmt::format("no object at that point lives in a schema \"{}\"", *scope), "",
                      "SELECT DISTINCT schema FROM schemaver.objects() lists the schemas.");
}

}  // namespace

// fingerprint(at text, scope text, facets text[], exact boolean)
SCHEMAVER_FUNCTION(schemaver_fingerprint)(pg::Arguments arguments) {
    const Point point = resolve(arguments.required_text(0, "at"));
    const auto scope = arguments.optional_text(1);
    const core::FacetSet facets = facets_argument(arguments, 2);
    core::Schema schema = schema_at(point, scope);
    check_scope(scope, schema);
    if (point.live) warn_of_unmodelled();
    return {pg::text_datum(fingerprint(schema, facets, arguments.boolean(3, false)))};
}

// objects(at text)
SCHEMAVER_FUNCTION(schemaver_objects)(pg::Arguments arguments) {
    const core::Schema schema = schema_at(resolve(arguments.required_text(0, "at")));
    const auto list = digests(schema, {}, false);
    pg::ResultSet rows(arguments);
    for (std::size_t i = 0; i < schema.size(); ++i) {
        const core::Object& object = schema[i];
        rows.add({pg::text_datum(object.kind), pg::text_datum(object.identity),
                  object.schema.empty() ? pg::Value() : pg::text_datum(object.schema),
                  pg::text_datum(list[i].digest)});
    }
    return rows.done();
}

// describe(kind text, identity text, at text)
SCHEMAVER_FUNCTION(schemaver_describe)(pg::Arguments arguments) {
    const std::string kind = arguments.required_text(0, "kind");
    const std::string identity = arguments.required_text(1, "identity");
    const std::string at = arguments.required_text(2, "at");
    const core::Schema schema = schema_at(resolve(at));
    const core::Object* object = core::find(schema, kind, identity);
    if (object == nullptr) {
        throw core::Error(
            core::sqlstate::unknown_object, fmt::format("there is no {} {} at \"{}\"", kind, identity, at),
            "Kind and identity are those of pg_identify_object, for example 'table' and 'public.people'.",
            "SELECT kind, identity FROM schemaver.objects() lists them.");
    }
    return {pg::jsonb_datum(object->definition)};
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
