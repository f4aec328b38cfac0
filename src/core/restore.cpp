// The verdict: what the findings, the fingerprints and the histories of both sides come to.
#include "core/restore.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "core/properties.hpp"
#include "core/restore_commands.hpp"
#include "core/restore_rules.hpp"
#include "core/text.hpp"

namespace schemaver::core {

// What rules share
// -----------------------------------------------------------------------------------------------

void RuleContext::error(std::string check, std::string kind, std::string identity, std::string detail,
                        std::string hint) {
    findings.push_back({"error", std::move(check), std::move(kind), std::move(identity), std::move(detail),
                        std::move(hint)});
}

void RuleContext::warning(std::string check, std::string kind, std::string identity, std::string detail,
                          std::string hint) {
    findings.push_back({"warning", std::move(check), std::move(kind), std::move(identity), std::move(detail),
                        std::move(hint)});
}

void RuleContext::info(std::string check, std::string kind, std::string identity, std::string detail,
                       std::string hint) {
    findings.push_back(
        {"info", std::move(check), std::move(kind), std::move(identity), std::move(detail), std::move(hint)});
}

std::string RuleContext::hint_to_change(const std::string& command) const {
    return migrate_command.empty() ? command : migrate_command;
}

const Json& structure_of(const Object& object) {
    const Json* structure = member(object.definition, "structure");
    return structure == nullptr ? object.definition : *structure;
}

bool holds_rows(const Object& object) {
    return object.kind == "table" && !has(structure_of(object), "partition_by");
}

bool same_expression(const std::string& left, const std::string& right, const Normalise& normalise) {
    return left == right || (normalise && normalise(left) == normalise(right));
}

namespace {

bool is_same_and_known(const std::string& left, const std::string& right) {
    return !left.empty() && left == right;
}

bool is_empty_database(const Schema& schema) {
    return std::none_of(schema.begin(), schema.end(), [](const Object& object) {
        return object.kind != "schema" && object.kind != "extension";
    });
}

class Judgement {
  public:
    Judgement(const Metadata& backup, const Metadata& target, const Normalise& normalise)
        : context_{backup, target, normalise, compare_histories(backup.migration, target.migration),
                   "",     {},     {}},
          same_schema_(is_same_and_known(backup.fingerprint, target.fingerprint)),
          same_structure_(same_schema_ ||
                          is_same_and_known(backup.structure_fingerprint, target.structure_fingerprint)),
          has_definitions_(backup.objects && target.objects) {
        if (context_.history.position == Position::behind)
            context_.migrate_command =
                joined(commands_to_reach(backup.migration, context_.history.between), "; ");
    }

    RestoreReport report() {
        find();
        RestoreReport report;
        report.errors = count("error");
        report.warnings = count("warning");
        report.verdict = verdict();
        report.data = data();
        report.revisions_between = context_.history.between;
        report.summary = summary(report);
        report.next_commands = into_empty_ ? commands_for_empty(context_.backup, context_.target)
                                           : commands_for(report.verdict, context_.backup, context_.target,
                                                          report.revisions_between);
        report.findings = std::move(context_.findings);
        return report;
    }

  private:
    RuleContext context_;
    bool same_schema_;
    bool same_structure_;
    bool has_definitions_;
    bool into_empty_ = false;

    void find() {
        check_database(context_);
        into_empty_ =
            has_definitions_ && is_empty_database(*context_.target.objects) &&
            std::any_of(context_.backup.objects->begin(), context_.backup.objects->end(), holds_rows);
        if (into_empty_)
            context_.error(
                "empty database", "", "",
                "This database has no tables: rows alone cannot be loaded, schema and rows together can.",
                joined(commands_for_empty(context_.backup, context_.target), "; "));
        else if (has_definitions_)
            find_in_definitions();
        else
            note_missing_definitions();
        std::stable_sort(context_.findings.begin(), context_.findings.end(),
                         [](const Finding& left, const Finding& right) { return rank(left) < rank(right); });
    }

    void find_in_definitions() {
        check_tables(context_);
        check_types(context_);
        check_sequences(context_);
        check_triggers(context_);
        check_row_security(context_);
        check_other_objects(context_);
    }

    void note_missing_definitions() {
        if (context_.backup.from_text_file)
            context_.info(
                "metadata", "", "",
                "The metadata is of the older \"key: value\" form, which states a revision and no schema.",
                "Take metadata with schemaver.stamp_backup() when the next backup is made.");
        else
            context_.info("metadata", "", "",
                          "The metadata was made without definitions: only fingerprints can be compared.",
                          "schemaver.stamp_backup(label, definitions => true) keeps them.");
        if (!context_.backup.left_out.empty())
            context_.info(
                "metadata", "", "",
                fmt::format("It was made to fit into {} bytes, and leaves out {}: that is not compared.",
                            compact_limit, in_a_sentence(context_.backup.left_out)),
                "");
    }

    static int rank(const Finding& finding) {
        return finding.severity == "error" ? 0 : finding.severity == "warning" ? 1 : 2;
    }

    int count(std::string_view severity) const {
        return static_cast<int>(std::count_if(context_.findings.begin(), context_.findings.end(),
                                              [&](const Finding& one) { return one.severity == severity; }));
    }

