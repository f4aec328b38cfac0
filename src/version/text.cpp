// diff_text(), changelog() and compatibility(): what differs between two points, told to people and to
// machines.
#include <algorithm>
#include <ctime>

#include "catalog/normalise.hpp"
#include "core/changelog.hpp"
#include "core/diff_text.hpp"
#include "core/nearest.hpp"
#include "core/properties.hpp"
#include "core/restore_types.hpp"
#include "ledger/recorded.hpp"
#include "books/revision.hpp"
#include "pg/result_set.hpp"
#include "version/attribution.hpp"
#include "version/refs.hpp"

extern "C" {
#include "utils/timestamp.h"
}

namespace schemaver::version {

namespace {

Snapshot running_snapshot() {
    return pg::call([] { return GetActiveSnapshot(); });
}

// The formats
// ----------------------------------------------------------------------------------------------------------

core::DiffFormat format_from(const std::string& name) {
    if (name == "text") return core::DiffFormat::text;
    if (name == "color") return core::DiffFormat::color;
    if (name == "markdown") return core::DiffFormat::markdown;
    if (name == "sql") return core::DiffFormat::side_by_side;
    const auto meant = core::nearest(name, {"text", "color", "markdown", "json", "sql"});
    throw core::Error(core::sqlstate::invalid_argument, fmt::format("there is no format \"{}\"", name), "",
                      meant.empty() ? "The formats are text, color, markdown, json and sql."
                                    : fmt::format("Did you mean {}?", meant.front()));
}

core::Json text_or_nothing(const std::string& text) { return text.empty() ? core::Json() : core::Json(text); }

std::string in_json(const Comparison& comparison) {
    const std::vector<Attribution> known_of = attributions(comparison);
    core::Json rows = core::Json::array();
    for (std::size_t i = 0; i < comparison.differences.size(); ++i) {
        const core::Difference& row = comparison.differences[i];
        const Attribution& attribution = known_of[i];
        core::Json object = {{"change", row.change},
                             {"kind", row.kind},
                             {"identity", row.identity},
                             {"former_identity", text_or_nothing(row.former_identity)},
                             {"property", text_or_nothing(row.property)},
                             {"facet", text_or_nothing(row.facet)},
                             {"old_value", row.old_value},
                             {"new_value", row.new_value},
                             {"commit", nullptr},
                             {"who", nullptr},
                             {"captured", nullptr}};
        if (row.likeness < 1) object["likeness"] = fmt::format("{:.2f}", row.likeness);
        if (attribution.captured) object["captured"] = *attribution.captured;
        if (attribution.commit > 0) {
            object["commit"] = attribution.commit;
            object["who"] = attribution.user;
        }
        rows.push_back(std::move(object));
    }
    return core::canonical(
        {{"from", comparison.from.name}, {"to", comparison.to.name}, {"differences", std::move(rows)}});
}

// What compatibility asks beside what differs
// ---------------------------------------------------------------------------------------------------------

// The types that columns name: the rules look at them, changed or not.
class Surroundings {
  public:
    explicit Surroundings(const Comparison& comparison) : comparison_(comparison) {}

    void add_to(core::Schema& from, core::Schema& to) {
        std::set<std::string> types;
        for (const core::Schema* schema : {&from, &to})
            for (const core::Object& object : *schema) collect(object, types);
        add(from, comparison_.from, types);
        add(to, comparison_.to, types);
    }

  private:
    const Comparison& comparison_;

    static void collect(const core::Object& object, std::set<std::string>& types) {
        const core::Json* structure = core::member(object.definition, "structure");
        if (structure == nullptr) return;
        for (const core::Json* column : core::objects_of(*structure, "columns"))
            types.insert(core::element_type(core::text_of(*column, "type")));
    }

