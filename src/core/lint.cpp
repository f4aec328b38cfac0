// Walks the script: at each statement all rules, then what the statement leaves behind.
#include "core/lint.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "core/lint_rules.hpp"
#include "core/lint_text.hpp"
#include "core/nearest.hpp"
#include "core/poll.hpp"
#include "core/text.hpp"

namespace schemaver::core {

namespace {

std::vector<LintRuleEntry> all_lint_entries() {
    std::vector<LintRuleEntry> all;
    for (const auto& group :
         {lint_column_rules, lint_type_rules, lint_constraint_rules, lint_index_rules, lint_destructive_rules,
          lint_rewrite_rules, lint_transaction_rules, lint_existence_rules, lint_security_rules}) {
        const std::vector<LintRuleEntry> rules = group();
        all.insert(all.end(), rules.begin(), rules.end());
    }
    return all;
}

// Only the end of the script can tell; the finding is at BEGIN.
constexpr LintRule uncommitted = {"uncommitted", LintSeverity::error, false,
                                  "the script ends in a transaction that it began: all of it is rolled back"};

void tell_uncommitted(const LintCase&, LintReport& report) {
    report.add({.why = "the script ends before the transaction that begins here: all of it is rolled back",
                .instead = "COMMIT;  -- at the end"});
}

bool is_told_once(std::string_view rule) {
    return rule == "missing-lock-timeout" || rule == "missing-statement-timeout";
}

// What ran needs no more to be there, to be waited for, or to fit together.
bool is_of_the_moment(std::string_view rule) {
    constexpr std::array<std::string_view, 13> rules = {
        "object-exists",      "object-missing",     "column-missing",       "column-exists",
        "conflict-now",       "constraint-missing", "missing-lock-timeout", "missing-statement-timeout",
        "foreign-key-target", "dropping-used",      "dropping-used-column", "changing-used-type",
        "nested-transaction"};
    return std::find(rules.begin(), rules.end(), rule) != rules.end();
}

class Collector final : public LintReport {
  public:
    explicit Collector(const LintFacts& facts) : limits_(facts.limits), is_hindsight_(facts.is_hindsight) {}

    void look(const LintCase& now, const std::vector<LintRuleEntry>& entries) {
        now_ = &now;
        for (const LintRuleEntry& entry : entries) {
            rule_ = &entry.rule;
            if (is_told_once(entry.rule.name) && told_.count(entry.rule.name) != 0) continue;
            if (is_hindsight_ && is_of_the_moment(entry.rule.name)) continue;
            entry.check(now, *this);
        }
    }

    void add(LintFound found) override {
        LintFinding finding;
        finding.rule = rule_->name;
        finding.severity = found.severity.value_or(rule_->severity);
        finding.statement = now_->number;
        place(finding, found.offset);
        finding.kind = found.kind;
        finding.identity = found.identity;
        if (found.table != nullptr && finding.identity.empty()) {
            finding.kind = found.table->kind;
            finding.identity = identity_of(*found.table);
        }
        finding.why = (now_->caller == nullptr ? "" : "in " + now_->function + ": ") + found.why;
        finding.instead = std::move(found.instead);
        if (found.table != nullptr && rule_->scales) scale(finding, *found.table);
        told_.insert(rule_->name);
        findings_.push_back(std::move(finding));
    }

    std::vector<LintFinding> take() { return std::move(findings_); }

  private:
    void place(LintFinding& finding, std::size_t offset) const {
        const LintStatement& statement = now_->caller == nullptr ? now_->statement : *now_->caller;
        if (now_->caller != nullptr) offset = 0;
        TextPlace at{0, statement.line, statement.column, statement.position};
        at.go_on(std::string_view(statement.text).substr(0, std::min(offset, statement.text.size())));
        finding.line = at.line;
        finding.column = at.column;
        finding.position = at.position;
    }

    void scale(LintFinding& finding, const LintTable& table) const {
        const bool small = is_small(table, limits_);
        if (small) finding.severity = LintSeverity::notice;
        finding.why += fmt::format(" ({}{}{})", is_hindsight_ ? "now " : "", size_in_words(table),
                                   small ? ": small" : "");
    }

    const LintLimits& limits_;
    const bool is_hindsight_;
    const LintCase* now_ = nullptr;
    const LintRule* rule_ = nullptr;
    std::set<std::string_view> told_;
    std::vector<LintFinding> findings_;
};

class LintWalk {
  public:
    explicit LintWalk(const LintFacts& facts) : world_(facts), collector_(facts) {}

    std::vector<LintFinding> go(const std::vector<LintStatement>& script) {
        std::size_t number = 0;
        for (const LintStatement& statement : script) {
            poll();
            functions_.clear();
            step({statement, ++number, world_});
        }
        if (world_.transaction().is_explicit) {
            const std::size_t begun = world_.transaction().begun_at;
            collector_.look({script[begun - 1], begun, world_}, {{uncommitted, tell_uncommitted}});
        }
        return collector_.take();
    }

