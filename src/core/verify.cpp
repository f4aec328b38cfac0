// Differences become findings one by one; what is not validated or disabled is looked for in the live schema
// itself, so that it is told even where it was dumped like that.
#include "core/verify.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/properties.hpp"
#include "core/restore_rules.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

// The part of "name on table" before the table, which comes quoted already.
std::string name_before_table(const std::string& identity, const std::string& table) {
    const std::string end = " on " + table;
    return identity.ends_with(end) ? identity.substr(0, identity.size() - end.size()) : identity;
}

class Verification {
  public:
    Verification(const Schema& expected, const Schema& live) : expected_(expected), live_(live) {}

    std::vector<Finding> findings(const std::vector<Difference>& differences) {
        for (const Difference& row : differences) add(row);
        for (const Object& object : live_) check_state(object);
        sort_by_severity(findings_);
        return std::move(findings_);
    }

  private:
    const Schema& expected_;
    const Schema& live_;
    std::vector<Finding> findings_;

    void add(const Difference& row) {
        if (row.property.empty()) {
            add_whole(row);
            return;
        }
        if (is_told_as_state(row)) return;
        const std::string what = row.former_identity.empty() ? row.property : row.property + " (renamed)";
        const std::string detail =
            row.old_value.is_null()   ? fmt::format("{} is only here: {}.", what, in_words(row.new_value))
            : row.new_value.is_null() ? fmt::format("{} is missing: {}.", what, in_words(row.old_value))
                                      : fmt::format("{} was {}, and is {} here.", what,
                                                    in_words(row.old_value), in_words(row.new_value));
        if (row.kind == "extension" && row.property == "version")
            findings_.push_back({"warning", "extension version", row.kind, row.identity, detail, ""});
        else
            findings_.push_back({row.facet == "structure" ? "error" : "warning", "altered object", row.kind,
                                 row.identity, detail, ""});
    }

    void add_whole(const Difference& row) {
        if (row.change == "removed")
            findings_.push_back({"error", "missing object", row.kind, row.identity,
                                 fmt::format("The {} {} was dumped and is not here.", row.kind, row.identity),
                                 row.kind == "extension" ? "CREATE EXTENSION " + row.identity + ";" : ""});
        else if (row.change == "renamed")
            findings_.push_back({"error", "altered object", row.kind, row.identity,
                                 fmt::format("It was called {}.", row.former_identity), ""});
        else
            findings_.push_back({"warning", "extra object", row.kind, row.identity,
                                 fmt::format("The {} {} is here and was not dumped.", row.kind, row.identity),
                                 ""});
    }

    static bool is_told_as_state(const Difference& row) {
        const bool is_validity = row.property.ends_with(".not_valid") || row.property == "invalid" ||
                                 row.property.ends_with(".not_null_not_valid");
        const bool is_off = row.property == "enabled" && row.new_value == Json("disabled");
        return (is_validity && row.new_value == Json(true)) || is_off;
    }

    void check_state(const Object& object) {
        const Json& structure = structure_of(object);
        const Object* before = find(expected_, object.kind, object.identity);
        const Json& then = before == nullptr ? structure : structure_of(*before);
        if (object.kind == "table") check_constraints(object, structure, then);
        if (object.kind == "index" && is_true(structure, "invalid"))
            add_state(object, "not validated", is_true(then, "invalid"), "The index is not valid",
                      "REINDEX INDEX " + object.identity + ";");
        if (text_of(structure, "enabled") == "disabled")
            add_state(object, "disabled", text_of(then, "enabled") == "disabled",
                      fmt::format("The {} is disabled", object.kind),
                      command_to_enable(object, structure, text_of(then, "enabled")));
    }

    void check_constraints(const Object& table, const Json& structure, const Json& then) {
        for (const Json* constraint : objects_of(structure, "constraints")) {
            if (!is_true(*constraint, "not_valid")) continue;
            const std::string name = text_of(*constraint, "name");
            const Json* before = named(then, "constraints", name);
            add_state(table, "not validated", before != nullptr && is_true(*before, "not_valid"),
                      fmt::format("Constraint {} is NOT VALID", quote_identifier(name)),
                      fmt::format("ALTER TABLE {} VALIDATE CONSTRAINT {};", table.identity,
                                  quote_identifier(name)));
        }
        for (const Json* column : objects_of(structure, "columns")) {
            if (!is_true(*column, "not_null_not_valid")) continue;
            const Json* before = named(then, "columns", text_of(*column, "name"));
            add_state(
                table, "not validated", before != nullptr && is_true(*before, "not_null_not_valid"),
                fmt::format("NOT NULL of column {} is NOT VALID", quote_identifier(text_of(*column, "name"))),
                "");
        }
    }

    void add_state(const Object& object, const char* check, bool was_so, const std::string& detail,
                   const std::string& hint) {
        findings_.push_back({was_so ? "info" : "warning", check, object.kind, object.identity,
                             detail + (was_so ? ", as it was when it was dumped." : " here, and was not."),
                             hint});
    }

    static std::string command_to_enable(const Object& object, const Json& structure,
                                         const std::string& mode) {
        const std::string word = mode == "always"    ? "ENABLE ALWAYS"
                                 : mode == "replica" ? "ENABLE REPLICA"
                                                     : "ENABLE";
        if (object.kind == "event trigger")
            return fmt::format("ALTER EVENT TRIGGER {} {};", object.identity, word);
        const std::string table = text_of(structure, "table");
        return fmt::format("ALTER TABLE {} {} {} {};", table, word,
                           object.kind == "rule" ? "RULE" : "TRIGGER",
                           name_before_table(object.identity, table));
    }
};

int rank_of_severity(const Finding& finding) {
    return finding.severity == "error" ? 0 : finding.severity == "warning" ? 1 : 2;
}

}  // namespace

void sort_by_severity(std::vector<Finding>& findings) {
    std::stable_sort(findings.begin(), findings.end(), [](const Finding& left, const Finding& right) {
        return rank_of_severity(left) < rank_of_severity(right);
    });
}

std::vector<Finding> verify_findings(const Schema& expected, const Schema& live,
                                     const std::vector<Difference>& differences) {
    return Verification{expected, live}.findings(differences);
}

}  // namespace schemaver::core