    // No migration changes the server or the encoding.
    bool has_error_beyond_migrations() const {
        return std::any_of(context_.findings.begin(), context_.findings.end(), [](const Finding& finding) {
            return finding.severity == "error" &&
                   (finding.check == "server version" || finding.check == "encoding");
        });
    }

    // By the migration tool where there is one, otherwise by the commits. Those that led back to the same
    // schema put nobody ahead.
    Position position() const {
        const bool is_asked = context_.history.position == Position::no_revisions && !same_structure_;
        return is_asked ? compare_ledgers(context_.backup, context_.target) : context_.history.position;
    }

    std::string verdict() const {
        if (has_error_beyond_migrations()) return "incompatible";
        if (into_empty_) return "upgrade";
        if (count("error") == 0 && same_structure_) return "match";
        if (has_definitions_ && count("error") == 0) return "compatible";
        switch (position()) {
            case Position::behind:
                return "upgrade";
            case Position::ahead:
                return "downgrade";
            case Position::unrelated:
                return "diverged";
            default:
                return has_definitions_ ? "incompatible" : "unknown";
        }
    }

    std::string data() const {
        if (count("error") > 0) return "incompatible";
        if (same_structure_) return "match";
        return has_definitions_ ? "compatible" : "unknown";
    }

    // "The database is at 012_base_tables, the backup at 018_add_faculty_columns"; empty if neither has a
    // revision.
    std::string positions() const {
        const std::string from = in_a_sentence(context_.backup.migration.revisions);
        const std::string to = in_a_sentence(context_.target.migration.revisions);
        switch (context_.history.position) {
            case Position::no_revisions:
                return "";
            case Position::same:
                return fmt::format("Both are at {}", to);
            case Position::backup_only:
                return fmt::format("The backup is at {}, the database has no revision", from);
            case Position::target_only:
                return fmt::format("The database is at {}, the backup states no revision", to);
            default:
                return fmt::format("The database is at {}, the backup at {}", to, from);
        }
    }

    std::size_t errors_of(std::string_view check) const {
        return static_cast<std::size_t>(
            std::count_if(context_.findings.begin(), context_.findings.end(),
                          [&](const Finding& one) { return one.severity == "error" && one.check == check; }));
    }

    std::size_t missing_parts() const { return errors_of("missing column") + errors_of("missing table"); }

    std::string problems() const {
        const std::size_t others = static_cast<std::size_t>(count("error")) - missing_parts();
        if (missing_parts() == 0)
            return fmt::format("rows would be refused or lost for {}.", counted(others, "reason"));
        std::vector<std::string> missing;
        if (const auto columns = errors_of("missing column"); columns > 0)
            missing.push_back(counted(columns, "column"));
        if (const auto tables = errors_of("missing table"); tables > 0)
            missing.push_back(counted(tables, "table"));
        std::string text =
            in_a_sentence(missing) +
            (missing_parts() == 1 ? " that holds data is missing here" : " that hold data are missing here");
        if (others > 0)
            text +=
                fmt::format(", and rows would be refused or lost for {}", counted(others, "other reason"));
        return text + ".";
    }

    std::string outcome(const RestoreReport& report) const {
        if (report.errors > 0) return problems();
        if (report.verdict == "match" && same_schema_) return "the schemas are equal.";
        if (report.verdict == "match")
            return "the structure is equal; only owners, privileges, comments or storage differ.";
        if (report.verdict == "compatible")
            return "every table and column of the backup is here and takes its values.";
        return undecided();
    }

    std::string undecided() const {
        const bool has_fingerprint = !context_.backup.fingerprint.empty();
        const char* unseen =
            context_.backup.from_text_file
                ? "this database has never seen the backup's revision, which is newer or of another line."
                : "neither side has seen the other's revision.";
        switch (position()) {
            case Position::behind:
                return "the database is behind.";
            case Position::ahead:
                return "the database is ahead.";
            case Position::unrelated:
                return unseen;
            case Position::same:
                return has_fingerprint
                           ? "the schemas differ, and the metadata holds no definitions to say where."
                           : "the metadata holds no fingerprint, so nothing is known of the schemas "
                             "themselves.";
            default:
                return has_fingerprint
                           ? "the schemas differ, and the metadata holds no definitions to say where."
                           : "the metadata holds no fingerprint, so nothing is known of the schema.";
        }
    }

    std::string summary(const RestoreReport& report) const {
        // one error that is not counted speaks for itself, and may begin with a name
        const bool is_sentence = report.errors == 1 && missing_parts() == 0;
        std::string text = is_sentence ? context_.findings.front().detail : outcome(report);
        const std::string start = positions();
        if (!start.empty())
            text = start + (is_sentence ? ". " : ": ") + text;
        else if (!is_sentence)
            text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
        if (report.errors == 0 && report.warnings > 0)
            text += fmt::format(" {} to read first.",
                                counted(static_cast<std::size_t>(report.warnings), "warning"));
        return text;
    }
};

}  // namespace

RestoreReport check_restore(const Metadata& backup, const Metadata& target, const Normalise& normalise) {
    return Judgement{backup, target, normalise}.report();
}

}  // namespace schemaver::core
