// Judges differences, covers those that a rule ignores, and compares them with what has been told already.
#include "core/drift.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/digest.hpp"
#include "core/properties.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

bool is_within(const std::string& path, const std::string& of) {
    return of.empty() || path == of || (path.starts_with(of) && path[of.size()] == '.');
}

// What breaks is said of a property, and the row may be about one inside it, or around it.
bool is_about(const Break& broken, const Difference& row) {
    if (broken.kind != row.kind) return false;
    if (broken.identity != row.identity && broken.identity != row.former_identity) return false;
    return is_within(broken.property, row.property) || is_within(row.property, broken.property);
}

Severity severity_of(const Difference& row, const std::vector<Break>& breaks) {
    if (row.facet == "security") return Severity::critical;
    if (row.facet == "comment" || row.facet == "storage") return Severity::info;
    const bool breaks_something =
        std::any_of(breaks.begin(), breaks.end(), [&](const Break& one) { return is_about(one, row); });
    return breaks_something ? Severity::critical : Severity::warning;
}

const Object* find_in(const Schema& to, const Schema& from, const std::string& kind,
                      const std::string& identity, const std::string& former_identity) {
    if (const Object* object = find(to, kind, identity)) return object;
    return find(from, kind, former_identity.empty() ? identity : former_identity);
}

// The partitioned tables that the object's table is a partition of, the nearest first, as far as the
// differences tell.
std::vector<std::string> parents_of(const Object& object, const Schema& from, const Schema& to) {
    const auto structure = [](const Object& one) {
        const Json* facet = member(one.definition, "structure");
        return facet != nullptr ? *facet : Json::object();
    };
    std::vector<std::string> parents;
    const Object* table = &object;
    if (const std::string owner = text_of(structure(object), "table"); !owner.empty())
        table = find_in(to, from, "table", owner, owner);
    while (table != nullptr && parents.size() < 64) {
        const std::string parent = text_of(structure(*table), "partition_of");
        if (parent.empty()) break;
        parents.push_back(parent);
        table = find_in(to, from, "table", parent, parent);
    }
    return parents;
}

Json news_document(const DriftNews& news) {
    return {{"event", "drift"},          {"id", news.id},
            {"database", news.database}, {"against", news.against},
            {"severity", news.severity}, {"change", news.key.change},
            {"kind", news.key.kind},     {"identity", news.key.identity},
            {"captured", news.captured}};
}

}  // namespace

std::string_view to_text(Severity severity) {
    switch (severity) {
        case Severity::info:
            return "info";
        case Severity::warning:
            return "warning";
        case Severity::critical:
            break;
    }
    return "critical";
}

std::vector<Severity> severities(const std::vector<Difference>& rows, const std::vector<Break>& breaks) {
    std::vector<Severity> result;
    result.reserve(rows.size());
    for (const Difference& row : rows) result.push_back(severity_of(row, breaks));
    return result;
}

bool covers(const IgnoreRule& rule, const Difference& row, const Schema& from, const Schema& to,
            const Matches& matches) {
    if (rule.facet && row.facet != *rule.facet) return false;
    if (rule.kind && row.kind != *rule.kind) return false;
    const Object* object = find_in(to, from, row.kind, row.identity, row.former_identity);
    if (rule.schema) {
        // A schema itself counts as living in it.
        const std::string place = row.kind == "schema" ? joined(identifier_parts(row.identity), ".")
                                                       : (object != nullptr ? object->schema : "");
        if (place != *rule.schema) return false;
    }
    if (rule.identity && !matches(row.identity, *rule.identity)) return false;
    if (rule.partitions_of) {
        if (object == nullptr || !contains(parents_of(*object, from, to), *rule.partitions_of)) return false;
    }
    return true;
}

DriftKey drift_key(const Difference& row) {
    return {row.change, row.kind, row.identity, row.property, sha256_hex(canonical(row.new_value))};
}

Reconciled reconcile(const std::vector<DriftKey>& known, const std::vector<DriftKey>& found) {
    Reconciled result;
    const auto has = [](const std::vector<DriftKey>& keys, const DriftKey& wanted) {
        return std::find(keys.begin(), keys.end(), wanted) != keys.end();
    };
    for (std::size_t i = 0; i < found.size(); ++i)
        if (!has(known, found[i])) result.opened.push_back(i);
    for (std::size_t i = 0; i < known.size(); ++i)
        if (!has(found, known[i])) result.returned.push_back(i);
    return result;
}

std::string payload(const DriftNews& news, std::size_t limit) {
    Json document = news_document(news);
    if (!news.key.property.empty()) document["property"] = news.key.property;
    if (!news.former_identity.empty()) document["former_identity"] = news.former_identity;
    if (!news.who.empty()) document["who"] = news.who;
    if (news.commit > 0) document["commit"] = news.commit;
    Json whole = document;
    if (!news.old_value.empty()) whole["old_value"] = news.old_value;
    if (!news.new_value.empty()) whole["new_value"] = news.new_value;
    if (std::string text = canonical(whole); text.size() < limit) return text;
    const std::string where = fmt::format("SELECT * FROM schemaver.drift WHERE id = {}", news.id);
    document["more"] = where;
    if (std::string text = canonical(document); text.size() < limit) return text;
    // Even the names are too long: then the row has to tell.
    return canonical({{"event", "drift"}, {"id", news.id}, {"severity", news.severity}, {"more", where}});
}

}  // namespace schemaver::core
