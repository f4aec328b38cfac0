// Digests composed from digests: facets into a definition's, definitions into a fingerprint.
//
// The texts that are hashed at the two upper levels are put together by hand: they are canonical JSON by
// construction, and this runs once for every object of a schema.
#include "core/fingerprint.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/poll.hpp"

namespace schemaver::core {

bool FacetSet::has(std::string_view facet) const {
    if (facet == "comment") return comment;
    if (facet == "security") return security;
    if (facet == "storage") return storage;
    if (facet == "structure") return structure;
    return false;
}

FacetSet facets_from_names(const std::vector<std::string>& names) {
    FacetSet facets{false, false, false, false};
    for (const std::string& name : names) {
        if (name == "comment")
            facets.comment = true;
        else if (name == "security")
            facets.security = true;
        else if (name == "storage")
            facets.storage = true;
        else if (name == "structure")
            facets.structure = true;
        else
            throw Error{sqlstate::invalid_argument, fmt::format("unknown facet \"{}\"", name), "",
                        "The facets are comment, security, storage and structure."};
    }
    return facets;
}

DigestBytes definition_digest_bytes(const Json& definition, const FacetSet& facets) {
    std::string composed = "{";
    if (definition.is_object())
        for (const auto& [facet, properties] : definition.get_ref<const Json::object_t&>()) {
            if (!facets.has(facet) || properties.empty()) continue;
            if (composed.size() > 1) composed += ',';
            append_canonical(composed, std::string_view{facet});
            composed += ":\"" + sha256_hex(canonical(properties)) + '"';
        }
    return sha256(composed + '}');
}

std::string definition_digest(const Json& definition, const FacetSet& facets) {
    return to_hex(definition_digest_bytes(definition, facets));
}

DigestBytes definition_digest(const std::array<const DigestBytes*, 4>& facets) {
    static thread_local std::string composed;  // keeps its memory for the next
    composed = '{';
    for (std::size_t i = 0; i < facets.size(); ++i) {
        if (facets[i] == nullptr) continue;
        composed += composed.size() > 1 ? ",\"" : "\"";
        composed += facet_names[i];
        composed += "\":\"";
        append_hex(composed, *facets[i]);
        composed += '"';
    }
    composed += '}';
    return sha256(composed);
}

void FingerprintComposer::add(std::string_view kind, std::string_view identity, const DigestBytes& digest) {
    text_ += is_first_ ? "[" : ",[";
    is_first_ = false;
    append_canonical(text_, kind);
    text_ += ',';
    append_canonical(text_, identity);
    text_ += ",\"";
    append_hex(text_, digest);
    text_ += "\"]";
    if (text_.size() > 4096) {
        hash_.update(text_);
        text_.clear();
    }
}

std::string FingerprintComposer::finish() {
    text_ += ']';
    hash_.update(text_);
    return "sv1:" + to_hex(hash_.finish());
}

std::string fingerprint(const std::vector<DigestedObject>& objects) {
    std::vector<const DigestedObject*> sorted;
    sorted.reserve(objects.size());
    for (const DigestedObject& object : objects) sorted.push_back(&object);
    std::sort(sorted.begin(), sorted.end(), [](const DigestedObject* left, const DigestedObject* right) {
        poll();
        return std::tie(left->kind, left->identity, left->digest) <
               std::tie(right->kind, right->identity, right->digest);
    });
    std::string composed = "[";
    composed.reserve(128 * objects.size() + 2);
    for (const DigestedObject* object : sorted) {
        poll();
        composed += composed.size() > 1 ? ",[" : "[";
        append_canonical(composed, std::string_view{object->kind});
        composed += ',';
        append_canonical(composed, std::string_view{object->identity});
        composed += ',';
        append_canonical(composed, std::string_view{object->digest});
        composed += ']';
    }
    composed += ']';
    return "sv1:" + sha256_hex(composed);
}

bool is_expression(const Json& value) {
    if (!value.is_object() || value.size() != 1) return false;
    const auto sql = value.find("sql");
    return sql != value.end() && sql->is_string();
}

Json portable(const Json& definition, const Normalise& normalise) {
    if (is_expression(definition)) {
        const auto& sql = definition.find("sql")->get_ref<const std::string&>();
        return Json{{"normal", normalise ? normalise(sql) : sql}};
    }
    if (definition.is_object()) {
        Json result = Json::object();
        for (const auto& [key, value] : definition.get_ref<const Json::object_t&>())
            result.emplace(key, portable(value, normalise));
        return result;
    }
    if (definition.is_array()) {
        Json result = Json::array();
        for (const Json& element : definition) result.push_back(portable(element, normalise));
        return result;
    }
    return definition;
}

}  // namespace schemaver::core