  private:
    const std::vector<LintRuleEntry> entries_ = all_lint_entries();
    LintWorld world_;
    Collector collector_;
    std::set<LintName>
        functions_;  // looked into at this statement of the script: each once, some call themselves

    void step(const LintCase& now) {
        collector_.look(now, entries_);
        for (const LintName& name : now.statement.calls) {
            const auto body = world_.routine(name);
            if (!body || *body == nullptr || !functions_.insert(name).second) continue;
            const LintStatement* caller = now.caller == nullptr ? &now.statement : now.caller;
            for (const LintStatement& inner : **body)
                step({inner, now.number, world_, identity_of(name), caller});
        }
        world_.apply(now.statement, now.number);
    }
};

bool is_meant(const LintSetting& setting, const LintFinding& finding,
              bool (*is_like)(const std::string&, const std::string&)) {
    if (setting.rule && *setting.rule != finding.rule) return false;
    return !setting.identity || (is_like != nullptr && is_like(finding.identity, *setting.identity));
}

// The one that says most: rule and object, then object, then rule, then neither.
int weight(const LintSetting& setting) { return (setting.identity ? 2 : 0) + (setting.rule ? 1 : 0); }

void apply_settings(std::vector<LintFinding>& findings, std::vector<LintSetting> settings,
                    bool (*is_like)(const std::string&, const std::string&)) {
    if (settings.empty()) return;
    std::stable_sort(settings.begin(), settings.end(),
                     [](const auto& one, const auto& other) { return weight(one) > weight(other); });
    std::erase_if(findings, [&](LintFinding& finding) {
        for (const LintSetting& setting : settings) {
            if (!is_meant(setting, finding, is_like)) continue;
            if (setting.severity) finding.severity = *setting.severity;
            return setting.is_off;
        }
        return false;
    });
}

constexpr std::array<std::string_view, 3> severity_names = {"notice", "warning", "error"};

}  // namespace

std::string_view to_text(LintSeverity severity) { return severity_names[static_cast<std::size_t>(severity)]; }

std::optional<LintSeverity> lint_severity(std::string_view text) {
    for (std::size_t i = 0; i < severity_names.size(); ++i)
        if (severity_names[i] == text) return static_cast<LintSeverity>(i);
    return std::nullopt;
}

std::vector<LintRule> lint_rules() {
    std::vector<LintRule> rules;
    for (const LintRuleEntry& entry : all_lint_entries()) rules.push_back(entry.rule);
    rules.push_back(uncommitted);
    std::sort(rules.begin(), rules.end(),
              [](const LintRule& one, const LintRule& other) { return one.name < other.name; });
    return rules;
}

std::vector<UnknownLintRule> unknown_lint_rules(const std::vector<LintSetting>& settings) {
    std::set<std::string> named;
    for (const LintSetting& setting : settings)
        if (setting.rule) named.insert(*setting.rule);
    if (named.empty()) return {};
    std::vector<std::string> known;
    for (const LintRule& rule : lint_rules()) known.emplace_back(rule.name);
    std::vector<UnknownLintRule> unknown;
    for (const std::string& name : named)
        if (!contains(known, name)) unknown.push_back({name, nearest(name, known)});
    return unknown;
}

const LintTable* LintCase::old_table() const {
    if ((statement.kind != LintKind::alter_table && statement.kind != LintKind::create_index) ||
        statement.objects.empty()) {
        return nullptr;
    }
    const LintTable* table = world.find(statement.objects.front());
    return table == nullptr || table->is_new || table->kind == "view" || table->kind == "sequence" ||
                   table->kind == "index"
               ? nullptr
               : table;
}

const LintTable* LintCase::stored_table() const {
    const LintTable* table = old_table();
    return table != nullptr && table->kind != "foreign table" && table->kind != "type" ? table : nullptr;
}

std::string lint_identity(const LintName& name, const LintWorld& world) {
    return identity_of(world.full_name(name));
}

bool is_small(const LintTable& table, const LintLimits& limits) {
    return table.bytes <= limits.small_bytes && table.rows <= limits.small_rows;
}

std::string size_in_words(const LintTable& table) {
    if (table.is_empty) return "empty";
    constexpr std::array<std::string_view, 5> units = {"bytes", "kB", "MB", "GB", "TB"};
    double size = static_cast<double>(table.bytes);
    std::size_t unit = 0;
    for (; size >= 10000 && unit + 1 < units.size(); ++unit) size /= 1024;
    if (table.rows < 0) return fmt::format("never analyzed, {:.0f} {}", size, units[unit]);
    return fmt::format("about {:.0f} rows, {:.0f} {}", table.rows, size, units[unit]);
}

std::vector<LintFinding> lint(const std::vector<LintStatement>& script, const LintFacts& facts,
                              const std::vector<LintSetting>& settings,
                              bool (*is_like)(const std::string&, const std::string&)) {
    std::vector<LintFinding> findings = LintWalk(facts).go(script);
    apply_settings(findings, settings, is_like);
    return findings;
}

}  // namespace schemaver::core