    // Built-in types have no schema in front, and are no objects.
    static void add(core::Schema& schema, const Point& point, const std::set<std::string>& types) {
        std::vector<std::pair<std::string, std::string>> keys;
        for (const std::string& type : types)
            if (type.find('.') != std::string::npos && core::find(schema, "type", type) == nullptr)
                keys.emplace_back("type", type);
        if (keys.empty()) return;
        // Of the live schema the head's will do: what differs from it is in the list already.
        Point known = point;
        known.live = false;
        for (core::Object& object : definitions_at(known, keys)) schema.push_back(std::move(object));
        core::sort(schema);
    }
};

core::Compatibility judge(const Comparison& comparison) {
    core::Schema from = comparison.changes.from;
    core::Schema to = comparison.changes.to;
    Surroundings(comparison).add_to(from, to);
    catalog::Normaliser normaliser;
    return core::compatibility(from, to, comparison.changes.renames, comparison.changes.column_renames,
                               [&](const std::string& sql) { return normaliser(sql); });
}

Comparison compare_arguments(const pg::Arguments& arguments) {
    return compare(resolve(arguments.required_text(0, "from")), resolve(arguments.required_text(1, "to")));
}

// Changelogs
// ----------------------------------------------------------------------------------------------------------

std::string day_of(std::int64_t at) {
    const std::time_t seconds = static_cast<std::time_t>(timestamptz_to_time_t(at));
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

std::string revision_at(const Point& point) {
    if (point.live) return books::current_revision(running_snapshot()).text();
    const auto commit =
        ledger::find_commit(point.position.stretches, point.position.commit, running_snapshot());
    return commit ? commit->revision : "";
}

std::optional<Ref> version_of(const Point& point) {
    for (const Ref& ref : existing_refs(point.position.stretches, "version", running_snapshot()))
        if (ref.name == point.name || "version:" + ref.name == point.name) return ref;
    return std::nullopt;
}

std::string section(const Point* from, const Point& to) {
    core::Release release;
    release.name = to.live || to.name == "head" ? "Unreleased" : to.name;
    if (const auto ref = version_of(to)) {
        release.name = ref->name;
        release.date = day_of(ref->at);
        release.description = ref->description.value_or("");
    }
    release.revision = revision_at(to);
    if (from == nullptr) {
        release.to = schema_at(to);
        for (const core::Object& object : release.to)
            release.differences.push_back(
                {"added", object.kind, object.identity, "", nullptr, object.definition, ""});
        return core::changelog_section(release);
    }
    const Comparison comparison = compare(*from, to);
    release.former_name = from->name;
    release.former_revision = revision_at(*from);
    release.differences = comparison.differences;
    release.compatibility = judge(comparison);
    return core::changelog_section(release);
}

// Every version beside the one before it, the newest first.
std::string whole_changelog() {
    std::vector<Point> versions;
    const auto stretches = ledger::lineage(running_snapshot()).stretches;
    for (const Ref& ref : existing_refs(stretches, "version", running_snapshot()))
        versions.push_back(resolve("version:" + ref.name));
    if (versions.empty())
        throw core::Error(
            core::sqlstate::unknown_point, "there is no version yet, so there is no changelog", "",
            "SELECT schemaver.tag('v1.0.0') names the schema; changelog(from, to) compares any two points.");
    for (Point& point : versions) point.name = point.name.substr(point.name.find(':') + 1);
    std::string text = "# Changelog\n";
    for (std::size_t i = versions.size(); i-- > 0;) {
        pg::check_for_interrupts();
        text += "\n" + section(i == 0 ? nullptr : &versions[i - 1], versions[i]);
    }
    return text;
}

}  // namespace

// diff_text("from" text, "to" text, format text)
SCHEMAVER_FUNCTION(schemaver_diff_text)(pg::Arguments arguments) {
    const std::string format = arguments.required_text(2, "format");
    if (format == "json") return {pg::text_datum(in_json(compare_arguments(arguments)))};
    const core::DiffFormat shape = format_from(format);
    const Comparison comparison = compare_arguments(arguments);
    const Changes& changes = comparison.changes;
    return {pg::text_datum(core::diff_text({comparison.from.name, comparison.to.name, changes.from,
                                            changes.to, changes.renames, comparison.differences},
                                           shape))};
}

// changelog("from" text, "to" text)
SCHEMAVER_FUNCTION(schemaver_changelog)(pg::Arguments arguments) {
    const auto from = arguments.optional_text(0);
    const auto to = arguments.optional_text(1);
    if (!from && !to) return {pg::text_datum(whole_changelog())};
    const Point later = resolve(to.value_or("live"));
    if (!from) return {pg::text_datum(section(nullptr, later))};
    const Point earlier = resolve(*from);
    return {pg::text_datum(section(&earlier, later))};
}

// compatibility("from" text, "to" text)
SCHEMAVER_FUNCTION(schemaver_compatibility)(pg::Arguments arguments) {
    return {pg::text_datum(judge(compare_arguments(arguments)).verdict)};
}

// compatibility_findings("from" text, "to" text)
SCHEMAVER_FUNCTION(schemaver_compatibility_findings)(pg::Arguments arguments) {
    const core::Compatibility result = judge(compare_arguments(arguments));
    pg::ResultSet rows(arguments);
    for (const core::Break& one : result.breaks) {
        rows.add({pg::text_datum(one.breaks), pg::text_datum(one.kind), pg::text_datum(one.identity),
                  pg::text_or_null(one.property), pg::text_datum(one.reason), pg::text_or_null(one.hint)});
    }
    return rows.done();
}

}  // namespace schemaver::version
