// Findings as JSON, and as the format of code scanning.
#include "core/lint.hpp"

#include <fmt/format.h>

namespace schemaver::core {

namespace {

// SARIF knows note, warning and error.
std::string_view sarif_level(LintSeverity severity) {
    return severity == LintSeverity::notice ? "note" : to_text(severity);
}

// A path as a reference of RFC 3986.
std::string uri_of(const std::string& path) {
    constexpr std::string_view allowed = "-._~/:@!$&'()*+,;=";
    std::string uri;
    for (const char byte : path) {
        const bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                              (byte >= '0' && byte <= '9') || allowed.find(byte) != std::string_view::npos;
        uri += is_plain ? std::string(1, byte) : fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    }
    return uri;
}

Json sarif_rule(const LintRule& rule) {
    return {{"id", rule.name},
            {"shortDescription", {{"text", rule.what}}},
            {"defaultConfiguration", {{"level", sarif_level(rule.severity)}}}};
}

Json sarif_location(const LintFinding& finding, const std::string& file) {
    Json location = {{"physicalLocation",
                      {{"artifactLocation", {{"uri", uri_of(file)}}},
                       {"region", {{"startLine", finding.line}, {"startColumn", finding.column}}}}}};
    if (!finding.identity.empty()) {
        location["logicalLocations"] =
            Json::array({{{"fullyQualifiedName", finding.identity}, {"kind", finding.kind}}});
    }
    return location;
}

Json sarif_result(const LintFinding& finding, const std::string& file) {
    std::string text = finding.why + ".";
    if (!finding.instead.empty()) text += "\n\nInstead:\n" + finding.instead;
    return {{"ruleId", finding.rule},
            {"level", sarif_level(finding.severity)},
            {"message", {{"text", text}}},
            {"locations", Json::array({sarif_location(finding, file)})}};
}

}  // namespace

Json lint_json(const std::vector<LintFinding>& findings) {
    Json all = Json::array();
    for (const LintFinding& finding : findings) {
        Json object = {{"rule", finding.rule},
                       {"severity", to_text(finding.severity)},
                       {"statement", finding.statement},
                       {"line", finding.line},
                       {"column", finding.column},
                       {"position", finding.position},
                       {"why", finding.why}};
        if (!finding.identity.empty()) {
            object["kind"] = finding.kind;
            object["identity"] = finding.identity;
        }
        if (!finding.instead.empty()) object["instead"] = finding.instead;
        all.push_back(std::move(object));
    }
    return all;
}

Json lint_sarif(const std::vector<LintFinding>& findings, const std::string& file,
                const std::string& version) {
    Json rules = Json::array();
    for (const LintRule& rule : lint_rules()) rules.push_back(sarif_rule(rule));
    Json results = Json::array();
    for (const LintFinding& finding : findings) results.push_back(sarif_result(finding, file));
    return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
            {"version", "2.1.0"},
            {"runs",
             Json::array(
                 {{{"tool", {{"driver", {{"name", "schemaver"}, {"version", version}, {"rules", rules}}}}},
                   {"columnKind", "unicodeCodePoints"},
                   {"results", results}}})}};
}

}  // namespace schemaver::core
