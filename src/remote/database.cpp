// The questions to another schemaver.
#include "remote/database.hpp"

#include "remote/server.hpp"

namespace schemaver::remote {

// Only what belongs to the extension counts: a function of that name which somebody has made there would run
// with the rights of the mapping's user.
std::string opening_question(int timeout) {
    return transaction_question(timeout) +
           "SELECT e.extversion,"
           " (SELECT pg_catalog.count(DISTINCT p.proname) FROM pg_catalog.pg_depend AS d, pg_catalog.pg_proc "
           "AS "
           "p"
           "  WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid"
           "  AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = "
           "'e'"
           "  AND p.pronamespace = n.oid AND p.proname IN ('fingerprint', 'objects', 'definitions')), 3"
           " FROM pg_catalog.pg_extension AS e, pg_catalog.pg_namespace AS n"
           " WHERE e.extname = 'schemaver' AND n.nspname = 'schemaver' AND n.oid = e.extnamespace";
}

const char fingerprint_question[] =
    "SELECT schemaver.fingerprint('live', $1::pg_catalog.text, $2::pg_catalog.text[], $3::pg_catalog.bool)";

std::vector<std::optional<std::string>> fingerprint_arguments(
    const std::optional<std::string>& scope, const std::optional<std::vector<std::string>>& facets,
    bool exact) {
    return {scope, facets ? std::optional(core::array_literal(*facets)) : std::nullopt,
            exact ? "true" : "false"};
}

Database::Database(const std::string& server) : session_(plan_for(server)) {
    core::require_schemaver(session_.server(), session_.ask(opening_question(session_.timeout())));
}

std::string Database::fingerprint(const std::optional<std::string>& scope,
                                  const std::optional<std::vector<std::string>>& facets, bool exact) {
    return core::read_fingerprint(
        session_.server(), session_.ask(fingerprint_question, fingerprint_arguments(scope, facets, exact)));
}

std::vector<core::ListedObject> Database::objects(const std::optional<std::string>& scope) {
    return core::read_listing(session_.server(),
                              session_.ask("SELECT o.kind, o.identity, o.schema, o.digest "
                                           "FROM schemaver.objects('live', $1::pg_catalog.text) AS o",
                                           {scope}));
}

const std::vector<core::ListedObject>& Database::listing() {
    if (!listing_) listing_ = objects(std::nullopt);
    return *listing_;
}

core::Schema Database::everything() {
    return core::read_definitions(
        session_.server(),
        session_.ask(
            "SELECT d.kind, d.identity, d.schema, d.definition FROM schemaver.definitions('live') AS d"));
}

core::Schema Database::definitions(const std::vector<Key>& keys) {
    std::vector<std::string> kinds;
    std::vector<std::string> identities;
    for (const Key& key : keys) {
        if (!known_.emplace(key, std::nullopt).second) continue;
        kinds.push_back(key.first);
        identities.push_back(key.second);
    }
    if (!kinds.empty()) {
        const auto rows = session_.ask(
            "SELECT d.kind, d.identity, d.schema, d.definition "
            "FROM schemaver.definitions('live', $1::pg_catalog.text[], $2::pg_catalog.text[]) AS d",
            {core::array_literal(kinds), core::array_literal(identities)});
        for (core::Object& object : core::read_definitions(session_.server(), rows)) {
            const auto asked = known_.find({object.kind, object.identity});
            if (asked != known_.end()) asked->second = std::move(object);
        }
    }
    core::Schema schema;
    for (const Key& key : keys) {
        const auto& object = known_.at(key);
        if (object) schema.push_back(*object);
    }
    core::sort(schema);
    return schema;
}

std::optional<core::Json> Database::definition(const std::string& kind, const std::string& identity) {
    const core::Schema found = definitions({{kind, identity}});
    if (found.empty()) return std::nullopt;
    return std::optional<core::Json>(std::in_place, found.front().definition);
}

}  // namespace schemaver::remote
